"""Save and load fitted estimators: one .npz file with JSON inside, no pickle.

A model is described by plain data with arrays in it (``plain_data``); the JSON has a name in place of
each array. Of a pipeline each step is described like that.
"""

import json
import zipfile
from pathlib import Path

import numpy as np

from .. import _checks
from ..dictionaries.points import Grid, Points
from ..files import Damaged, did_you_mean, open_npz, with_npz, write_npz
from ..unsupervised import ZCAWhitening
from .common import Lost
from .narrow_files import BITS, STATIC, at_full_length, folded, shortened
from .plain_data import describe, names_in, put_back, restore, take_out

FORMAT = 2
# Fitted attributes that are kept as they are, where the estimator has them; the others follow from these.
FITTED = [
    *["theta_", "classes_", "loss_curve_", "feature_names_in_", "index_sets_", "recipes_"],
    *["pretrain_loss_curves_", "n_iter_", "loss_", "stop_report_", "n_features_in_", "_one_output"],
    *["_several_labels", "points_", "length_scale_", "input_mean_", "input_scale_", "target_mean_"],
    *["target_scale_", "validation_loss_curve_", "best_iter_", "n_stages_", "unexplained_", "chosen_"],
    "_asked_decay",
]
# Of files from before there were these
EARLIER = {
    **dict.fromkeys(["recipes_", "points_", "length_scale_", "input_mean_", "input_scale_"]),
    **dict.fromkeys(["target_mean_", "target_scale_", "unexplained_"]),
    **dict.fromkeys(["chosen_", "selection_"]),
    "_several_labels": False,
}

# RICA has no network from which they would follow.
FITTED_WITHOUT_NETWORK = ["components_", "dictionaries_", "n_dynamic_", "n_static_"]

NEEDED = ("dictionary", "index_sets")  # parameters without which another fit would be another model


def save(path, estimator, notes=None, *, static="arrays", bits=64):
    """Write a fitted estimator, or a pipeline with one, to a file.

    Parameters
    ----------
    path : str or Path
        ``.npz`` is added if it is missing. A file that is there is replaced at once or not at all.
    estimator : fitted LowRankMLPClassifier, LowRankMLPRegressor, LowRankAutoencoder, RICA or Pipeline
        Parameters that are functions or objects (callbacks, engine, a dictionary of one's own) are
        left out, and a refit of the loaded estimator asks for the dictionary; the dictionaries
        themselves are in the file, so predictions are identical, and the recipes of their making.
        The other steps of a scikit-learn ``Pipeline`` may be a StandardScaler, MinMaxScaler, PCA or
        ``ZCAWhitening``; it predicts the same bits with the scikit-learn that wrote it.
    notes : dict, optional
        For ``read_notes``: anything that JSON can hold, and arrays; a tuple comes back as a list.
    static : "arrays" or "recipe"
        "recipe": of each dictionary only how it was made, seed, kernel and points, and a checksum; ``load``
        makes it again. For dictionaries that need no data.
    bits : 64, 32 or 16
        Of the learned numbers and the dictionaries in the file; with fewer predictions change a little
        (``ledger`` measures it).

    Returns
    -------
    path : Path
        Where it was written.

    Raises
    ------
    ValueError
        If the estimator, or a step, is of another kind or not fitted, or has a layer whose class does
        not say its ``arguments``; if notes hold something else; or if static is "recipe" and a dictionary is
        made of data, or is not the package's own, or the model is a convolutional network or has features.
    """
    from sklearn.pipeline import Pipeline

    arrays, header = {}, {"format": FORMAT, "notes": take_out(notes or {}, {}, "notes")}
    how = {"static": _checks.choice("static", static, STATIC), "bits": bits}
    if bits not in BITS:
        _checks.fail("bits", f"one of {', '.join(map(str, BITS))}", repr(bits))
    if type(estimator) is Pipeline:
        steps = [[name, _step(name, step, how)] for name, step in estimator.steps]
        parameters = _plain_parameters(estimator)
        header |= {"estimator": "Pipeline", "steps": steps, "parameters": parameters}
    else:
        _check_kind(estimator)
        header |= _part(estimator, how)
    header = take_out(header | {"notes": notes or {}}, arrays, "estimator")
    path = with_npz(path)
    write_npz(path, header=np.array(json.dumps(header)), **arrays)
    return path


def _step(name, step, how):
    """A step of a pipeline as plain data; a ``ValueError`` that names it unless ``load`` will know it."""
    known = _transformers() | _ours()
    if step in ("passthrough", None):
        return "passthrough"
    if type(step) is not known.get(type(step).__name__):
        expected = f"one of {', '.join(known)} (joblib.dump keeps any pipeline, as pickle)"
        _checks.fail(f"estimator (its step {name!r})", expected, type(step).__name__)
    return _part(step, how)


def _part(estimator, how):
    """An estimator, or a transformer, as plain data with arrays in it."""
    from sklearn.utils.validation import check_is_fitted

    check_is_fitted(estimator)
    network, own = getattr(estimator, "network_", None), vars(estimator)
    fitted = FITTED + FITTED_WITHOUT_NETWORK * (network is None)
    if type(estimator).__name__ in _transformers():
        fitted = set(own) - set(estimator.get_params())
    part = {
        "estimator": type(estimator).__name__,
        "parameters": _plain_parameters(estimator),
        "network": network and describe(network),
        "fitted": {name: _fitted(own[name]) for name in sorted(fitted) if name in own},
    }
    return shortened(part, estimator, **how)


def _fitted(value):
    """A fitted attribute as plain data; arrays stay arrays."""
    return _plain(value) if isinstance(value, Points) else value


def _ours():
    """The package's estimators by name."""
    from .. import estimators

    return {name: getattr(estimators, name) for name in estimators.__all__}


def _transformers():
    """What a step before an estimator may be, by name."""
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import MinMaxScaler, StandardScaler

    return {kind.__name__: kind for kind in (StandardScaler, MinMaxScaler, PCA, ZCAWhitening)}


def _check_kind(estimator):
    """A ``ValueError`` unless ``load`` will know the estimator."""
    if type(estimator) in _ours().values():
        return
    remedy = "; save its best_estimator_" if hasattr(estimator, "best_estimator_") else ""
    expected = f"one of {', '.join(_ours())}, or a Pipeline{remedy}"
    _checks.fail("estimator", expected, type(estimator).__name__)


def load(path, classes=()):
    """Read an estimator or a pipeline written by ``save``; it predicts identically.

    Parameters
    ----------
    path : str or Path
    classes : sequence of type
        Layers or parametrisations of one's own that are in the file.

    Returns
    -------
    estimator : LowRankMLPClassifier, LowRankMLPRegressor, LowRankAutoencoder, RICA or Pipeline
        Its ``recipes_`` are None where the file is from before there were recipes.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not such a file, or damaged, or has a layer that is not known.
    """
    from sklearn.pipeline import Pipeline

    header, arrays = _read(path)
    header = put_back(header, arrays)
    known = _ours() | {"Pipeline": Pipeline}
    if _checks.choice("estimator in the file", header["estimator"], known) != "Pipeline":
        return _of_part(header, classes)
    steps = [(name, _of_part(part, classes)) for name, part in header["steps"]]
    return Pipeline(steps, **{name: _value(value) for name, value in header["parameters"].items()})


def _of_part(part, classes):
    """What ``_part`` was given."""
    if part == "passthrough":
        return part
    part = at_full_length(part, _value(part["fitted"].get("points_")))
    known = _transformers() | _ours()
    name = _checks.choice("estimator in the file", part["estimator"], known)
    estimator = known[name](**{k: _value(v) for k, v in part["parameters"].items()})
    before = EARLIER if name in _ours() else {}
    for attribute, value in (before | part["fitted"]).items():
        setattr(estimator, attribute, _value(value) if attribute == "points_" else value)
    if part["network"] is not None:
        estimator.network_ = restore(part["network"], classes)
        if part.get("unfolded"):
            estimator.network_, estimator.theta_ = folded(estimator.network_, part["fitted"])
        estimator.describe_fit()
    return estimator


def read_notes(path):
    """The notes that ``save`` was given; raises as ``load`` does."""
    header, arrays = _read(path, "notes")
    return put_back(header["notes"], arrays)


def _read(path, part=None):
    """The header and the arrays of a model file (all, or those of a part)."""
    path = Path(path).expanduser()
    try:
        with open_npz(path) as file:
            header = json.loads(str(file["header"]))
            names = set(file.files) - {"header"}
            names = names if part is None else names & set(names_in(header[part]))
            arrays = {name: file[name] for name in names}
    except FileNotFoundError:
        raise FileNotFoundError(
            f"path: expected a model file written by train or lowrankweights.save, got no file {str(path)!r}"
            f"{did_you_mean(path)}"
        ) from None
    except (Damaged, OSError) as e:
        raise ValueError(
            f"path: expected a model file written by train or lowrankweights.save, got {str(path)!r}, "
            f"which is another file or damaged{_why(e)}; save the model again"
        ) from e
    if header.get("format") != FORMAT:
        _checks.fail("path", f"a model file of format {FORMAT}", f"format {header.get('format')}")
    return header, arrays


def _why(error):
    """An error in words, without NumPy's advice on pickled files, which would not help."""
    return "" if "pickle" in str(error) else f" ({error})"


def is_model(path):
    """Whether a file has a model's header, of whatever format."""
    try:
        with zipfile.ZipFile(path) as file:
            return "header.npy" in file.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def _plain_parameters(estimator):
    """The parameters that JSON can hold, a ``Grid`` as what it is made from."""
    parameters = {
        name: _plain(value) for name, value in estimator.get_params(deep=False).items() if name != "steps"
    }
    lost = {name: {"lost": repr(parameters[name])} for name in NEEDED if not _is_plain(parameters.get(name))}
    return {name: value for name, value in parameters.items() if _is_plain(value)} | lost


def _plain(parameter):
    """A parameter's value as JSON can hold it, if it can."""
    if isinstance(parameter, Points):
        channels = parameter.channels
        if isinstance(parameter, Grid):
            return {"grid": [list(parameter.shape), None if channels is None else parameter.n_channels]}
        return {"points": [parameter.coordinates.tolist(), None if channels is None else channels.tolist()]}
    if isinstance(parameter, dict):  # JSON's own keys are text only
        return {"pairs": [[_plain(key), _plain(value)] for key, value in parameter.items()]}
    if isinstance(parameter, (np.generic, np.ndarray)):
        return parameter.tolist()
    return [_plain(v) for v in parameter] if isinstance(parameter, (list, tuple)) else parameter


def _value(parameter):
    """A parameter's value from what ``_plain_parameters`` made of it."""
    if isinstance(parameter, dict):
        ((kind, of),) = parameter.items()
        made = {
            "lost": Lost,
            "grid": lambda of: Grid(tuple(of[0]), of[1]),
            "points": lambda of: Points(*of),
            "pairs": lambda of: {_value(key): _value(value) for key, value in of},
        }
        return made[kind](of)
    return tuple(map(_value, parameter)) if isinstance(parameter, list) else parameter


def _is_plain(value):
    try:
        json.dumps(value)
    except TypeError:
        return False
    return True
