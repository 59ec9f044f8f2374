"""Pixels of a pooling block that are equally large: where it matters which of them is meant."""

import numpy as np

from ....networks import MaxPool2d
from ..lines import Fault

NEAR = (1e-3, 1e-4, 1e-5, 1e-6)  # relative to the spread of what is pooled


def tie_margin(subject, theta, X, Y):
    """How near the pixels of a block come to each other where the gradient depends on which is the larger.

    One of ``NEAR``, 0 below them, 1 above. Pixels that see the same, as in the background of a picture, give
    the same gradient: with these, and with those that a relu has cut off, nothing depends on the choice.
    """
    if not any(isinstance(layer, MaxPool2d) for layer in subject.layers.values()):
        return 1.0
    first, margin = subject.raw(theta, X, Y).arrays, 1.0
    for near in NEAR:
        other = Fault("tie", "unpool", lambda s, near=near: s.dh[..., None] * last_largest(s.v_k, near))
        if _same(first, subject.raw(theta, X, Y, other).arrays):
            return margin
        margin = near
    return 0.0


def last_largest(v_k, near):
    """Whether each number of a block is the last of those that are nearly the largest."""
    largest = v_k >= v_k.max(axis=-1, keepdims=True) - near * v_k.std()
    k = np.arange(v_k.shape[-1])
    return k == np.where(largest, k, -1).max(axis=-1)[..., None]


def _same(a, b):
    total = max(np.abs(x).max(initial=0) for x in a.values())
    return all(np.abs(a[k] - b[k]).max(initial=0) <= 1e-9 * np.abs(a[k]).max() + 1e-13 * total for k in a)
