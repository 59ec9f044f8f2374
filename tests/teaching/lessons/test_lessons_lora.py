"""Lesson 13: what it writes by hand is what the package does."""

import numpy as np
import pytest
from run_lesson import names_of

import lowrankweights as lrw
from lowrankweights.building import adapted


@pytest.fixture(scope="module")
def own():
    """The lesson's namespace, run at its tiny size with its solutions."""
    return names_of("13")


def test_lesson_13_writes_what_the_package_does(own):
    rng = np.random.default_rng(13)
    W0, dW = rng.normal(size=(2, 7, 5))
    q = lrw.Adapted(W0, rank=3, scale=0.6)
    p = rng.normal(size=q.n_dynamic)
    U, V = q.unpack(p).values()
    W0_new, *moved = own["lora_step"](dW, W0, U, V, 0.6, 0.2)
    assert np.array_equal(W0_new, W0)
    assert np.allclose(np.concatenate([a.ravel() for a in moved]), p - 0.2 * q.pull_back(dW, p))
    assert np.allclose(own["merge"](W0, U, V, 0.6), q.expand(p))
    # it begins as the package does, with the same numbers
    assert np.allclose(np.concatenate([a.ravel() for a in own["begin"](7, 5, 3, np.random.default_rng(4))]),
                       q.init(rng=4))  # fmt: skip
    assert set(own["check"].results.values()) == {"passed"}


def test_lesson_13_s_vera_is_the_package_s(own):
    rng = np.random.default_rng(14)
    W0, dW = rng.normal(size=(2, 6, 8))
    q = lrw.Adapted(W0, rank=4, kind="vera", rng=3)
    U, V = q._factors(np.random.default_rng(3))
    p = rng.normal(size=q.n_dynamic)
    assert np.allclose(own["merge"](W0, U, V, 1.0, p[:4], p[4:]), q.expand(p))
    assert np.allclose(np.concatenate(own["vera_grads"](dW, U, V, p[:4], p[4:])), q.pull_back(dW, p))


def test_lesson_13_counts_what_networks_learn(own):
    sizes = [9, 7, 6]
    net = lrw.Network([lrw.Dense(lrw.Full(9, 7), "tanh"), lrw.Dense(lrw.Full(7, 6))], "squared_error")
    assert own["count"]("every weight", sizes, 3) == net.n_dynamic
    for kind in ("lora", "vera"):
        assert own["count"](kind, sizes, 3) == adapted(net, net.init(rng=0), 3, kind)[0].n_dynamic


def test_lesson_13_s_own_parametrisations_begin_at_w0_and_have_right_gradients(own):
    task, rng = own["glass"], np.random.default_rng(0)
    X, Y = task.X[:20], np.eye(10)[task.y[:20]]
    for make in (own["from_trained"], own["trained_fixed"]):
        net, theta = make(task, rng)
        assert np.allclose(net.predict(theta, X), task.net.predict(task.theta, X))
        theta = theta + 0.01 * rng.normal(size=theta.size)
        assert lrw.gradient_error(lambda t, net=net: net.loss_and_grad(t, X, Y), theta) < 1e-5
    few, valid, n_pool = own["drawn"](task, 50, 0)
    assert np.bincount(task.y[few]).tolist() == [5] * 10 and n_pool == len(task.X) - own["n_test"]
    assert not set(few) & set(valid) and max(*few, *valid) < n_pool
