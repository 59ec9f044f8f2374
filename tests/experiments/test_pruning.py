import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.experiments import pruning


def trained():
    """A small network of every weight, its theta, and data that it has not been trained on."""
    rng = np.random.default_rng(0)
    net = lrw.Network([lrw.Dense(lrw.Full(6, 5), "tanh"), lrw.Dense(lrw.Full(5, 3))], "softmax_cross_entropy")
    theta = net.init(rng)
    theta[:] += rng.normal(scale=0.1, size=theta.size)  # biases that are not 0
    return net, theta, rng.normal(size=(20, 6)), np.eye(3)[rng.integers(3, size=20)]


def test_sparse_is_adjoint_and_has_the_gradient_of_the_weights_that_are_left():
    q, rng = pruning.Sparse(6, 5, [3, 0, 29, 12]), np.random.default_rng(1)
    p, D = rng.normal(size=4), rng.normal(size=(6, 5))
    assert np.sum(q.expand(p) * D) == pytest.approx(p @ q.pull_back(D, p), abs=1e-12)
    net, theta, X, Y = trained()
    small, kept = pruning.keep_largest(net, theta, 25)
    assert lrw.gradient_error(lambda t: small.loss_and_grad(t, X, Y, 0.1), kept) < 1e-6
    fast = lrw.Objective(small, X, Y, 0.1)(kept)
    assert fast[0] == pytest.approx(small.loss_and_grad(kept, X, Y, 0.1)[0], rel=1e-12)


def test_the_largest_weights_of_all_layers_are_kept_and_all_biases():
    net, theta, X, _ = trained()
    small, kept = pruning.keep_largest(net, theta, 25)
    assert small.n_dynamic == kept.size == 25 and small.n_static == 25 - 8  # the places
    before, after = net.unpack(theta), small.unpack(kept)
    left = np.concatenate([np.abs(a["W"][a["W"] != 0]) for a in after])
    gone = np.concatenate([np.abs(b["W"][a["W"] == 0]) for a, b in zip(after, before, strict=True)])
    assert left.size == 17 and left.min() > gone.max()
    for a, b in zip(after, before, strict=True):
        assert np.array_equal(a["b"], b["b"]) and np.array_equal(a["W"][a["W"] != 0], b["W"][a["W"] != 0])
    everything, same = pruning.keep_largest(net, theta, net.n_dynamic)
    assert np.allclose(everything.predict(same, X), net.predict(theta, X), rtol=0, atol=1e-15)


def test_what_was_pruned_can_be_pruned_again():
    net, theta, X, _ = trained()
    once = pruning.keep_largest(net, theta, 15)
    twice = pruning.keep_largest(*pruning.keep_largest(net, theta, 30), 15)
    assert np.array_equal(once[0].predict(once[1], X), twice[0].predict(twice[1], X))


@pytest.mark.parametrize("places", [[0, 0], [-1], [30], [[1, 2]]])
def test_places_are_unique_and_inside(places):
    with pytest.raises(ValueError, match="^places: expected unique indices below 30"):
        pruning.Sparse(6, 5, places)


@pytest.mark.parametrize("n_left", [8, 54, 25.5])
def test_so_many_numbers_can_be_left(n_left):
    net, theta, *_ = trained()
    with pytest.raises(ValueError, match="^n_left: expected "):
        pruning.keep_largest(net, theta, n_left)
