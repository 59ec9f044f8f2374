"""The same loss and gradient in PyTorch and scikit-learn, where they are installed."""

import functools
import importlib.util

import numpy as np

from .cases import SIZES

BLOCKS = (500, 1000, 2000, 4000)


def torch_loss_and_grad(network, X, Y, block_rows=None):
    """A function without arguments: loss and gradient by autograd, of the straightforward model.

    Parameters
    ----------
    network : Network
        W = U w_alpha is written out where a layer is predicted, U V where it is of low rank (columns side by
        side).
    block_rows : int, optional
        Accumulate over blocks of so many rows; default: the whole batch.
    """
    import torch

    model = TorchNetwork(network, torch, X.dtype)
    X, labels = torch.from_numpy(X), torch.from_numpy(Y.argmax(axis=1))
    n, size = len(X), block_rows or len(X)

    def loss_and_grad():
        for parameter in model.parameters:
            parameter.grad = None
        for start in range(0, n, size):
            output = model(X[start : start + size])
            loss = (
                torch.nn.functional.cross_entropy(output, labels[start : start + size], reduction="sum") / n
            )
            loss.backward()

    return loss_and_grad


class TorchNetwork:
    """A network of ours in PyTorch: parameters w_alpha (or W, or U and V) and b for each layer."""

    def __init__(self, network, torch, dtype):
        self.torch, self.dtype = torch, getattr(torch, str(dtype))
        self.parameters, self.layers = [], []
        for layer, part in zip(network.layers, network.split(network.init(rng=0)), strict=True):
            q, (p, b) = layer.parametrisation, layer.split(part)
            columns = [self._factors(leaf, own) for leaf, own in zip(q.leaves, q.parts(p), strict=True)]
            self.layers.append((columns, self._parameter(b)))

    def _factors(self, leaf, p):
        """The matrices whose product is W of a column: a dictionary, then what is learned."""
        fixed = [self.torch.tensor(leaf.U, dtype=self.dtype)] if leaf.n_static else []
        return [*fixed, *(self._parameter(a) for a in leaf.unpack(p).values())]

    def _parameter(self, a):
        p = self.torch.tensor(np.asarray(a), dtype=self.dtype, requires_grad=True)
        self.parameters.append(p)
        return p

    def __call__(self, h):
        for i, (factors, b) in enumerate(self.layers):
            columns = [functools.reduce(self.torch.matmul, own) for own in factors]
            W = columns[0] if len(columns) == 1 else self.torch.cat(columns, dim=1)
            z = self.torch.addmm(b, h, W)
            h = z if i == len(self.layers) - 1 else self.torch.sigmoid(z)
        return h


def sklearn_seconds(X, Y, clock, few=2, many=6):
    """Seconds of one loss and gradient in scikit-learn's MLPClassifier, from fits of two lengths."""
    import warnings

    from sklearn.neural_network import MLPClassifier

    labels, seconds = Y.argmax(axis=1), []
    for n_evaluations in (few, many):
        model = MLPClassifier(
            SIZES[1:-1], activation="logistic", solver="lbfgs", max_fun=n_evaluations, random_state=0
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            start = clock()
            model.fit(X, labels)
            seconds.append(clock() - start)
    return (seconds[1] - seconds[0]) / (many - few)


def available():
    """Which peers can be imported."""
    return [name for name in ("torch", "sklearn") if importlib.util.find_spec(name)]
