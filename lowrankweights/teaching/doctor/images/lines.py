"""The lines of layers on images. A convolution has those of a dense layer too: its v are windows, one a row.

=========  ==========================================================================================
line       s
=========  ==========================================================================================
zeros      of a convolution: window, n_channels, out_shape, n_zeros ((above, below), (left, right))
layout     these, and zeros, once they are set
places     these, layout, and all of a dense layer's dz; rows of v, z, h, dh, dz are images and places
cut        these
unpool     v_k (n, n_down, n_across, n_channels, numbers of a block), dh
flat       of Flatten, Unflatten: shape (of the image)
flat back  these, and flat
=========  ==========================================================================================

With a fault in zeros, layout or flat the forward pass is wrong, and the backward pass goes with it.
"""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

IMAGE_LINES = {
    # zeros around the image
    "zeros": lambda s: s.n_zeros,
    # a window laid out flat: (row, column, channel)
    "layout": lambda s: np.arange(math.prod(s.window) * s.n_channels),
    # dW = sum of u^T dz, db = sum of dz, both over all images and places
    "places": lambda s: slice(None),
    # dv: where the image begins among the zeros
    "cut": lambda s: tuple(before for before, _ in s.zeros),
    # dv_k = dh at the largest of its block, of equal ones the first; else 0
    "unpool": lambda s: s.dh[..., None] * first_largest(s.v_k),
    # an image laid out flat: (row, column, channel)
    "flat": lambda s: np.arange(math.prod(s.shape)),
    # and its gradient in the same order
    "flat back": lambda s: s.flat,
}


def windows(image, window, zeros):
    """The window at each place: (n, n_down, n_across, n_u)."""
    (above, below), (left, right) = zeros
    n, height, width, n_channels = image.shape
    padded = np.zeros((n, above + height + below, left + width + right, n_channels), image.dtype)
    padded[:, above : above + height, left : left + width] = image
    u = sliding_window_view(padded, window, axis=(1, 2)).transpose(0, 1, 2, 4, 5, 3)
    return u.reshape(*u.shape[:3], -1)


def added_up(du, window):
    """From du of each window (n, n_down, n_across, n_u) to the image with its zeros around it."""
    n, n_down, n_across, _ = du.shape
    height, width = window
    du = du.reshape(n, n_down, n_across, height, width, -1)
    padded = np.zeros((n, n_down + height - 1, n_across + width - 1, du.shape[-1]), du.dtype)
    for i in range(height):
        for j in range(width):
            padded[:, i : i + n_down, j : j + n_across] += du[:, :, :, i, j]
    return padded


def cut_out(padded, above, left, height, width):
    """The image that begins there; what lies outside is 0."""
    more = max(0, -above, -left, above + height - padded.shape[1], left + width - padded.shape[2])
    if more:
        padded = np.pad(padded, [(0, 0), (more, more), (more, more), (0, 0)])
    return padded[:, more + above : more + above + height, more + left : more + left + width]


def blocks(image, window, out_shape):
    """Each block of a pooled image, laid out flat: (n, n_down, n_across, n_channels, numbers of a block)."""
    (n_down, n_across, n_channels), (height, width) = out_shape, window
    whole = image[:, : n_down * height, : n_across * width]
    v_k = whole.reshape(len(image), n_down, height, n_across, width, n_channels)
    return v_k.transpose(0, 1, 3, 5, 2, 4).reshape(len(image), *out_shape, -1)


def put_back(v_k, window, in_shape):
    """The image (n, *in_shape) of its blocks; pixels in none are 0."""
    n, n_down, n_across, n_channels, _ = v_k.shape
    height, width = window
    v_k = v_k.reshape(n, n_down, n_across, n_channels, height, width).transpose(0, 1, 4, 2, 5, 3)
    image = np.zeros((n, *in_shape), v_k.dtype)
    image[:, : n_down * height, : n_across * width] = v_k.reshape(n, n_down * height, n_across * width, -1)
    return image


def first_largest(v_k):
    """Whether each number of a block is its first largest one."""
    return np.arange(v_k.shape[-1]) == v_k.argmax(axis=-1)[..., None]
