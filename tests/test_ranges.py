"""Numbers that overflow or vanish in products are refused under the name that was passed."""

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights import _checks, unsupervised
from lowrankweights.dictionaries import bases, completion
from lowrankweights.unsupervised.patches import normalise_contrast

B = np.random.default_rng(0).normal(size=(50, 16))
LABELS = np.arange(50) % 2
SHORT = {"max_iter": 3, "random_state": 0}
TAKERS = {
    "v": [lrw.EmpiricalCovariance, lrw.SquaredCovariance, lambda v: bases.kmeans_basis(v, 4, 0)],
    "W": [lambda W: completion.complete(W.T, (4, 4), 0.5)],
    "patches": [normalise_contrast],
    "X": [
        lambda X: unsupervised.whiten(X, 0.1),
        lambda X: unsupervised.ZCAWhitening().fit(X),
        lambda X: unsupervised.rica_objective(X, 4),
        lambda X: lrw.RICA(4, **SHORT).fit(X),
        lambda X: lrw.LowRankAutoencoder(4, **SHORT).fit(X),
        lambda X: lrw.LowRankMLPClassifier((4,), **SHORT).fit(X, LABELS),
        lambda X: lrw.LowRankMLPRegressor((4,), **SHORT).fit(X, LABELS),
        lambda X: lrw.Objective(lrw.Network([lrw.Dense(lrw.Full(16, 1))], "squared_error"), X, B[:, :1]),
    ],
}
CASES = [(name, take) for name, takers in TAKERS.items() for take in takers]


@pytest.mark.parametrize(("name", "take"), CASES)
@pytest.mark.parametrize("size", [1e200, 1e-200])
def test_a_range_is_named(name, take, size):
    what = "overflows" if size > 1 else "vanish"
    with pytest.raises(ValueError, match=rf"^{name}: expected .*{what}.* got -.*e[+-].* to .*e[+-]"):
        take(size * B)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_products_of_numbers_in_range_are_finite_and_not_zero(dtype):
    for size in _checks.RANGES[np.dtype(dtype)]:
        a = np.array([0.0, -size], dtype)
        assert _checks.in_range("X", a) is a
        assert np.isfinite(a[1] ** 4 if size > 1 else 1.0) and a[1] ** 2 >= np.finfo(dtype).tiny
    assert _checks.in_range("X", np.zeros(3, dtype)).size == 3
