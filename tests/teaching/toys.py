"""Small problems for the tests of the rooms of teaching."""

import math

import numpy as np

import lowrankweights as lrw
from lowrankweights.networks import Layer
from lowrankweights.weights import Parametrisation


class Flatten(Layer):
    """An image is laid out flat: nothing is learned."""

    def __init__(self, in_shape):
        self.in_shape, self.out_shape = in_shape, (math.prod(in_shape),)

    def forward(self, theta, v, rows):
        return v.reshape(len(v), -1), None

    def backward(self, theta, cache, dh):
        return np.zeros(0), dh.reshape(len(dh), *self.in_shape)


class Square(Layer):
    """h = v^2: nothing is learned, but what comes back changes on the way."""

    def __init__(self, n):
        self.in_shape = self.out_shape = (n,)

    def forward(self, theta, v, rows):
        return v**2, v

    def backward(self, theta, v, dh):
        return np.zeros(0), 2 * v * dh


class Scale(Layer):
    """h = v theta: a factor for each unit is learned."""

    def __init__(self, n):
        self.in_shape = self.out_shape = (n,)
        self.n_dynamic = n

    def init(self, rng):
        return np.full(self.n_dynamic, 2.0)

    def forward(self, theta, v, rows):
        return v * theta, v

    def backward(self, theta, v, dh):
        return (dh * v).sum(axis=0), dh * theta

    def unpack(self, theta):
        return {"factors": theta}


class Scaled(Parametrisation):
    """W = u p^T: filters that are alike but for a factor."""

    def __init__(self, n_v, n_h):
        super().__init__(n_v, n_h)
        self.u, self.shapes = np.arange(1.0, n_v + 1) / n_v, {"p": (n_h,)}

    def init(self, rng, variance=None):
        return np.random.default_rng(rng).normal(size=self.n_h)

    def expand(self, p):
        return np.outer(self.u.astype(p.dtype), p)

    def pull_back(self, dW, p):
        return self.u.astype(dW.dtype) @ dW


def dictionary(n_v, seed=0, n_alpha=3):
    return lrw.dictionaries.random_projection(n_v, n_alpha, rng=seed)


def parametrisation(name, n_v):
    """One of ``PARAMETRISATIONS`` with six hidden units."""
    predicted = [lrw.Predicted(dictionary(n_v, seed), 2) for seed in range(3)]
    mixed = [lrw.Full(n_v, 2), lrw.LowRank(n_v, 1, 2), lrw.Predicted(dictionary(n_v), 3)]
    return {
        "full": lrw.Full(n_v, 6),
        "predicted": lrw.Predicted(dictionary(n_v), 6),
        "low rank": lrw.LowRank(n_v, 6, 2),
        "columns": lrw.Columns(predicted),
        "nested columns": lrw.Columns([predicted[0], lrw.Columns(predicted[1:])]),
        "mixed columns": lrw.Columns(mixed),
        "one's own": Scaled(n_v, 6),
        "one's own in columns": lrw.Columns([Scaled(n_v, 4), predicted[0]]),
    }[name]


PARAMETRISATIONS = [
    "full",
    "predicted",
    "low rank",
    "columns",
    "nested columns",
    "mixed columns",
    "one's own",
    "one's own in columns",
]


def data(n_v=5, n_out=3, n=7):
    """X (n, n_v) and Y (n, n_out), one-hot."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, n_v)), np.eye(n_out)[rng.integers(n_out, size=n)]


def somewhere(model, seed=0):
    """A theta with biases that are not 0."""
    theta = model.init(rng=seed)
    return theta + 0.1 * np.random.default_rng(seed).normal(size=theta.size)
