import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import optimize

import lowrankweights as lrw
from lowrankweights.optimisation import gradcheck


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
    assert lrw.gradient_error(quartic, theta) < 1e-8


def swap(grad):
    grad[[0, 1]] = grad[[1, 0]]
    return grad


@pytest.mark.parametrize("n", [12, 1200])
@pytest.mark.parametrize("how", [lambda g: -g, lambda g: 1.2 * g, lambda g: g[::-1]])
def test_a_wrong_gradient_fails(how, n):
    theta = np.random.default_rng(0).normal(size=n)
    assert lrw.gradient_error(spoiled(how), theta) > 0.1


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


def test_a_function_may_change_its_argument_and_reuse_its_array():
    theta, buffer = np.array([1.0, -2.0, 3.0]), np.empty(3)

    def fun(t):
        loss = float(t @ t)
        buffer[:] = 2 * t
        t[:] = 0
        return loss, buffer

    assert lrw.gradient_error(fun, theta) < 1e-9
    assert np.array_equal(theta, [1, -2, 3])


@given(arrays(float, 4, elements=st.floats(-10, 10)), arrays(float, 4, elements=st.floats(-10, 10)))
def test_directional_derivative_is_the_gradient_along_it(theta, direction):
    slope = gradcheck.directional_derivative(quartic, theta, direction)
    scale = 1 + np.abs(quartic(theta)[1]).max() * np.abs(direction).max()
    assert slope == pytest.approx(quartic(theta)[1] @ direction, abs=1e-6 * scale)


def test_a_direction_of_another_length_is_named():
    with pytest.raises(ValueError, match="^direction: expected"):
        gradcheck.directional_derivative(quartic, np.ones(3), np.ones(2))


def test_complex_step_is_exact():
    theta = np.random.default_rng(0).normal(size=5)
    exact = quartic(theta)[1]

    def loss(t):
        A = np.arange(1, 6) / 5
        return A @ t**4 + t @ t + t[0] * t[-1]

    assert np.allclose(gradcheck.complex_step(loss, theta), exact, rtol=1e-15)


@pytest.mark.parametrize("loss", [lambda t: np.abs(t).sum(), lambda t: float(np.real(t @ t)), lambda t: t])
def test_complex_step_does_not_take_a_lost_derivative_for_zero(loss):
    with pytest.raises(ValueError, match="^loss: expected a complex number"):
        gradcheck.complex_step(loss, np.ones(3))


@pytest.mark.parametrize(
    ("forward", "adjoint", "name"),
    [
        (lambda x: 1.0, lambda y: np.ones((2, 3)), "forward"),
        (lambda x: np.ones(4), lambda y: np.ones(3), "adjoint"),
        (lambda x: np.full(4, np.nan), lambda y: np.ones((2, 3)), "forward"),
    ],
)
def test_adjoint_error_names_what_does_not_fit(forward, adjoint, name):
    with pytest.raises(ValueError, match=rf"^{name}\(.\): expected"):
        gradcheck.adjoint_error(forward, adjoint, (2, 3), 4)


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
        lambda t: (None, t),
        lambda t: (1.0, ["a", "b", "c"]),
    ],
)
def test_what_a_function_returned_wrongly_is_said(bad):
    with pytest.raises(ValueError, match="^fun.*: expected .*, got "):
        lrw.gradient_error(bad, np.ones(3))
