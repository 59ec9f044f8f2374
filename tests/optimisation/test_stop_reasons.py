import numpy as np
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
    assert result.status == "abnormal"
    assert "kink" in result.message


def test_a_smooth_minimum_is_no_kink():
    A, theta = np.diag([1.0, 3.0, 10.0]), np.full(3, 1e-12)
    fun = lambda t: (0.5 * t @ A @ t + 1000.0, A @ t)
    assert explain_abnormal(fun, theta, *fun(theta))[0] == "converged"
    kinked = lambda t: (np.abs(t).sum(), np.where(t >= 0, 1.0, -1.0))
    assert "kink" in explain_abnormal(kinked, 0 * theta, *kinked(0 * theta))[1]
