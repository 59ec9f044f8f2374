"""The explorer's features: those that come with the package, and one's own.

A *set* is a dict with ``id``, ``title``, ``note``, ``shape`` and ``features``, one text of
float16 numbers each (``web.encode_float16``), the largest absolute weight of each at 1.
"""

import json
from pathlib import Path

import numpy as np

from .. import _checks, web
from ..dictionaries.completion import centred
from ..dictionaries.index_sets import check_index_set
from ..dictionaries.points import image_grid

FILE = Path(__file__).parent / "features.json"  # written by learn.py
LARGEST = 64  # pixels of a side that the page can handle


def load_features():
    """The bundled features, learned by this package from images that come with scikit-learn.

    Returns
    -------
    features : dict of ndarray
        For each set, ``"digits"`` and ``"photographs"``, an array (n_features, height, width),
        each feature scaled to a largest absolute weight of 1.

    Examples
    --------
    >>> load_features()["digits"].shape
    (6, 28, 28)
    """
    sets = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        s["id"]: np.array([web.decode_float16(f).reshape(s["shape"]) for f in s["features"]]) for s in sets
    }


def contents(W=None, shape=None, image=None, start=None):
    """What the page needs, as plain data: the sets, and the state to start with.

    Parameters
    ----------
    W : array, (n_v, n_features), optional
        Features of one's own, one a column, predicted as they are; they come first.
    shape : (height, width)
        Of the features in W; at most 64 a side.
    image : array, (height, width), optional
        Grey levels, from ``read_image`` for instance: one's own image, less its mean, as a feature.
    start : dict, optional
        Where the explorer starts: length_scale, ridge, proportion, seed, alpha (indices of the
        known weights of the first feature).

    Returns
    -------
    data : dict
    """
    sets = json.loads(FILE.read_text(encoding="utf-8"))
    if W is not None:
        sets.insert(0, own_set(W, shape))
    if image is not None:
        if np.ndim(image) == 3:
            grey = "grey levels (height, width); unsupervised.to_grey makes them from colours"
            _checks.fail("image", grey, f"shape {np.shape(image)}")
        pixels = _checks.array("image", image, ndim=2)
        _check_size("image", pixels.shape)
        sets.insert(0, make_set("own", "Your image", "", [centred(pixels)]))
    return {"sets": sets, "start": _start(sets[0], **(start or {}))}


def make_set(name, title, note, features):
    """A set of features, (height, width) each."""
    encoded = [web.encode_float16(f / (np.abs(f).max() or 1.0)) for f in features]
    shape = list(np.shape(features[0]))
    return {"id": name, "title": title, "note": note, "shape": shape, "features": encoded}


def own_set(W, shape):
    """The columns of W as a set."""
    W = _checks.array("W", W, ndim=2)
    grid = image_grid(shape, n_v=len(W), n_channels=(1,))
    _check_size("shape", grid.shape)
    return make_set("own", "Your features", "", list(W.T.reshape(-1, *grid.shape)))


def _check_size(name, shape):
    if not 1 <= min(shape) <= max(shape) <= LARGEST:
        _checks.fail(name, f"(height, width), from 1 to {LARGEST} each", shape)


def _start(first, length_scale=2.0, ridge=1e-2, proportion=0.2, seed=1, alpha=None):
    """The first state, as the strings that state.js reads."""
    state = {
        "length": repr(_checks.number("length_scale", length_scale, at_least=0.3, at_most=30)),
        "ridge": repr(_checks.number("ridge", ridge, at_least=0, at_most=10)),
        "share": repr(_checks.number("proportion", proportion, at_least=0, at_most=1)),
        "seed": str(_checks.integer("seed", seed, at_least=0, at_most=2**31 - 1)),
    }
    if alpha is not None:
        known = np.zeros(int(np.prod(first["shape"])), dtype=bool)
        known[check_known(alpha, known.size)] = True
        state |= {"known": web.encode_bits(known), "pattern": "painted", "share": repr(float(known.mean()))}
    return state


def check_known(alpha, n_v):
    """An index set that may be empty, as indices."""
    return check_index_set(alpha, n_v) if np.size(alpha) else np.zeros(0, dtype=np.intp)
