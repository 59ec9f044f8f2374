"""Less in a file: recipes in place of dictionaries, and numbers of fewer bits."""

import hashlib

import numpy as np

from .. import _checks
from ..building import STRATEGIES, from_recipe

STATIC, BITS = ("arrays", "recipe"), (64, 32, 16)
NARROW = {32: np.float32, 16: np.float16}
N_PROBES = 4  # numbers by which a dictionary is known again where the last bits are another machine's
TOLERANCE = 1e-6


def shortened(part, estimator, static, bits):
    """An estimator's part of a file, with recipes for dictionaries, and narrow numbers."""
    if static == "recipe":
        part = {**part, "network": _recipes_for(part["network"], estimator)}
    if bits == 64:
        return part
    narrow = {name: _narrow(part["fitted"][name], bits) for name in ("theta_",) if name in part["fitted"]}
    return {**part, "network": _mapped(part["network"], "U", lambda U: _narrow(U, bits)),
            "fitted": part["fitted"] | narrow}  # fmt: skip


def at_full_length(part, points):
    """What ``shortened`` was given; ``points``: of the first layer.

    Raises
    ------
    ValueError
        If a dictionary made again is not the one that was saved.
    """
    fitted = {name: _wide(value) for name, value in part["fitted"].items()}
    scale, recipes = fitted.get("input_scale_"), fitted.get("recipes_")

    def dictionary(U):
        if not isinstance(U, dict) or "recipe" not in U:
            return _wide(U)
        i, j = U["recipe"]
        own = recipes[i][j] if isinstance(recipes[i], list) else recipes[j]
        here = points if i == 0 else None
        v = None if here is not None else np.zeros((1, U["n_v"]))
        made = from_recipe(own, v, here).U
        made = made if scale is None or i else made * (1 / scale)[:, None]  # as it was folded
        if _digest(made) != U["sha256"] and not np.allclose(_probes(made), U["probes"], TOLERANCE, TOLERANCE):
            expected = f"a recipe that gives the dictionary it was saved with ({own['strategy']})"
            _checks.fail("path", expected, "another dictionary: its points or its recipe have changed")
        return made

    return {**part, "network": _mapped(part["network"], "U", dictionary), "fitted": fitted}


def _recipes_for(network, estimator):
    """The network's description with a recipe's place, and a checksum, for each U."""
    if network is None or getattr(estimator, "recipes_", None) is None:
        _checks.fail("static", "'arrays' for a model without recipes", "'recipe'")
    if any(layer.get("class") == "Conv2d" for layer in network.get("layers", [])):
        _checks.fail("static", "'arrays' for a convolutional network", "'recipe'")
    recipes = estimator.recipes_
    nested = recipes if recipes and isinstance(recipes[0], list) else [recipes]
    places = iter([(i, j) for i, layer in enumerate(nested) for j in range(len(layer))])

    def marked(U):
        i, j = next(places)
        own = nested[i][j]
        kind = STRATEGIES.get(own["strategy"])
        if "class" in own or kind is None or kind.needs_data:
            got = f"{own['strategy']!r} in hidden layer {i + 1}, which is made of data"
            _checks.fail("static", "'arrays', or dictionaries that need no data", got)
        return {"recipe": [i, j], "n_v": len(U), "sha256": _digest(U), "probes": _probes(U)}

    return _mapped(network, "U", marked)


def _mapped(value, key, change):
    """The description with everything under a key changed, in order."""
    if isinstance(value, dict):
        return {k: change(v) if k == key else _mapped(v, key, change) for k, v in value.items()}
    return [_mapped(v, key, change) for v in value] if isinstance(value, list) else value


def _narrow(a, bits):
    """An array in fewer bits, in units of its largest number."""
    if not isinstance(a, np.ndarray) or a.dtype.kind != "f":
        return a
    unit = float(np.abs(a).max(initial=0.0)) or 1.0
    return {"narrow": (a / unit).astype(NARROW[bits]), "unit": unit}


def _wide(value):
    if isinstance(value, dict) and set(value) == {"narrow", "unit"}:
        return value["narrow"].astype(np.float64) * value["unit"]
    return value


def _digest(U):
    return hashlib.sha256(np.ascontiguousarray(U).tobytes()).hexdigest()


def _probes(U):
    """Some random sums of a dictionary's numbers, relative to its size."""
    rng = np.random.default_rng(0)
    size = np.linalg.norm(U) or 1.0
    return np.array([np.sum(U * rng.normal(size=U.shape)) / size for _ in range(N_PROBES)])
