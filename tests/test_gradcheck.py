import numpy as np
import pytest
from scipy import optimize

import lowrankweights as lrw
from lowrankweights import gradcheck


def quartic(theta):
    """A loss with curvature, and its gradient."""
    A = np.arange(1, theta.size + 1) / theta.size
    return float(A @ theta**4 + theta @ theta + theta[0] * theta[-1]), (
        4 * A * theta**3 + 2 * theta + np.eye(theta.size)[0] * theta[-1] + np.eye(theta.size)[-1] * theta[0]
    )


def spoiled(how):
    def fun(theta):
        loss, grad = quartic(theta)
        return loss, how(grad.copy())

    return fun


@pytest.mark.parametrize("n", [1, 10, 500, 501, 2000])
def test_a_right_gradient_passes(n):
    theta = np.random.default_rng(0).normal(size=n)
    assert lrw.gradient_error(quartic, theta) < 1e-7


def swap(grad):
    grad[[0, 1]] = grad[[1, 0]]
    return grad


@pytest.mark.parametrize("n", [12, 1200])
@pytest.mark.parametrize("how", [lambda g: -g, lambda g: 1.2 * g, lambda g: g[::-1]])
def test_a_wrong_gradient_fails(how, n):
    theta = np.random.default_rng(0).normal(size=n)
    assert lrw.gradient_error(spoiled(how), theta) > 0.05


def test_one_wrong_entry_fails():
    assert lrw.gradient_error(spoiled(swap), np.random.default_rng(1).normal(size=300)) > 0.01


def test_the_error_is_as_defined():
    # numeric [2, 4], analytic [2, 5]: |4 - 5| / 5
    fun = lambda t: (t @ t, np.array([2.0, 5.0]))
    assert lrw.gradient_error(fun, np.array([1.0, 2.0])) == pytest.approx(0.2, abs=1e-8)


def test_directions_repeat_with_the_seed():
    theta = np.random.default_rng(0).normal(size=600)
    fun = spoiled(lambda g: 1.1 * g)
    assert lrw.gradient_error(fun, theta, rng=1) == lrw.gradient_error(fun, theta, rng=1)


def test_numeric_gradient_agrees_with_scipys():
    theta = np.random.default_rng(0).normal(size=6)
    ours = gradcheck.numeric_gradient(quartic, theta)
    assert np.allclose(ours, optimize.approx_fprime(theta, lambda t: quartic(t)[0]), atol=1e-5)


def test_complex_step_is_exact():
    theta = np.random.default_rng(0).normal(size=5)
    exact = quartic(theta)[1]

    def loss(t):
        A = np.arange(1, 6) / 5
        return A @ t**4 + t @ t + t[0] * t[-1]

    assert np.allclose(gradcheck.complex_step(loss, theta), exact, rtol=1e-15)


def test_adjoint_error_tells_a_transpose_from_none():
    A = np.random.default_rng(0).normal(size=(4, 4))
    assert gradcheck.adjoint_error(lambda x: A @ x, lambda y: A.T @ y, 4, 4) < 1e-14
    assert gradcheck.adjoint_error(lambda x: A @ x, lambda y: A @ y, 4, 4) > 1e-3


@pytest.mark.parametrize(
    "bad",
    [
        lambda t: None,
        lambda t: 1.0,
        lambda t: (1.0, t[:-1]),
        lambda t: (1.0, None),
        lambda t: (np.nan, t),
        lambda t: (1.0, t * np.nan),
        lambda t: (t, t),
    ],
)
def test_what_a_function_returned_wrongly_is_said(bad):
    with pytest.raises(ValueError, match="^fun.*: expected .*, got "):
        lrw.gradient_error(bad, np.ones(3))
