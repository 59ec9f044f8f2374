import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights import dictionaries
from lowrankweights.unsupervised.autoencoder import TiedAutoencoder

Us = [dictionaries.random_projection(9, 3, rng=s) for s in range(2)]
PARAMETRISATIONS = {
    "full": lrw.Full(9, 6),
    "predicted": lrw.Predicted(Us[0], 6),
    "columns": lrw.Columns([lrw.Predicted(U, 3) for U in Us]),
    "low_rank": lrw.LowRank(9, 6, rank=2),
}
V = np.random.default_rng(0).random((40, 9))


@pytest.mark.parametrize("decoder", ["sigmoid", "identity"])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "identity"])
@pytest.mark.parametrize("q", PARAMETRISATIONS.values(), ids=PARAMETRISATIONS)
def test_the_gradient_is_that_of_the_loss(q, activation, decoder):
    model = TiedAutoencoder(q, activation, decoder)
    theta = model.init(rng=0) + 0.05
    for weight_decay in (0.0, 0.1):
        error = lrw.gradient_error(lambda t, w=weight_decay: model.loss_and_grad(t, V, weight_decay=w), theta)
        assert error < 1e-6


@pytest.mark.parametrize("q", PARAMETRISATIONS.values(), ids=PARAMETRISATIONS)
def test_the_objective_is_the_definition(q):
    model = TiedAutoencoder(q)
    theta = model.init(rng=0)
    loss, grad = lrw.Objective(model, V, V, weight_decay=0.1)(theta)
    wanted, wanted_grad = model.loss_and_grad(theta, V, weight_decay=0.1)
    assert loss == pytest.approx(wanted, rel=1e-13)
    assert np.allclose(grad, wanted_grad, atol=1e-14)


def test_loss_is_that_of_what_is_decoded():
    model = TiedAutoencoder(PARAMETRISATIONS["columns"])
    theta = model.init(rng=0)
    r = model.decode(theta, model.encode(theta, V))
    assert model.loss_and_grad(theta, V)[0] == pytest.approx(0.5 * np.sum((r - V) ** 2) / 40)


def test_a_linear_one_finds_the_principal_subspace():
    rng = np.random.default_rng(0)
    data = rng.normal(size=(200, 2)) @ rng.normal(size=(2, 9))
    model = TiedAutoencoder(lrw.Full(9, 2), "identity", "identity")
    result = lrw.minimize(lambda t: model.loss_and_grad(t, data), model.init(rng=0), max_iter=500)
    assert result.loss < 1e-6
