"""Less in a file: recipes in place of dictionaries, and numbers of fewer bits."""

import hashlib

import numpy as np

from .. import _checks
from ..building import STRATEGIES, from_recipe
from ..building.scale import Scale
from ..networks.layers import Weighted
from ..networks.network import Network
from .perceptron.units import Folding
from .plain_data import describe

STATIC, BITS = ("arrays", "recipe"), (64, 32, 16)
FIXED = ("U", "W0")  # arguments of parametrisations that training does not change
NARROW = {32: np.float32, 16: np.float16}
N_PROBES = 4  # numbers by which a dictionary is known again where the last bits are another machine's
TOLERANCE = 1e-6


def shortened(part, estimator, static, bits):
    """An estimator's part of a file, with recipes for dictionaries, and narrow numbers."""
    if part["network"] is None and not hasattr(estimator, "recipes_"):
        return part  # a transformer's few numbers
    fitted = dict(part["fitted"])
    net = getattr(estimator, "network_", None)
    if bits < 64 and (folding := _folding(net, fitted)) is not None:
        # in units of standardised columns: a mean far from 0 would take all the bits
        net, fitted["theta_"] = folding.inner, folding.unfold(fitted["theta_"])
        part = {**part, "network": describe(net), "unfolded": True}
    if static == "recipe":
        part = {**part, "network": _recipes_for(part["network"], estimator)}
    if bits == 64:
        return part
    narrow = {
        "theta_": lambda theta: _narrow_parts(net, theta, bits),
        "components_": lambda W: _narrow(W, bits),
        "dictionaries_": lambda layers: [[_narrow(U, bits) for U in layer] for layer in layers],
    }
    fitted |= {name: change(fitted[name]) for name, change in narrow.items() if name in fitted}
    network = _mapped(part["network"], ("factors",), lambda factors: None)  # of another U than the narrow one
    return {**part, "network": _mapped(network, FIXED, lambda a: _narrow(a, bits)), "fitted": fitted}


def _folding(net, fitted, of=Folding.of_outer):
    """The ``Folding`` of a network that learned standardised columns, else None."""
    pairs = [(fitted.get(f"{side}_mean_"), fitted.get(f"{side}_scale_")) for side in ("input", "target")]
    units = [None if mean is None else Scale(mean, scale) for mean, scale in pairs]
    return None if units == [None, None] else of(net, *units)


def folded(net, fitted):
    """The network for columns as they are, and its theta, of one that was kept for standardised columns."""
    folding = _folding(net, fitted, of=Folding)
    return folding.outer, folding.fold(fitted["theta_"])


def at_full_length(part, points):
    """What ``shortened`` was given; ``points``: of the first layer.

    Raises
    ------
    ValueError
        If a dictionary made again is not the one that was saved.
    """
    fitted = {name: _widened(value) for name, value in part["fitted"].items()}
    recipes = fitted.get("recipes_")
    scale = None if part.get("unfolded") else fitted.get("input_scale_")

    def dictionary(U):
        if not isinstance(U, dict) or "recipe" not in U:
            return _widened(U)
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

    return {**part, "network": _mapped(part["network"], FIXED, dictionary), "fitted": fitted}


def _recipes_for(network, estimator):
    """The network's description with a recipe's place, and a checksum, for each U."""
    if network is None or getattr(estimator, "recipes_", None) is None:
        _checks.fail("static", "'arrays' for features, or a model that has no recipes", "'recipe'")
    if any(layer.get("class") == "Conv2d" for layer in network.get("layers", [])):
        _checks.fail("static", "'arrays' for a convolutional network", "'recipe'")
    recipes = estimator.recipes_
    nested = recipes if recipes and isinstance(recipes[0], list) else [recipes]
    places = iter([(i, j) for i, layer in enumerate(nested) for j in range(len(layer))])

    def marked(U):
        place = next(places, None)
        if place is None:
            _checks.fail("static", "'arrays' for a model whose dictionaries have no recipes", "'recipe'")
        i, j = place
        own = nested[i][j]
        kind = STRATEGIES.get(own["strategy"])
        unknown = "class" in own or kind is None
        if unknown or kind.needs_data:
            why = "which load would not know how to make" if unknown else "which is made of data"
            expected = "'arrays', or the package's own dictionaries that need no data"
            _checks.fail("static", expected, f"{own['strategy']!r} in hidden layer {i + 1}, {why}")
        return {"recipe": [i, j], "n_v": len(U), "sha256": _digest(U), "probes": _probes(U)}

    return _mapped(network, ("U",), marked)


def _mapped(value, keys, change):
    """The description with everything under these keys changed, in order."""
    if isinstance(value, dict):
        return {k: change(v) if k in keys else _mapped(v, keys, change) for k, v in value.items()}
    return [_mapped(v, keys, change) for v in value] if isinstance(value, list) else value


def _narrow(a, bits):
    """An array in fewer bits, in units of a power of two that its largest number is below."""
    if not isinstance(a, np.ndarray) or a.dtype.kind != "f":
        return a
    exponent = int(np.frexp(np.abs(a).max(initial=0.0))[1])
    return {"narrow": np.ldexp(a, -exponent).astype(NARROW[bits]), "exponent": exponent}


def _narrow_parts(net, theta, bits):
    """theta in fewer bits, each layer's weights and biases in units of their own."""
    parts = [theta]
    if isinstance(net, Network):
        own = zip(net.layers, net.split(theta), strict=True)
        parts = [p for layer, of in own for p in (layer.split(of) if isinstance(layer, Weighted) else [of])]
    narrow = [_narrow(part, bits) for part in parts]
    return {
        "narrow": np.concatenate([part["narrow"] for part in narrow]),
        "exponent": [part["exponent"] for part in narrow],
        "sizes": [len(part) for part in parts],
    }


def _widened(value):
    """What ``_narrow`` or ``_narrow_parts`` was given, also in a list; anything else as it is."""
    if isinstance(value, list):
        return [_widened(part) for part in value]
    if not isinstance(value, dict) or "narrow" not in value:
        return value
    if "unit" in value:  # of earlier files
        return value["narrow"].astype(np.float64) * value["unit"]
    exponent = np.array(value["exponent"])
    exponent = np.repeat(exponent, value["sizes"]) if "sizes" in value else exponent
    return np.ldexp(value["narrow"].astype(np.float64), exponent)


def _digest(U):
    return hashlib.sha256(np.ascontiguousarray(U).tobytes()).hexdigest()


def _probes(U):
    """Some random sums of a dictionary's numbers, relative to its size."""
    rng = np.random.default_rng(0)
    size = np.linalg.norm(U) or 1.0
    return np.array([np.sum(U * rng.normal(size=U.shape)) / size for _ in range(N_PROBES)])
