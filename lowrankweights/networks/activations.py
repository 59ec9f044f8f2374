"""Activation functions and their derivatives, as a table.

``value(z)`` is h = g(z) and ``derivative(h)`` is g'(z) written in terms of h, so that the
backward pass needs no z. ``forward`` and ``backward`` say the same with the bias and the chain
rule included, in one pass over the memory; they overwrite their first argument and return it.
"""

from typing import NamedTuple

import numpy as np

from ..speed import compiled


class Activation(NamedTuple):
    """g in four forms: ``forward(z, b)`` is g(z + b), ``backward(dh, h)`` is dh g'(z)."""

    value: callable
    derivative: callable
    forward: callable
    backward: callable


def sigmoid(z):
    """1 / (1 + exp(-z)), without overflow for any z.

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    return compiled.bias_sigmoid.meaning(z.copy(), 0)


ACTIVATIONS = {
    "identity": Activation(
        lambda z: z,
        lambda h: np.ones_like(h),
        lambda z, b: np.add(z, b, out=z),
        lambda dh, h: dh,
    ),
    "sigmoid": Activation(sigmoid, lambda h: h * (1 - h), compiled.bias_sigmoid, compiled.sigmoid_backward),
    "tanh": Activation(np.tanh, lambda h: 1 - h * h, compiled.bias_tanh, compiled.tanh_backward),
    "relu": Activation(
        lambda z: np.maximum(z, 0), lambda h: (h > 0) * 1.0, compiled.bias_relu, compiled.relu_backward
    ),
}
