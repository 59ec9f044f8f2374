import numpy as np
import pytest

from lowrankweights.dictionaries.moments import (
    BLOCK_ROWS,
    covariance,
    second_moments,
    triangular_factor,
    varying_units,
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
