import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from threadpoolctl import threadpool_info, threadpool_limits

import lowrankweights as lrw
from lowrankweights.optimisation import load_checkpoint, minimize_stages


def rosenbrock(theta):
    return optimize.rosen(theta), optimize.rosen_der(theta)


START = np.array([-1.2, 1.0])


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 20), st.integers(0, 1000))
def test_quadratics_are_solved(n, seed):
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(n, n))
    A, b = A @ A.T + np.eye(n), rng.normal(size=n)
    quadratic = lambda t: (0.5 * t @ A @ t - b @ t, A @ t - b)
    result = lrw.minimize(quadratic, np.zeros(n), max_iter=1000, tol=1e-9)
    assert np.allclose(result.theta, np.linalg.solve(A, b), atol=1e-5)
    assert result.status == "converged"


@pytest.mark.parametrize("tol", [1e-2, 1e-5])
def test_it_goes_on_until_the_gradient_is_below_tol(tol):
    result = lrw.minimize(rosenbrock, START, max_iter=500, tol=tol, ftol=0)
    assert result.grad_norm_curve[-1] <= tol < result.grad_norm_curve[:-1].min()
    assert "gradient" in result.message


def test_the_loss_falls_no_more():
    result = lrw.minimize(rosenbrock, START, max_iter=500, tol=0, ftol=1e-3)
    assert result.status == "converged" and "ftol" in result.message


def test_the_limit_is_said():
    result = lrw.minimize(rosenbrock, START, max_iter=3)
    assert (result.status, result.n_iter) == ("max_iter", 3)
    assert "max_iter = 3" in result.message


def inverse_hessian_times(g, pairs):
    """H g by the two loops of ``minimize``'s docstring."""
    q, c = g.copy(), {}
    for i in reversed(range(len(pairs))):
        s, y = pairs[i]
        c[i] = (s @ q) / (s @ y)
        q -= c[i] * y
    s, y = pairs[-1] if pairs else (np.ones(1), np.ones(1))
    z = (s @ y) / (y @ y) * q
    for i, (s, y) in enumerate(pairs):
        z += (c[i] - (y @ z) / (s @ y)) * s
    return z


def test_a_step_is_the_one_that_the_docstring_describes():
    memory, start = 3, np.linspace(-1, 1.5, 8)
    thetas = [start]
    callbacks = [lambda info: thetas.append(info.theta)]
    lrw.minimize(rosenbrock, start, memory=memory, max_iter=12, callbacks=callbacks)
    losses, grads = zip(*map(rosenbrock, thetas), strict=True)
    steps = list(zip(np.diff(thetas, axis=0), np.diff(grads, axis=0), strict=True))
    for k, (s, _) in enumerate(steps):
        d = -inverse_hessian_times(grads[k], steps[max(0, k - memory) : k])
        assert s @ d / np.linalg.norm(s) / np.linalg.norm(d) == pytest.approx(1, abs=1e-9)
        # the strong Wolfe conditions, along s = a d
        assert losses[k + 1] <= losses[k] + 1e-3 * grads[k] @ s
        assert abs(grads[k + 1] @ s) <= 0.9 * abs(grads[k] @ s)
    assert len(steps) == 12


def blas_threads():
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


def test_blas_runs_on_one_thread_during_a_minimisation_and_as_before_after_it():
    during = []

    def fun(theta):
        during.append(blas_threads())
        return rosenbrock(theta)

    with threadpool_limits(2, user_api="blas"):
        before = blas_threads()
        lrw.minimize(fun, START, callbacks=[lambda info: during.append(blas_threads())])
        assert blas_threads() == before
    assert set(map(tuple, during)) == {(1,) * len(before)}


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_blas_is_as_before_whatever_ends_the_minimisation(error):
    def fail(info):
        raise error

    with threadpool_limits(2, user_api="blas"):
        before = blas_threads()
        with pytest.raises(error):
            lrw.minimize(rosenbrock, START, callbacks=[fail], on_interrupt="raise")
        assert blas_threads() == before


def test_zero_iterations_change_nothing():
    result = lrw.minimize(rosenbrock, START, max_iter=0)
    assert np.array_equal(result.theta, START) and result.loss == rosenbrock(START)[0]
    assert result.n_iter == 0 and len(result.loss_curve) == 1


def test_stop_iteration_keeps_the_best():
    def callback(info):
        if info.n_iter == 4:
            raise StopIteration

    result = lrw.minimize(rosenbrock, START, callbacks=[callback])
    assert (result.status, result.n_iter) == ("stopped", 4)
    assert result.loss == result.loss_curve[-1] == rosenbrock(result.theta)[0]


@pytest.mark.parametrize("where", ["fun", "callback"])
def test_ctrl_c_keeps_the_best(where):
    calls = []

    def interrupt(limit):
        calls.append(None)
        if len(calls) == limit:
            raise KeyboardInterrupt

    def fun(theta):
        if where == "fun":
            interrupt(9)
        return rosenbrock(theta)

    callbacks = [lambda info: interrupt(6)] if where == "callback" else []
    with pytest.warns(RuntimeWarning, match="interrupted"):
        result = lrw.minimize(fun, START, callbacks=callbacks)
    assert result.status == "interrupted"
    assert 0 < result.n_iter == len(result.loss_curve) - 1
    assert result.loss == rosenbrock(result.theta)[0] < rosenbrock(START)[0]


def interrupt(theta):
    raise KeyboardInterrupt


def test_ctrl_c_between_stages_keeps_the_first():
    with pytest.warns(RuntimeWarning, match="interrupted"):
        result = minimize_stages([(rosenbrock, 5), (interrupt, 5)], START)
    assert (result.status, result.n_iter) == ("interrupted", 5)
    assert result.loss == rosenbrock(result.theta)[0] < rosenbrock(START)[0]


def test_ctrl_c_while_looking_for_the_reason_keeps_the_best():
    calls = []

    def wrong_gradient(theta, limit=np.inf):
        calls.append(theta)
        if len(calls) > limit:
            raise KeyboardInterrupt
        return theta @ theta, -theta

    n_steps = lrw.minimize(wrong_gradient, START).n_evaluations  # the calls after these look for the reason
    assert len(calls) > n_steps
    calls.clear()
    with pytest.warns(RuntimeWarning, match="interrupted"):
        result = lrw.minimize(lambda theta: wrong_gradient(theta, n_steps), START)
    assert result.status == "interrupted" and np.array_equal(result.theta, START)


def test_ctrl_c_goes_through_where_half_a_run_is_nothing_to_go_on_with(tmp_path):
    def interrupt_at_3(info):
        if info.n_iter == 3:
            raise KeyboardInterrupt

    path = tmp_path / "fit.npz"
    how = {"callbacks": [interrupt_at_3], "on_interrupt": "raise", "checkpoint": path}
    with pytest.raises(KeyboardInterrupt):
        lrw.minimize(rosenbrock, START, **how)
    assert load_checkpoint(path)["n_iter"] == 3
    with pytest.raises(KeyboardInterrupt):
        minimize_stages([(rosenbrock, 2), (rosenbrock, 5)], START, **how)
    with pytest.raises(ValueError, match="^on_interrupt: expected one of 'keep', 'raise'"):
        lrw.minimize(rosenbrock, START, on_interrupt="ask")


def test_ctrl_c_before_anything_is_completed_is_passed_on():
    with pytest.raises(KeyboardInterrupt):
        lrw.minimize(interrupt, START)


def test_nan_at_the_start_is_an_error():
    with pytest.raises(ValueError, match="^fun: expected a finite loss"):
        lrw.minimize(lambda t: (np.nan, t), START)


def test_a_later_stage_that_starts_with_nan_keeps_the_first():
    result = minimize_stages([(rosenbrock, 5), (lambda t: (np.nan, t), 5)], START)
    assert result.status == "abnormal" and "stage" in result.message
    assert result.loss == rosenbrock(result.theta)[0] < rosenbrock(START)[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [("theta0", [np.nan]), ("theta0", [[1.0]]), ("max_iter", -1), ("tol", -1), ("memory", 0)],
)
def test_bad_arguments_are_named(name, value):
    arguments = {"theta0": START, name: value}
    with pytest.raises(ValueError, match=f"^{name}: expected"):
        lrw.minimize(rosenbrock, **arguments)
    with pytest.raises(ValueError, match="^stages: expected"):
        minimize_stages([], START)


def test_theta0_is_left_alone():
    start = START.copy()
    start.setflags(write=False)
    for max_iter in (0, 5):
        result = lrw.minimize(rosenbrock, start, max_iter=max_iter)
        assert np.array_equal(start, START) and not np.shares_memory(start, result.theta)


def test_stages_go_on_where_the_last_ended():
    seen = []
    shifted = lambda t: (rosenbrock(t)[0] + 5, rosenbrock(t)[1])
    result = minimize_stages([(shifted, 3), (rosenbrock, 400)], START, callbacks=[seen.append])
    assert np.allclose(result.theta, 1, atol=1e-4)
    assert result.loss < 1e-8  # of the last stage, though the first one's never went below 5
    assert result.n_iter == len(seen) == len(result.loss_curve) - 1
    assert result.loss_curve[3] > 5 > result.loss_curve[-1]


def test_the_message_is_about_the_last_stage():
    flat = lambda t: (1.0, np.zeros(2))
    result = minimize_stages([(rosenbrock, 3), (flat, 9)], START)
    assert result.status == "converged" and "gradient" in result.message


def test_a_stop_ends_all_stages():
    def stop(info):
        raise StopIteration

    result = minimize_stages([(rosenbrock, 3), (rosenbrock, 3)], START, callbacks=[stop])
    assert result.n_iter == 1 and result.status == "stopped"


@pytest.mark.parametrize("callbacks", [print, [None], 3, ["print"]])
def test_callbacks_that_are_no_list_of_functions_are_named(callbacks):
    with pytest.raises(ValueError, match=r"^callbacks: expected a list of functions, callbacks=\[f\], got"):
        lrw.minimize(rosenbrock, START, callbacks=callbacks)


class Silent:
    """A stream that is less than a file."""

    def write(self, text):
        return len(text)

    def flush(self):
        pass


@pytest.mark.parametrize("stderr", [None, Silent()])
def test_progress_does_without_a_console(stderr, monkeypatch):
    monkeypatch.setattr("sys.stderr", stderr)
    assert lrw.minimize(rosenbrock, START, max_iter=3, progress=True).n_iter == 3
