"""Save and load fitted estimators: one .npz file with JSON inside, no pickle."""

import json
import zipfile
import zlib
from pathlib import Path

import numpy as np

from . import _checks
from .files import write_npz
from .layers import Dense
from .networks import Network
from .parametrisations import Columns, Full, LowRank, Predicted

FORMAT = 1
# Fitted attributes that are kept as they are, where the estimator has them.
ARRAYS = ["theta_", "classes_", "loss_curve_", "feature_names_in_"]
SCALARS = ["n_iter_", "loss_", "stop_report_", "n_features_in_", "_one_output"]


def save(path, estimator, notes=None):
    """Write a fitted estimator to a file.

    Parameters
    ----------
    path : str or Path
        ``.npz`` is added if it is missing. A file that is there is replaced at once or not at all.
    estimator : fitted LowRankMLPClassifier or LowRankMLPRegressor
        Parameters that are functions or objects (callbacks, engine, a dictionary of one's own) are
        left out; the dictionaries themselves are in the file, so predictions are identical.
    notes : dict, optional
        Anything that JSON can hold, for ``read_notes``.

    Returns
    -------
    path : Path
        Where it was written.
    """
    from sklearn.utils.validation import check_is_fitted

    check_is_fitted(estimator)
    layers, arrays = _describe(estimator.network_)
    for name in ARRAYS:
        if hasattr(estimator, name):
            a = np.asarray(getattr(estimator, name))
            arrays[name] = a.astype(str) if a.dtype == object else a
    for i, columns in enumerate(estimator.index_sets_):
        arrays.update({f"alpha_{i}_{j}": alpha for j, alpha in enumerate(columns)})
    header = {
        "format": FORMAT,
        "estimator": type(estimator).__name__,
        "parameters": {k: v for k, v in estimator.get_params().items() if _is_plain(v)},
        "loss": estimator.network_.loss,
        "layers": layers,
        "notes": notes or {},
        "fitted": {name: getattr(estimator, name) for name in SCALARS if hasattr(estimator, name)},
    }
    path = Path(path)
    path = path if path.suffix == ".npz" else path.with_name(path.name + ".npz")
    write_npz(path, header=np.array(json.dumps(header)), **arrays)
    return path


def load(path):
    """Read an estimator written by ``save``; it predicts identically.

    Raises
    ------
    ValueError
        If the file is not such a file, or damaged.
    """
    from . import estimators

    header, arrays = _read(path)
    name = _checks.choice("estimator in the file", header["estimator"], estimators.ESTIMATORS)
    parameters = {k: tuple(v) if isinstance(v, list) else v for k, v in header["parameters"].items()}
    estimator = getattr(estimators, name)(**parameters)
    estimator.network_ = _restore(header["layers"], header["loss"], arrays)
    for attribute in ARRAYS:
        if attribute in arrays:
            setattr(estimator, attribute, arrays[attribute])
    for attribute, value in header["fitted"].items():
        setattr(estimator, attribute, value)
    estimator.index_sets_ = [
        [arrays[k] for k in sorted((k for k in arrays if k.startswith(f"alpha_{i}_")), key=_column)]
        for i in range(len(estimator.network_.layers) - 1)
    ]
    estimator.describe_fit()
    return estimator


def read_notes(path):
    """The notes that ``save`` was given; raises as ``load`` does."""
    return _read(path, ["header"])[0]["notes"]


def _read(path, names=None):
    """The header and the arrays of a model file (all, or those named)."""
    path = Path(path)
    try:
        with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = {name: file[name] for name in names or file.files}
        header = json.loads(str(arrays.pop("header")))
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, AttributeError) as e:
        raise ValueError(
            f"path: expected a model file written by lowrankweights.save, got {str(path)!r}, "
            f"which is another file or damaged ({e}); save the model again"
        ) from e
    if header.get("format") != FORMAT:
        _checks.fail("path", f"a model file of format {FORMAT}", f"format {header.get('format')}")
    return header, arrays


def _describe(net):
    """A network as plain data, and the arrays of its dictionaries."""
    layers, arrays = [], {}
    for i, layer in enumerate(net.layers):
        q = layer.parametrisation
        columns = []
        for j, c in enumerate(q.columns if isinstance(q, Columns) else [q]):
            columns.append({"kind": type(c).__name__, "n_v": c.n_v, "n_h": c.n_h})
            if isinstance(c, Predicted):
                arrays[f"U_{i}_{j}"] = c.U
            elif isinstance(c, LowRank):
                columns[-1]["rank"] = c.rank
        layers.append(
            {"activation": layer.activation, "columns": columns, "is_columns": isinstance(q, Columns)}
        )
    return layers, arrays


def _restore(layers, loss, arrays):
    """The network that ``_describe`` described."""
    restored = []
    for i, layer in enumerate(layers):
        columns = []
        for j, c in enumerate(layer["columns"]):
            if c["kind"] == "Predicted":
                columns.append(Predicted(arrays[f"U_{i}_{j}"], c["n_h"]))
            elif c["kind"] == "LowRank":
                columns.append(LowRank(c["n_v"], c["n_h"], c["rank"]))
            else:
                columns.append(Full(c["n_v"], c["n_h"]))
        restored.append(Dense(Columns(columns) if layer["is_columns"] else columns[0], layer["activation"]))
    return Network(restored, loss)


def _is_plain(value):
    try:
        json.dumps(value)
    except TypeError:
        return False
    return True


def _column(key):
    return int(key.rsplit("_", 1)[1])
