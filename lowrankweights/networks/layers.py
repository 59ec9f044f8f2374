"""Layers: forward and backward pass side by side, the equation above its line.

A layer keeps no state: ``forward`` returns what ``backward`` needs, and the parameters come
as ``arrays``, made of theta by ``prepare`` once for all blocks of rows.
"""

import numpy as np

from .. import _checks
from ..speed.products import ComposeFirst
from ..weights.parametrisations import Parametrisation
from .activations import ACTIVATIONS


class Dense:
    """h = g(v W + b), with W from any parametrisation (paper, section 2).

    Parameters
    ----------
    parametrisation : Parametrisation
        ``Full``, ``Predicted``, ``LowRank`` or ``Columns``; W is (n_v, n_h).
    activation : "identity", "sigmoid", "tanh" or "relu"
        g. The last layer of a network has "identity": losses take the pre-activation.
    """

    def __init__(self, parametrisation, activation="identity"):
        if not isinstance(parametrisation, Parametrisation):
            _checks.fail("parametrisation", "a Parametrisation (Full, Predicted, ...)", repr(parametrisation))
        self.parametrisation = parametrisation
        self.activation = _checks.choice("activation", activation, ACTIVATIONS)
        self.n_v, self.n_h = parametrisation.n_v, parametrisation.n_h
        # the bias is learned too
        self.n_dynamic = parametrisation.n_dynamic + self.n_h
        self.n_static = parametrisation.n_static

    def init(self, rng):
        """Initial parameters of the layer: p as the parametrisation says, b = 0."""
        return np.concatenate([self.parametrisation.init(rng), np.zeros(self.n_h)])

    def split(self, theta):
        """The weights' p and the bias b (n_h,), as views."""
        return theta[: -self.n_h], theta[-self.n_h :]

    def prepare(self, theta, product):
        """What ``forward`` and ``backward`` need of theta: the product's arrays and b."""
        p, b = self.split(theta)
        return [*product.prepare(p), b]

    def forward(self, v, arrays, product):
        """Return h (n, n_h) and the cache; ``v`` is (n, n_v)."""
        *weights, b = arrays
        # z = v W
        z, cache = product.multiply(v, weights)
        # h = g(z + b)
        h = ACTIVATIONS[self.activation].forward(z, b)
        return h, (cache, h)

    def output(self, theta, v):
        """h for the layer's theta, (n, n_h), without a cache."""
        product = ComposeFirst(self.parametrisation)
        return self.forward(v, self.prepare(theta.astype(v.dtype), product), product)[0]

    def backward(self, dh, cache, arrays, product, need_dv=True):
        """Return the gradients of ``arrays``, and dv (None unless needed); overwrites dh."""
        *weights, _ = arrays
        cache, h = cache
        # dz = dh g'(z)
        dz = ACTIVATIONS[self.activation].backward(dh, h)
        # db = sum of dz over the rows
        db = dz.sum(axis=0)
        # dW = v^T dz, dv = dz W^T
        gradients, dv = product.pull_back(dz, cache, weights, need_dv)
        return [*gradients, db], dv

    def finish(self, gradients, theta, product):
        """dL/dtheta of the layer from the summed gradients of ``arrays``."""
        *weights, db = gradients
        return np.concatenate([product.finish(weights, self.split(theta)[0]), db])

    def decayed(self, theta):
        """The weights that weight decay acts on: all but the bias (a view)."""
        return self.split(theta)[0]

    def unpack(self, theta):
        """The learned arrays by name (w_alpha, or U and V), W composed of them, and b."""
        p, b = self.split(theta)
        return {**self.parametrisation.unpack(p), "W": self.parametrisation.expand(p), "b": b}
