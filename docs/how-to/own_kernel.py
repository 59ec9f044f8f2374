"""A kernel of one's own: a function of two lists of points, ours combined, or one of scikit-learn's."""

import numpy as np
from sklearn.gaussian_process.kernels import Matern

import lowrankweights as lrw

digits = lrw.datasets.load_digits()


def near_rows(a, b):  # points (n, 2), row and column: k(i, j) is large where the rows are near
    return np.exp(-((a[:, None, 0] - b[None, :, 0]) ** 2) / 2)


two_scales = 0.5 * lrw.SquaredExponential(1.0) + 0.5 * lrw.SquaredExponential(3.0)
for kernel in (near_rows, two_scales, Matern(length_scale=2.0, nu=1.5)):
    settings = {"input_shape": (8, 8), "proportion": 0.2, "max_iter": 500, "tol": 1e-3, "random_state": 0}
    model = lrw.LowRankMLPClassifier((50,), dictionary=kernel, **settings)
    model.fit(digits.X_train, digits.y_train)
    print(f"{model.score(digits.X_test, digits.y_test):.3f} with {getattr(kernel, '__name__', kernel)}")
