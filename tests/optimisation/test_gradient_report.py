import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.optimisation import check_gradient, measured_noise


def objective(dtype=np.float64, n=60, activation="sigmoid"):
    rng = np.random.default_rng(0)
    U = lrw.dictionaries.random_projection(12, 5, rng=0)
    net = lrw.Network(
        [lrw.Dense(lrw.Predicted(U, 8), activation), lrw.Dense(lrw.Full(8, 3))], "softmax_cross_entropy"
    )
    X, Y = rng.normal(size=(n, 12)).astype(dtype), np.eye(3, dtype=dtype)[rng.integers(3, size=n)]
    return lrw.Objective(net, X, Y, 0.01, n_threads=1), net.init(rng=0) + 0.1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_a_right_gradient_is_never_called_wrong(activation, dtype):
    fun, theta = objective(dtype, activation=activation)
    report = check_gradient(fun, theta)
    assert report.right is not False
    assert set(report.blocks) == {"layer 1", "layer 2"}
    if dtype is np.float64:
        assert report.right and max(b.worst for b in report.blocks.values()) < 1e-5


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("wrong", [lambda g: -g, lambda g: 2 * g, lambda g: 1.1 * g, lambda g: 0 * g])
def test_a_wrong_gradient_is_called_wrong(wrong, dtype):
    fun, theta = objective(dtype)
    assert check_gradient(lambda t: (fun(t)[0], wrong(fun(t)[1])), theta).right is False


def test_the_block_that_is_wrong_is_named():
    fun, theta = objective()
    n_first = fun.net.layers[0].n_dynamic

    def student(t):
        loss, grad = fun(t)
        grad[n_first:] *= 3
        return loss, grad

    student.net = fun.net
    report = check_gradient(student, theta)
    assert [b.right for b in report.blocks.values()] == [True, False]
    assert "layer 2" in str(report) and "wrong" in str(report)


def test_one_reversed_sign_among_five_hundred_is_seen():
    n = 501
    A = np.random.default_rng(0).uniform(0.5, 2, size=n)

    def fun(t):
        grad = 2 * A * t
        grad[317] *= -1
        return A @ t**2, grad

    theta = np.random.default_rng(1).normal(size=n)
    assert check_gradient(fun, theta).right is False
    assert check_gradient(lambda t: (A @ t**2, 2 * A * t), theta).right


def test_one_large_parameter_spoils_nothing():
    theta = np.array([1e6, 1.0, 0.5])
    right = lambda t: (
        (t[0] / 1e6) ** 2 + np.sin(t[1]) + t[2] ** 3,
        np.array([2 * t[0] / 1e12, np.cos(t[1]), 3 * t[2] ** 2]),
    )
    assert check_gradient(right, theta).right
    wrong = lambda t: (right(t)[0], right(t)[1] * [1, 1, 1.05])
    assert check_gradient(wrong, theta).right is False


def test_the_scale_of_the_loss_means_nothing():
    for scale in (1e-16, 1e16):
        fun = lambda t, s=scale: (s * (t @ t), s * 2 * t)
        assert check_gradient(fun, np.array([1.0, -2.0])).right
        zero = lambda t, s=scale: (s * (t @ t), 0 * t)
        assert check_gradient(zero, np.array([1.0, -2.0])).right is False


def test_where_noise_hides_the_slopes_nothing_is_said():
    rng = np.random.default_rng(0)
    noisy = lambda t: (1e-9 * (t @ t) + 1e-3 * rng.normal(), 2e-9 * t)
    assert check_gradient(noisy, np.ones(4)).right is None


@pytest.mark.parametrize("size", [1e-12, 1e-6])
def test_the_noise_is_measured(size):
    rng = np.random.default_rng(0)
    found = measured_noise(lambda t: (t @ t + size * rng.normal(), 2 * t), np.ones(4))
    assert size / 4 < found < 4 * size
