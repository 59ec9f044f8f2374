import numpy as np
import pytest
from scipy import stats

import lowrankweights as lrw
from lowrankweights.dictionaries.length_scales import (
    choose_length_scale,
    default_bounds,
    log_marginal_likelihood,
)

POINTS = lrw.grid_coordinates((16, 16))
ALPHA = lrw.sample_index_set(256, 80, rng=0)


def draw(length_scale, n, rng, ridge=1e-2):
    K = lrw.SquaredExponential(length_scale)(POINTS, POINTS) + ridge * np.eye(256)
    return np.linalg.cholesky(K) @ rng.normal(size=(256, n))


def test_it_is_the_gaussian_density_at_the_best_amplitude():
    w = draw(2.0, 1, np.random.default_rng(0))[ALPHA, 0]
    kernel, ridge = lrw.SquaredExponential(1.5), 0.05
    A = kernel(POINTS[ALPHA], POINTS[ALPHA]) + ridge * np.eye(80)
    s2 = w @ np.linalg.solve(A, w) / 80
    wanted = stats.multivariate_normal.logpdf(w, cov=s2 * A) + 40 * (1 + np.log(2 * np.pi))
    assert log_marginal_likelihood(w, kernel, POINTS, ALPHA, ridge) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("length_scale", [1.0, 2.0, 4.0])
def test_the_true_length_scale_is_found(length_scale):
    W = draw(length_scale, 10, np.random.default_rng(1))
    assert choose_length_scale(W[ALPHA], POINTS, ALPHA) == pytest.approx(length_scale, rel=0.15)


def test_a_feature_counts_whatever_its_size():
    W = draw(2.0, 4, np.random.default_rng(2))
    scales = np.array([1e-3, 1.0, 1e3, 5.0])
    assert choose_length_scale(W[ALPHA] * scales, POINTS, ALPHA) == pytest.approx(
        choose_length_scale(W[ALPHA], POINTS, ALPHA), rel=1e-3
    )


def test_bounds_follow_the_grid():
    points = lrw.grid_coordinates((20, 40))
    assert default_bounds(points) == (0.3, 39.0) and default_bounds(POINTS) == (0.3, 15.0)
    smooth = (points - 20).sum(axis=1)
    alpha = lrw.sample_index_set(800, 60, rng=0)
    assert choose_length_scale(smooth[alpha], points, alpha) > 10


def test_bounds_of_scattered_points_are_in_their_units():
    """Electrodes in metres: 0.3 would be longer than the head."""
    sensors = np.random.default_rng(0).random((100, 2))
    low, high = default_bounds(lrw.Points(sensors))
    assert 0.005 < low < 0.05 and 0.9 < high < 1.0
    assert np.allclose(default_bounds(lrw.Points(1e-3 * sensors)), (1e-3 * low, 1e-3 * high))
    assert default_bounds(lrw.Points([[2.0, 2.0], [2.0, 2.0]])) == (0.3, 10.0)
    K = lrw.SquaredExponential(0.2)(sensors, sensors) + 1e-2 * np.eye(100)
    W = np.linalg.cholesky(K) @ np.random.default_rng(1).normal(size=(100, 20))
    alpha = np.arange(0, 100, 2)
    assert choose_length_scale(W[alpha], lrw.Points(sensors), alpha) == pytest.approx(0.2, rel=0.2)


@pytest.mark.parametrize("bounds", [(1.0,), (2.0, 1.0), (0.0, 1.0)])
def test_bad_bounds_are_named(bounds):
    with pytest.raises(ValueError, match="^bounds: expected"):
        choose_length_scale(np.ones(80), POINTS, ALPHA, bounds=bounds)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="^w_alpha: expected 80 rows"):
        choose_length_scale(np.ones(79), POINTS, ALPHA)
    with pytest.raises(ValueError, match="^ridge: expected"):
        choose_length_scale(np.ones(80), POINTS, ALPHA, ridge=0)
    assert np.isfinite(choose_length_scale(np.zeros(80), POINTS, ALPHA))


@pytest.mark.parametrize("shape", [(16, 16), (8, 8, 4)])
def test_a_grid_and_its_plain_coordinates_give_the_same_length_scale(shape):
    grid = lrw.Grid.of_image(shape)
    W = np.cos(grid.coordinates / 2)
    assert default_bounds(grid) == default_bounds(np.asarray(grid)[:, :2])
    found = [choose_length_scale(W[ALPHA], points, ALPHA) for points in (grid, lrw.grid_coordinates(shape))]
    assert found[0] == found[1]


def test_a_length_scale_that_makes_the_kernel_singular_only_loses():
    grid = lrw.Grid((12, 12))
    w = np.exp(-((grid.coordinates - 6) ** 2).sum(axis=1) / 18)
    alpha = lrw.sample_index_set(144, 100, rng=0)
    with pytest.raises(ValueError, match="^ridge: expected K_alpha"):
        log_marginal_likelihood(w[alpha], lrw.SquaredExponential(12.0), grid, alpha, ridge=1e-13)
    assert 0.3 < choose_length_scale(w[alpha], grid, alpha, ridge=1e-13) < 12


@pytest.mark.parametrize("factor", [1e-200, 1e200])
def test_features_of_very_small_and_large_scale_have_the_same_length_scale(factor):
    grid, alpha = lrw.Grid((12, 12)), lrw.sample_index_set(144, 40, rng=0)
    w = np.exp(-((grid.coordinates - 6) ** 2).sum(axis=1) / 18)[alpha]
    wanted = choose_length_scale(w, grid, alpha)
    assert choose_length_scale(factor * w, grid, alpha) == pytest.approx(wanted, rel=1e-6)
