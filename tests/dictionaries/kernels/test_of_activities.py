import numpy as np
import pytest

import lowrankweights as lrw

RNG = np.random.default_rng(0)
GRID = lrw.grid_coordinates((4, 5))
COLOUR = lrw.grid_coordinates((3, 3, 3))
V = RNG.random((50, 7))
UNITS = np.arange(7)
V_GRID = RNG.random((50, 20))  # activities of the units of a grid 4 x 5
SE, EMP = lrw.SquaredExponential(4.0), lrw.EmpiricalCovariance(V_GRID)


@pytest.mark.parametrize("points", [GRID, COLOUR, GRID[:, :1], np.zeros((20, 1), int), [0.0, 0.5]])
def test_a_covariance_refuses_coordinates_that_name_no_units(points):
    remedy = r"expected lrw.Grid\(...\), lrw.Points\(...\) or np.arange\(20\), for EmpiricalCovariance"
    for use in (lambda: EMP(points, UNITS), lambda: (SE + EMP)(points, points)):
        with pytest.raises(ValueError, match=f"^points_a: {remedy}"):
            use()
    with pytest.raises(ValueError, match=f"^points_b: {remedy}"):
        EMP(UNITS, points)
    with pytest.raises(ValueError, match=f"^points: {remedy}"):
        EMP.diagonal(points)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_covariances_are_numpys(dtype):
    v = V.astype(dtype)
    emp, emp2 = lrw.EmpiricalCovariance(v), lrw.SquaredCovariance(v)
    assert np.allclose(emp(UNITS, UNITS), np.cov(v.T), atol=1e-7)
    assert np.allclose(emp2(UNITS, UNITS), np.cov((v**2).T), atol=1e-7)
    assert emp.K.dtype == np.float64


@pytest.mark.parametrize("kind", [lrw.EmpiricalCovariance, lrw.SquaredCovariance])
def test_covariances_of_weighted_rows_are_numpys(kind):
    v, weight = V.copy(), np.arange(len(V)) % 4.0
    v[weight > 0, 3] = 1.0  # it varies only in rows that do not count
    squared = v**2 if kind is lrw.SquaredCovariance else v
    kernel = kind(v, weight)
    assert np.allclose(kernel.K, np.cov(squared.T, aweights=weight))
    assert np.allclose(kernel.K, kind(v, 1000 * weight).K)
    assert 3 in kind(v).varying and 3 not in kernel.varying and len(kernel.varying) == V.shape[1] - 1


@pytest.mark.parametrize(
    ("weight", "text"),
    [
        (np.ones(3), "shape"),
        (-np.ones(len(V)), "numbers >= 0, not all 0"),
        (np.zeros(len(V)), "numbers >= 0, not all 0"),
        (np.eye(len(V))[0], "numbers above 0 in at least 2 rows, got 1"),
        (np.full(len(V), np.nan), "finite numbers"),
    ],
)
def test_bad_weights_are_named(weight, text):
    for kind in (lrw.EmpiricalCovariance, lrw.SquaredCovariance):
        with pytest.raises(ValueError, match=f"^weight: expected {text}"):
            kind(V, weight)


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


@pytest.mark.parametrize("bad", [V[:1], V[0], np.full((3, 2), np.nan), [["a", "b"], ["c", "d"]]])
def test_bad_activities_are_named(bad):
    with pytest.raises(ValueError, match="^v: expected"):
        lrw.EmpiricalCovariance(bad)


def test_units_out_of_range_are_named():
    with pytest.raises(ValueError, match="^points_a: expected indices of units from 0 to 6, got 0 to 7"):
        lrw.EmpiricalCovariance(V)(lrw.Grid((2, 4)), UNITS)
    with pytest.raises(ValueError, match="^points_b: expected indices of units from 0 to 6"):
        lrw.EmpiricalCovariance(V)(UNITS, np.arange(8))


@pytest.mark.parametrize("kind", [lrw.EmpiricalCovariance, lrw.SquaredCovariance])
def test_activities_may_still_be_given_by_their_old_name(kind):
    v = np.random.default_rng(0).random((9, 3))
    with pytest.warns(UserWarning, match="V: is now called v"):
        assert np.array_equal(kind(V=v).K, kind(v).K)


def test_a_scaled_kernel_has_the_variances_of_the_data_and_the_correlations_of_the_kernel():
    scaled = lrw.dictionaries.Deviations(V_GRID) * SE
    grid = lrw.Grid((4, 5))
    K, deviation = scaled(grid, grid), V_GRID.std(axis=0, ddof=1)
    assert np.allclose(np.diag(K), deviation**2)
    assert np.allclose(K / np.outer(deviation, deviation), SE(grid, grid))
    v = V_GRID.copy()
    v[:, 3] = 1.0
    assert 3 not in (lrw.dictionaries.Deviations(v) * SE).varying
