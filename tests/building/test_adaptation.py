import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.building import adapted, merged

rng = np.random.default_rng(0)
U = lrw.dictionaries.random_projection(7, 3, rng=0)
DENSE = lrw.Network(
    [
        lrw.Dense(lrw.Predicted(U, 12), "sigmoid"),
        lrw.Dense(lrw.Full(12, 8), "maxout"),
        lrw.Dense(lrw.Full(4, 3)),
    ],
    "softmax_cross_entropy",
)
ON_IMAGES = lrw.Network(
    [
        lrw.Conv2d(lrw.Full(9, 2), (3, 3), activation="tanh"),
        lrw.MaxPool2d((2, 2)),
        lrw.Flatten(),
        lrw.Dense(lrw.Full(18, 3)),
    ],
    "softmax_cross_entropy",
    input_shape=(6, 6, 1),
)


def data(net, n=25):
    return rng.normal(size=(n, *net.in_shape)), np.eye(3)[rng.integers(3, size=n)]


def trained(net):
    return net.init(rng=1) + 0.1 * rng.normal(size=net.n_dynamic)


@pytest.mark.parametrize("net", [DENSE, ON_IMAGES], ids=["dense", "on images"])
@pytest.mark.parametrize("kind", ["lora", "vera"])
@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_it_begins_as_the_trained_network_and_moves(net, kind, scale):
    theta, (X, Y) = trained(net), data(net)
    own, start = adapted(net, theta, 2, kind, scale)
    assert np.array_equal(own.predict(start, X), net.predict(theta, X))
    result = lrw.minimize(lrw.Objective(own, X, Y), start, max_iter=5)
    assert result.loss < net.loss_and_grad(theta, X, Y)[0]
    assert lrw.gradient_error(lambda t: own.loss_and_grad(t, X, Y), result.theta) < 1e-5


def test_only_the_layers_that_are_named_are_adapted_and_the_rest_is_learned_on():
    theta = trained(DENSE)
    own, start = adapted(DENSE, theta, rank=2, layers=[0])
    assert own.n_dynamic == 2 * (7 + 12) + 12 + (12 * 8 + 8) + (4 * 3 + 3)
    assert np.array_equal(start[-119:], theta[-119:]) and own.layers[1:] == DENSE.layers[1:]
    # as many as the smaller side of W, where that is less
    assert adapted(DENSE, theta, rank=5)[0].layers[2].parametrisation.rank == 3
    filters = adapted(ON_IMAGES, trained(ON_IMAGES))[0].layers[0].parametrisation
    assert filters is ON_IMAGES.layers[0].parametrisation


def test_the_trained_network_stays_as_it_is_and_another_seed_gives_other_factors():
    theta = trained(DENSE)
    before = theta.copy()
    (_, one), (_, same), (_, other) = (adapted(DENSE, theta, rng=seed) for seed in (0, 0, 1))
    one[:] = 0
    assert np.array_equal(theta, before) and not np.array_equal(same, other)
    first, second = (adapted(DENSE, theta, kind="vera", rng=0)[0].layers[i].parametrisation for i in (0, 1))
    assert first.rng != second.rng


@pytest.mark.parametrize("net", [DENSE, ON_IMAGES], ids=["dense", "on images"])
def test_merged_predicts_the_same_with_every_weight(net):
    own, start = adapted(net, trained(net), 2, scale=0.7)
    theta, (X, _) = start + 0.1 * rng.normal(size=own.n_dynamic), data(net)
    whole, all_of_it = merged(own, theta)
    assert np.allclose(whole.predict(all_of_it, X), own.predict(theta, X), atol=1e-12)
    assert all(type(layer.parametrisation) is lrw.Full for layer in whole.layers if hasattr(layer, "n_z"))
    assert whole.n_static == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"theta": np.zeros(3)}, "theta: expected"),
        ({"rank": 0}, "rank: expected"),
        ({"kind": "dora"}, "kind: expected one of"),
        ({"layers": [0]}, r"layers: expected at least one of the Dense ones, \[3\]"),
        ({"layers": []}, "layers: expected"),
        ({"scale": -1}, "scale: expected"),
    ],
)
def test_bad_arguments_are_named(arguments, said):
    with pytest.raises(ValueError, match=f"^{said}"):
        adapted(ON_IMAGES, **{"theta": ON_IMAGES.init(rng=0), **arguments})
