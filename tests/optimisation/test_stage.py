import itertools

import numpy as np
from scipy import optimize

import lowrankweights as lrw
from lowrankweights.optimisation.stage import Stage


def rosenbrock(theta):
    return optimize.rosen(theta), optimize.rosen_der(theta)


START = np.array([-1.2, 1.0])


def test_nan_on_the_way_is_stepped_back_from():
    def fun(theta):  # log(t) is NaN left of 0; the first step overshoots
        with np.errstate(invalid="ignore"):
            return float(np.sum(theta - np.log(theta))), 1 - 1 / theta

    result = lrw.minimize(fun, np.array([0.05, 3.0]), tol=1e-8)
    assert np.allclose(result.theta, 1, atol=1e-5)


def test_nan_all_around_is_named():
    result = lrw.minimize(lambda t: (t @ t if np.array_equal(t, START) else np.nan, 2 * t), START)
    assert result.status == "abnormal" and "NaN" in result.message
    assert np.array_equal(result.theta, START)


def test_an_overflow_never_gives_a_nan_theta():
    def falls_for_ever(theta):
        with np.errstate(over="ignore", invalid="ignore"):
            return -np.exp(5 * theta @ theta), -10 * theta * np.exp(5 * theta @ theta)

    seen = []
    result = lrw.minimize(falls_for_ever, START, callbacks=[seen.append])
    assert result.status == "abnormal" and "NaN" in result.message
    assert all(np.isfinite(theta).all() for theta in [result.theta, *(info.theta for info in seen)])
    assert np.isfinite(result.loss_curve).all()


def test_no_point_is_evaluated_twice_in_a_row():
    calls = []
    stage = Stage(lambda theta: calls.append(theta) or rosenbrock(theta), START, lambda point: None)
    status, _ = stage.run(20, {"gtol": 0.0, "ftol": 0.0, "maxcor": 10})
    assert status == "max_iter" and stage.n_evaluations == len(calls)
    assert not any(np.array_equal(a, b) for a, b in itertools.pairwise(calls))


def test_each_iteration_tells_the_gradient_of_its_point_and_the_lowest_is_the_best():
    points = []
    stage = Stage(rosenbrock, START, points.append)
    stage.run(15, {"gtol": 0.0, "ftol": 0.0, "maxcor": 10})
    for point in points:
        loss, grad = rosenbrock(point.theta)
        assert point.loss == loss and np.array_equal(point.grad, grad)
    assert stage.best.loss == min(point.loss for point in points) < stage.start.loss == rosenbrock(START)[0]
