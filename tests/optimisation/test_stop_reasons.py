import numpy as np
import pytest
from scipy import optimize

import lowrankweights as lrw
from lowrankweights.optimisation.stop_reasons import explain_abnormal


def rosenbrock(theta):
    return optimize.rosen(theta), optimize.rosen_der(theta)


START = np.array([-1.2, 1.0])


class Float32Loss:
    """A loss with rounding errors of float32's size."""

    dtype = np.dtype(np.float32)

    def __call__(self, theta):
        assert theta.dtype == np.float64
        loss, grad = rosenbrock(theta)
        return loss + 1e-5 * np.sin(1e7 * theta.sum()), grad.astype(np.float32)


def test_an_abnormal_stop_in_float32_is_its_limit_and_kept():
    result = lrw.minimize(Float32Loss(), START, tol=0, ftol=0)
    assert result.status == "float32_limit"
    assert "float32" in result.message
    assert result.theta.dtype == np.float64
    assert result.loss < 0.01


def test_a_wrong_gradient_is_named():
    result = lrw.minimize(lambda t: (t @ t + t.sum(), -2 * t - 1), START)
    assert result.status == "abnormal"
    assert "gradient is wrong" in result.message


def test_a_noisy_loss_is_named():
    rng = np.random.default_rng(0)

    def noisy(theta):
        loss, grad = rosenbrock(theta)
        return loss + 0.01 * rng.random(), grad

    results = [lrw.minimize(noisy, START + 0.1 * i, tol=0, ftol=0) for i in range(10)]
    abnormal = [r.message for r in results if r.status == "abnormal"]
    assert all(r.loss == r.loss_curve.min() for r in results)  # though SciPy's last one may be worse
    assert abnormal and all("noisy" in message for message in abnormal)


def test_a_kink_is_named():
    absolute = lambda t: (np.abs(t).sum(), np.where(t >= 0, 1.0, -1.0))
    result = lrw.minimize(absolute, np.zeros(1), tol=1e-12)
    assert result.status == "kink"
    assert "kink" in result.message


def test_a_smooth_minimum_is_no_kink():
    A, theta = np.diag([1.0, 3.0, 10.0]), np.full(3, 1e-12)
    fun = lambda t: (0.5 * t @ A @ t + 1000.0, A @ t)
    assert explain_abnormal(fun, theta, *fun(theta))[0] == "converged"
    kinked = lambda t: (np.abs(t).sum(), np.where(t >= 0, 1.0, -1.0))
    assert "kink" in explain_abnormal(kinked, 0 * theta, *kinked(0 * theta))[1]


def network(dtype, activation="sigmoid"):
    """An objective with a minimum, and a theta where the gradient is far from zero."""
    rng = np.random.default_rng(0)
    X, labels = rng.normal(size=(200, 6)).astype(dtype), rng.integers(3, size=200)
    layers = [lrw.Dense(lrw.Full(6, 8), activation), lrw.Dense(lrw.Full(8, 3))]
    net = lrw.Network(layers, "softmax_cross_entropy")
    return lrw.Objective(net, X, np.eye(3, dtype=dtype)[labels], weight_decay=1e-3), net.init(rng=1)


class WithGradient:
    """A function with another gradient."""

    def __init__(self, fun, change):
        self.fun, self.change, self.dtype = fun, change, fun.dtype

    def __call__(self, theta):
        loss, grad = self.fun(theta)
        return loss, self.change(grad)


def first_layer_reversed(grad):
    return np.concatenate([-grad[:48], grad[48:]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("change", [np.negative, lambda g: -0.01 * g, first_layer_reversed])
def test_a_wrong_gradient_is_never_called_converged(dtype, activation, change):
    fun, theta = network(dtype, activation)
    result = lrw.minimize(WithGradient(fun, change), theta, max_iter=300)
    assert result.status == "abnormal" and "gradient is wrong" in result.message


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "identity"])
def test_a_right_gradient_is_never_called_wrong(dtype, activation):
    fun, theta = network(dtype, activation)
    for ftol in (0, 1e-13):
        result = lrw.minimize(fun, theta, max_iter=3000, tol=0, ftol=ftol)
        assert result.status in ("converged", "float32_limit", "max_iter"), result.message


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("seed", range(5))
def test_a_right_gradient_between_kinks_is_never_called_wrong(dtype, seed):
    fun, theta = network(dtype, "relu")
    theta = theta + 0.3 * np.random.default_rng(seed).normal(size=theta.size)
    assert "is wrong" not in lrw.minimize(fun, theta, max_iter=3000, tol=0).message


SMOOTH = {
    "a square": lambda t: (t @ t, 2 * t),
    "a steep one": lambda t: (1e8 * t @ t, 2e8 * t),
    "a shallow one on a height": lambda t: (1.0 + 1e-9 * t @ t, 2e-9 * t),
    "a fourth power": lambda t: (np.sum(t**4), 4 * t**3),
    "far away": lambda t: ((t - 1e6) @ (t - 1e6), 2 * (t - 1e6)),
    "a tiny one": lambda t: (1e-30 * t @ t, 2e-30 * t),
}


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("from_minimum", [0.0, 1e-14, 1e-9, 1e-4])
def test_a_smooth_loss_has_no_kink_and_a_right_gradient(name, from_minimum):
    fun = SMOOTH[name]
    theta = np.full(3, from_minimum) + (1e6 if name == "far away" else 0)
    message = explain_abnormal(fun, theta, *fun(theta))[1]
    assert "kink" not in message and "is wrong" not in message


def test_a_step_that_still_lowers_the_loss_is_said():
    fun, theta = network(np.float64)
    status, message = explain_abnormal(fun, theta, *fun(theta))
    assert status == "abnormal" and "still lowers the loss" in message


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_loss_falls_no_more_only_where_no_step_lowers_it(dtype):
    fun, theta = network(dtype)
    result = lrw.minimize(fun, theta, max_iter=5000, tol=0, ftol=0)
    assert result.status != "max_iter"
    loss, grad = fun(result.theta)
    steps = 10.0 ** -np.arange(0, 9)
    best = min(fun(result.theta - h * grad / np.linalg.norm(grad))[0] for h in steps)
    assert loss - best <= (1e-6 if dtype == np.float32 else 1e-13) * loss


def test_convergence_may_be_judged_by_another_measure_than_the_gradient():
    class InOtherUnits:
        def __call__(self, theta):
            return theta @ theta, 2 * theta

        def gradient_to_judge(self, theta, grad):
            return 1e-6 * grad

    result = lrw.minimize(InOtherUnits(), np.array([2.0, -1.0]), tol=1e-5)
    assert (result.status, result.n_iter, result.grad_norm_curve.tolist()) == ("converged", 0, [4e-6])
    result = lrw.minimize(InOtherUnits(), np.array([2000.0, -1.0]), tol=1e-5)
    assert result.status == "converged" and result.n_iter > 0
    assert result.grad_norm_curve[-1] <= 1e-5 < result.grad_norm_curve[-2]
