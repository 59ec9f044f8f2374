"""Small layers, parametrisations and problems, for the tests of all rooms."""

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


class MeanPool(Layer):
    """The mean of each 2 x 2 pixels of an image."""

    def __init__(self, in_shape):
        self.in_shape = in_shape
        self.out_shape = (in_shape[0] // 2, in_shape[1] // 2)

    def forward(self, theta, v, rows):
        return v.reshape(len(v), self.out_shape[0], 2, self.out_shape[1], 2).mean(axis=(2, 4)), None

    def backward(self, theta, cache, dh):
        return np.zeros(0), np.repeat(np.repeat(dh, 2, axis=1), 2, axis=2) / 4


class Square(Layer):
    """h = v^2: nothing is learned, but what comes back changes on the way."""

    def __init__(self, n):
        self.in_shape = self.out_shape = (n,)

    def forward(self, theta, v, rows):
        return v**2, v

    def backward(self, theta, v, dh):
        return np.zeros(0), 2 * v * dh


class Scale(Layer):
    """h = v theta: a factor for each unit or pixel is learned, and decays."""

    def __init__(self, shape):
        self.in_shape = self.out_shape = shape
        self.n_dynamic = math.prod(shape)

    def init(self, rng):
        return np.full(self.n_dynamic, 2.0)

    def forward(self, theta, v, rows):
        return v * theta.reshape(self.in_shape), v

    def backward(self, theta, v, dh):
        return (dh * v).sum(axis=0).ravel(), dh * theta.reshape(self.in_shape)

    def decayed(self, theta):
        return theta

    def unpack(self, theta):
        return {"factors": theta}


class Dropout(Layer):
    """Half of the units are left out while training, others in each row, the same whoever asks."""

    def __init__(self, n):
        self.in_shape = self.out_shape = (n,)

    def forward(self, theta, v, rows):
        if not rows.training:
            return v, np.ones_like(v)
        kept = [np.random.default_rng(i).random(self.n_v) < 0.5 for i in rows.number]
        mask = 2 * np.array(kept).astype(v.dtype)
        return v * mask, mask

    def backward(self, theta, mask, dh):
        return np.zeros(0), dh * mask


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


def adapted(n_v, n_h, rank, kind):
    """A random W_0 with what is learned beside it."""
    W_0 = np.random.default_rng(3).normal(size=(n_v, n_h))
    return lrw.Adapted(W_0, rank, kind, scale=1.5, rng=4)


def parametrisation(name, n_v):
    """One of ``PARAMETRISATIONS`` or ``ADAPTED`` with six hidden units."""
    predicted = [lrw.Predicted(dictionary(n_v, seed), 2) for seed in range(3)]
    mixed = [lrw.Full(n_v, 2), lrw.LowRank(n_v, 1, 2), lrw.Predicted(dictionary(n_v), 3)]
    return {
        "full": lrw.Full(n_v, 6),
        "predicted": lrw.Predicted(dictionary(n_v), 6),
        "low rank": lrw.LowRank(n_v, 6, 2),
        "columns": lrw.Columns(predicted),
        "nested columns": lrw.Columns([predicted[0], lrw.Columns(predicted[1:])]),
        "mixed columns": lrw.Columns(mixed),
        "wide": lrw.Predicted(dictionary(n_v, n_alpha=n_v + 3), 6),
        "lora": adapted(n_v, 6, 2, "lora"),
        "vera": adapted(n_v, 6, 3, "vera"),
        "adapted columns": lrw.Columns(
            [adapted(n_v, 2, 2, "vera"), predicted[0], adapted(n_v, 2, 1, "lora")]
        ),
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
    "wide",
    "one's own",
    "one's own in columns",
]


ADAPTED = ["lora", "vera", "adapted columns"]  # known to ``parametrisation`` too


def data(n_v=5, n_out=3, n=7):
    """X (n, n_v) and Y (n, n_out), one-hot."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, n_v)), np.eye(n_out)[rng.integers(n_out, size=n)]


def somewhere(model, seed=0):
    """A theta with biases that are not 0."""
    theta = model.init(rng=seed)
    return theta + 0.1 * np.random.default_rng(seed).normal(size=theta.size)
