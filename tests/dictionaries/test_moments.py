import numpy as np
import pytest

from lowrankweights.dictionaries.moments import (
    BLOCK_ROWS,
    counted_rows,
    covariance,
    second_moments,
    triangular_factor,
    varying_units,
    weighted_mean,
)


@pytest.mark.parametrize("n", [2, 300, 2 * BLOCK_ROWS + 17])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_block_by_block_is_all_at_once_in_float64(n, dtype):
    v = (5 + np.random.default_rng(0).normal(size=(n, 6))).astype(dtype)
    exact = v.astype(np.float64)
    assert np.allclose(covariance(v), np.cov(exact.T), rtol=1e-12, atol=1e-14)
    S = exact.T @ exact
    for found in (second_moments(v), triangular_factor(v).T @ triangular_factor(v)):
        assert found.dtype == np.float64 and np.allclose(found, S, rtol=1e-12)


@pytest.mark.parametrize("n", [2, 300, 2 * BLOCK_ROWS + 17])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weighted_moments_are_numpys_and_do_not_depend_on_the_weights_unit(n, dtype):
    rng = np.random.default_rng(0)
    v, weight = (5 + rng.normal(size=(n, 6))).astype(dtype), rng.exponential(size=n)
    exact = v.astype(np.float64)
    assert np.allclose(weighted_mean(v, weight), np.average(exact, axis=0, weights=weight), rtol=1e-12)
    for unit in (1.0, 1e-9, 1e9):
        found = covariance(v, unit * weight)
        assert np.allclose(found, np.cov(exact.T, aweights=weight), rtol=1e-10, atol=1e-13)
    assert np.array_equal(found, found.T)
    assert np.allclose(covariance(v, np.ones(n)), covariance(v), rtol=1e-12, atol=1e-14)


def test_rows_of_weight_zero_are_as_if_they_were_not_there():
    v = np.array([[0.0, 1, 5], [0, 2, 5], [9, 3, 5]])
    assert varying_units(v, np.array([1.0, 2, 0])).tolist() == [1]
    assert varying_units(v, np.array([1.0, 2, 1e-9])).tolist() == [0, 1]
    assert counted_rows(v) is v and counted_rows(v, np.array([1.0, 1, 3])) is v
    assert counted_rows(v, np.array([0, 1.0, 0])).tolist() == [[0, 2, 5]]


def test_the_triangular_factor_keeps_what_moments_lose():
    """A column that is small beside another: its square is lost in a sum of squares, it is not."""
    rng = np.random.default_rng(0)
    large, small = rng.normal(size=(500, 1)), 1e-10 * rng.normal(size=(500, 1))
    v = np.hstack([large, large + small])
    A, along = triangular_factor(v), np.array([1.0, -1.0])
    assert np.linalg.norm(A @ along) == pytest.approx(np.linalg.norm(small), rel=1e-5)
    lost = along @ second_moments(v) @ along - np.sum(small**2)
    assert abs(lost) > 100 * np.sum(small**2)


def test_units_that_vary_in_one_row_vary():
    v = np.ones((9, 4))
    v[8, 2] = 2
    assert varying_units(v).tolist() == [2]
