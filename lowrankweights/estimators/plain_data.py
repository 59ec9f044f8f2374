"""Models as plain data with arrays in it, and what JSON holds of that: a name in place of each array.

A network, a layer or a parametrisation is described by the arguments that it is made from: its class
names them in an attribute ``arguments`` (or in ``ARGUMENTS`` here) and keeps each under its name. A
value may be a number, a string, None, an array, another such object, or a list of these (a tuple comes
back as a list). A class that a room above exports needs nothing else to be saved and loaded.
"""

import numpy as np

from .. import _checks, networks, unsupervised, weights
from ..networks.activations import MAXOUT
from ..networks.dropout import Dropout
from ..networks.images import Conv2d, Flatten, MaxPool2d, Unflatten
from ..networks.layers import Dense
from ..networks.network import Network
from ..unsupervised.autoencoder import TiedAutoencoder
from ..weights.parametrisations import Columns, Full, LowRank, Predicted

ARGUMENTS = {
    Network: ("layers", "loss", "input_shape"),
    Dense: ("parametrisation", "activation", "n_pieces"),
    Conv2d: ("parametrisation", "window", "padding", "activation"),
    MaxPool2d: ("window",),
    Flatten: (),
    Unflatten: ("shape",),
    Dropout: ("rate", "rng"),
    TiedAutoencoder: ("parametrisation", "activation", "decoder"),
    Columns: ("columns",),
    Predicted: ("U", "n_h", "factors"),
    LowRank: ("n_v", "n_h", "rank"),
    Full: ("n_v", "n_h"),
}
ROOMS = (weights, networks, unsupervised)  # whose classes may be in a file
RENAMED = {"weights": "parametrisation"}  # arguments that earlier files call otherwise


def describe(model):
    """The arguments that a model is made from, as plain data with arrays in it."""
    if isinstance(model, (list, tuple)):
        return [describe(part) for part in model]
    if isinstance(model, np.generic):
        return model.item()
    if model is None or isinstance(model, (bool, int, float, str, np.ndarray)):
        return model
    kind = type(model)
    arguments = _arguments(kind)
    if arguments is None:
        expected = "layers that can be saved: a class names its constructor's arguments in `arguments`"
        _checks.fail("estimator", expected, kind.__name__)
    return {"class": kind.__name__, **{name: describe(getattr(model, name)) for name in arguments}}


def restore(description, classes=()):
    """The model that ``describe`` described."""
    if isinstance(description, list):
        return [restore(part, classes) for part in description]
    if not isinstance(description, dict):
        return description
    name_key = "class" if "class" in description else "kind"  # as earlier files call it
    arguments = {RENAMED.get(k, k): restore(v, classes) for k, v in description.items() if k != name_key}
    for table, argument in ((networks.ACTIVATIONS, "activation"), (networks.LOSSES, "loss")):
        name = arguments.get(argument)
        if isinstance(name, str) and name not in (*table, MAXOUT):
            tables = f"networks.{argument.upper()}S" if argument == "activation" else "networks.LOSSES"
            _checks.fail(
                "path", f"a model whose {argument} is in {tables} (put it there before load)", repr(name)
            )
    return _class_of(description[name_key], classes)(**arguments)


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


def take_out(value, arrays, name):
    """The value with a name in place of each array in it; the arrays go into ``arrays``.

    Raises
    ------
    ValueError
        By ``name``, if there is something in it that neither JSON nor an array can hold.
    """
    if isinstance(value, np.ndarray) or (isinstance(value, np.generic) and not _is_json(value)):
        key = f"array_{len(arrays)}"
        arrays[key] = _typed(np.asarray(value), name)
        return {"array": key}
    if isinstance(value, dict) and set(value) == {"array"}:
        _checks.fail(name, "dicts with other keys than 'array' alone, which stands for one", repr(value))
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {k: take_out(v, arrays, name) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [take_out(v, arrays, name) for v in value]
    if not _is_json(value):
        expected = "numbers, text, None, arrays, and lists and dicts of them (whose keys are text)"
        _checks.fail(name, expected, f"{value!r}, a {type(value).__name__}")
    return value


def put_back(value, arrays):
    """What ``take_out`` was given; a tuple as a list."""
    if isinstance(value, dict):
        named = set(value) == {"array"} and isinstance(value["array"], str) and value["array"] in arrays
        # a number that JSON does not have is an array without dimensions
        return arrays[value["array"]][()] if named else {k: put_back(v, arrays) for k, v in value.items()}
    return [put_back(v, arrays) for v in value] if isinstance(value, list) else value


def names_in(value):
    """Names of the arrays in what ``take_out`` returned."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [value["array"]] if isinstance(value, dict) and isinstance(value.get("array"), str) else []
    return own + [name for part in parts for name in names_in(part)]


def _is_json(value):
    return value is None or isinstance(value, (bool, int, float, str))


def _typed(array, name):
    """The array; one of objects as one of text or of numbers, if that is what they are."""
    if array.dtype != object:
        return array
    if not all(isinstance(entry, str) for entry in array.flat):
        array = np.array(array.tolist())
    if array.dtype.hasobject and not all(isinstance(entry, str) for entry in array.flat):
        _checks.fail(name, "arrays of text or of numbers", "an array of objects")
    return array.astype(str) if array.dtype.hasobject else array
