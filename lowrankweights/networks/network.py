"""A network: a list of layers and a loss, as a function of one flat vector theta."""

import numpy as np

from .. import _checks
from ..speed.plan import Plan
from ..speed.products import ComposeFirst
from ..weights import packing
from .losses import LOSSES


class Network:
    """Layers one after the other, with a loss on the last one's output.

    Parameters
    ----------
    layers : list of Dense
    loss : "softmax_cross_entropy", "sigmoid_cross_entropy" or "squared_error"
        The mean over the rows; the squared error is half the sum over the outputs.

    Attributes
    ----------
    n_dynamic, n_static : int
        Numbers learned (the length of theta, biases included) and numbers fixed (dictionaries).

    Examples
    --------
    >>> import lowrankweights as lrw
    >>> U = lrw.dictionaries.random_projection(6, 2, rng=0)
    >>> net = Network([lrw.Dense(lrw.Predicted(U, n_h=4), "sigmoid"), lrw.Dense(lrw.Full(4, 3))],
    ...               loss="softmax_cross_entropy")
    >>> theta = net.init(rng=0)
    >>> net.n_dynamic == theta.size == 2 * 4 + 4 + 4 * 3 + 3
    True
    """

    def __init__(self, layers, loss):
        self.layers = list(layers)
        self.loss = _checks.choice("loss", loss, LOSSES)
        if not self.layers:
            _checks.fail("layers", "at least one layer", "an empty list")
        for i, (below, above) in enumerate(zip(self.layers, self.layers[1:], strict=False)):
            if below.n_h != above.n_v:
                _checks.fail(f"layers[{i + 1}]", f"n_v = {below.n_h}, the units below", f"n_v = {above.n_v}")
        if self.layers[-1].activation != "identity":
            _checks.fail(
                "layers[-1].activation",
                "'identity' (the loss takes the pre-activation)",
                repr(self.layers[-1].activation),
            )
        self.n_v, self.n_out = self.layers[0].n_v, self.layers[-1].n_h
        self.n_dynamic = sum(layer.n_dynamic for layer in self.layers)
        self.n_static = sum(layer.n_static for layer in self.layers)

    def init(self, rng=0):
        """Initial theta (n_dynamic,), float64."""
        rng = _checks.generator(rng)
        return packing.pack([layer.init(rng) for layer in self.layers])

    def loss_and_grad(self, theta, X, Y, weight_decay=0.0):
        """The mean loss over the rows, and its gradient: the plain definition.

        Every W is composed and all rows are taken at once; ``Objective`` computes the same fast.

        Parameters
        ----------
        theta : array, (n_dynamic,)
        X : array, (n, n_v)
            Its dtype, float32 or float64, is that of the arithmetic.
        Y : array, (n, n_out)
            One-hot rows, or real numbers.
        weight_decay : float
            weight_decay / 2 times the sum of squares of all learned weights (no biases) is added.

        Returns
        -------
        loss : float
        grad : ndarray, (n_dynamic,), float64
        """
        theta = self.check_theta(theta)
        X, Y = self.check_data(X, Y)
        products = [ComposeFirst(layer.parametrisation) for layer in self.layers]
        arrays = self.prepare(theta.astype(X.dtype), products)
        loss, gradients = self.sum_over_rows(arrays, X, Y, products)
        return self.finish(loss, gradients, theta, len(X), products, weight_decay)

    def prepare(self, theta, products):
        """The arrays that the layers need, a list a layer, computed once for all blocks of rows."""
        parts = zip(self.layers, self.split(theta), products, strict=True)
        return [layer.prepare(part, product) for layer, part, product in parts]

    def forward(self, arrays, X, products):
        """The pre-activation of the last layer (n, n_out), and each layer's cache."""
        h, caches = X, []
        for layer, own, product in zip(self.layers, arrays, products, strict=True):
            h, cache = layer.forward(h, own, product)
            caches.append(cache)
        return h, caches

    def sum_over_rows(self, arrays, X, Y, products):
        """Loss summed over the rows of X, and the gradients of ``arrays``."""
        z, caches = self.forward(arrays, X, products)
        loss, dh = LOSSES[self.loss].summed(z, Y)
        gradients = [None] * len(self.layers)
        for i in reversed(range(len(self.layers))):
            gradients[i], dh = self.layers[i].backward(dh, caches[i], arrays[i], products[i], need_dv=i > 0)
        return loss, gradients

    def finish(self, loss, gradients, theta, n, products, weight_decay):
        """Mean loss and dL/dtheta from sums over n rows, with the weight decay."""
        grad = np.empty(self.n_dynamic)
        loss = float(loss) / n
        layers = zip(self.layers, self.split(theta), self.split(grad), gradients, products, strict=True)
        for layer, part, d_part, own, product in layers:
            d_part[:] = layer.finish(own, part.astype(own[0].dtype, copy=False), product)
            d_part /= n
            # + weight_decay / 2 |w|^2, whose gradient is weight_decay w
            w = layer.decayed(part)
            loss += 0.5 * weight_decay * float(w @ w)
            layer.decayed(d_part)[:] += weight_decay * w
        return loss, grad

    def predict(self, theta, X):
        """Class probabilities (cross-entropies) or values (squared error), (n, n_out)."""
        theta = self.check_theta(theta)
        X, _ = self.check_data(X)
        products = [ComposeFirst(layer.parametrisation) for layer in self.layers]
        z, _ = self.forward(self.prepare(theta.astype(X.dtype), products), X, products)
        return LOSSES[self.loss].predict(z)

    def weights(self, theta):
        """W of each layer, (n_v, n_h)."""
        return [layer["W"] for layer in self.unpack(theta)]

    def unpack(self, theta):
        """For each layer a dict of its arrays: w_alpha (or U and V), W, b.

        With columns, ``w_alpha`` is a list with one array a column. W is composed, the others
        are views of theta.
        """
        parts = self.split(self.check_theta(theta))
        return [layer.unpack(part) for layer, part in zip(self.layers, parts, strict=True)]

    def split(self, theta):
        """The layers' own parts of theta, as views."""
        return packing.split(theta, [layer.n_dynamic for layer in self.layers])

    def plan(self, n_rows=10_000):
        """In which order each layer's product is computed fastest; print it to see the table."""
        return Plan(self.layers, n_rows)

    def check_theta(self, theta):
        return _checks.array("theta", theta, shape=(self.n_dynamic,), dtype=np.float64)

    def check_data(self, X, Y=None):
        """X and Y as arrays of one dtype that fit the network."""
        X = _checks.array("X", X, shape=(None, self.n_v))
        if len(X) == 0:
            _checks.fail("X", "at least one row", f"shape {X.shape}")
        if Y is not None:
            Y = _checks.array("Y", Y, shape=(len(X), self.n_out), dtype=X.dtype)
        return X, Y
