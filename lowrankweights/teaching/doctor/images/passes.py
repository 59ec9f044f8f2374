"""Passes of layers on images, put together from lines.

A state's ``out`` and ``z_out`` are h and z as the layer above gets them, ``g`` the activation between both.
"""

from types import SimpleNamespace

import numpy as np

from ....networks import Flatten, MaxPool2d, Unflatten
from ..lines import down, forward, learned, run_line
from .lines import IMAGE_LINES, added_up, blocks, cut_out, put_back, windows


def convolve(layer, part, image, place, fault=None):
    """The state of a convolution after its forward pass: a dense layer's, whose v are the windows."""
    own = SimpleNamespace(place=place, window=layer.window, n_zeros=layer.n_zeros, out_shape=layer.out_shape)
    own.n_channels = image.shape[-1]
    own.zeros = run_line("zeros", own, fault, IMAGE_LINES)
    own.layout = run_line("layout", own, fault, IMAGE_LINES)
    own.seen = lambda a: windows(a, own.window, own.zeros)[..., own.layout].reshape(-1, len(own.layout))
    s = forward(layer.parametrisation, layer.activation, layer.split(part), own.seen(image), place, fault)
    vars(s).update(vars(own), n=len(image), h_below=image, image=image)
    s.out, s.z_out = (a.reshape(s.n, *s.out_shape) for a in (s.h, s.z))
    return s


def convolve_back(s, arrays, dWs, fault):
    """A convolution's backward pass from s.dh: adds the gradients to ``arrays``, returns dv."""
    s.dh = s.dh.reshape(s.z.shape)
    s.dz = run_line("dz", s, fault)
    rows = run_line("places", s, fault, IMAGE_LINES)
    counted = SimpleNamespace(**{**vars(s), "v": s.v[rows], "dz": s.dz[rows]})
    learned(counted, arrays, dWs, fault)
    # du = dz W^T, and dv: each pixel's sum over all windows that it is in
    du = down(s, fault)[:, np.argsort(s.layout)]
    padded = added_up(du.reshape(s.n, *s.out_shape[:2], -1), s.window)
    (above, left), (_, height, width, _) = run_line("cut", s, fault, IMAGE_LINES), s.image.shape
    return cut_out(padded, above, left, height, width)


def pool(layer, below, place, fault):
    """The state of max pooling; what is between z and h below it ends here."""
    v_k = blocks(below.out, layer.window, layer.out_shape)
    s = SimpleNamespace(place=place, window=layer.window, v_k=v_k, g=None)
    # h = max_k v_k
    s.out = s.z_out = v_k.max(axis=-1)
    return s


def pool_back(s, dh, fault):
    """dv of max pooling, (n, *in_shape)."""
    s.dh = dh
    return put_back(run_line("unpool", s, fault, IMAGE_LINES), s.window, s.layer.in_shape)


def lay_flat(layer, below, place, fault):
    """The state of ``Flatten`` or ``Unflatten``: the same numbers, z's too."""
    shape = layer.in_shape if isinstance(layer, Flatten) else layer.out_shape
    s = SimpleNamespace(place=place, shape=shape)
    s.flat = run_line("flat", s, fault, IMAGE_LINES)
    for name in ("out", "z_out"):
        a = getattr(below, name)
        setattr(s, name, a.reshape(len(a), -1)[:, s.flat].reshape(len(a), *layer.out_shape))
    s.g = below.g
    return s


def lay_back(s, dh, fault):
    """dv of ``Flatten`` or ``Unflatten``, (n, *in_shape)."""
    order = run_line("flat back", s, fault, IMAGE_LINES)
    return dh.reshape(len(dh), -1)[:, np.argsort(order)].reshape(len(dh), *s.layer.in_shape)


# Layers that learn nothing and whose lines are known: forward, backward.
PASSED = {MaxPool2d: (pool, pool_back), Flatten: (lay_flat, lay_back), Unflatten: (lay_flat, lay_back)}


def passed_back(s, dh, fault):
    """dv of a layer that learns nothing."""
    for kind, (_, back) in PASSED.items():
        if isinstance(s.layer, kind):
            return back(s, dh, fault)
    # somebody's own, whose lines only it knows
    return s.layer.backward(s.part, s.cache, dh)[1]


def passed_through(layer, part, below, place, rows, fault):
    """The state of a layer that learns nothing, after its forward pass."""
    for kind, (ahead, _) in PASSED.items():
        if isinstance(layer, kind):
            return ahead(layer, below, place, fault)
    h, cache = layer.forward(part, below.out, rows)
    return SimpleNamespace(part=part, cache=cache, out=h, z_out=h, g=None)
