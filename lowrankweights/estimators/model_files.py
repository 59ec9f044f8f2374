"""Save and load fitted estimators: one .npz file with JSON inside, no pickle.

A model is described by plain data with arrays in it; the JSON has a name in place of each array.

A network, a layer or a parametrisation is described by the arguments that it is made from: its class
names them in an attribute ``arguments`` (or in ``ARGUMENTS`` here) and keeps each under its name. A
value may be a number, a string, None, an array, another such object, or a list of these (a tuple comes
back as a list). A class that a room above exports needs nothing else to be saved and loaded.
"""

import json
import zipfile
import zlib
from pathlib import Path

import numpy as np

from .. import _checks, networks, unsupervised, weights
from ..dictionaries.points import Grid
from ..files import write_npz
from ..networks.layers import Dense
from ..networks.network import Network
from ..unsupervised.autoencoder import TiedAutoencoder
from ..weights.parametrisations import Columns, Full, LowRank, Predicted

FORMAT = 2
ARGUMENTS = {
    Network: ("layers", "loss"),
    Dense: ("parametrisation", "activation"),
    TiedAutoencoder: ("parametrisation", "activation", "decoder"),
    Columns: ("columns",),
    Predicted: ("U", "n_h"),
    LowRank: ("n_v", "n_h", "rank"),
    Full: ("n_v", "n_h"),
}
ROOMS = (weights, networks, unsupervised)  # whose classes may be in a file
RENAMED = {"weights": "parametrisation"}  # arguments that earlier files call otherwise
# Fitted attributes that are kept as they are, where the estimator has them; the others follow from these.
FITTED = [
    *["theta_", "classes_", "loss_curve_", "feature_names_in_", "index_sets_", "recipes_"],
    *["pretrain_loss_curves_", "n_iter_", "loss_", "stop_report_", "n_features_in_", "_one_output"],
]

# RICA has no network from which they would follow.
FITTED_WITHOUT_NETWORK = ["components_", "dictionaries_", "n_dynamic_", "n_static_"]


NEEDED = ("dictionary", "index_sets")  # parameters without which another fit would be another model


class Lost:
    """In place of a function or an object that a file cannot hold: another fit asks for it, by name."""

    def __init__(self, what):
        self.what = what

    def __repr__(self):
        return f"nothing ({self.what}, which a file cannot hold: give it again with set_params)"


def save(path, estimator, notes=None):
    """Write a fitted estimator to a file.

    Parameters
    ----------
    path : str or Path
        ``.npz`` is added if it is missing. A file that is there is replaced at once or not at all.
    estimator : fitted LowRankMLPClassifier, LowRankMLPRegressor, LowRankAutoencoder or RICA
        Parameters that are functions or objects (callbacks, engine, a dictionary of one's own) are
        left out, and a refit of the loaded estimator asks for the dictionary; the dictionaries
        themselves are in the file, so predictions are identical, and the recipes of their making.
    notes : dict, optional
        Anything that JSON can hold, for ``read_notes``.

    Returns
    -------
    path : Path
        Where it was written.

    Raises
    ------
    ValueError
        If the estimator is of another kind or not fitted, or has a layer whose class does not say its
        ``arguments``.
    """
    from sklearn.utils.validation import check_is_fitted

    _check_kind(estimator)
    check_is_fitted(estimator)
    arrays, network = {}, getattr(estimator, "network_", None)
    fitted = FITTED + FITTED_WITHOUT_NETWORK * (network is None)
    header = {
        "format": FORMAT,
        "estimator": type(estimator).__name__,
        "parameters": _plain_parameters(estimator),
        "network": network and _describe(network),
        "notes": notes or {},
        "fitted": {name: getattr(estimator, name) for name in fitted if hasattr(estimator, name)},
    }
    header = _take_out(header, arrays)
    path = Path(path).expanduser()
    path = path if path.suffix == ".npz" else path.with_name(path.name + ".npz")
    write_npz(path, header=np.array(json.dumps(header)), **arrays)
    return path


def _check_kind(estimator):
    """A ``ValueError`` unless ``load`` will know the estimator."""
    from .. import estimators

    if type(estimator) in (getattr(estimators, name) for name in estimators.__all__):
        return
    remedy = ""
    if hasattr(estimator, "best_estimator_"):
        remedy = "; save its best_estimator_"
    elif hasattr(estimator, "steps"):
        remedy = "; save its last step, and the others with skops or joblib"
    _checks.fail("estimator", f"one of {', '.join(estimators.__all__)}{remedy}", type(estimator).__name__)


def load(path, classes=()):
    """Read an estimator written by ``save``; it predicts identically.

    Parameters
    ----------
    path : str or Path
    classes : sequence of type
        Layers or parametrisations of one's own that are in the file.

    Returns
    -------
    estimator : LowRankMLPClassifier, LowRankMLPRegressor, LowRankAutoencoder or RICA
        Its ``recipes_`` are None where the file is from before there were recipes.

    Raises
    ------
    ValueError
        If the file is not such a file, or damaged, or has a layer that is not known.
    """
    from .. import estimators

    header, arrays = _read(path)
    name = _checks.choice("estimator in the file", header["estimator"], estimators.__all__)
    estimator = getattr(estimators, name)(**{k: _value(v) for k, v in header["parameters"].items()})
    fitted = {"recipes_": None, **_put_back(header["fitted"], arrays)}
    for attribute, value in fitted.items():
        setattr(estimator, attribute, value)
    if header["network"] is not None:
        estimator.network_ = _restore(_put_back(header["network"], arrays), classes)
        estimator.describe_fit()
    return estimator


def read_notes(path):
    """The notes that ``save`` was given; raises as ``load`` does."""
    return _read(path, ["header"])[0]["notes"]


def _read(path, names=None):
    """The header and the arrays of a model file (all, or those named)."""
    path = Path(path).expanduser()
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
    """The arguments that a model is made from, as plain data with arrays in it."""
    if isinstance(model, (list, tuple)):
        return [_describe(part) for part in model]
    if isinstance(model, np.generic):
        return model.item()
    if model is None or isinstance(model, (bool, int, float, str, np.ndarray)):
        return model
    kind = type(model)
    arguments = _arguments(kind)
    if arguments is None:
        expected = "layers that can be saved: a class names its constructor's arguments in `arguments`"
        _checks.fail("estimator", expected, kind.__name__)
    return {"kind": kind.__name__, **{name: _describe(getattr(model, name)) for name in arguments}}


def _restore(description, classes=()):
    """The model that ``_describe`` described."""
    if isinstance(description, list):
        return [_restore(part, classes) for part in description]
    if not isinstance(description, dict):
        return description
    arguments = {RENAMED.get(k, k): _restore(v, classes) for k, v in description.items() if k != "kind"}
    return _class_of(description["kind"], classes)(**arguments)


def _arguments(kind):
    """Names of the arguments that this class is made from, or None."""
    return ARGUMENTS.get(kind, getattr(kind, "arguments", None))


def _class_of(name, classes):
    """The class of this name: one of ``classes``, or one that a room exports and that can be saved."""
    public = (getattr(room, name, None) for room in ROOMS if name in room.__all__)
    for kind in (*classes, *ARGUMENTS, *public):
        if isinstance(kind, type) and kind.__name__ == name and _arguments(kind) is not None:
            return kind
    _checks.fail("path", "a model whose layers are the package's, or among `classes`", name)


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


def _plain_parameters(estimator):
    """The parameters that JSON can hold, a ``Grid`` as what it is made from."""
    parameters = estimator.get_params()
    for name, value in parameters.items():
        if isinstance(value, Grid):
            channels = None if value.channels is None else value.n_channels
            parameters[name] = {"grid": [list(value.shape), channels]}
        elif isinstance(value, np.generic):
            parameters[name] = value.item()
        elif isinstance(value, np.ndarray):
            parameters[name] = value.tolist()
        elif isinstance(value, (list, tuple)):
            parameters[name] = [v.item() if isinstance(v, np.generic) else v for v in value]
    lost = {name: {"lost": repr(parameters[name])} for name in NEEDED if not _is_plain(parameters.get(name))}
    return {name: value for name, value in parameters.items() if _is_plain(value)} | lost


def _value(parameter):
    """A parameter's value from what ``_plain_parameters`` made of it."""
    if isinstance(parameter, dict) and set(parameter) == {"lost"}:
        return Lost(parameter["lost"])
    if isinstance(parameter, dict) and set(parameter) == {"grid"}:
        shape, channels = parameter["grid"]
        return Grid(tuple(shape), channels)
    return tuple(parameter) if isinstance(parameter, list) else parameter


def _is_plain(value):
    try:
        json.dumps(value)
    except TypeError:
        return False
    return True
