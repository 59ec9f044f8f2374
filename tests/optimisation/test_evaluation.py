import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.optimisation.evaluation import finite_loss_and_grad, loss_and_grad

START = np.array([-1.2, 1.0])


@pytest.mark.parametrize(
    "bad", [lambda t: t, lambda t: (1.0, t[:1]), lambda t: None, lambda t: (t, t), lambda t: (1.0, None)]
)
def test_what_a_function_returned_wrongly_is_said(bad):
    with pytest.raises(ValueError, match="^fun.*: expected .*, got "):
        lrw.minimize(bad, START)


def test_a_function_may_change_its_argument_and_use_one_array_for_its_gradients():
    theta, shared = START.copy(), np.zeros(2)

    def fun(theta):
        shared[:] = 2 * theta
        theta[:] = np.nan
        return 1.0, shared

    _, grad = loss_and_grad(fun, theta)
    shared[:] = 0
    assert np.array_equal(theta, START) and np.array_equal(grad, 2 * START)


@pytest.mark.parametrize("bad", [lambda t: (np.nan, t), lambda t: (1.0, t * np.inf)])
def test_only_gradient_checks_demand_finite_numbers(bad):
    with np.errstate(invalid="ignore"), pytest.raises(ValueError, match="^fun's (loss|grad): expected"):
        finite_loss_and_grad(bad, START)
    loss_and_grad(bad, START)


def test_single_precision_and_integers_become_float64():
    loss, grad = loss_and_grad(lambda t: (np.float32(2), t.astype(np.float32)), START)
    assert isinstance(loss, float) and grad.dtype == np.float64
    assert loss_and_grad(lambda t: (np.array(3), np.array([1, 2])), START)[0] == 3.0
