"""Worked numbers of layers on images: one window and one place by hand, then all of them."""

import functools
import math

import numpy as np

from ...networks import ACTIVATIONS, Conv2d, Flatten, MaxPool2d
from .lines import Line, learned_lines, shape, weight_lines

LAYERS = (Conv2d, MaxPool2d, Flatten)

WHY_FILTERS = (
    "A column of W, as it is laid on the image: filters below each other, their channels side by side. "
    "Nothing is flipped."
)
WHY_PLACE = "z_j = sum_k u_k W_kj + b_j: filter j and the window, number by number."
WHY_Z = "The same filters at every place: a dense layer whose rows are the windows."
WHY_DW = (
    "W_kj is laid on every window, and reaches each z_j times the u_k beneath it: dW_kj = sum of u_k dz_j "
    "over all images and places. The windows are the rows of u."
)
WHY_DB = "b_j is added at every place, so it gets the sum of all places."
WHY_ONE = "What this one window gives to dW."
WHY_DU = "What the numbers of this window get from this place alone."
WHY_TURNED = (
    "In the window that begins at a pixel the filter's first number lies on it, in the one that ends there "
    "its last: seen from the pixel, the filter is turned by half a turn. Filters and channels change places."
)
WHY_OUTSIDE = "Zeros where there is no place."
WHY_DV = "The sum over all windows that a pixel is in, all du at once: dz, convolved with the turned filters."
WHY_MAX = "Each channel for itself; of equal numbers the first is meant."
WHY_MAX_BACK = "The others of a block do not reach h: a little more or less of them, and h stays."
WHY_FLAT = "The same numbers, row after row, the channels of a pixel side by side."


@functools.singledispatch
def forward(layer, theta, v, h):
    """What the layer does, line by line."""


@functools.singledispatch
def learned(layer, gradient, states, weight_decay):
    """The gradients of what it learns; ``states`` are v, h and dh."""
    return []


@functools.singledispatch
def down(layer, theta, states, dv):
    """dv, line by line."""


@forward.register
def _(layer: Conv2d, theta, v, h):
    p, b = layer.split(theta)
    W, u = layer.parametrisation.expand(p), layer.windows(v)
    z, at = u @ W + b, (0, *(n // 2 for n in layer.out_shape[:2]))
    here, n_u = at_words(at), f"({u.shape[-1]},)"
    return [
        *weight_lines(layer.parametrisation, p, W),
        Line("the filters", f"{shape(W)} as {shape(filters(layer, W))}", filters(layer, W), WHY_FILTERS),
        Line("b", f"{shape(b)}, learned", b),
        window_line(layer, u, at),
        Line(f"z{here} = u{here} W + b", f"{shape(b)} = {n_u}{shape(W)} + {shape(b)}", z[at], WHY_PLACE),
        Line("z = u W + b, at every place", f"{shape(z)} = {shape(u)}{shape(W)} + {shape(b)}", z, WHY_Z),
        Line(f"h = g(z), {layer.activation}", shape(h), h),
    ]


@learned.register
def _(layer: Conv2d, gradient, states, weight_decay):
    v, h, dh = states
    dz, u, q = slope(layer, dh, h), layer.windows(v), layer.parametrisation
    (dp, db), at = layer.split(gradient), telling(dz)
    here = at_words(at)
    rows, of_dz = u.reshape(-1, q.n_v), dz.reshape(-1, q.n_h)
    one = f"({q.n_v}, {q.n_h}) = (1, {q.n_v})^T(1, {q.n_h})"
    every = f"({q.n_v}, {q.n_h}) = {shape(rows)}^T{shape(of_dz)}"
    words = "dW = u^T dz, summed over places"
    return [
        window_line(layer, u, at),
        Line(f"u{here}^T dz{here}", one, np.outer(u[at], dz[at]), WHY_ONE),
        *learned_lines(q, dp, rows.T @ of_dz, words, every, WHY_DW, weight_decay),
        Line("db = dz, summed over places", shape(db), db, WHY_DB),
    ]


@down.register
def _(layer: Conv2d, theta, states, dv):
    _, h, dh = states
    dz = slope(layer, dh, h)
    W = layer.parametrisation.expand(layer.split(theta)[0])
    turned, around = turned_filters(layer, W), windows_of_dz(layer, dz)
    at = telling(dz)  # of the windows that a pixel here is in one is here too
    here, n = at_words(at), around.shape[-1]
    du, one = dz[at] @ W.T, around[at] @ as_columns(turned)
    back = f"{shape(du)} = {shape(dz[at])}{shape(W)}^T"
    of_dz = f"({n},) of {shape(dz)}, flat"
    once = f"{shape(one)} = ({n},){shape(as_columns(turned))}"
    return [
        Line(f"du{here} = dz{here} W^T", back, as_image(layer, du), WHY_DU),
        Line("W turned", f"{shape(W)} as {shape(turned)}", turned, WHY_TURNED),
        Line(f"window of dz around {here}", of_dz, as_image(layer, around[at]), WHY_OUTSIDE),
        Line(f"dv{here} = this window, with W turned", once, one),
        Line("dv = windows of dz, with W turned", f"{shape(dv)} from {shape(dz)}", dv, WHY_DV),
    ]


@forward.register
def _(layer: MaxPool2d, theta, v, h):
    height, width = layer.window
    block = v[:1, :height, :width]
    corner = at_words((0, slice(0, height), slice(0, width)))
    return [
        Line(f"v{corner}", f"{shape(block[0])}: one block", block),
        Line("h[0, 0, 0] = largest of this block", shape(h[0, 0, 0]), h[0, 0, 0], WHY_MAX),
        Line("h = largest of each block", f"{shape(h)} from {shape(v)}", h),
    ]


@down.register
def _(layer: MaxPool2d, theta, states, dv):
    formula = "dv = dh where v was largest, else 0"
    return [Line(formula, f"{shape(dv)} from {shape(states[2])}", dv, WHY_MAX_BACK)]


@forward.register
def _(layer: Flatten, theta, v, h):
    return [Line("h = v, laid flat", f"{shape(h)} from {shape(v)}", h, WHY_FLAT)]


@down.register
def _(layer: Flatten, theta, states, dv):
    return [Line("dv = dh, as images", f"{shape(dv)} from {shape(states[2])}", dv)]


def slope(layer, dh, h):
    """dz = dh g'(z)."""
    return dh * ACTIVATIONS[layer.activation].derivative(h)


def telling(dz):
    """The place of the first image where dz is largest; elsewhere it may be 0."""
    size = np.abs(dz[0]).sum(axis=-1)
    return (0, *map(int, np.unravel_index(size.argmax(), size.shape)))


def window_line(layer, u, at):
    """One window, and where it lies."""
    first = [place - before for place, (before, _) in zip(at[1:], layer.n_zeros, strict=True)]
    rows, columns = (f"{k} to {k + size - 1}" for k, size in zip(first, layer.window, strict=True))
    outside = "; zeros outside of it" if layer.padding == "same" else ""
    why = f"Image {at[0]}, rows {rows}, columns {columns}{outside}."
    words = f"({u.shape[-1]},) of {shape(u)}, flat"
    return Line(f"u{at_words(at)} = window of v", words, as_image(layer, u[at]), why)


def as_image(layer, u):
    """A window of flat numbers as it lies on the image: (1, height, width, channels)."""
    return u.reshape(1, *layer.window, -1)


def at_words(indices):
    """Indices as NumPy has them.

    >>> at_words((0, slice(1, 3), 2))
    '[0, 1:3, 2]'
    """
    words = [f"{k.start}:{k.stop}" if isinstance(k, slice) else str(k) for k in indices]
    return f"[{', '.join(words)}]"


def filters(layer, W):
    """W's columns as they are laid on the image: (n_h, height, width, n_channels)."""
    return W.T.reshape(-1, *layer.window, layer.in_shape[2])


def turned_filters(layer, W):
    """(n_channels, height, width, n_h): turned by half a turn, channels and filters exchanged."""
    return filters(layer, W)[:, ::-1, ::-1].transpose(3, 1, 2, 0)


def as_columns(filters):
    """Filters as the columns of a matrix."""
    return filters.reshape(len(filters), -1).T


def windows_of_dz(layer, dz):
    """The window of dz around each pixel of v, zeros outside: (n, height, width, numbers of a window)."""
    ends = [
        (size - 1 - before, size - 1 - after)
        for size, (before, after) in zip(layer.window, layer.n_zeros, strict=True)
    ]
    padded = np.pad(dz, [(0, 0), *ends, (0, 0)])
    u = np.lib.stride_tricks.sliding_window_view(padded, layer.window, axis=(1, 2))
    return np.moveaxis(u, 3, -1).reshape(*u.shape[:3], math.prod(layer.window) * dz.shape[-1])
