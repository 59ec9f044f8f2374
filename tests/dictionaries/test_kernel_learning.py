import numpy as np
import pytest
from sklearn.gaussian_process import kernels as scikit

import lowrankweights as lrw
from lowrankweights.dictionaries import kernel_ridge, log_marginal_likelihood
from lowrankweights.dictionaries.kernel_learning import (
    descend,
    learn_kernel,
    log_marginal_likelihood_grad,
    pull_back_to_kernel,
)
from lowrankweights.dictionaries.kernels import as_kernel

RNG = np.random.default_rng(0)
GRID, COLOUR = lrw.Grid((5, 6)), lrw.Grid((3, 3), channels=2)
EMP = lrw.EmpiricalCovariance(RNG.normal(size=(40, 30)) @ RNG.normal(size=(30, 30)))
KERNELS = [
    (lrw.SquaredExponential(1.3), GRID),
    (lrw.SquaredExponential((0.8, 2.0)), GRID),
    (lrw.SquaredExponential((0.8, 2.0), between_channels=0.5), COLOUR),
    (0.7 * lrw.SquaredExponential(1.0) + 0.2 * lrw.SquaredExponential(3.0), GRID),
    (EMP * lrw.SquaredExponential(3.0), GRID),
    (EMP, GRID),
    (as_kernel(scikit.Matern(1.5, nu=1.5)), GRID),
    (lrw.SquaredExponential(1.2) * scikit.RBF([1.0, 3.0]) + 0.1, GRID),
]


def nudged(kernel, ridge, name, step):
    """The kernel and the ridge with one of the logarithms a little larger."""
    if name == "ridge":
        return kernel, ridge * np.exp(step)
    values = kernel.hyperparameters
    return kernel.with_hyperparameters(values | {name: values[name] * np.exp(step)}), ridge


def differences(function, kernel, ridge, step=1e-5):
    names = [*kernel.hyperparameters, "ridge"]
    values = {name: [function(*nudged(kernel, ridge, name, s)) for s in (step, -step)] for name in names}
    return {name: (up - down) / (2 * step) for name, (up, down) in values.items()}


def close(found, wanted):
    scale = max(1e-8, *(abs(d) for d in wanted.values()))
    return list(found) == list(wanted) and all(abs(found[n] - wanted[n]) < 1e-6 * scale for n in wanted)


@pytest.mark.parametrize(("kernel", "points"), KERNELS)
def test_what_is_pulled_back_from_u_is_the_derivative_of_u(kernel, points):
    alpha = lrw.sample_index_set(len(points), 6, rng=1, n_channels=points.n_channels)
    dU, ridge = RNG.normal(size=(len(points), 6)), 0.1 * kernel.diagonal(points).mean()

    def loss(kernel, ridge):
        return np.sum(dU * kernel_ridge(kernel, points, alpha, ridge))

    assert close(pull_back_to_kernel(dU, kernel, points, alpha, ridge), differences(loss, kernel, ridge))


@pytest.mark.parametrize(("kernel", "points"), KERNELS)
def test_the_likelihoods_gradient_is_its_derivative(kernel, points):
    alpha = lrw.sample_index_set(len(points), 12, rng=1, n_channels=points.n_channels)
    w_alpha, ridge = RNG.normal(size=(12, 4)), 0.1 * kernel.diagonal(points).mean()
    gradient = log_marginal_likelihood_grad(w_alpha, kernel, points, alpha, ridge)

    def log_p(kernel, ridge):
        return log_marginal_likelihood(w_alpha, kernel, points, alpha, ridge)

    assert close(gradient, differences(log_p, kernel, ridge))


def test_a_whole_networks_loss_pulled_back_to_the_kernel():
    """dU = dW w_alpha^T, with dW of the network that has every weight."""
    X, Y = RNG.normal(size=(20, 30)), np.eye(3)[RNG.integers(3, size=20)]
    kernel, alpha, ridge = lrw.SquaredExponential((1.0, 2.0)), np.array([0, 5, 11, 20, 28]), 0.05
    w_alpha = RNG.normal(size=(5, 4))

    def network(parametrisation):
        layers = [lrw.Dense(parametrisation, "sigmoid"), lrw.Dense(lrw.Full(4, 3))]
        return lrw.Network(layers, "softmax_cross_entropy")

    rest = RNG.normal(size=4 + 15)

    def loss(kernel, ridge):
        net = network(lrw.Predicted(kernel_ridge(kernel, GRID, alpha, ridge), 4))
        return net.loss_and_grad(np.concatenate([w_alpha.ravel(), rest]), X, Y)[0]

    W = kernel_ridge(kernel, GRID, alpha, ridge) @ w_alpha
    _, gradient = network(lrw.Full(30, 4)).loss_and_grad(np.concatenate([W.ravel(), rest]), X, Y)
    dU = gradient[:120].reshape(30, 4) @ w_alpha.T
    assert close(pull_back_to_kernel(dU, kernel, GRID, alpha, ridge), differences(loss, kernel, ridge))


def test_learning_finds_what_features_were_made_with_and_never_loses():
    points = lrw.Grid((10, 10))
    made_with = lrw.SquaredExponential((0.7, 2.5))
    W = np.linalg.cholesky(made_with(points, points) + 1e-4 * np.eye(100)) @ RNG.normal(size=(100, 30))
    alpha = lrw.sample_index_set(100, 60, rng=0)
    begin = lrw.SquaredExponential((1.5, 1.5)), 1e-2
    kernel, ridge = learn_kernel(W[alpha], begin[0], points, alpha, begin[1])
    assert np.allclose(kernel.length_scale, (0.7, 2.5), rtol=0.25)
    likely = [log_marginal_likelihood(W[alpha], k, points, alpha, r) for k, r in (begin, (kernel, ridge))]
    assert likely[1] > likely[0]
    # and it predicts the others better
    left = [
        np.linalg.norm(W - kernel_ridge(k, points, alpha, r) @ W[alpha]) for k, r in (begin, (kernel, ridge))
    ]
    assert left[1] < 0.95 * left[0]


def test_descending_keeps_within_bounds_and_survives_singular_kernels():
    def cost(kernel, ridge):
        U = kernel_ridge(kernel, GRID, [0, 1, 2, 8], ridge)  # singular where the scale is long
        return -np.log(kernel.length_scale), {"length_scale": -1.0, "ridge": 0.0 * U[0, 0]}

    kernel, ridge = descend(cost, lrw.SquaredExponential(1.0), 1e-9, 30, widest=5.0)
    assert 1.0 < kernel.length_scale <= 5.0 * (1 + 1e-9) and ridge == pytest.approx(1e-9)


@pytest.mark.parametrize(
    ("function", "arguments", "said"),
    [
        (pull_back_to_kernel, {"dU": np.ones((30, 2))}, "dU: expected shape"),
        (pull_back_to_kernel, {"alpha": [0, 0, 1]}, "alpha: expected indices without repetition"),
        (learn_kernel, {"w_alpha": np.ones((4, 2))}, "w_alpha: expected 3 rows"),
        (learn_kernel, {"ridge": 0.0}, "ridge: expected"),
        (learn_kernel, {"kernel": "rbf"}, "kernel: expected"),
    ],
)
def test_bad_arguments_are_named(function, arguments, said):
    given = {"kernel": lrw.SquaredExponential(1.0), "points": GRID, "alpha": [0, 5, 9], "ridge": 0.1}
    given |= {"dU" if function is pull_back_to_kernel else "w_alpha": np.ones((3, 2))}
    if function is pull_back_to_kernel:
        given["dU"] = np.ones((30, 3))
    with pytest.raises(ValueError, match=f"^{said}"):
        function(**(given | arguments))
