import operator
import pickle

import numpy as np
import pytest
from sklearn.gaussian_process import kernels as scikit

import lowrankweights as lrw
from lowrankweights.dictionaries import Kernel, as_kernel, kernel_ridge, log_marginal_likelihood
from lowrankweights.dictionaries.points import as_points

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
    (lrw.SquaredExponential((1.5, 0.5)), GRID),
    (lrw.SquaredExponential((1.5, 0.5), between_channels=0.3), lrw.Grid((3, 3), channels=2)),
    (lrw.dictionaries.Deviations(V_GRID) * SE, lrw.Grid((4, 5))),
    (as_kernel(scikit.RBF(2.0) + scikit.WhiteKernel(0.3)), GRID),
]


@pytest.mark.parametrize(("kernel", "points"), KERNELS)
def test_kernels_are_symmetric_positive_semidefinite_and_know_their_diagonal(kernel, points):
    K = kernel(points, points)
    assert K.shape == (len(points), len(points))
    assert np.allclose(K, K.T, atol=1e-14)
    assert np.linalg.eigvalsh(K).min() > -1e-10
    assert np.allclose(kernel.diagonal(points), np.diag(K), atol=1e-14)
    assert np.allclose(Kernel.evaluate_diagonal(kernel, as_points(points)), np.diag(K))


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


@pytest.mark.parametrize("combine", [operator.add, operator.mul])
@pytest.mark.parametrize("first", [SE, EMP, Periodic(), 0.5 * SE])
@pytest.mark.parametrize(
    "second", [SE, EMP, Periodic(), rational, scikit.RBF(2.0), scikit.DotProduct() + scikit.RBF(2.0), 3, 0.5,
               np.float64(0.5), np.float32(2)]
)  # fmt: skip
def test_sums_and_products_are_those_of_the_matrices_from_both_sides(combine, first, second):
    grid = lrw.Grid((4, 5))
    matrices = [as_kernel(kernel)(grid, grid[:3]) for kernel in (first, second)]
    diagonals = [as_kernel(kernel).diagonal(grid) for kernel in (first, second)]
    for together in (combine(first, second), combine(second, first)):
        kernel = as_kernel(together)  # RBF * k stays scikit-learn's, which does not leave the operator to us
        assert np.array_equal(kernel(grid, grid[:3]), combine(*matrices))
        assert np.allclose(kernel.diagonal(grid), combine(*diagonals), rtol=1e-15)


def test_a_covariance_times_a_squared_exponential_is_the_product_of_both_matrices():
    grid, alpha = lrw.Grid((4, 5)), np.array([3, 8, 19])
    K = (EMP * SE)(grid, grid[alpha])
    assert np.allclose(K, np.cov(V_GRID.T)[:, alpha] * SE(GRID, GRID[alpha]), atol=1e-15)
    U = kernel_ridge(EMP * SE, grid, alpha, ridge=0)
    assert np.allclose(U[alpha], np.eye(3), atol=1e-10)


@pytest.mark.parametrize(
    "kernel",
    [Periodic(), rational, scikit.RBF(2.0), scikit.RBF(2.0) * SE, SE + scikit.Matern(1.0), EMP * rational],
)
def test_whatever_serves_as_a_kernel_serves_wherever_one_is_asked_for(kernel):
    grid, alpha, ridge = lrw.Grid((4, 5)), np.array([0, 4, 7, 13, 19]), 0.05
    K = as_kernel(kernel)(grid, grid)
    A = K[np.ix_(alpha, alpha)] + ridge * np.eye(5)
    k_alpha = K[alpha]
    assert np.allclose(kernel_ridge(kernel, grid, alpha, ridge), k_alpha.T @ np.linalg.inv(A))
    posterior = K - k_alpha.T @ np.linalg.solve(A, k_alpha)
    assert np.allclose(lrw.predictive_variance(kernel, grid, alpha, ridge), np.diag(posterior))
    w = np.arange(5.0)
    log_p = -2.5 * np.log(w @ np.linalg.solve(A, w) / 5) - 0.5 * np.linalg.slogdet(A)[1]
    assert log_marginal_likelihood(w, kernel, grid, alpha, ridge) == pytest.approx(log_p)


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda a, b: np.ones((len(b), len(a))), r"expected shape \(3, 20\), got shape \(20, 3\)"),
        (lambda a, b: np.ones(len(a)), "expected an array with 2 dimension"),
        (lambda a, b: 1.0, "expected an array with 2 dimension"),
        (lambda a, b: np.full((len(a), len(b)), np.nan), "expected finite numbers"),
        (lambda a, b: None, "expected an array with 2 dimension"),
        (lambda a, b: np.add.outer(a[:, 0], 2 * b[:, 0]) + 1, r"expected k\(i, j\) = k\(j, i\), got "),
    ],
)
def test_a_matrix_that_is_none_of_a_kernel_is_refused_by_the_kernels_name(function, said):
    function.__name__ = "mine"
    for kernel in (function, function * SE, SE + function):
        with pytest.raises(ValueError, match=f"^kernel.*{said}") as error:
            kernel_ridge(kernel, GRID, [0, 7, 9], ridge=1.0)
        assert "mine" in str(error.value)


def test_a_kernel_without_evaluate_says_what_it_needs():
    class Empty(Kernel):
        pass

    with pytest.raises(TypeError, match="abstract method .?evaluate"):
        Empty()(GRID, GRID)


def test_composed_kernels_are_equal_where_they_are_made_of_the_same():
    first, second = (
        [as_kernel(rational), 0.5 * SE + EMP, as_kernel(scikit.RBF([1.0, 2.0])), SE * scikit.RBF(3.0)]
        for _ in range(2)
    )
    assert first == second and len({*first, *second}) == 4
    assert as_kernel(scikit.RBF(2.0)) != as_kernel(scikit.RBF(2.0 + 1e-9))  # they look the same
    assert as_kernel(rational) != as_kernel(lambda a, b: 0) and SE + EMP != SE * EMP and 2 * SE != 3 * SE


def test_what_a_composed_kernel_needs_follows_from_its_parts():
    assert not (EMP + 1).needs_places and (EMP * SE).needs_places and as_kernel(rational).needs_places
    assert (EMP + 1).n_units == (SE * EMP).n_units == 20 and (SE + 1).n_units is None
    with pytest.raises(ValueError, match="^kernel: expected two that know the same units, got Empirical"):
        EMP * lrw.EmpiricalCovariance(V_GRID[:, :7])
    v = V_GRID.copy()
    v[:, 3], flat = 1.0, V_GRID.copy()
    flat[:, 5] = 1.0
    some, others = lrw.EmpiricalCovariance(v), lrw.EmpiricalCovariance(flat)
    assert np.setdiff1d(np.arange(20), (some * others * SE).varying).tolist() == [3, 5]
    assert (some + others).varying.tolist() == list(range(20)) and (some + SE).varying is None


LEARNABLE = [kernel for kernel in KERNELS if kernel[0].hyperparameters]


@pytest.mark.parametrize(("kernel", "points"), LEARNABLE)
def test_gradients_by_hyperparameters_are_those_of_differences(kernel, points):
    values = kernel.hyperparameters
    gradients = kernel.gradients(points, points[:3])
    assert list(gradients) == list(values) and len(values) >= 1
    for name, value in values.items():
        up, down = (
            kernel.with_hyperparameters(values | {name: value * np.exp(step)}) for step in (1e-5, -1e-5)
        )
        numeric = (up(points, points[:3]) - down(points, points[:3])) / 2e-5
        assert np.abs(gradients[name] - numeric).max() < 1e-8 * max(1.0, np.abs(numeric).max())


def test_a_kernel_with_the_same_hyperparameters_is_the_same_kernel():
    for kernel, points in LEARNABLE:
        again = kernel.with_hyperparameters(kernel.hyperparameters)
        assert np.allclose(again(points, points), kernel(points, points), rtol=1e-13)
    for kernel in (EMP, Periodic(), as_kernel(rational)):
        assert kernel.hyperparameters == kernel.gradients(lrw.Grid((4, 5)), lrw.Grid((4, 5))) == {}
        assert kernel.with_hyperparameters({}) is kernel


def test_hyperparameters_of_parts_are_told_apart():
    kernel = 0.5 * lrw.SquaredExponential(2.0) + lrw.SquaredExponential((1.0, 3.0))
    wanted = {"first.first.length_scale": 2.0, "first.second.value": 0.5}
    assert kernel.hyperparameters == wanted | {"second.length_scale[0]": 1.0, "second.length_scale[1]": 3.0}
    other = kernel.with_hyperparameters(kernel.hyperparameters | {"second.length_scale[1]": 7.0})
    assert other.second == lrw.SquaredExponential((1.0, 7.0)) and other.first == kernel.first
