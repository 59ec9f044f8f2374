import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.building import build_convolutional, convolutional_specs
from lowrankweights.speed.convolutions.convolution_orders import orders
from lowrankweights.speed.orders import cheapest

RNG = np.random.default_rng(0)


def layer(parametrisation, shape=(6, 5, 2), window=(3, 2), padding="same"):
    return lrw.Conv2d(parametrisation, window, padding, "tanh").on(shape)


def predicted(n_alpha, n_h=4, n_u=12):
    return lrw.Predicted(RNG.normal(size=(n_u, n_alpha)), n_h)


EACH = {
    "full": lambda: lrw.Full(12, 4),
    "predicted": lambda: predicted(3),
    "low_rank": lambda: lrw.LowRank(12, 4, rank=2),
    "columns": lambda: lrw.Columns([predicted(3, 3), predicted(2, 1)]),
    "mixed": lambda: lrw.Columns([predicted(3, 3), lrw.Full(12, 1)]),
}


@pytest.mark.parametrize(("name", "names"), [
    ("full", ["v * W"]), ("predicted", ["v * (U w)", "(v * U) w"]), ("low_rank", ["v * (U w)", "(v * U) V"]),
    ("columns", ["v * (U w)", "(v * U) w"]), ("mixed", ["v * (U w)"]),
])  # fmt: skip
def test_what_can_be_chosen_from(name, names):
    assert [order.name for order in orders(layer(EACH[name]()))] == names


@pytest.mark.parametrize("name", EACH)
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_every_order_gives_the_definitions_product_and_gradients(name, padding):
    own = layer(EACH[name](), padding=padding)
    p, v = RNG.normal(size=own.parametrisation.n_dynamic), RNG.normal(size=(3, 6, 5, 2))
    W, u = own.parametrisation.expand(p), own.windows(v)
    dz = RNG.normal(size=(3, *own.out_shape))
    dW = u.reshape(-1, 12).T @ dz.reshape(-1, 4)
    for order in orders(own):
        arrays = order.prepare(p)
        product, cache = order.multiply(v, arrays)
        np.testing.assert_allclose(product.transpose(1, 0, 2, 3), u @ W, atol=1e-12)
        gradients, dv = order.pull_back(np.ascontiguousarray(dz.transpose(1, 0, 2, 3)), cache, arrays)
        np.testing.assert_allclose(
            order.finish(gradients, p), own.parametrisation.pull_back(dW, p), atol=1e-11
        )
        np.testing.assert_allclose(dv, own.add_up(dz @ W.T), atol=1e-11)


def test_multiplications_are_those_of_the_products():
    # a place: n_u n_h to multiply, as many for dW, and for dv; 30 places, 3 images
    assert orders(layer(lrw.Full(12, 4)))[0].multiplications(3) == 3 * 30 * 12 * 4 * 3
    assert orders(layer(lrw.Full(12, 4)))[0].multiplications(3, need_dv=False) == 3 * 30 * 12 * 4 * 2
    pool = orders(layer(predicted(3)))[1]
    assert pool.multiplications(3, need_dv=False) == 3 * 30 * (12 * 3 + 2 * 3 * 4)
    assert pool.multiplications(3) == 3 * 30 * (2 * 12 * 3 + 3 * 3 * 4)
    factored = orders(layer(lrw.LowRank(12, 4, rank=2)))[1]
    assert factored.multiplications(3) == 3 * 30 * (3 * 12 * 2 + 3 * 2 * 4)


@pytest.mark.parametrize(("share", "name"), [(0.25, "(v * rows * columns) (B w)"), (0.75, "v * (U w)")])
def test_a_slower_multiplication_counts_more_where_an_order_is_chosen(share, name):
    """The separable order has the fewest of all, but with many atoms its passes would take longer."""
    how = {"dictionary": "squared_exponential", "proportion": share, "n_columns": 1}
    specs = convolutional_specs((64,), 8, 1, "same", (), input_shape=(16, 16, 48), **how)
    X, rng = RNG.random((2, 16 * 16 * 48)), np.random.default_rng(0)
    net, *_ = build_convolutional(*specs, X, (16, 16, 48), 2, "softmax_cross_entropy", rng)
    each = orders(net.layers[1])
    assert min(each, key=lambda c: c.multiplications(1000)).name == "(v * rows * columns) (B w)"
    assert cheapest(each, 1000).name == name
