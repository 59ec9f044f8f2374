import concurrent.futures

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights import dictionaries
from lowrankweights.networks import Rows
from lowrankweights.speed.objective import NetworkTwin
from lowrankweights.speed.twins import twins


def network(kind, n_alpha=4):
    def layer(n_v, n_h, seed):
        Us = [dictionaries.random_projection(n_v, n_alpha, rng=seed + j) for j in range(3)]
        return {
            "full": lambda: lrw.Full(n_v, n_h),
            "one": lambda: lrw.Predicted(Us[0], n_h),
            "columns": lambda: lrw.Columns([lrw.Predicted(U, n_h // 3) for U in Us]),
            "low_rank": lambda: lrw.LowRank(n_v, n_h, rank=2),
            "mixed": lambda: lrw.Columns([lrw.Full(n_v, n_h - 3), lrw.Predicted(Us[0], 3)]),
        }[kind]()

    layers = [lrw.Dense(layer(20, 12, 0), "sigmoid"), lrw.Dense(layer(12, 9, 9), "tanh")]
    return lrw.Network([*layers, lrw.Dense(lrw.Full(9, 3))], "softmax_cross_entropy")


def data(n, dtype=np.float64):
    rng = np.random.default_rng(0)
    return rng.random((n, 20)).astype(dtype), np.eye(3, dtype=dtype)[rng.integers(3, size=n)]


def objective(net, X, Y, **settings):
    """In small blocks, so that there are several."""
    return lrw.Objective(net, X, Y, block_rows=50, **settings)


@pytest.mark.parametrize("n", [1, 7, 50, 51, 1234])
@pytest.mark.parametrize("kind", ["full", "one", "columns", "low_rank", "mixed"])
def test_it_is_the_definition_of_the_network(kind, n):
    net = network(kind)
    X, Y = data(n)
    theta = net.init(rng=0) + 0.05
    loss, grad = objective(net, X, Y, weight_decay=0.01)(theta)
    wanted, wanted_grad = net.loss_and_grad(theta, X, Y, weight_decay=0.01)
    assert loss == pytest.approx(wanted, rel=1e-13)
    assert np.allclose(grad, wanted_grad, atol=1e-14)


@pytest.mark.parametrize("kind", ["one", "columns", "low_rank", "full", "mixed"])
@pytest.mark.parametrize("layer", [0, 1])
def test_every_order_of_the_product_gives_the_same(kind, layer):
    net = network(kind)
    X, Y = data(30)
    theta = net.init(rng=0)
    wanted, wanted_grad = net.loss_and_grad(theta, X, Y)
    for twin in twins(net.layers[layer], poolable=layer == 0):
        whole = NetworkTwin(net)
        whole.twins[layer] = twin
        v = twin.pool(X) if twin.pooled else X
        loss, gradients = whole.sum_over_rows(whole.prepare(theta), v, Y, Rows.of(30))
        loss, grad = whole.finish(loss, gradients, theta, 30, 0.0)
        assert loss == pytest.approx(wanted, rel=1e-13)
        assert np.allclose(grad, wanted_grad, atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_same_bits_for_any_number_of_threads(dtype):
    net = network("columns")
    X, Y = data(2345, dtype)
    theta = net.init(rng=0)
    results = [objective(net, X, Y, n_threads=n)(theta) for n in (1, 2, 8)]
    for loss, grad in results[1:]:
        assert loss == results[0][0]
        assert np.array_equal(grad, results[0][1])


def test_an_executor_can_run_the_groups():
    net = network("columns")
    X, Y = data(500)
    theta = net.init(rng=0)
    with concurrent.futures.ThreadPoolExecutor(1) as engine:
        loss, grad = objective(net, X, Y, engine=engine)(theta)
    wanted = objective(net, X, Y)(theta)
    assert loss == wanted[0] and np.array_equal(grad, wanted[1])


def test_pooled_input_is_kept_only_while_it_is_no_larger_than_the_data():
    X, Y = data(100)
    small = lrw.Objective(network("columns", n_alpha=6), X, Y)  # 3 x 6 <= 20
    assert small.plan.twins[0].pooled and small.X.shape == (100, 18)
    large = lrw.Objective(network("columns", n_alpha=7), X, Y)  # 3 x 7 > 20
    assert not large.plan.twins[0].pooled and large.X.shape == (100, 20)


def test_float32_inside_float64_outside():
    net = network("one")
    X, Y = data(300, np.float32)
    fun = objective(net, X, Y)
    loss, grad = fun(net.init(rng=0))
    assert fun.dtype == np.float32 and isinstance(loss, float) and grad.dtype == np.float64


def test_non_contiguous_and_read_only_data():
    net = network("columns")
    X, Y = data(300)
    wanted = objective(net, X, Y)(net.init(rng=0))
    turned = np.asfortranarray(X)
    turned.setflags(write=False)
    got = objective(net, turned, Y)(net.init(rng=0))
    assert got[0] == pytest.approx(wanted[0], rel=1e-14)


@pytest.mark.parametrize("kind", ["columns", "full"])
def test_a_subset_is_the_objective_on_those_rows(kind):
    net = network(kind)
    X, Y = data(400)
    rows = np.arange(0, 400, 3)
    theta = net.init(rng=0)
    loss, grad = objective(net, X, Y, weight_decay=0.1).subset(rows)(theta)
    wanted, wanted_grad = net.loss_and_grad(theta, X[rows], Y[rows], weight_decay=0.1)
    assert loss == pytest.approx(wanted, rel=1e-13)
    assert np.allclose(grad, wanted_grad, atol=1e-14)


@pytest.mark.parametrize(("name", "value"), [("n_threads", 0), ("weight_decay", -1)])
def test_bad_arguments_are_named(name, value):
    with pytest.raises(ValueError, match=f"^{name}: expected"):
        lrw.Objective(network("one"), *data(10), **{name: value})
