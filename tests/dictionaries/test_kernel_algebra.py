import operator

import numpy as np
import pytest
from sklearn.gaussian_process import kernels as scikit

import lowrankweights as lrw
from lowrankweights.dictionaries import Kernel, as_kernel, kernel_ridge, log_marginal_likelihood
from lowrankweights.dictionaries.kernel_algebra import OfFunction

GRID = lrw.grid_coordinates((4, 5))
COLOUR = lrw.grid_coordinates((3, 3, 3))
V_GRID = np.random.default_rng(0).random((50, 20))  # activities of the units of a grid 4 x 5
SE, EMP = lrw.SquaredExponential(4.0), lrw.EmpiricalCovariance(V_GRID)


class Periodic(Kernel):
    """One's own: alike a whole number of periods apart, and knows only ``evaluate``."""

    def evaluate(self, a, b):
        lag = a.coordinates[:, None, 0] - b.coordinates[None, :, 0]
        return np.exp(-2 * np.sin(np.pi * lag / 3.5) ** 2)


def rational(a, b):
    """A function: the rational quadratic kernel of all columns."""
    return 1 / (1 + ((a[:, None] - b[None]) ** 2).sum(axis=-1))


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


def test_a_function_is_given_plain_arrays():
    seen = []

    def f(a, b):
        seen.extend([a, b])
        return np.ones((len(a), len(b)))

    as_kernel(f)(lrw.Grid((2, 2), channels=3), COLOUR)
    as_kernel(f)(lrw.Grid((2, 2, 2)), [1.0, 2.5])
    assert all(type(array) is np.ndarray for array in seen)
    assert [array.shape for array in seen] == [(12, 3), (27, 3), (8, 3), (2,)]


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


@pytest.mark.parametrize("kernel", ["rbf", None, [1, 2], lrw.Grid((2, 2)), np.eye(2), lrw.SquaredExponential])
def test_what_is_no_kernel_is_named(kernel):
    for use in (as_kernel, lambda k: SE + k, lambda k: k * SE, lambda k: kernel_ridge(k, GRID, [0])):
        with pytest.raises(ValueError, match="^kernel: expected .*, got "):
            use(kernel)


def test_a_kernel_without_evaluate_says_what_it_needs():
    class Empty(Kernel):
        pass

    with pytest.raises(TypeError, match="abstract method .?evaluate"):
        Empty()(GRID, GRID)


def test_a_kernel_is_not_wrapped_again():
    assert as_kernel(EMP) is EMP and isinstance(as_kernel(rational), OfFunction)


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


def test_white_noise_of_scikit_learn_is_on_the_diagonal_of_a_matrix_of_two_lists_too():
    kernel, grid = as_kernel(scikit.RBF(2.0) + scikit.WhiteKernel(0.3)), lrw.Grid((4, 5), channels=2)
    K = kernel(grid, grid)
    assert np.allclose(K, as_kernel(scikit.RBF(2.0))(grid, grid) + 0.3 * np.eye(40))
    assert np.array_equal(kernel.diagonal(grid), np.diag(K))
    assert np.array_equal(kernel(grid[3:9], grid), K[3:9])
