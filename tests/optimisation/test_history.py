import numpy as np
from scipy import optimize

import lowrankweights as lrw
from lowrankweights.optimisation.history import Curves


def rosenbrock(theta):
    return optimize.rosen(theta), optimize.rosen_der(theta)


START = np.array([-1.2, 1.0])


def test_result_tells_how_it_went():
    result = lrw.minimize(rosenbrock, START, max_iter=500)
    assert np.allclose(result.theta, 1, atol=1e-4)
    curves = result.loss_curve, result.grad_norm_curve, result.seconds_curve
    assert [len(curve) for curve in curves] == [result.n_iter + 1] * 3
    assert result.loss_curve[0] == rosenbrock(START)[0]
    assert result.loss == result.loss_curve.min() == rosenbrock(result.theta)[0]
    assert (np.diff(result.seconds_curve) >= 0).all()
    assert "iterations" in str(result) and result.message in str(result)


def test_callbacks_get_copies_of_the_iterates():
    seen = []
    lrw.minimize(rosenbrock, START, callbacks=[seen.append], max_iter=20)
    assert len({info.theta.tobytes() for info in seen}) == len(seen) > 5
    assert [info.n_iter for info in seen] == list(range(1, len(seen) + 1))
    for info in seen:
        loss, grad = rosenbrock(info.theta)
        assert info.loss == loss
        assert info.grad_norm == np.abs(grad).max()
        info.theta[:] = np.nan  # must not reach the minimiser


def test_curves_begin_with_the_start_and_count_iterations_from_there():
    curves = Curves()
    assert curves.n_iter == -1
    curves.add(3.0, 2.0)
    curves.add(1.0, 0.1)
    arrays = curves.arrays()
    assert curves.n_iter == 1 and arrays["loss_curve"].tolist() == [3.0, 1.0]
    assert arrays["grad_norm_curve"].tolist() == [2.0, 0.1]  # the largest absolute entry
    assert 0 <= arrays["seconds_curve"][0] <= arrays["seconds_curve"][1]
