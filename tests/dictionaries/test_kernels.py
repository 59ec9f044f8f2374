import numpy as np
import pytest

import lowrankweights as lrw

RNG = np.random.default_rng(0)
GRID = lrw.grid_coordinates((4, 5))
COLOUR = lrw.grid_coordinates((3, 3, 3))
V = RNG.random((50, 7))
UNITS = np.arange(7)
KERNELS = [
    (lrw.SquaredExponential(1.5), GRID),
    (lrw.SquaredExponential(2.0), COLOUR),
    (lrw.EmpiricalCovariance(V), UNITS),
    (lrw.SquaredCovariance(V), UNITS),
    (lrw.SquaredExponential(1.0) + lrw.SquaredExponential(4.0), GRID),
    (lrw.SquaredExponential(1.0) * lrw.EmpiricalCovariance(V), UNITS),
    (0.5 * lrw.SquaredExponential(2.0) + 3, GRID),
]


@pytest.mark.parametrize(("kernel", "points"), KERNELS)
def test_kernels_are_symmetric_positive_semidefinite_and_know_their_diagonal(kernel, points):
    K = kernel(points, points)
    assert np.allclose(K, K.T, atol=1e-14)
    assert np.linalg.eigvalsh(K).min() > -1e-10
    assert np.allclose(kernel.diagonal(points), np.diag(K), atol=1e-14)


@pytest.mark.parametrize(("kernel", "points"), KERNELS)
def test_a_part_of_the_points_gives_a_part_of_the_matrix(kernel, points):
    K = kernel(points, points)
    assert np.array_equal(kernel(points[[2, 0]], points[1:4]), K[[2, 0]][:, 1:4])


def test_squared_exponential_is_the_papers_formula():
    K = lrw.SquaredExponential(1.5)(GRID, GRID)
    for i in (0, 7, 19):
        for j in (0, 3, 11):
            d = (GRID[i, 0] - GRID[j, 0]) ** 2 + (GRID[i, 1] - GRID[j, 1]) ** 2
            assert K[i, j] == pytest.approx(np.exp(-d / (2 * 1.5**2)), abs=1e-15)


def test_channels_do_not_covary():
    K = lrw.SquaredExponential(2.0)(COLOUR, COLOUR)
    same = COLOUR[:, None, 2] == COLOUR[None, :, 2]
    assert (K[~same] == 0).all()
    one_channel = lrw.grid_coordinates((3, 3))
    assert np.array_equal(K[::3, ::3], lrw.SquaredExponential(2.0)(one_channel, one_channel))


def test_sums_and_products_are_those_of_the_matrices():
    a, b = lrw.SquaredExponential(1.0), lrw.SquaredExponential(3.0)
    A, B = a(GRID, GRID), b(GRID, GRID)
    assert np.array_equal((a + b)(GRID, GRID), A + B)
    assert np.array_equal((a * b)(GRID, GRID), A * B)
    assert np.array_equal((2 * a + 1)(GRID, GRID), 2 * A + 1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_covariances_are_numpys(dtype):
    v = V.astype(dtype)
    emp, emp2 = lrw.EmpiricalCovariance(v), lrw.SquaredCovariance(v)
    assert np.allclose(emp(UNITS, UNITS), np.cov(v.T), atol=1e-7)
    assert np.allclose(emp2(UNITS, UNITS), np.cov((v**2).T), atol=1e-7)
    assert emp.K.dtype == np.float64


def test_covariance_over_many_blocks_of_rows():
    big = RNG.normal(100, 1, (9001, 3))
    assert np.allclose(lrw.EmpiricalCovariance(big).K, np.cov(big.T), atol=1e-9)


def test_units_that_never_vary_are_told():
    v = V.copy()
    v[:, 2] = 3.0
    assert list(lrw.EmpiricalCovariance(v).varying) == [0, 1, 3, 4, 5, 6]
    signs = V.copy()
    signs[:, 4] = np.where(V[:, 4] > 0.5, 1, -1)  # varies, but its square does not
    assert 4 in lrw.EmpiricalCovariance(signs).varying
    assert 4 not in lrw.SquaredCovariance(signs).varying


def test_one_unit_and_fewer_samples_than_units_work():
    assert lrw.EmpiricalCovariance(V[:, :1]).K.shape == (1, 1)
    assert np.allclose(lrw.EmpiricalCovariance(V[:3]).K, np.cov(V[:3].T))


@pytest.mark.parametrize("length_scale", [0, -1, np.inf, np.nan, "1", None])
def test_bad_length_scales_are_named(length_scale):
    with pytest.raises(ValueError, match="^length_scale: expected"):
        lrw.SquaredExponential(length_scale)


@pytest.mark.parametrize("bad", [V[:1], V[0], np.full((3, 2), np.nan), [["a", "b"], ["c", "d"]]])
def test_bad_activities_are_named(bad):
    with pytest.raises(ValueError, match="^V: expected"):
        lrw.EmpiricalCovariance(bad)


def test_units_out_of_range_are_named():
    with pytest.raises(ValueError, match="^points_b: expected indices of units from 0 to 6"):
        lrw.EmpiricalCovariance(V)(UNITS, np.arange(8))


def test_points_of_different_kind_are_named():
    with pytest.raises(ValueError, match="^points_b: expected points without channels, as in points_a"):
        lrw.SquaredExponential(1.0)(GRID, COLOUR)
