import numpy as np
import pytest
from sklearn.gaussian_process import kernels as scikit

import lowrankweights as lrw
from lowrankweights.dictionaries import as_kernel, kernel_ridge
from lowrankweights.dictionaries.kernels.foreign import OfFunction

GRID = lrw.grid_coordinates((4, 5))
COLOUR = lrw.grid_coordinates((3, 3, 3))
V_GRID = np.random.default_rng(0).random((50, 20))  # activities of the units of a grid 4 x 5
SE, EMP = lrw.SquaredExponential(4.0), lrw.EmpiricalCovariance(V_GRID)


def rational(a, b):
    """A function: the rational quadratic kernel of all columns."""
    return 1 / (1 + ((a[:, None] - b[None]) ** 2).sum(axis=-1))


def test_a_function_is_given_plain_arrays():
    seen = []

    def f(a, b):
        seen.extend([a, b])
        return np.ones((len(a), len(b)))

    as_kernel(f)(lrw.Grid((2, 2), channels=3), COLOUR)
    as_kernel(f)(lrw.Grid((2, 2, 2)), [1.0, 2.5])
    assert all(type(array) is np.ndarray for array in seen)
    assert [array.shape for array in seen] == [(12, 3), (27, 3), (8, 3), (2,)]


@pytest.mark.parametrize("kernel", ["rbf", None, [1, 2], lrw.Grid((2, 2)), np.eye(2), lrw.SquaredExponential])
def test_what_is_no_kernel_is_named(kernel):
    for use in (as_kernel, lambda k: SE + k, lambda k: k * SE, lambda k: kernel_ridge(k, GRID, [0])):
        with pytest.raises(ValueError, match="^kernel: expected .*, got "):
            use(kernel)


def test_a_kernel_is_not_wrapped_again():
    assert as_kernel(EMP) is EMP and isinstance(as_kernel(rational), OfFunction)


def test_white_noise_of_scikit_learn_is_on_the_diagonal_of_a_matrix_of_two_lists_too():
    kernel, grid = as_kernel(scikit.RBF(2.0) + scikit.WhiteKernel(0.3)), lrw.Grid((4, 5), channels=2)
    K = kernel(grid, grid)
    assert np.allclose(K, as_kernel(scikit.RBF(2.0))(grid, grid) + 0.3 * np.eye(40))
    assert np.array_equal(kernel.diagonal(grid), np.diag(K))
    assert np.array_equal(kernel(grid[3:9], grid), K[3:9])
