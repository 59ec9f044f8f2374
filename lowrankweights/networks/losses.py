"""Loss functions of the last layer's pre-activation z, as a table.

Each returns the loss summed over rows and outputs, in float64, and dz = dloss / dz (n, n_out).
Each is paired with the output function that turns z into a prediction; with these pairs
dz = prediction - Y.
"""

from typing import NamedTuple

import numpy as np

from ..speed import compiled
from .activations import sigmoid


class Loss(NamedTuple):
    """A loss, ``summed(z, Y) -> (loss, dz)``, and its output function, ``predict(z)``."""

    summed: callable
    predict: callable


def softmax(z):
    """exp(z_k) / sum_j exp(z_j) in each row, without overflow.

    >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]]))
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_cross_entropy(z, Y):
    """-sum_k Y_k log softmax(z)_k, and dz = softmax(z) - Y when the rows of Y sum to 1."""
    dz = np.empty_like(z)
    return compiled.softmax_cross_entropy(dz, z, Y), dz


def sigmoid_cross_entropy(z, Y):
    """-sum_k [Y_k log g(z_k) + (1 - Y_k) log(1 - g(z_k))], g the sigmoid; Y in [0, 1]."""
    # = max(z, 0) - z Y + log(1 + exp(-|z|)), which cannot overflow
    loss = (np.maximum(z, 0) - z * Y + np.log1p(np.exp(-np.abs(z)))).sum(dtype=np.float64)
    # dz = g(z) - Y
    return loss, sigmoid(z) - Y


def squared_error(z, Y):
    """1/2 sum_k (z_k - Y_k)^2."""
    dz = z - Y
    return 0.5 * np.sum(dz * dz, dtype=np.float64), dz


LOSSES = {
    "softmax_cross_entropy": Loss(softmax_cross_entropy, softmax),
    "sigmoid_cross_entropy": Loss(sigmoid_cross_entropy, sigmoid),
    "squared_error": Loss(squared_error, lambda z: z),
}
