import pickle

import numpy as np
import pytest
from sklearn.gaussian_process import kernels as scikit

import lowrankweights as lrw
from lowrankweights.dictionaries import Kernel, as_kernel

RNG = np.random.default_rng(0)
GRID = lrw.grid_coordinates((4, 5))
COLOUR = lrw.grid_coordinates((3, 3, 3))
V = RNG.random((50, 7))
UNITS = np.arange(7)
V_GRID = RNG.random((50, 20))  # activities of the units of a grid 4 x 5
SE, EMP = lrw.SquaredExponential(4.0), lrw.EmpiricalCovariance(V_GRID)


class Periodic(Kernel):
    """One's own: alike a whole number of periods apart, and knows only ``evaluate``."""

    def evaluate(self, a, b):
        lag = a.coordinates[:, None, 0] - b.coordinates[None, :, 0]
        return np.exp(-2 * np.sin(np.pi * lag / 3.5) ** 2)


def rational(a, b):
    """A function: the rational quadratic kernel of all columns."""
    return 1 / (1 + ((a[:, None] - b[None]) ** 2).sum(axis=-1))


KERNELS = [
    (lrw.SquaredExponential(1.5), GRID),
    (lrw.SquaredExponential(2.0), COLOUR),
    (lrw.SquaredExponential(2.0), lrw.Grid((2, 3, 2))),
    (lrw.SquaredExponential(2.0), lrw.Grid((4,), channels=2)),
    (lrw.SquaredExponential(2.0), lrw.Points(RNG.normal(size=(9, 5)))),
    (lrw.EmpiricalCovariance(V), UNITS),
    (lrw.SquaredCovariance(V), UNITS),
    (EMP, lrw.Grid((4, 5))),
    (lrw.SquaredExponential(1.0) + lrw.SquaredExponential(4.0), GRID),
    (lrw.SquaredExponential(1.0) * lrw.EmpiricalCovariance(V), UNITS),
    (EMP * SE + 0.1, lrw.Grid((4, 5))),
    (0.5 * lrw.SquaredExponential(2.0) + 3, GRID),
    (Periodic(), lrw.Grid((300,))),
    (as_kernel(rational), COLOUR),
    (rational * SE, lrw.Grid((3, 3), channels=2)),
    (as_kernel(scikit.Matern(2.0, nu=1.5) + scikit.ConstantKernel(0.5)), COLOUR),
    (SE * scikit.RBF([1.0, 3.0]) + rational, GRID),
]


@pytest.mark.parametrize(("kernel", "points"), KERNELS)
def test_kernels_are_symmetric_positive_semidefinite_and_know_their_diagonal(kernel, points):
    K = kernel(points, points)
    assert K.shape == (len(points), len(points))
    assert np.allclose(K, K.T, atol=1e-14)
    assert np.linalg.eigvalsh(K).min() > -1e-10
    assert np.allclose(kernel.diagonal(points), np.diag(K), atol=1e-14)
    assert np.allclose(
        Kernel.evaluate_diagonal(kernel, lrw.dictionaries.points.as_points(points)), np.diag(K)
    )


@pytest.mark.parametrize(("kernel", "points"), KERNELS)
def test_a_part_of_the_points_gives_a_part_of_the_matrix(kernel, points):
    K = kernel(points, points)
    part = kernel(points[[2, 0]], points[1:4])
    assert np.allclose(part, K[[2, 0]][:, 1:4], rtol=0, atol=1e-15)


@pytest.mark.parametrize(("kernel", "points"), KERNELS)
def test_kernels_come_back_from_a_pickle_and_show_what_they_are(kernel, points):
    other = pickle.loads(pickle.dumps(kernel))
    assert np.array_equal(other(points, points), kernel(points, points))
    assert repr(other) == repr(kernel) and "object at" not in repr(kernel)


@pytest.mark.parametrize("shape", [(4, 5), (3, 3, 3), (3, 3, 1)])
@pytest.mark.parametrize("kernel", [SE, 2 * SE + 1, as_kernel(rational), as_kernel(scikit.RBF(2.0))])
def test_a_grid_and_its_plain_coordinates_give_the_same_matrix(kernel, shape):
    grid, plain = lrw.Grid.of_image(shape), lrw.grid_coordinates(shape)
    assert np.array_equal(kernel(grid, grid), kernel(plain, plain))
    assert np.array_equal(kernel(grid, plain[:3]), kernel(plain, grid[:3]))
    assert np.array_equal(kernel.diagonal(grid), kernel.diagonal(plain))


@pytest.mark.parametrize("length_scale", [0.7, 1.5])
@pytest.mark.parametrize(
    "points", [lrw.Grid((4, 5)), lrw.Grid((3, 3, 3)), lrw.Grid((9,)), [[0.1, 2.5], [1, 1]]]
)
def test_squared_exponential_is_the_papers_formula(points, length_scale):
    K = lrw.SquaredExponential(length_scale)(points, points)
    for i, p in enumerate(np.asarray(points)):
        for j, q in enumerate(np.asarray(points)):
            wanted = np.exp(-np.sum((p - q) ** 2) / (2 * length_scale**2))
            assert K[i, j] == pytest.approx(wanted, abs=1e-15)


def test_channels_do_not_covary():
    K = lrw.SquaredExponential(2.0)(COLOUR, COLOUR)
    same = COLOUR[:, None, 2] == COLOUR[None, :, 2]
    assert (K[~same] == 0).all()
    one_channel = lrw.grid_coordinates((3, 3))
    assert np.array_equal(K[::3, ::3], lrw.SquaredExponential(2.0)(one_channel, one_channel))
    assert np.allclose(as_kernel(scikit.RBF(2.0))(COLOUR, COLOUR), K)


def test_a_volume_is_near_in_three_directions():
    volume = lrw.Grid((8, 8, 8))
    K = lrw.SquaredExponential(1.0)(volume, volume[[0]])[:, 0].reshape(volume.input_shape)
    assert K[1, 0, 0] == K[0, 1, 0] == K[0, 0, 1] == pytest.approx(np.exp(-0.5))


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


@pytest.mark.parametrize("length_scale", [0, -1, np.inf, np.nan, "1", None])
def test_bad_length_scales_are_named(length_scale):
    with pytest.raises(ValueError, match="^length_scale: expected"):
        lrw.SquaredExponential(length_scale)


@pytest.mark.parametrize("bad", [V[:1], V[0], np.full((3, 2), np.nan), [["a", "b"], ["c", "d"]]])
def test_bad_activities_are_named(bad):
    with pytest.raises(ValueError, match="^v: expected"):
        lrw.EmpiricalCovariance(bad)


def test_units_out_of_range_are_named():
    with pytest.raises(ValueError, match="^points_a: expected indices of units from 0 to 6, got 0 to 7"):
        lrw.EmpiricalCovariance(V)(lrw.Grid((2, 4)), UNITS)
    with pytest.raises(ValueError, match="^points_b: expected indices of units from 0 to 6"):
        lrw.EmpiricalCovariance(V)(UNITS, np.arange(8))


def test_points_of_different_kind_are_named():
    with pytest.raises(ValueError, match="^points_b: expected points without channels, as in points_a"):
        lrw.SquaredExponential(1.0)(GRID, COLOUR)
    with pytest.raises(ValueError, match="^points_b: expected 2 coordinates"):
        lrw.SquaredExponential(1.0)(GRID, lrw.Grid((3, 3, 3)))


@pytest.mark.parametrize("kind", [lrw.EmpiricalCovariance, lrw.SquaredCovariance])
def test_activities_may_still_be_given_by_their_old_name(kind):
    v = np.random.default_rng(0).random((9, 3))
    with pytest.warns(UserWarning, match="V: is now called v"):
        assert np.array_equal(kind(V=v).K, kind(v).K)
