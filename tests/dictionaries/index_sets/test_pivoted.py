import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lowrankweights as lrw
from lowrankweights.dictionaries import pivoted_index_set
from lowrankweights.dictionaries.index_sets import draw_pivots
from lowrankweights.dictionaries.kernels import as_kernel

V = np.random.default_rng(0).normal(size=(60, 24)) @ np.random.default_rng(1).normal(size=(24, 24))
GRID, COLOUR = lrw.Grid((4, 6)), lrw.Grid((2, 4), channels=3)
KERNELS = [
    lrw.SquaredExponential(1.5),
    lrw.SquaredExponential(2.0, between_channels=1.0),
    lrw.EmpiricalCovariance(V),
    lrw.EmpiricalCovariance(V) * lrw.SquaredExponential(3.0),
    lrw.EmpiricalCovariance(V[:5]),  # of rank four
]
kernels = st.sampled_from(KERNELS)


@settings(deadline=None)
@given(
    kernels, st.integers(0, 99), st.sampled_from([0.0, 1e-3, 1.0]), st.booleans(), st.booleans(), st.data()
)
def test_pivots_are_unique_tied_and_the_variance_left_is_the_predictors(
    kernel, seed, ridge, tied, greedy, data
):
    points, n_channels = (COLOUR, 3) if tied else (GRID, 1)
    n_pixels = data.draw(st.integers(1, 24 // n_channels))
    how = {"ridge": ridge, "greedy": greedy}
    pivots = draw_pivots(kernel, points, n_pixels * n_channels, seed, n_channels, **how)
    alpha = pivoted_index_set(kernel, points, n_pixels * n_channels, seed, n_channels, **how)
    assert np.array_equal(alpha, np.unique(pivots.order)) and len(alpha) == n_pixels * n_channels
    assert alpha.min() >= 0 and alpha.max() < 24
    tied = [range(n_channels)] * n_pixels
    assert np.array_equal(alpha.reshape(-1, n_channels) % n_channels, tied)
    scale = kernel.diagonal(points).max()
    A = kernel(points[alpha], points[alpha]) + ridge * np.eye(len(alpha))
    if np.linalg.cond(A) < 1e6:
        wanted = lrw.predictive_variance(kernel, points, alpha, ridge)
        assert np.abs(pivots.variance - wanted).max() < 1e-8 * scale
    # never below the eigenvalues that the leading eigenvectors leave over
    left = np.sort(np.linalg.eigvalsh(kernel(points, points)))[: 24 - len(alpha)].sum()
    assert pivots.traces[-1] > left - 1e-8 * 24 * scale
    assert pivots.traces[-1] == pytest.approx(pivots.variance.sum()) and len(pivots.traces) == n_pixels + 1
    assert (np.diff(pivots.traces) < 1e-9 * 24 * scale).all()


@pytest.mark.parametrize("kernel", KERNELS[:4])
def test_a_pivot_is_drawn_by_the_variance_that_those_before_it_leave(kernel):
    n, counts, ridge = 1500, np.zeros((2, 24)), 0.5
    for seed in range(n):
        order = draw_pivots(kernel, GRID, 2, seed, ridge=ridge).order
        counts[np.arange(2), order] += 1
    first = kernel.diagonal(GRID) / kernel.diagonal(GRID).sum()
    second = np.zeros(24)
    for i in range(24):
        left = lrw.predictive_variance(kernel, GRID, [i], ridge)
        left[i] = 0.0  # a weight that is known is not drawn again, whatever the ridge leaves
        second += first[i] * left / left.sum()
    for found, p in zip(counts / n, (first, second), strict=True):
        assert (np.abs(found - p) < 5 * np.sqrt(p * (1 - p) / n) + 1e-12).all()


@pytest.mark.parametrize("kernel", KERNELS)
def test_greedy_takes_the_largest_variance_each_time(kernel):
    order = draw_pivots(kernel, GRID, 4, greedy=True).order
    left = kernel.diagonal(GRID)
    for n, unit in enumerate(order):
        assert left[unit] > left.max() - 1e-9
        left = lrw.predictive_variance(kernel, GRID, order[: n + 1], 0)
    assert np.array_equal(pivoted_index_set(kernel, GRID, 4, rng=7, greedy=True), np.sort(order))


def test_designed_weights_leave_less_than_drawn_ones_and_columns_differ():
    kernel, grid = lrw.SquaredExponential(1.5), lrw.Grid((12, 12))
    drawn, pivoted, spread = (
        np.median([lrw.predictive_variance(kernel, grid, alpha(seed), 1e-3).sum() for seed in range(9)])
        for alpha in (
            lambda seed: lrw.sample_index_set(144, 30, seed),
            lambda seed: pivoted_index_set(kernel, grid, 30, seed, ridge=1e-3),
            lambda seed: lrw.dictionaries.spread_index_set(grid, 30, seed),
        )
    )
    assert pivoted < 0.95 * drawn and spread < 0.9 * drawn
    sets = [pivoted_index_set(kernel, grid, 30, seed) for seed in range(5)]
    assert len({tuple(alpha) for alpha in sets}) == 5


def test_weights_that_never_vary_are_not_chosen_and_those_explained_come_last():
    v = V.copy()
    v[:, [3, 8]] = 1.0
    v[:, 5] = 2 * v[:, 4]
    kernel = lrw.EmpiricalCovariance(v)
    for seed in range(20):
        order = draw_pivots(kernel, GRID, 22, seed, candidates=kernel.varying).order
        assert not {3, 8} & set(order) and (order[-1] in (4, 5))
    assert len(pivoted_index_set(lrw.EmpiricalCovariance(np.zeros((3, 24))), GRID, 5)) == 5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"n_alpha": 0}, "n_alpha: expected"),
        ({"n_alpha": 25}, "n_alpha: expected"),
        ({"n_alpha": 4, "n_channels": 3}, "n_alpha: expected a multiple of n_channels = 3, got 4"),
        ({"n_alpha": 5, "n_channels": 5}, "n_channels: expected a divisor of n_v = 24"),
        ({"n_alpha": 4, "candidates": [1, 2, 3]}, "n_alpha: expected at most the 3 of 24 units that vary"),
        ({"n_alpha": 4, "candidates": [1, 2, 24]}, "candidates: expected"),
        ({"n_alpha": 2, "n_channels": 2, "candidates": [1, 2]}, "n_channels: expected 1 when candidates"),
        ({"n_alpha": 4, "ridge": -1}, "ridge: expected"),
        ({"n_alpha": 4, "rng": None}, "rng: expected"),
        ({"n_alpha": 4, "kernel": "rbf"}, "kernel: expected a Kernel"),
        ({"n_alpha": 4, "points": lrw.Grid((3, 4)), "kernel": lrw.EmpiricalCovariance(V[:, :6])}, "points"),
    ],
)
def test_bad_arguments_are_named(arguments, said):
    given = {"kernel": KERNELS[0], "points": GRID, **arguments}
    with pytest.raises(ValueError, match=f"^{said}"):
        pivoted_index_set(**given)


def test_a_kernel_that_is_not_positive_semidefinite_is_refused():
    distance = as_kernel(lambda a, b: 1 - np.abs(a[:, None, 0] - b[None, :, 0]))
    with pytest.raises(ValueError, match="^kernel: expected a positive semidefinite one, got "):
        pivoted_index_set(distance, lrw.Grid((6, 1)), 5)
