"""Loss functions of the last layer's z, each with the output function that turns z into a prediction.

``terms(z, Y)`` gives the loss of each row and output (n, n_out), to be summed, and the derivative of
that sum, dz (n, n_out). With these pairs of loss and output function, dz = prediction - Y.

To add one: a line in ``LOSSES``; it runs as it is. Its name in pictures and worked numbers: ``OUTPUTS`` in
``teaching/worked/numbers.py``.
"""

from typing import NamedTuple

import numpy as np

from .. import _checks
from .activations import sigmoid


class Loss(NamedTuple):
    """``terms(z, Y) -> (terms, dz)``, and ``predict(z)``."""

    terms: callable
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
    """-Y_k log softmax(z)_k, and dz = softmax(z) - Y where the rows of Y sum to 1."""
    # -log softmax(z)_k = log sum_j exp(z_j - max) - (z_k - max)
    shifted = z - z.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    # dz_k = softmax(z)_k sum_j Y_j - Y_k
    return Y * (log_sum - shifted), np.exp(shifted - log_sum) * Y.sum(axis=1, keepdims=True) - Y


def sigmoid_cross_entropy(z, Y):
    """-Y_k log g(z_k) - (1 - Y_k) log(1 - g(z_k)), g the sigmoid and Y in [0, 1]; dz = g(z) - Y."""
    # = max(z, 0) - z Y + log(1 + exp(-|z|)), which cannot overflow
    return np.maximum(z, 0) - z * Y + np.log1p(np.exp(-np.abs(z))), sigmoid(z) - Y


def squared_error(z, Y):
    """1/2 (z_k - Y_k)^2, and dz = z - Y."""
    dz = z - Y
    return 0.5 * (dz * dz), dz


LOSSES = {
    "softmax_cross_entropy": Loss(softmax_cross_entropy, softmax),
    "sigmoid_cross_entropy": Loss(sigmoid_cross_entropy, sigmoid),
    "squared_error": Loss(squared_error, lambda z: z),
}


def check_loss(name):
    """The name, or a ``ValueError``: there is none, or what is in the table is no ``Loss``."""
    loss = LOSSES[_checks.choice("loss", name, LOSSES)]
    if not isinstance(loss, Loss):
        expected = "networks.Loss(terms, predict) in the table, with terms(z, Y) -> (terms, dz)"
        _checks.fail(f"loss ({name!r})", expected, repr(loss))
    return name


def terms_and_dz(loss, z, Y):
    """What the loss of this name says of z; a ``ValueError`` that names it if it is of another shape."""
    expected = "terms and dz"
    terms, dz = _checks.two(f"loss ({loss!r}: what its terms returned)", LOSSES[loss].terms(z, Y), expected)
    if np.shape(terms) != z.shape or np.shape(dz) != z.shape:
        shapes = f"shapes {np.shape(terms)} and {np.shape(dz)}"
        _checks.fail(f"loss ({loss!r}: its terms and dz)", f"shape {z.shape}, as z has", shapes)
    return terms, dz


def prediction(loss, z):
    """The loss's output function of z, (n, n_out), checked in the same way."""
    predicted = LOSSES[loss].predict(z)
    if np.shape(predicted) != z.shape:
        name = f"loss ({loss!r}: its predict)"
        _checks.fail(name, f"shape {z.shape}, as z has", f"shape {np.shape(predicted)}")
    return predicted
