"""An activation or a loss of one's own needs one line in its table; what does not fit is named."""

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.networks import ACTIVATIONS, LOSSES
from lowrankweights.networks.activations import Activation
from lowrankweights.networks.losses import Loss
from lowrankweights.speed import predict
from lowrankweights.unsupervised import TiedAutoencoder


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


TERMS = {
    "dz of a row": (
        lambda z, Y: (z - Y, (z - Y).sum(axis=1)),
        r"its terms and dz\): expected shape \(5, 2\)",
    ),
    "a number": (lambda z, Y: (0.0, z - Y), r"its terms and dz\): expected shape \(5, 2\), as z has"),
    "terms alone": (lambda z, Y: z - Y, r"what its terms returned\): expected terms and dz, two things"),
}


@pytest.mark.parametrize(("terms", "text"), TERMS.values(), ids=TERMS)
def test_a_loss_of_another_shape_is_named(terms, text, monkeypatch):
    monkeypatch.setitem(LOSSES, "odd", Loss(terms, lambda z: z))
    net = lrw.Network([lrw.Dense(lrw.Full(4, 2))], "odd")
    theta, X, Y = net.init(rng=0), np.ones((5, 4)), np.ones((5, 2))
    for run in (lambda: net.loss_and_grad(theta, X, Y), lambda: lrw.Objective(net, X, Y)(theta)):
        with pytest.raises(ValueError, match=rf"^loss \('odd': {text}"):
            run()


def test_a_prediction_of_another_shape_is_named(monkeypatch):
    monkeypatch.setitem(LOSSES, "odd", Loss(LOSSES["squared_error"].terms, lambda z: z.argmax(axis=1)))
    net = lrw.Network([lrw.Dense(lrw.Full(4, 2))], "odd")
    for predicted in (net.predict, lambda *args: predict(net, *args)):
        with pytest.raises(ValueError, match=r"^loss \('odd': its predict\): expected shape \(5, 2\)"):
            predicted(net.init(rng=0), np.ones((5, 4)))


@pytest.mark.parametrize(
    "activation",
    [
        Activation(lambda z: z.sum(axis=1), np.ones_like),
        Activation(lambda z: z, lambda h: 1.0),
        Activation(lambda z: z, lambda h: h.mean(axis=0)),
    ],
)
def test_an_activation_that_is_not_entry_by_entry_is_named(activation, monkeypatch):
    monkeypatch.setitem(ACTIVATIONS, "odd", activation)
    for make in (lambda: lrw.Dense(lrw.Full(4, 3), "odd"), lambda: TiedAutoencoder(lrw.Full(4, 3), "odd")):
        with pytest.raises(
            ValueError, match=r"^activation \('odd'\): expected value\(z\) and derivative\(h\)"
        ):
            make()


class Careless(lrw.Parametrisation):
    """W = p, but for one method."""

    def __init__(self, method, value):
        super().__init__(4, 3)
        self.shapes = {"p": (12,)}
        setattr(self, method, lambda *args: value)

    def init(self, rng, variance=None):
        return np.ones(12)

    def expand(self, p):
        return p.reshape(4, 3)

    def pull_back(self, dW, p):
        return dW.ravel()


CARELESS = {
    "init": (np.ones(11), r"\(12,\), got shape \(11,\)"),
    "expand": (np.ones((4, 1)), r"\(4, 3\), got shape \(4, 1\)"),
    "pull_back": (np.ones((4, 3)), r"\(12,\), got shape \(4, 3\)"),
}


@pytest.mark.parametrize("method", CARELESS)
def test_a_parametrisation_that_does_not_keep_to_its_shapes_is_named(method):
    value, text = CARELESS[method]
    q = Careless(method, value)
    for make in (lrw.Dense, TiedAutoencoder, lambda q: lrw.Dense(lrw.Columns([lrw.Full(4, 2), q]))):
        with pytest.raises(ValueError, match=f"^Careless.{method}: expected shape {text}"):
            make(q)


def test_a_parametrisation_with_an_array_called_as_the_bias_is_refused():
    """Its numbers would be lost in ``unpack``, under the bias."""
    q = Careless("init", np.ones(12))
    q.shapes = {"a": (2, 3), "b": (6,)}
    expected = "^parametrisation: expected learned arrays by other names than 'b', .*, got a, b of Careless$"
    in_columns = lrw.Columns([lrw.Full(4, 2), q])
    for make in (lrw.Dense, lambda q: lrw.Dense(in_columns), lambda q: lrw.Conv2d(q, (2, 2))):
        with pytest.raises(ValueError, match=expected):
            make(q)
