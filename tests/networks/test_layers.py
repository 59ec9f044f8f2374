"""Layers with other shapes than a row of numbers, layers without parameters, layers that look at the rows."""

import concurrent.futures
import pickle

import numpy as np
import pytest
from toys import Dropout, Flatten, MeanPool, Scale

import lowrankweights as lrw
from lowrankweights.networks import Layer, Rows
from lowrankweights.speed import Twin, predict, twins
from lowrankweights.speed.orders import MatrixProduct


def network():
    dense = lrw.Dense(lrw.Predicted(np.random.default_rng(0).normal(size=(6, 3)), 5), "tanh")
    layers = [Scale((4, 6)), MeanPool((4, 6)), Flatten((2, 3)), Dropout(6), dense, lrw.Dense(lrw.Full(5, 2))]
    return lrw.Network(layers, "squared_error")


def data(n=130):
    rng = np.random.default_rng(1)
    return rng.normal(size=(n, 4, 6)), rng.normal(size=(n, 2))


@pytest.fixture
def somewhere():
    net = network()
    return net, net.init(rng=0) + 0.1, *data()


def test_their_gradient_is_that_of_the_loss(somewhere):
    net, theta, X, Y = somewhere
    assert lrw.gradient_error(lambda t: net.loss_and_grad(t, X, Y, 0.2), theta) < 1e-6


def test_blocks_subsets_and_processes_drop_the_same_units(somewhere):
    net, theta, X, Y = somewhere
    weight = np.arange(130) % 3
    wanted, wanted_grad = net.loss_and_grad(theta, X, Y, 0.2, rows=Rows.of(130, weight))
    objective = lrw.Objective(net, X, Y, 0.2, rows=Rows.of(130, weight), block_rows=20)
    loss, grad = objective(theta)
    assert loss == pytest.approx(wanted, rel=1e-13) and np.allclose(grad, wanted_grad, atol=1e-14)
    part = np.arange(7, 130, 5)
    wanted, wanted_grad = net.loss_and_grad(theta, X[part], Y[part], 0.2, rows=Rows.of(130, weight)[part])
    loss, grad = objective.subset(part)(theta)
    assert loss == pytest.approx(wanted, rel=1e-13) and np.allclose(grad, wanted_grad, atol=1e-14)
    there = pickle.loads(pickle.dumps(objective.work))
    sums = [w.sum_group(w.prepare(theta), objective.groups[1]) for w in (there, objective.work)]
    assert sums[0][0] == sums[1][0]


def test_predicting_leaves_nothing_out(somewhere):
    net, theta, X, _ = somewhere
    without = lrw.Network([x for x in net.layers if not isinstance(x, Dropout)], net.loss)
    assert np.array_equal(net.predict(theta, X), without.predict(theta, X))
    assert np.allclose(predict(net, theta, X), net.predict(theta, X), atol=1e-14)


def test_they_run_as_they_are_defined_and_the_plan_says_so(somewhere):
    net, *_ = somewhere
    assert [twin.name for twin in net.plan(1000).twins[:4]] == ["as defined"] * 4
    assert net.n_dynamic == 24 + (15 + 5) + (10 + 2)
    assert [set(arrays) for arrays in net.unpack(net.init(0))][4:] == [{"w_alpha", "W", "b"}, {"W", "b"}]


def test_neighbours_of_other_shapes_are_refused():
    with pytest.raises(ValueError, match=r"^layers\[1\]: expected rows of shape \(2, 3\)"):
        lrw.Network([MeanPool((4, 6)), lrw.Dense(lrw.Full(6, 2))], "squared_error")
    with pytest.raises(ValueError, match=r"^layers\[-1\]: expected a row of numbers"):
        lrw.Network([MeanPool((4, 6))], "squared_error")
    with pytest.raises(ValueError, match=r"^X: expected"):
        network().loss_and_grad(network().init(0), np.ones((3, 24)), np.ones((3, 2)))


class Twice(Layer):
    """v times 2, defined slowly."""

    def __init__(self, n):
        self.in_shape = self.out_shape = (n,)

    def forward(self, theta, v, rows):
        return v + v, None

    def backward(self, theta, cache, dh):
        return np.zeros(0), dh + dh


class TwiceOrder(Twin):
    def __init__(self, layer, name, cost):
        super().__init__(layer)
        self.name, self.cost = name, cost

    def prepare(self, theta):
        return []

    def forward(self, arrays, v, rows):
        return 2 * v, None

    def backward(self, arrays, cache, dh, need_dv=True):
        return [], 2 * dh

    def finish(self, gradients, theta):
        return np.zeros(0)

    def matrix_products(self, n, need_dv=True):
        return [MatrixProduct("NN", n, self.cost, 1)]


@twins.register(Twice)
def _(layer, poolable=False):
    return [TwiceOrder(layer, "dear", 7), TwiceOrder(layer, "cheap", 2)]


def test_a_kind_of_layer_offers_its_own_orders_and_the_plan_chooses_by_cost():
    net = lrw.Network([Twice(3), lrw.Dense(lrw.Full(3, 2))], "squared_error")
    plan = net.plan(100)
    assert [twin.name for twin in plan.twins] == ["cheap", "v W"]
    assert plan.multiplications == 100 * 2 + 2 * 100 * 6  # nobody below learns: no dv
    rng = np.random.default_rng(0)
    X, Y, theta = rng.normal(size=(9, 3)), rng.normal(size=(9, 2)), net.init(rng=0)
    loss, grad = lrw.Objective(net, X, Y)(theta)
    wanted, wanted_grad = net.loss_and_grad(theta, X, Y)
    assert loss == pytest.approx(wanted, rel=1e-14) and np.allclose(grad, wanted_grad, atol=1e-15)


def test_a_twin_without_a_name_has_its_classs_in_the_plan():
    class Nameless(TwiceOrder):
        def __init__(self, layer):
            Twin.__init__(self, layer)
            self.cost = 1

    class Thrice(Twice):
        pass

    twins.register(Thrice)(lambda layer, poolable=False: [Nameless(layer)])
    net = lrw.Network([Thrice(3), lrw.Dense(lrw.Full(3, 2))], "squared_error")
    assert "* Nameless" in str(net.plan(10))


def test_threads_share_the_work(somewhere):
    net, theta, X, Y = somewhere
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        loss, grad = lrw.Objective(net, X, Y, engine=pool, block_rows=20)(theta)
    alone = lrw.Objective(net, X, Y, n_threads=1, block_rows=20)(theta)
    assert loss == alone[0] and np.array_equal(grad, alone[1])


class Careless(Scale):
    """Six numbers in, six out, and one method that returns something else."""

    def __init__(self, method, value):
        super().__init__((6,))
        setattr(self, method, lambda *args: value)


CARELESS = {
    "init too short": ("init", np.zeros(5), r"init: expected shape \(6,\), got shape \(5,\)"),
    "init of a number": ("init", 1.0, r"init: expected shape \(6,\), got shape \(\)"),
    "h of a row": (
        "forward",
        (np.ones(6), None),
        r"forward \(its h\): expected shape \(4, 6\), got .*\(6,\)",
    ),
    "h alone": ("forward", np.ones((2, 6)), r"forward: expected h and a cache, two things, got an array"),
    "dtheta of a number": ("backward", (1.0, np.ones((4, 6))), r"backward \(its dtheta\): .* shape \(6,\)"),
    "dv of a column": ("backward", (np.ones(6), np.ones((4, 1))), r"backward \(its dv\): .* shape \(4, 6\)"),
    "dv alone": ("backward", np.ones((4, 6)), "backward: expected dtheta and dv, two things, got an array"),
}


@pytest.mark.parametrize(("method", "value", "text"), CARELESS.values(), ids=CARELESS)
def test_what_a_layer_returns_in_another_shape_is_named_not_broadcast(method, value, text):
    net = lrw.Network([Scale((6,)), Careless(method, value), lrw.Dense(lrw.Full(6, 2))], "squared_error")
    X, Y, theta = np.ones((4, 6)), np.ones((4, 2)), np.ones(net.n_dynamic)
    passes = [lambda: net.loss_and_grad(theta, X, Y), lambda: lrw.Objective(net, X, Y)(theta)]
    for run in passes if method != "init" else [lambda: net.init(rng=0)]:
        with pytest.raises(ValueError, match=f"^Careless.{text}"):
            run()


def test_nobody_asks_the_first_layer_for_dv():
    net = lrw.Network([Careless("backward", (np.ones(6), None)), lrw.Dense(lrw.Full(6, 2))], "squared_error")
    X, Y, theta = np.ones((4, 6)), np.ones((4, 2)), np.ones(net.n_dynamic)
    assert (net.loss_and_grad(theta, X, Y)[1][:6] == 1).all()
    assert (lrw.Objective(net, X, Y)(theta)[1][:6] == 1 / 4).all()  # the twin sums, and divides by the rows
