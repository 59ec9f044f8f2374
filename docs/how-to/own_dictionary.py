"""A dictionary of one's own: a function that returns U, one atom a column of U."""

import numpy as np

import lowrankweights as lrw

digits = lrw.datasets.load_digits()


def strokes(v, points, n_alpha, rng):
    """U (n_v, n_alpha): bars through a random pixel, in a random direction; v (n, n_v) are the inputs."""
    middle = points[rng.integers(len(points), size=n_alpha)]
    angle = rng.uniform(0, np.pi, n_alpha)
    across = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return np.exp(-(((points[:, None] - middle) * across).sum(axis=2) ** 2))


model = lrw.LowRankMLPClassifier(
    (50,), dictionary=strokes, input_shape=(8, 8), proportion=0.2, max_iter=500, tol=1e-3, random_state=0
)
model.fit(digits.X_train, digits.y_train)
print(f"{model.score(digits.X_test, digits.y_test):.3f} of the test digits are right")
