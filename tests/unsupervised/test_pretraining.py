"""Pre-training: a layer learns to reconstruct its input."""

import concurrent.futures

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.unsupervised.pretraining import pretrain_layer


def data():
    rng = np.random.default_rng(0)
    return rng.random((60, 2)) @ rng.random((2, 8)) / 2  # in [0, 1], of two dimensions


def test_the_layer_s_hidden_units_are_those_of_its_parameters_and_the_loss_falls():
    V, layer = data(), lrw.Full(8, 4)
    theta, H, result = pretrain_layer(layer, "sigmoid", V, max_iter=40, rng=0)
    W, b = layer.expand(theta[: layer.n_dynamic]), theta[layer.n_dynamic :]
    assert np.allclose(H, 1 / (1 + np.exp(-(V @ W + b)))) and b.shape == (4,)
    assert result.loss < 0.99 * result.loss_curve[0]


class InterruptedAfter(concurrent.futures.Executor):
    """An engine on which Ctrl-C comes at the n-th evaluation."""

    def __init__(self, n):
        self.left = n

    def map(self, function, items):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        return map(function, items)


def test_ctrl_c_goes_through_as_half_a_pre_training_is_nothing_to_go_on_with():
    with pytest.raises(KeyboardInterrupt):
        pretrain_layer(lrw.Full(8, 4), "sigmoid", data(), max_iter=40, rng=0, engine=InterruptedAfter(6))
