import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.speed.objective import mean_loss

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(60, 8)), np.eye(3)[RNG.integers(3, size=60)]
U = lrw.dictionaries.random_projection(8, 3, rng=0)
NETS = [
    lrw.Network([lrw.Dense(lrw.Full(8, 6), "sigmoid"), lrw.Dense(lrw.Full(6, 3))], "softmax_cross_entropy"),
    lrw.Network([lrw.Dense(lrw.Predicted(U, 6), "tanh"), lrw.Dense(lrw.Full(6, 3))], "squared_error"),
]


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("n_dynamic", [1, 7, 30])
def test_gradients_adjoints_and_the_fast_twin(net, n_dynamic):
    subspace = lrw.RandomSubspace(net, n_dynamic, rng=1)
    z, D = RNG.normal(size=n_dynamic), RNG.normal(size=net.n_dynamic)
    moved = subspace.theta(z) - subspace.theta0
    assert moved @ D == pytest.approx(z @ subspace.pull_back(D), rel=1e-12, abs=1e-12)
    assert lrw.gradient_error(lambda z: subspace.loss_and_grad(z, X, Y, 0.1), z) < 1e-6
    loss, grad = subspace.loss_and_grad(z, X, Y, 0.1)
    fast = lrw.Objective(subspace, X, Y, 0.1)(z)
    assert fast[0] == pytest.approx(loss, rel=1e-12) and np.allclose(fast[1], grad, atol=1e-12)
    in_float32 = lrw.Objective(subspace, X.astype(np.float32), Y, 0.1)(z)
    assert in_float32[0] == pytest.approx(loss, rel=1e-5) and np.allclose(in_float32[1], grad, atol=1e-4)


def test_it_begins_at_a_random_network_and_learns():
    subspace = lrw.RandomSubspace(NETS[0], 30, rng=2)
    assert np.array_equal(subspace.theta(subspace.init()), NETS[0].init(2))
    result = lrw.minimize(lrw.Objective(subspace, X, Y), subspace.init(), max_iter=50)
    assert result.loss < 0.8 * result.loss_curve[0]
    wanted = NETS[0].predict(subspace.theta(result.theta), X)
    assert np.array_equal(subspace.predict(result.theta, X), wanted)
    assert np.allclose(lrw.speed.predict(subspace, result.theta, X), wanted, atol=1e-12)
    assert mean_loss(subspace, result.theta, X, Y) == pytest.approx(result.loss, rel=1e-9)


def test_columns_of_p_have_about_unit_length_and_are_nearly_orthogonal():
    net = lrw.Network([lrw.Dense(lrw.Full(60, 50), "sigmoid"), lrw.Dense(lrw.Full(50, 10))], "squared_error")
    for n_terms in (None, 4):
        subspace = lrw.RandomSubspace(net, 20, rng=0, n_terms=n_terms)
        P = np.column_stack([subspace.theta(e) - subspace.theta0 for e in np.eye(20)])
        gram = P.T @ P
        assert np.abs(np.diag(gram) - 1).max() < 0.35 and np.abs(gram - np.diag(np.diag(gram))).max() < 0.2


def test_counts_and_seeds():
    one, same, other = (lrw.RandomSubspace(NETS[1], 9, rng=seed) for seed in (0, 0, 1))
    assert one.n_dynamic == 9 and one.n_static == U.size
    z = np.arange(9.0)
    assert np.array_equal(one.theta(z), same.theta(z)) and not np.array_equal(one.theta(z), other.theta(z))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: lrw.RandomSubspace(NETS[0], 76), "n_dynamic: expected an integer >= 1 and <= 75"),
        (lambda: lrw.RandomSubspace(NETS[0], 0), "n_dynamic: expected"),
        (lambda: lrw.RandomSubspace(NETS[0], 5, n_terms=0), "n_terms: expected"),
        (lambda: lrw.RandomSubspace(NETS[0], 5).loss_and_grad(np.zeros(4), X, Y), "z: expected shape"),
        (lambda: lrw.RandomSubspace(NETS[0], 5).predict(np.zeros(5), X[:, :4]), "X: expected"),
    ],
)
def test_bad_arguments_are_named(make, said):
    with pytest.raises(ValueError, match=f"^{said}"):
        make()
