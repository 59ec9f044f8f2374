"""Save and load fitted estimators: one .npz file with JSON inside, no pickle.

A model is described by plain data with arrays in it; the JSON has a name in place of each array.
"""

import json
import zipfile
import zlib
from pathlib import Path

import numpy as np

from .. import _checks
from ..files import write_npz
from ..networks.layers import Dense
from ..networks.network import Network
from ..unsupervised.autoencoder import TiedAutoencoder
from ..weights.parametrisations import Columns, Full, LowRank, Predicted

FORMAT = 2
# Fitted attributes that are kept as they are, where the estimator has them; the others follow from these.
FITTED = [
    *["theta_", "classes_", "loss_curve_", "feature_names_in_", "index_sets_", "pretrain_loss_curves_"],
    *["n_iter_", "loss_", "stop_report_", "n_features_in_", "_one_output"],
]


# RICA has no network from which they would follow.
FITTED_WITHOUT_NETWORK = ["components_", "dictionaries_", "n_dynamic_", "n_static_"]


def save(path, estimator, notes=None):
    """Write a fitted estimator to a file.

    Parameters
    ----------
    path : str or Path
        ``.npz`` is added if it is missing. A file that is there is replaced at once or not at all.
    estimator : fitted LowRankMLPClassifier, LowRankMLPRegressor, LowRankAutoencoder or RICA
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
    arrays, network = {}, getattr(estimator, "network_", None)
    fitted = FITTED + FITTED_WITHOUT_NETWORK * (network is None)
    header = {
        "format": FORMAT,
        "estimator": type(estimator).__name__,
        "parameters": {k: v for k, v in estimator.get_params().items() if _is_plain(v)},
        "network": network and _describe(network),
        "notes": notes or {},
        "fitted": {name: getattr(estimator, name) for name in fitted if hasattr(estimator, name)},
    }
    header = _take_out(header, arrays)
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
    from .. import estimators

    header, arrays = _read(path)
    name = _checks.choice("estimator in the file", header["estimator"], estimators.__all__)
    parameters = {k: tuple(v) if isinstance(v, list) else v for k, v in header["parameters"].items()}
    estimator = getattr(estimators, name)(**parameters)
    for attribute, value in _put_back(header["fitted"], arrays).items():
        setattr(estimator, attribute, value)
    if header["network"] is not None:
        estimator.network_ = _restore(_put_back(header["network"], arrays))
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


def _describe(model):
    """A network, an autoencoder or a parametrisation as plain data with arrays in it."""
    kind = {"kind": type(model).__name__}
    match model:
        case Network():
            return {**kind, "layers": [_describe(x) for x in model.layers], "loss": model.loss}
        case Dense():
            return {**kind, "weights": _describe(model.parametrisation), "activation": model.activation}
        case TiedAutoencoder():
            functions = {"activation": model.activation, "decoder": model.decoder}
            return {**kind, "weights": _describe(model.parametrisation), **functions}
        case Columns():
            return {**kind, "columns": [_describe(c) for c in model.columns]}
        case Predicted():
            return {**kind, "U": model.U, "n_h": model.n_h}
        case LowRank():
            return {**kind, "n_v": model.n_v, "n_h": model.n_h, "rank": model.rank}
        case Full():
            return {**kind, "n_v": model.n_v, "n_h": model.n_h}


KINDS = {c.__name__: c for c in (Network, Dense, TiedAutoencoder, Columns, Predicted, LowRank, Full)}


def _restore(description):
    """The model that ``_describe`` described."""
    if isinstance(description, list):
        return [_restore(part) for part in description]
    if not isinstance(description, dict):
        return description
    kind, *parts = (_restore(value) for value in description.values())
    return KINDS[kind](*parts)


def _take_out(value, arrays):
    """The value with a name in place of each array in it; the arrays go into ``arrays``."""
    if isinstance(value, np.ndarray):
        name = f"array_{len(arrays)}"
        arrays[name] = value.astype(str) if value.dtype == object else value
        return {"array": name}
    if isinstance(value, dict):
        return {k: _take_out(v, arrays) for k, v in value.items()}
    return [_take_out(v, arrays) for v in value] if isinstance(value, list) else value


def _put_back(value, arrays):
    """What ``_take_out`` was given."""
    if isinstance(value, dict):
        named = set(value) == {"array"}
        return arrays[value["array"]] if named else {k: _put_back(v, arrays) for k, v in value.items()}
    return [_put_back(v, arrays) for v in value] if isinstance(value, list) else value


def _is_plain(value):
    try:
        json.dumps(value)
    except TypeError:
        return False
    return True
