"""Layers on images (n, height, width, n_channels): a dense layer on every window, pooling, flattening.

A window is laid out flat as (row, column, channel), so that a column of W is a filter as it is laid on the
image: it is not flipped.
"""

import copy
import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .. import _checks
from .activations import ACTIVATIONS
from .layers import Layer, Weighted

PADDINGS = ("same", "valid")


class Conv2d(Weighted):
    """h = g(z), with z = u W + b for every window u of the image (paper, section 3.4).

    Parameters
    ----------
    parametrisation : Parametrisation
        Of W, (n_u, n_h): n_u = height * width * n_channels numbers of a window, n_h filters.
    window : (height, width)
    padding : "same" or "valid"
        Whether zeros are set around the image, so that as many windows fit as it has pixels, or none are. Of
        an odd number of them the last one comes below and at the right.
    activation : "identity", "sigmoid", "tanh" or "relu"

    Raises
    ------
    ValueError
        As ``Dense``; in a network, if a window does not fit into the image or has another n_u.

    Examples
    --------
    >>> from lowrankweights import Full
    >>> layer = Conv2d(Full(3 * 3 * 2, n_h=4), window=(3, 3)).on((8, 6, 2))
    >>> layer.out_shape
    (8, 6, 4)
    """

    def __init__(self, parametrisation, window, padding="same", activation="identity"):
        super().__init__(parametrisation, activation)
        self.window = _checks.sizes("window", window, "(height, width)", (2,))
        self.padding = _checks.choice("padding", padding, PADDINGS)

    def on(self, in_shape):
        height, width, n_channels = image_shape(in_shape)
        n_u, expected = self.parametrisation.n_v, math.prod(self.window) * n_channels
        if n_u != expected:
            what = (
                f"n_v = {expected} (height * width * n_channels of a window, {self.window} and {n_channels})"
            )
            _checks.fail("parametrisation", what, n_u)
        n_zeros = [_before_and_after(size - 1 if self.padding == "same" else 0) for size in self.window]
        padded = height + sum(n_zeros[0]), width + sum(n_zeros[1])
        places = [n - size + 1 for n, size in zip(padded, self.window, strict=True)]
        if min(places) < 1:
            _checks.fail("window", f"no larger than the image, {height} x {width}", self.window)
        placed = _placed(self, in_shape, (*places, self.parametrisation.n_h))
        placed.n_zeros, placed.padded_shape = n_zeros, (*padded, n_channels)
        return placed

    def forward(self, theta, v, rows=None):
        p, b = self.split(theta)
        # W = U w_alpha, or whatever else W is made of
        W = self.parametrisation.expand(p)
        # u: the window at each place, as a row
        u = self.windows(v)
        # z = u W + b
        z = u @ W + b
        # h = g(z)
        h = ACTIVATIONS[self.activation].value(z)
        return h, (u, W, h)

    def backward(self, theta, cache, dh):
        u, W, h = cache
        # dz = dh g'(z)
        dz = dh * ACTIVATIONS[self.activation].derivative(h)
        # db = sum of dz over images and places
        db = dz.sum(axis=(0, 1, 2))
        # dW = sum of u^T dz over images and places, and from it dL/dp
        dW = u.reshape(-1, u.shape[-1]).T @ dz.reshape(-1, dz.shape[-1])
        dp = self.parametrisation.pull_back(dW, self.split(theta)[0])
        # du = dz W^T, and dv: each pixel's sum over all windows that it is in
        dv = self.add_up(dz @ W.T)
        return np.concatenate([dp, db]), dv

    def windows(self, v):
        """The window at each place: (n, n_down, n_across, n_u)."""
        padded = np.pad(v, [(0, 0), *self.n_zeros, (0, 0)])
        # (n, n_down, n_across, n_channels, height, width), and the channels last
        u = np.moveaxis(sliding_window_view(padded, self.window, axis=(1, 2)), 3, -1)
        return u.reshape(*u.shape[:3], -1)

    def add_up(self, du):
        """The adjoint of ``windows``: dv (n, *in_shape), each pixel the sum of what came to it."""
        n, n_down, n_across, _ = du.shape
        du = du.reshape(n, n_down, n_across, *self.window, -1)
        padded = np.zeros((n, *self.padded_shape), du.dtype)
        for i, j in np.ndindex(*self.window):
            padded[:, i : i + n_down, j : j + n_across] += du[:, :, :, i, j]
        (above, _), (left, _) = self.n_zeros
        height, width, _ = self.in_shape
        return padded[:, above : above + height, left : left + width]


class MaxPool2d(Layer):
    """h: the largest number of each block of pixels, channel by channel.

    Parameters
    ----------
    window : (height, width)
        Of a block; blocks do not overlap. Pixels below and at the right that fill none are left out.

    Examples
    --------
    >>> MaxPool2d((2, 2)).on((7, 6, 3)).out_shape
    (3, 3, 3)
    """

    def __init__(self, window):
        self.window = _checks.sizes("window", window, "(height, width)", (2,))

    def on(self, in_shape):
        height, width, n_channels = image_shape(in_shape)
        n_down, n_across = height // self.window[0], width // self.window[1]
        if min(n_down, n_across) < 1:
            _checks.fail("window", f"no larger than the image, {height} x {width}", self.window)
        return _placed(self, in_shape, (n_down, n_across, n_channels))

    def forward(self, theta, v, rows=None):
        # v_k: the numbers of a block
        v_k = self.blocks(v).reshape(len(v), *self.out_shape, -1)
        # h = max_k v_k; of equal ones the first is meant
        k = v_k.argmax(axis=-1)[..., None]
        return np.take_along_axis(v_k, k, axis=-1)[..., 0], k

    def backward(self, theta, k, dh):
        # dv_k = dh at the largest of its block, else 0
        dv_k = np.zeros((*dh.shape, math.prod(self.window)), dh.dtype)
        np.put_along_axis(dv_k, k, dh[..., None], axis=-1)
        dv = np.zeros((len(dh), *self.in_shape), dh.dtype)
        self.blocks(dv)[...] = dv_k.reshape(*dh.shape, *self.window)
        return np.zeros(0), dv

    def blocks(self, v):
        """A view of v: (n, n_down, n_across, n_channels, height, width of a block)."""
        (n_down, n_across, n_channels), (height, width) = self.out_shape, self.window
        whole = v[:, : n_down * height, : n_across * width]
        return whole.reshape(len(v), n_down, height, n_across, width, n_channels).transpose(0, 1, 3, 5, 2, 4)


class Flatten(Layer):
    """h: an image laid out flat, (row, column, channel).

    Examples
    --------
    >>> Flatten().on((3, 3, 2)).out_shape
    (18,)
    """

    def on(self, in_shape):
        return _placed(self, in_shape, (math.prod(in_shape),))

    def forward(self, theta, v, rows=None):
        return v.reshape(len(v), -1), None

    def backward(self, theta, cache, dh):
        return np.zeros(0), dh.reshape(len(dh), *self.in_shape)


class Unflatten(Layer):
    """h: rows that came flat, as images; for data in a table.

    Examples
    --------
    >>> Unflatten((3, 3, 2)).in_shape
    (18,)
    """

    def __init__(self, shape):
        self.shape = image_shape(_checks.sizes("shape", shape, "(height, width, n_channels)"))
        self.in_shape, self.out_shape = (math.prod(self.shape),), self.shape

    def forward(self, theta, v, rows=None):
        return v.reshape(len(v), *self.shape), None

    def backward(self, theta, cache, dh):
        return np.zeros(0), dh.reshape(len(dh), -1)


def image_shape(in_shape):
    """The shape, or a ``ValueError`` unless it is an image's."""
    if len(in_shape) != 3:
        remedy = " (1 channel where they are grey)" if len(in_shape) == 2 else ""
        _checks.fail("in_shape", f"images (height, width, n_channels){remedy}", f"rows of shape {in_shape}")
    return in_shape


def _placed(layer, in_shape, out_shape):
    """A copy of the layer for rows of this shape."""
    placed = copy.copy(layer)
    placed.in_shape, placed.out_shape = tuple(in_shape), out_shape
    return placed


def _before_and_after(n):
    """So many zeros, on both sides of an image: the odd one after it."""
    return n // 2, n - n // 2
