import itertools

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights import dictionaries
from lowrankweights.networks import ACTIVATIONS, LOSSES, Rows


def parametrisation(name, n_v, n_h, seed=0):
    U = dictionaries.random_projection(n_v, 3, rng=seed)
    other = dictionaries.random_projection(n_v, 2, rng=seed + 1)
    return {
        "full": lambda: lrw.Full(n_v, n_h),
        "predicted": lambda: lrw.Predicted(U, n_h),
        "low_rank": lambda: lrw.LowRank(n_v, n_h, rank=2),
        "columns": lambda: lrw.Columns([lrw.Predicted(U, n_h - 1), lrw.Predicted(other, 1)]),
    }[name]()


def network(name="predicted", activation="sigmoid", loss="squared_error", n_out=3):
    hidden = lrw.Dense(parametrisation(name, 5, 4), activation)
    deep = lrw.Dense(parametrisation(name, 4, 6, seed=5), activation)
    return lrw.Network([hidden, deep, lrw.Dense(lrw.Full(6, n_out))], loss)


def data(net, n=7, dtype=np.float64):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, net.n_v)).astype(dtype)
    if net.loss == "squared_error":
        return X, rng.normal(size=(n, net.n_out)).astype(dtype)
    if net.loss == "sigmoid_cross_entropy":
        return X, rng.random((n, net.n_out)).astype(dtype)
    return X, np.eye(net.n_out, dtype=dtype)[rng.integers(net.n_out, size=n)]


COMBINATIONS = list(
    itertools.product(["full", "predicted", "low_rank", "columns"], ACTIVATIONS, LOSSES, [1, 3])
)


@pytest.mark.parametrize(("name", "activation", "loss", "n_out"), COMBINATIONS)
def test_every_gradient_is_that_of_its_loss(name, activation, loss, n_out):
    net = network(name, activation, loss, n_out)
    X, Y = data(net)
    theta = net.init(rng=1) + 0.1  # biases too
    for weight_decay in (0.0, 0.3):
        error = lrw.gradient_error(lambda t: net.loss_and_grad(t, X, Y, weight_decay), theta)  # noqa: B023
        assert error < 1e-6


@pytest.mark.parametrize("loss", LOSSES)
def test_a_step_against_the_gradient_lowers_the_loss(loss):
    net = network("columns", loss=loss)
    X, Y = data(net)
    theta = net.init(rng=0)
    before, grad = net.loss_and_grad(theta, X, Y)
    after, _ = net.loss_and_grad(theta - 1e-3 * grad, X, Y)
    assert after < before


def test_loss_is_the_mean_over_rows_and_half_the_sum_over_outputs():
    net = lrw.Network([lrw.Dense(lrw.Full(1, 2))], "squared_error")
    theta = np.array([1.0, 2.0, 0.0, 0.0])  # W = [1, 2], b = 0
    loss, _ = net.loss_and_grad(theta, [[1.0], [2.0]], [[0.0, 0.0], [0.0, 0.0]])
    # rows: (1 + 4) / 2 and (4 + 16) / 2; their mean is 6.25
    assert loss == pytest.approx(6.25)
    # weight decay 0.2: + 0.1 (1 + 4)
    decayed, _ = net.loss_and_grad(theta + [0, 0, 9, 9], [[1.0]], [[10.0, 11.0]], weight_decay=0.2)
    assert decayed == pytest.approx(0.5)


def test_repeating_every_row_changes_nothing():
    net = network("predicted", loss="softmax_cross_entropy")
    X, Y = data(net)
    theta = net.init(rng=0)
    once, twice = (
        net.loss_and_grad(theta, X, Y, 0.1),
        net.loss_and_grad(theta, np.tile(X, (2, 1)), np.tile(Y, (2, 1)), 0.1),
    )
    assert once[0] == pytest.approx(twice[0], rel=1e-14)
    assert np.allclose(once[1], twice[1], atol=1e-15)


def test_a_row_of_weight_two_is_the_row_twice():
    net = network("columns", loss="sigmoid_cross_entropy")
    X, Y = data(net)
    theta, weight = net.init(rng=0), np.array([1, 2, 0, 1, 3, 1, 1])
    weighted = net.loss_and_grad(theta, X, Y, 0.1, rows=Rows.of(7, weight))
    repeated = net.loss_and_grad(theta, np.repeat(X, weight, axis=0), np.repeat(Y, weight, axis=0), 0.1)
    assert weighted[0] == pytest.approx(repeated[0], rel=1e-14)
    assert np.allclose(weighted[1], repeated[1], atol=1e-15)


def test_weight_decay_acts_on_all_dynamic_weights_but_no_bias():
    net = network("low_rank")
    X, Y = data(net)
    theta = net.init(rng=0) + 0.5
    (loss, grad), (decayed, decayed_grad) = (
        net.loss_and_grad(theta, X, Y),
        net.loss_and_grad(theta, X, Y, 2.0),
    )
    learned = [a for layer in net.unpack(theta) for k, a in layer.items() if k in ("U", "V")]
    learned.append(net.weights(theta)[-1])
    assert decayed - loss == pytest.approx(sum(np.sum(a**2) for a in learned))
    biases = net.unpack(decayed_grad - grad)
    assert all(np.allclose(layer["b"], 0, atol=1e-14) for layer in biases)


def test_a_predicted_layer_is_a_full_layer_on_pooled_input():
    # v (U w_alpha) = (v U) w_alpha (paper, section 3.3): a full layer on pooled input
    U = dictionaries.random_projection(5, 3, rng=0)
    predicted = lrw.Network(
        [lrw.Dense(lrw.Predicted(U, 4), "tanh"), lrw.Dense(lrw.Full(4, 2))], "squared_error"
    )
    pooled = lrw.Network([lrw.Dense(lrw.Full(3, 4), "tanh"), lrw.Dense(lrw.Full(4, 2))], "squared_error")
    X, Y = data(predicted)
    theta = predicted.init(rng=0)
    a, b = predicted.loss_and_grad(theta, X, Y), pooled.loss_and_grad(theta, X @ U, Y)
    assert a[0] == pytest.approx(b[0], rel=1e-14)
    assert np.allclose(a[1], b[1], atol=1e-13)


def test_a_square_dictionary_learns_what_a_full_layer_learns():
    # U invertible: every W can be reached, and dL/dw_alpha = U^T dL/dW
    U = dictionaries.random_projection(5, 5, rng=0)
    full = lrw.Network([lrw.Dense(lrw.Full(5, 3))], "softmax_cross_entropy")
    predicted = lrw.Network([lrw.Dense(lrw.Predicted(U, 3))], "softmax_cross_entropy")
    X, Y = data(full)
    theta = predicted.init(rng=0)
    W = predicted.weights(theta)[0]
    same = np.concatenate([W.ravel(), theta[-3:]])
    (loss, grad), (loss_full, grad_full) = (
        predicted.loss_and_grad(theta, X, Y),
        full.loss_and_grad(same, X, Y),
    )
    assert loss == pytest.approx(loss_full, rel=1e-14)
    assert np.allclose(grad[:-3].reshape(5, 3), U.T @ grad_full[:-3].reshape(5, 3), atol=1e-14)


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_stay_finite_where_the_output_is_huge(loss):
    net = lrw.Network([lrw.Dense(lrw.Full(1, 2))], loss)
    value, grad = net.loss_and_grad(np.array([1e4, -1e4, 0, 0]), [[1.0]], [[1.0, 0.0]])
    assert np.isfinite(value) and np.isfinite(grad).all()
    if loss != "squared_error":  # the right answer, and as sure as can be
        assert value == 0 and (grad == 0).all()


def test_float32_data_gives_float64_results_close_to_those_in_float64():
    net = network("columns", loss="softmax_cross_entropy")
    X, Y = data(net, n=200)
    theta = net.init(rng=0)
    loss, grad = net.loss_and_grad(theta, X, Y)
    loss32, grad32 = net.loss_and_grad(theta, X.astype(np.float32), Y)
    assert isinstance(loss32, float) and grad32.dtype == np.float64
    assert loss32 == pytest.approx(loss, rel=1e-6)
    assert np.allclose(grad32, grad, atol=1e-6)


def test_arguments_are_left_alone():
    net = network("columns", "sigmoid")
    X, Y = data(net)
    theta = net.init(rng=0)
    copies = theta.copy(), X.copy(), Y.copy()
    for a in (theta, X, Y):
        a.setflags(write=False)
    net.loss_and_grad(theta, X, Y, 0.1)
    net.predict(theta, X)
    assert all(np.array_equal(a, b) for a, b in zip((theta, X, Y), copies, strict=True))


def test_unpacked_arrays_have_names_shapes_and_add_up_to_theta():
    net = network("columns")
    theta = net.init(rng=0)
    layer = net.unpack(theta)[0]
    assert list(layer) == ["w_alpha", "W", "b"]
    assert [a.shape for a in layer["w_alpha"]] == [(3, 3), (2, 1)]
    assert layer["W"].shape == (5, 4) and layer["b"].shape == (4,)
    assert (layer["b"] == 0).all()
    assert np.array_equal(net.weights(theta)[0], layer["W"])
    assert list(net.unpack(theta)[2]) == ["W", "b"]
    assert net.n_dynamic == theta.size == (9 + 2) + 4 + (3 * 5 + 2) + 6 + 18 + 3
    assert net.n_static == 5 * 3 + 5 * 2 + 4 * 3 + 4 * 2


def test_w_is_the_whole_layers_though_a_column_learns_its_own():
    U = np.arange(10.0).reshape(5, 2)
    columns = lrw.Columns([lrw.Full(5, 2), lrw.Predicted(U, 1), lrw.Full(5, 1)])
    net = lrw.Network([lrw.Dense(columns)], "squared_error")
    theta = net.init(rng=0)
    (layer,) = net.unpack(theta)
    assert list(layer) == ["W_j", "w_alpha", "W", "b"]
    first, last = layer["W_j"]
    assert np.array_equal(np.hstack([first, U @ layer["w_alpha"][0], last]), layer["W"])
    first[:] = 0  # a view of theta
    assert (theta[:10] == 0).all() and (net.weights(theta)[0][:, :2] == 0).all()


def test_predict_gives_probabilities_or_values():
    for loss in LOSSES:
        net = network(loss=loss)
        X, _ = data(net)
        output = net.predict(net.init(rng=0), X)
        assert output.shape == (7, 3)
        if loss == "softmax_cross_entropy":
            assert np.allclose(output.sum(axis=1), 1)
        if loss == "sigmoid_cross_entropy":
            assert (output > 0).all() and (output < 1).all()


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: lrw.Dense(lrw.Full(3, 2), "sigmoidd"), "activation"),
        (lambda: lrw.Dense(np.ones((3, 2))), "parametrisation"),
        (lambda: lrw.Network([], "squared_error"), "layers"),
        (lambda: lrw.Network([lrw.Dense(lrw.Full(3, 2))], "hinge"), "loss"),
        (
            lambda: lrw.Network([lrw.Dense(lrw.Full(3, 2)), lrw.Dense(lrw.Full(3, 2))], "squared_error"),
            "layers",
        ),
        (lambda: lrw.Network([lrw.Dense(lrw.Full(3, 2), "tanh")], "squared_error"), "layers"),
        (lambda: network().init(rng=None), "rng"),
        (lambda: network().loss_and_grad(np.ones(3), np.ones((2, 5)), np.ones((2, 3))), "theta"),
        (lambda: network().loss_and_grad(network().init(0), np.ones((2, 4)), np.ones((2, 3))), "X"),
        (lambda: network().loss_and_grad(network().init(0), np.ones((0, 5)), np.ones((0, 3))), "X"),
        (lambda: network().loss_and_grad(network().init(0), np.full((2, 5), np.nan), np.ones((2, 3))), "X"),
        (lambda: network().loss_and_grad(network().init(0), np.ones((2, 5)), np.ones((3, 3))), "Y"),
        (lambda: network().loss_and_grad(network().init(0), np.ones((2, 5)), np.ones(2)), "Y"),
    ],
)
def test_bad_arguments_are_named(make, name):
    with pytest.raises(ValueError, match=f"^{name}.*: expected .*, got "):
        make()


def test_a_typo_is_met_with_the_right_word():
    with pytest.raises(ValueError, match="did you mean 'sigmoid'"):
        lrw.Dense(lrw.Full(3, 2), "sigmoidd")
