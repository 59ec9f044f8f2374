"""An activation or a loss of one's own needs one line in its table."""

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.networks import ACTIVATIONS, LOSSES
from lowrankweights.networks.activations import Activation
from lowrankweights.networks.losses import Loss


@pytest.fixture
def added(monkeypatch):
    # h = z / (1 + |z|), g' = (1 - |h|)^2
    softsign = Activation(lambda z: z / (1 + np.abs(z)), lambda h: (1 - np.abs(h)) ** 2)
    monkeypatch.setitem(ACTIVATIONS, "softsign", softsign)
    # the absolute difference, smooth: sqrt((z - Y)^2 + 1)
    smooth = Loss(lambda z, Y: (np.hypot(z - Y, 1), (z - Y) / np.hypot(z - Y, 1)), lambda z: z)
    monkeypatch.setitem(LOSSES, "absolute", smooth)


def test_it_works_in_the_definition_the_twin_and_worked_numbers(added):
    net = lrw.Network([lrw.Dense(lrw.Full(4, 3), "softsign"), lrw.Dense(lrw.Full(3, 2))], "absolute")
    rng = np.random.default_rng(0)
    X, Y, theta = rng.normal(size=(5, 4)), rng.normal(size=(5, 2)), net.init(rng=0)
    assert lrw.gradient_error(lambda t: net.loss_and_grad(t, X, Y, 0.1), theta) < 1e-6
    loss, grad = lrw.Objective(net, X, Y, weight_decay=0.1)(theta)
    wanted, wanted_grad = net.loss_and_grad(theta, X, Y, 0.1)
    assert loss == pytest.approx(wanted, rel=1e-14) and np.allclose(grad, wanted_grad, atol=1e-15)
    assert "softsign" in lrw.explain(net, theta, X, Y) and "absolute" in lrw.explain(net, theta, X, Y)


def test_an_estimator_takes_an_activation_of_ones_own(added):
    X, y = np.random.default_rng(0).random((60, 6)), np.arange(60) % 2
    model = lrw.LowRankMLPClassifier((6,), n_columns=2, activation="softsign", max_iter=5, random_state=0)
    assert model.fit(X, y).n_iter_ == 5


@pytest.mark.parametrize("terms", [lambda z, Y: (z - Y, (z - Y).sum(axis=1)), lambda z, Y: (0.0, z - Y)])
def test_a_loss_of_another_shape_is_named(terms, monkeypatch):
    monkeypatch.setitem(LOSSES, "odd", Loss(terms, lambda z: z))
    net = lrw.Network([lrw.Dense(lrw.Full(4, 2))], "odd")
    with pytest.raises(ValueError, match=r"^loss \('odd': its terms and dz\): expected shape \(5, 2\)"):
        net.loss_and_grad(net.init(rng=0), np.ones((5, 4)), np.ones((5, 2)))
