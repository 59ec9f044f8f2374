import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys import PARAMETRISATIONS, parametrisation

import lowrankweights as lrw
from lowrankweights.networks import Rows
from lowrankweights.optimisation import minimize_stages
from lowrankweights.speed import predict, twins
from lowrankweights.weights.streams import stream

RNG = np.random.default_rng(0)
shapes = st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple)


def masks(rate=0.5, rng=0, n=400, shape=(50,), stage=0, numbers=None):
    """What is kept of rows 0 to n - 1, or of those with these numbers, as 0 and 1."""
    rows = Rows.of(n, stage=stage) if numbers is None else Rows(np.asarray(numbers), stage=stage)
    layer = lrw.Dropout(rate, rng=rng).on(shape)
    h, _ = layer.forward(None, np.ones((len(rows), *shape)), rows)
    return (h > 0).astype(float)


def network(name="predicted", rate=0.4):
    layers = [lrw.Dropout(rate / 2, rng=1), lrw.Dense(parametrisation(name, 5), "tanh")]
    layers += [lrw.Dropout(rate, rng=2), lrw.Dense(lrw.Full(6, 3))]
    return lrw.Network(layers, "softmax_cross_entropy", input_shape=(5,))


def data(n=130, dtype=np.float64):
    return RNG.normal(size=(n, 5)).astype(dtype), np.eye(3, dtype=dtype)[RNG.integers(3, size=n)]


@given(shapes, st.floats(0, 0.99), st.integers(0, 2**70), st.integers(0, 9), st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_a_unit_is_0_or_scaled_and_dv_is_scaled_alike(shape, rate, seed, stage, n):
    layer, rows = lrw.Dropout(rate, rng=seed).on(shape), Rows.of(n, stage=stage)
    v, dh = RNG.normal(size=(2, n, *shape))
    h, cache = layer.forward(None, v, rows)
    assert h.shape == v.shape and layer.out_shape == shape
    kept = h != 0
    np.testing.assert_allclose(h, np.where(kept, v / (1 - rate), 0), rtol=1e-14)
    dtheta, dv = layer.backward(None, cache, dh)
    np.testing.assert_allclose(dv, np.where(kept, dh / (1 - rate), 0), rtol=1e-14)
    assert dtheta.size == 0


def test_the_numbers_are_those_of_splitmix64():
    # the first three of the authors' code for the seed 1234567
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    found = stream(np.array([1234567], np.uint64), np.arange(3, dtype=np.uint64))
    assert found.tolist() == expected


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.9])
def test_the_share_that_is_left_out_is_the_rate(rate):
    left_out = 1 - masks(rate, n=4000).mean()
    assert abs(left_out - rate) <= 4 * np.sqrt(rate * (1 - rate) / (4000 * 50))


@pytest.mark.parametrize("rng", range(3))
def test_rows_units_stages_and_seeds_are_independent(rng):
    first = masks(rng=rng)
    others = {
        "next row": (first[:-1], first[1:]),
        "next unit": (first[:, :-1], first[:, 1:]),
        "row for unit": (first[:50], first[:50].T),
        "next stage": (first, masks(rng=rng, stage=1)),
        "stage for row": (first[1:], masks(rng=rng, stage=1)[:-1]),
        "another seed": (first, masks(rng=rng + 1)),
        "stage for seed": (first, masks(rng=rng + 1, stage=1)),
    }
    for name, (a, b) in others.items():
        off = ~np.eye(50, dtype=bool) & np.triu(np.ones((50, 50), bool)) if name == "row for unit" else ...
        a, b = a[off].ravel() - 0.5, b[off].ravel() - 0.5
        # the correlation of n independent pairs has standard deviation 1 / sqrt(n)
        assert abs(np.mean(a * b)) / 0.25 < 4.5 / np.sqrt(a.size), name
    # all pairs of units, and of rows: none goes with another
    for m in (first, first.T):
        correlation = np.corrcoef(m[:, :40].T) - np.eye(40)
        assert np.abs(correlation).max() < 5 / np.sqrt(len(m))


def test_a_row_has_its_mask_in_any_order_block_and_subset_and_keeps_it_within_a_stage():
    whole, some = masks(n=100, stage=3), RNG.permutation(100)[:30]
    assert np.array_equal(masks(numbers=some, stage=3), whole[some])
    assert np.array_equal(masks(n=100, stage=3), whole)
    rows = Rows.of(100, stage=3)[some][4:9]
    assert rows.stage == 3 and np.array_equal(masks(numbers=rows.number, stage=rows.stage), whole[some[4:9]])


@pytest.mark.parametrize("name", PARAMETRISATIONS)
def test_the_gradient_with_masks_is_that_of_the_loss(name):
    net = network(name)
    X, Y = data(7)
    theta = net.init(rng=1) + 0.1 * RNG.normal(size=net.n_dynamic)
    for stage in (0, 1):
        rows = Rows.of(7, stage=stage)
        assert lrw.gradient_error(lambda t: net.loss_and_grad(t, X, Y, 0.2, rows), theta) < 1e-6  # noqa: B023


def test_the_gradient_on_images_is_that_of_the_loss():
    layers = [lrw.Conv2d(lrw.Full(8, 3), (2, 2), activation="tanh"), lrw.Dropout(0.3), lrw.MaxPool2d((2, 2))]
    layers += [lrw.Flatten(), lrw.Dense(lrw.Full(12, 2))]
    net = lrw.Network(layers, "squared_error", input_shape=(4, 5, 2))
    X, Y, theta = RNG.normal(size=(5, 4, 5, 2)), RNG.normal(size=(5, 2)), net.init(rng=0)
    assert lrw.gradient_error(lambda t: net.loss_and_grad(t, X, Y), theta) < 1e-6


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_objective_is_the_definition_and_has_the_same_bits_for_any_number_of_threads(dtype):
    net = network()
    X, Y = data(dtype=dtype)
    theta, near = net.init(rng=0), 1e-5 if dtype == np.float32 else 1e-12
    for stage in (0, 2):
        loss, grad = net.loss_and_grad(theta, X, Y, 0.1, Rows.of(130, stage=stage))
        for block_rows in (7, 1000):
            found = [
                lrw.Objective(net, X, Y, 0.1, k, block_rows=block_rows).at_stage(stage)(theta)
                for k in (1, 2, 3)
            ]
            assert all(f[0] == found[0][0] and np.array_equal(f[1], found[0][1]) for f in found)
            assert found[0][0] == pytest.approx(loss, rel=near)
            np.testing.assert_allclose(found[0][1], grad, atol=near)


def test_a_subset_and_another_process_have_the_masks_of_the_whole():
    net = network()
    X, Y = data()
    theta, part = net.init(rng=0), np.arange(3, 130, 4)
    whole = lrw.Objective(net, X, Y).at_stage(5)
    loss, _ = net.loss_and_grad(theta, X[part], Y[part], rows=Rows.of(130, stage=5)[part])
    assert whole.subset(part)(theta)[0] == pytest.approx(loss, rel=1e-12)
    assert lrw.Objective(net, X, Y).subset(part).at_stage(5)(theta)[0] == whole.subset(part)(theta)[0]
    there = pickle.loads(pickle.dumps(whole.work))
    sums = [w.sum_group(w.prepare(theta), whole.groups[0])[0] for w in (there, whole.work)]
    assert sums[0] == sums[1]


def test_a_stage_is_one_function_and_the_next_is_another():
    net = network()
    X, Y = data()
    theta, objective = net.init(rng=0), lrw.Objective(net, X, Y)
    stages = [objective.at_stage(k) for k in range(3)]
    losses = [stage(theta)[0] for stage in stages]
    assert len(set(losses)) == 3 and [stage(theta)[0] for stage in stages] == losses
    assert objective(theta)[0] == losses[0]  # what it was made with is left as it is
    result = minimize_stages([(stage, 15) for stage in stages], theta, tol=0, ftol=0)
    assert result.status == "max_iter" and result.n_iter == 45 and result.loss < losses[2]
    assert result.loss == stages[2](result.theta)[0]


def test_predictions_are_as_if_it_were_not_there():
    net, (X, _) = network(), data()
    theta = net.init(rng=0)
    without = lrw.Network([q for q in net.layers if not isinstance(q, lrw.Dropout)], net.loss)
    assert np.array_equal(net.predict(theta, X), without.predict(theta, X))
    assert np.array_equal(predict(net, theta, X), predict(without, theta, X))
    assert net.n_dynamic == without.n_dynamic


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rate", [0.0, 0.3, 1 - 2.0**-53])
def test_the_twin_has_the_definitions_bits(dtype, rate):
    layer = lrw.Dropout(rate, rng=7).on((9, 31, 2))
    (twin,) = twins(layer)
    rows = Rows.of(70, stage=2)[11:41]
    v, dh = RNG.normal(size=(2, 30, 9, 31, 2)).astype(dtype)
    h, cache = layer.forward(None, v, rows)
    before = v.copy()
    own, own_cache = twin.forward([], v, rows)
    assert np.array_equal(own, h) and own.dtype == dtype and np.array_equal(v, before)
    dv = layer.backward(None, cache, dh)[1]
    assert np.array_equal(twin.backward([], own_cache, dh.copy())[1], dv)
    assert np.array_equal(twin.forward([], v, Rows.of(30, training=False))[0], v)


def test_the_plan_names_it():
    assert [step.chosen.name for step in network().plan(100).steps][::2] == ["mask", "mask"]


@pytest.mark.parametrize("rate", [-0.1, 1, 1.5, np.nan, "half", None, True])
def test_a_rate_that_cannot_be_is_named(rate):
    with pytest.raises(ValueError, match=r"^rate: expected a finite number >= 0 and < 1, got"):
        lrw.Dropout(rate)


@pytest.mark.parametrize("rng", [None, -1, 0.5, True])
def test_a_seed_that_cannot_be_is_named(rng):
    with pytest.raises(ValueError, match="^rng: expected a seed"):
        lrw.Dropout(0.5, rng)


def test_a_generator_is_asked_for_a_seed_once():
    layers = [lrw.Dropout(0.5, np.random.default_rng(3)) for _ in range(2)]
    assert layers[0].rng == layers[1].rng != lrw.Dropout(0.5, np.random.default_rng(4)).rng
    assert lrw.Dropout(0.5, np.int64(3)).rng == 3


def test_two_layers_with_the_same_masks_are_told():
    layers = [lrw.Dropout(0.5), lrw.Dense(lrw.Full(4, 4)), lrw.Dropout(0.2), lrw.Dense(lrw.Full(4, 2))]
    with pytest.warns(UserWarning, match=r"^layers\[2\].rng: 0, as that of layers\[0\]"):
        lrw.Network(layers, "squared_error", input_shape=(4,))


def test_as_a_first_layer_it_asks_for_the_shape_of_a_row():
    with pytest.raises(ValueError, match=r"^input_shape: expected \(n_v,\), or"):
        lrw.Network([lrw.Dropout(0.5), lrw.Dense(lrw.Full(4, 2))], "squared_error")
