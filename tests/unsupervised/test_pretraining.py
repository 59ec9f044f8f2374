import concurrent.futures

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.unsupervised import TiedAutoencoder, pretrain_layer


def data(n=60):
    rng = np.random.default_rng(0)
    return rng.random((n, 2)) @ rng.random((2, 8)) / 2


def test_it_is_the_autoencoders_minimum_less_the_decoders_bias():
    q, v = lrw.Predicted(lrw.dictionaries.random_projection(8, 3, rng=0), 5), data()
    theta, h, result = pretrain_layer(q, "tanh", v, max_iter=15, rng=4)
    model = TiedAutoencoder(q, "tanh", "sigmoid")
    wanted = lrw.minimize(lrw.Objective(model, v, v), model.init(rng=4), max_iter=15)
    assert np.array_equal(result.theta, wanted.theta)
    assert np.array_equal(theta, wanted.theta[: q.n_dynamic + 5])
    assert np.array_equal(h, model.encode(wanted.theta, v))
    assert result.loss_curve[-1] < 0.5 * result.loss_curve[0]


def test_a_row_of_weight_two_is_the_row_twice_and_of_weight_zero_none():
    q, v, weight = lrw.Full(8, 4), data(), np.arange(60) % 3
    v[weight == 0] = 7.0  # outside [0, 1], for which the decoder would be linear
    how = {"max_iter": 6, "rng": 0}
    theta, h, result = pretrain_layer(q, "sigmoid", v, weight=weight, **how)
    wanted, repeated, of_repeated = pretrain_layer(q, "sigmoid", np.repeat(v, weight, axis=0), **how)
    assert np.allclose(theta, wanted, atol=1e-10) and np.isclose(result.loss, of_repeated.loss, rtol=1e-12)
    assert np.allclose(np.repeat(h, weight, axis=0), repeated, atol=1e-10)
    with pytest.raises(ValueError, match="^weight: expected"):
        pretrain_layer(q, "sigmoid", v, weight=-weight, **how)


def test_the_decoder_is_linear_where_the_data_leave_zero_to_one():
    q, v = lrw.Full(8, 4), 3 * data() - 1
    _, _, result = pretrain_layer(q, "sigmoid", v, max_iter=60, rng=0)
    assert result.loss < 0.05  # a sigmoid cannot reach what is below 0 or above 1


def test_the_layer_that_was_trained_gives_these_hidden_units():
    q, v = lrw.LowRank(8, 4, rank=2), data()
    theta, h, _ = pretrain_layer(q, "sigmoid", v, max_iter=5, rng=0)
    assert np.allclose(lrw.Dense(q, "sigmoid").forward(theta, v)[0], h, atol=1e-14)


class InterruptedAfter(concurrent.futures.Executor):
    """An engine on which Ctrl-C comes at the n-th evaluation."""

    def __init__(self, n):
        self.left = n

    def map(self, function, items):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        return map(function, items)


def test_nothing_is_kept_of_a_pretraining_that_was_broken_off_on_its_way():
    with pytest.raises(KeyboardInterrupt):
        pretrain_layer(lrw.Full(8, 4), "sigmoid", data(), max_iter=40, rng=0, engine=InterruptedAfter(6))
