import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.speed import twins

RNG = np.random.default_rng(0)


def network(share=0.25, n_h=8):
    """Two convolutions of which a share of the weights is learned, on 12 x 10 colour images."""
    shape = (12, 10, 3)

    def filters(n_u):
        return lrw.Predicted(RNG.normal(size=(n_u, round(share * n_u))) / n_u**0.5, n_h)

    layers = [
        lrw.Conv2d(filters(5 * 5 * 3), (5, 5), "same", "relu"),
        lrw.MaxPool2d((2, 2)),
        lrw.Conv2d(filters(3 * 3 * n_h), (3, 3), "valid", "sigmoid"),
        lrw.Flatten(),
        lrw.Dense(lrw.Full(4 * 3 * n_h, 3)),
    ]
    return lrw.Network(layers, "softmax_cross_entropy", input_shape=shape)


def data(net, n, dtype=np.float32):
    Y = np.eye(net.n_out, dtype=dtype)[RNG.integers(net.n_out, size=n)]
    return RNG.normal(size=(n, *net.in_shape)).astype(dtype), Y


@pytest.mark.parametrize("name", ["identity", "sigmoid", "tanh", "relu"])
@pytest.mark.parametrize(("dtype", "near"), [(np.float64, 1e-11), (np.float32, 2e-4)])
def test_each_twin_is_its_layer(name, dtype, near):
    U = RNG.normal(size=(3 * 4 * 20, 30)) / 15
    layer = lrw.Conv2d(lrw.Predicted(U, 32), (3, 4), "same", name).on((12, 11, 20))
    theta = RNG.normal(size=layer.n_dynamic).astype(dtype)
    v, dh = (RNG.normal(size=(4, *shape)).astype(dtype) for shape in (layer.in_shape, layer.out_shape))
    h, cache = layer.forward(theta, v)
    dtheta, dv = layer.backward(theta, cache, dh)
    for twin in twins(layer):
        arrays = twin.prepare(theta)
        own, own_cache = twin.forward(arrays, v)
        gradients, own_dv = twin.backward(arrays, own_cache, dh.copy())
        for a, b in ((own, h), (own_dv, dv), (twin.finish(gradients, theta), dtheta)):
            np.testing.assert_allclose(a, b, atol=near * np.abs(b).max())


@pytest.mark.parametrize("share", [0.25, 0.9])
def test_an_objective_of_many_blocks_is_the_definition(share):
    net = network(share)
    X, Y = data(net, 50)
    theta = net.init(rng=0)
    loss, grad = net.loss_and_grad(theta, X.astype(np.float64), Y, 1e-3)
    fast, fast_grad = lrw.Objective(net, X, Y, 1e-3, block_rows=6)(theta)
    assert fast == pytest.approx(loss, rel=1e-5)
    np.testing.assert_allclose(fast_grad, grad, atol=1e-5 * np.abs(grad).max())


def test_the_same_bits_for_any_number_of_threads():
    net = network()
    X, Y = data(net, 60)
    theta = net.init(rng=0)
    first, second = (lrw.Objective(net, X, Y, n_threads=n, block_rows=5)(theta) for n in (1, 3))
    assert first[0] == second[0] and (first[1] == second[1]).all()


def test_blocks_of_large_images_have_few_rows():
    rows = lrw.Objective(network(), *data(network(), 4)).block_rows
    layers = [lrw.Conv2d(lrw.Full(192, 48), (8, 8)), lrw.Flatten(), lrw.Dense(lrw.Full(64 * 64 * 48, 2))]
    large = lrw.Network(layers, "softmax_cross_entropy", input_shape=(64, 64, 3))
    assert 1 <= lrw.Objective(large, *data(large, 2)).block_rows < 10 < rows <= 1000


def test_below_the_first_layer_that_learns_no_dv_is_asked_for():
    conv = lrw.Conv2d(lrw.Full(12, 2), (2, 2))
    layers = [lrw.MaxPool2d((2, 2)), conv, lrw.Flatten(), lrw.Dense(lrw.Full(30, 2))]
    net = lrw.Network(layers, "softmax_cross_entropy", input_shape=(6, 10, 3))
    X, Y = data(net, 9, np.float64)
    theta = net.init(rng=0)
    assert [step.need_dv for step in net.plan().steps] == [False, False, True, True]
    np.testing.assert_allclose(
        lrw.Objective(net, X, Y)(theta)[1], net.loss_and_grad(theta, X, Y)[1], atol=1e-12
    )


def test_predictions_are_those_of_the_definition_block_by_block():
    net = network()
    X, _ = data(net, 30)
    theta = net.init(rng=0)
    np.testing.assert_allclose(lrw.speed.predict(net, theta, X), net.predict(theta, X), atol=1e-5)
