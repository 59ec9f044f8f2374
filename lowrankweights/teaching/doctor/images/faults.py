"""Wrong lines of layers on images, each with the orders, zeros and places that a student may take instead."""

import itertools
import math

import numpy as np

from ....networks import Conv2d, Flatten, MaxPool2d, Unflatten
from ..lines import Fault
from .lines import windows


def faults_on_images(subject):
    """All faults that may apply to the layers on images of a pass."""
    return [*convolutions(subject), *pooling(subject), *laid_flat(subject)]


def convolutions(subject):
    """Faults of each convolution, and of all of them, as a function that they share makes."""
    layers = {i: layer for i, layer in subject.layers.items() if isinstance(layer, Conv2d)}
    for here in scopes(layers):
        own = [layers[i] for (i,) in here]
        yield from wrong_orders(here, [(*layer.window, layer.in_shape[2]) for layer in own])
        # W^T's numbers, read in the shape of W
        yield Fault("transpose_missing", "dv", lambda s: s.dz @ s.W.T.reshape(s.W.shape).T, here)
        yield from wrong_zeros(here, own)
        yield from wrong_cuts(here, own)
        yield from wrong_places(here)
    n_places = {i: math.prod(layer.out_shape[:2]) for i, layer in layers.items()}
    yield from means_over_places(subject, n_places)


def scopes(layers):
    """Each layer by itself, then all."""
    every = [frozenset([(i,)]) for i in layers]
    return [*every, frozenset((i,) for i in layers)] if len(layers) > 1 else every


# Orders of what is laid out flat as (row, column, channel), from an array (height, width, n_channels).
FLIPS = [
    lambda k: k[::-1, ::-1],
    lambda k: k[::-1],
    lambda k: k[:, ::-1],
    lambda k: k[::-1, ::-1, ::-1],
]
AXES = [axes for axes in itertools.permutations(range(3)) if axes != (0, 1, 2)]
CHANNELS = [
    *(lambda k, axes=axes: k.transpose(axes) for axes in AXES),
    # and what undoes them
    *(lambda k, axes=axes: np.argsort(k.transpose(axes).ravel()) for axes in AXES),
    lambda k: k[:, :, ::-1],
]
ORDERS = [*(("filter_flipped", f) for f in FLIPS), *(("channels_order", f) for f in CHANNELS)]


def order_of(shape, reorder):
    """The numbers 0 to prod(shape) - 1 in another order."""
    return reorder(np.arange(math.prod(shape)).reshape(shape)).ravel()


def wrong_orders(here, shapes):
    """A window's numbers in another order: in both passes, in dW, in W where du is made."""
    seen = set()
    for name, reorder in ORDERS:
        made = (name, *(tuple(order_of(shape, reorder)) for shape in shapes))
        if made in seen or made[1:] == tuple(tuple(range(math.prod(shape))) for shape in shapes):
            continue
        seen.add(made)
        order = lambda s, f=reorder: order_of((*s.window, s.n_channels), f)
        yield Fault(name, "layout", order, here)
        yield Fault(name, "dW", lambda s, o=order: s.v[:, o(s)].T @ s.dz, here)
        yield Fault(name, "dv", lambda s, o=order: s.dz @ s.W[o(s)].T, here)


# Along one axis: as many zeros (before, after) on other sides, from the right ones.
SIDES = [
    lambda before, after: (after, before),
    lambda before, after: (before + after, 0),
    lambda before, after: (0, before + after),
]
# Where dv begins, from the right zeros and the window's size: at the corner, as if they had changed sides,
# behind them all; a pixel off; as if windows of dz had no zeros before them.
SHIFTS = [
    lambda before, after, size: 0,
    lambda before, after, size: after,
    lambda before, after, size: before + after,
    lambda before, after, size: before - 1,
    lambda before, after, size: before + 1,
    lambda before, after, size: size - 1,
]


def along(rules):
    """Each rule along both axes, down only, across only; None is the right way."""
    return [axes for rule in rules for axes in ((rule, rule), (rule, None), (None, rule))]


def wrong_zeros(here, layers):
    """As many zeros on other sides: in both passes, in dW."""
    seen = {tuple(tuple(layer.n_zeros) for layer in layers)}
    for rules in along(SIDES):
        moved = lambda n_zeros, rules=rules: tuple(
            r(*z) if r else z for r, z in zip(rules, n_zeros, strict=True)
        )
        made = tuple(moved(layer.n_zeros) for layer in layers)
        if made not in seen:
            seen.add(made)
            yield Fault("padding_misplaced", "zeros", lambda s, f=moved: f(s.n_zeros), here)
            dW = lambda s, f=moved: rows_with(s, f(s.n_zeros)).T @ s.dz
            yield Fault("padding_misplaced", "dW", dW, here)


def wrong_cuts(here, layers):
    """dv begins elsewhere, so that it is shifted."""
    seen = {tuple(tuple(before for before, _ in layer.n_zeros) for layer in layers)}
    for rules in along(SHIFTS):
        begins = lambda q, rules=rules: tuple(
            r(*z, size) if r else z[0] for r, z, size in zip(rules, q.n_zeros, q.window, strict=True)
        )
        made = tuple(map(begins, layers))
        if made not in seen:
            seen.add(made)
            yield Fault("padding_misplaced", "cut", begins, here)


def rows_with(s, zeros):
    """The windows as rows, with other zeros around the image."""
    return windows(s.image, s.window, zeros).reshape(s.v.shape)[:, s.layout]


# Which places are taken for all of them, from their numbers (n_down, n_across).
SOME_PLACES = [
    lambda k: k[0, 0],
    lambda k: k[-1, -1],
    lambda k: k[k.shape[0] // 2, k.shape[1] // 2],
    lambda k: k[0],
    lambda k: k[:, 0],
]


def wrong_places(here):
    """Of the sums over places, in dW, db or both, some only; or the mean taken in dz."""
    for some in SOME_PLACES:
        rows = lambda s, f=some: rows_at(s, f)
        yield Fault("places_not_summed", "places", rows, here)
        yield Fault("places_not_summed", "dW", lambda s, r=rows: s.v[r(s)].T @ s.dz[r(s)], here)
        yield Fault("places_not_summed", "db", lambda s, r=rows: s.dz[r(s)].sum(axis=0), here)
    mean = lambda s: s.dh * s.g.derivative(s.h) / math.prod(s.out_shape[:2])
    yield Fault("places_not_summed", "dz", mean, here)


def rows_at(s, some):
    """The rows of these places in every image."""
    n_places = math.prod(s.out_shape[:2])
    at = np.ravel(some(np.arange(n_places).reshape(s.out_shape[:2])))
    return (n_places * np.arange(s.n)[:, None] + at).ravel()


def means_over_places(subject, n_places):
    """The mean over places in the last line: of one block, of a convolution, of all."""
    mean = lambda s: s.raw / s.n / n_places[s.place[0]]
    keys = [b.key for b in subject.blocks if b.key[0] in n_places]
    weights = {k for k in keys if k[1] is not None}
    sets = [{k} for k in keys] + [{k for k in keys if k[0] == i} for i in n_places]
    sets += [{k for k in weights if k[0] == i} for i in n_places] + [weights, set(keys) - weights, set(keys)]
    for here in filter(None, dict.fromkeys(map(frozenset, sets))):
        yield Fault("places_not_summed", "finish", lambda s: mean(s) + s.decay * s.w, here)
        yield Fault("places_not_summed", "finish", lambda s: mean(s) / s.n + s.decay * s.w, here)


# What a block's pixels get of dh, from the block and how many they are.
POOLED = [
    lambda v_k: np.ones_like(v_k),
    lambda v_k: np.ones_like(v_k) / v_k.shape[-1],
    # all that are equally large: twice as much where two see the same
    lambda v_k: v_k >= v_k.max(axis=-1, keepdims=True) - 1e-12 * v_k.std(),
]


def pooling(subject):
    """Max pooling that does not ask which pixel was the largest."""
    layers = [i for i, layer in subject.layers.items() if isinstance(layer, MaxPool2d)]
    for here in scopes(layers):
        for got in POOLED:
            yield Fault("pooled_to_all", "unpool", lambda s, f=got: s.dh[..., None] * f(s.v_k), here)


def laid_flat(subject):
    """An image laid out flat in another order, in both passes or on the way back."""
    for i, layer in subject.layers.items():
        if not isinstance(layer, (Flatten, Unflatten)):
            continue
        shape, seen = layer.in_shape if isinstance(layer, Flatten) else layer.out_shape, set()
        for reorder in CHANNELS:
            order = order_of(shape, reorder)
            if tuple(order) not in seen | {tuple(range(len(order)))}:
                seen.add(tuple(order))
                for line in ("flat", "flat back"):
                    yield Fault("channels_order", line, lambda s, o=order: o, frozenset([(i,)]))
