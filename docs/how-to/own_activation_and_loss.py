"""An activation and a loss of one's own: a line in a table each, under a name that everything takes."""

import numpy as np

import lowrankweights as lrw
from lowrankweights.networks import ACTIVATIONS, LOSSES, Activation, Loss

# h = g(z) and g'(z), written in terms of h
ACTIVATIONS["softplus"] = Activation(lambda z: np.logaddexp(0, z), lambda h: -np.expm1(-h))


def absolute(z, Y):  # the loss of each output, nearly |z - Y|, and its derivative by z; outliers count less
    root = np.sqrt((z - Y) ** 2 + 0.01)
    return root, (z - Y) / root


LOSSES["absolute_error"] = Loss(absolute, lambda z: z)  # and what z means as a prediction

X = np.random.default_rng(0).normal(size=(500, 5))
y = np.sin(X[:, 0]) + X[:, 1] + np.where(np.arange(500) % 10 == 0, 20, 0)  # a tenth is far off
model = lrw.LowRankMLPRegressor(
    (30,), activation="softplus", loss="absolute_error", max_iter=2000, tol=1e-3, random_state=0
).fit(X, y)
print(f"typical error {np.median(np.abs(model.predict(X) - y)):.2f}")
