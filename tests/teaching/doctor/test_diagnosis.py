"""``diagnose`` names the block and the mistake, and leaves right gradients alone."""

import numpy as np
import pytest
from patients import NET, THETA, Us, X, Y, changed, negate_bias, network
from toys import ADAPTED, PARAMETRISATIONS, dictionary, parametrisation, somewhere

import lowrankweights as lrw
from lowrankweights.teaching import MISTAKES, RicaModel, diagnose


def test_a_right_gradient_passes_in_every_form():
    loss_and_grad = lambda t, X, Y: NET.loss_and_grad(t, X, Y, 0.1)
    forms = [
        loss_and_grad,
        NET.loss_and_grad,
        lambda t: NET.loss_and_grad(t, X, Y, 0.1),
        lambda t, X, Y: loss_and_grad(t, X, Y)[1],
        lambda t, X, Y: NET.unpack(loss_and_grad(t, X, Y)[1]),
        lambda *arguments: loss_and_grad(*arguments),
        lrw.Objective(NET, X, Y, 0.1),
    ]
    for form in forms:
        report = diagnose(form, NET, THETA, X, Y, weight_decay=0.1)
        assert report.mistake is None and report.block is None, report
        assert "Right" in report.text and "3 others" in report.text


@pytest.mark.parametrize("weight_decay", [0.0, 0.2])
@pytest.mark.parametrize("name", PARAMETRISATIONS + ADAPTED)
def test_the_right_gradient_of_any_weights_passes(name, weight_decay):
    layers = [lrw.Dense(parametrisation(name, 5), "tanh"), lrw.Dense(lrw.Full(6, 3))]
    net = lrw.Network(layers, "softmax_cross_entropy")
    student = lambda t, X, Y: net.loss_and_grad(t, X, Y, weight_decay)
    assert diagnose(student, net, somewhere(net), X, Y, weight_decay).mistake is None


@pytest.mark.parametrize(
    ("column", "name", "label"),
    [(0, "W", "column 1, W"), (1, "V", "column 2, V"), (2, "w_alpha", "column 3, w_alpha")],
)
def test_the_mistake_is_found_in_its_column_of_mixed_ones(column, name, label):
    q = parametrisation("mixed columns", 5)
    net = lrw.Network([lrw.Dense(q, "tanh"), lrw.Dense(lrw.Full(6, 3))], "softmax_cross_entropy")

    def student(theta, X, Y):
        loss, grad = net.loss_and_grad(theta, X, Y)
        q.leaves[column].unpack(q.parts(grad[: q.n_dynamic])[column])[name][:] *= -1
        return loss, grad

    report = diagnose(student, net, somewhere(net), X, Y)
    assert (report.blocks, report.mistake) == ([f"layer 1, {label}"], "sign")


@pytest.mark.parametrize("name", ["columns", "nested columns", "mixed columns"])
def test_columns_in_another_order_are_found_however_they_are_nested(name):
    q = parametrisation(name, 5)
    net = lrw.Network([lrw.Dense(q, "tanh"), lrw.Dense(lrw.Full(6, 3))], "softmax_cross_entropy")

    def student(theta, X, Y):
        loss, grad = net.loss_and_grad(theta, X, Y)
        parts = q.parts(grad[: q.n_dynamic].copy())
        return loss, np.concatenate([*parts[::-1], grad[q.n_dynamic :]])

    assert "columns_order" in diagnose(student, net, somewhere(net), X, Y).mistakes


def transpose_v(g, _, n):
    g[1]["V"][:] = g[1]["V"].T.reshape(2, 4).copy()


def forget_mean(g, _, n):
    g[2]["W"] *= n


def turn_rows(g, _, n):
    g[0]["w_alpha"][2][:] = g[0]["w_alpha"][2][[2, 0, 1]]


def swap_columns(g, _, n):
    a, b, _ = g[0]["w_alpha"]
    a[:], b[:] = b.copy(), a.copy()


def decay_bias(g, theta, n):
    g[0]["b"] += 0.1 * theta[0]["b"]


def decay_U(g, theta, n):
    w = theta[0]["w_alpha"][1]
    g[0]["w_alpha"][1] += 0.1 * (Us[1].T @ Us[1] @ w - w)


@pytest.mark.parametrize(
    ("change", "block", "mistake"),
    [
        (negate_bias, "layer 2, b", "sign"),
        (transpose_v, "layer 2, V", "transpose_extra"),
        (forget_mean, "layer 3, W", "mean_missing"),
        (turn_rows, "layer 1, column 3, w_alpha", "index_order"),
        (swap_columns, "layer 1, column 1, w_alpha", "columns_order"),
        (decay_bias, "layer 1, b", "weight_decay_on_bias"),
        (decay_U, "layer 1, column 2, w_alpha", "weight_decay_on_U"),
    ],
)
def test_block_and_mistake_are_named(change, block, mistake):
    report = diagnose(changed(change, weight_decay=0.1), NET, THETA, X, Y, weight_decay=0.1)
    assert (report.block, report.mistake) == (block, mistake)
    assert MISTAKES[mistake].sentence in report.text and MISTAKES[mistake].hint in report.text


def test_a_mistake_in_a_loop_over_the_layers_is_one_mistake():
    def student(theta, X, Y):
        loss, grad = NET.loss_and_grad(theta, X, Y)
        return loss, -grad

    report = diagnose(student, NET, THETA, X, Y)
    assert report.mistake == "sign" and len(report.blocks) == 9


def test_what_cannot_be_told_apart_is_named_together():
    # two rows: forgetting 1/n doubles the gradient
    def twice(theta):
        loss, grad = NET.loss_and_grad(theta, X[:2], Y[:2])
        NET.unpack(grad)[2]["W"][:] *= 2
        return loss, grad

    report = diagnose(twice, NET, THETA, X[:2], Y[:2])
    assert report.mistakes == ["mean_missing", "factor_two"]
    assert report.mistake == "mean_missing or factor_two"


def test_with_other_rows_they_can():
    def twice(theta, X, Y):
        loss, grad = NET.loss_and_grad(theta, X, Y)
        NET.unpack(grad)[2]["W"][:] *= 2
        return loss, grad

    assert diagnose(twice, NET, THETA, X[:2], Y[:2]).mistake == "factor_two"


def test_a_missing_transpose_of_the_dictionary_is_seen_unless_it_is_symmetric():
    U = dictionary(5, n_alpha=5)
    net = lrw.Network([lrw.Dense(lrw.Predicted(U, 4), "tanh"), lrw.Dense(lrw.Full(4, 3))], "squared_error")

    def student(theta, X, Y):
        loss, grad = net.loss_and_grad(theta, X, Y)
        dw = net.unpack(grad)[0]["w_alpha"]
        dw[:] = U @ np.linalg.solve(U.T, dw)  # U dW where U^T dW belongs
        return loss, grad

    report = diagnose(student, net, net.init(rng=0), X, Y)
    assert (report.block, report.mistake) == ("layer 1, w_alpha", "transpose_missing")
    # a symmetric U: the transpose is nothing
    S = U + U.T
    net = lrw.Network([lrw.Dense(lrw.Predicted(S, 4), "tanh"), lrw.Dense(lrw.Full(4, 3))], "squared_error")
    without = lambda theta, X, Y: net.loss_and_grad(theta, X, Y)
    assert diagnose(without, net, net.init(rng=0), X, Y).mistake is None


def test_a_wrong_loss_with_a_right_gradient():
    student = lambda t, X, Y: (len(X) * NET.loss_and_grad(t, X, Y)[0], NET.loss_and_grad(t, X, Y)[1])
    report = diagnose(student, NET, THETA, X, Y)
    assert (report.block, report.mistake) == ("loss", "mean_missing")


def test_a_gradient_that_is_right_at_one_point_only_does_not_pass():
    loss, grad = NET.loss_and_grad(THETA, X, Y)
    for student in (lambda t: (loss, grad), lambda t, X, Y: (loss, grad)):
        report = diagnose(student, NET, THETA, X, Y)
        assert report.mistake == "right_at_one_point"
        assert report.block == "layer 3, W"


def test_an_unknown_mistake_comes_with_the_facts():
    def student(theta, X, Y):
        loss, grad = NET.loss_and_grad(theta, X, Y)
        NET.unpack(grad)[1]["b"][0] += 0.5
        return loss, grad

    report = diagnose(student, NET, THETA, X, Y)
    assert (report.block, report.mistake) == ("layer 2, b", "unknown")
    assert "ratio" in report.text and "cosine" in report.text


def test_two_mistakes_the_one_nearest_the_output_is_explained_first():
    def student(theta, X, Y):
        loss, grad = NET.loss_and_grad(theta, X, Y)
        arrays = NET.unpack(grad)
        arrays[2]["b"][:] *= -1
        arrays[0]["b"][:] *= len(X)
        return loss, grad

    report = diagnose(student, NET, THETA, X, Y)
    assert (report.block, report.mistake) == ("layer 3, b", "sign")
    assert "This explains layer 3, db, not the rest" in report.text


def test_one_mistake_in_two_blocks_is_one_mistake():
    layer, rng = lrw.Dense(lrw.Full(4, 2), "sigmoid"), np.random.default_rng(0)
    v, dh = rng.normal(size=(3, 4)), rng.normal(size=(3, 2))

    def backward(dh, v, h, W):
        dz = dh * h * (1 - h)
        return v.T @ dz / len(v), dz.mean(axis=0), dz @ W.T

    report = diagnose(backward, layer, layer.init(rng=1), v, dh)
    assert report.blocks == ["W", "b"] and "mean_doubled" in report.mistake
    assert "dW is wrong" in report.text and "not the rest" not in report.text


def test_float32_and_kinks_are_no_mistakes():
    net = network("squared_error", "relu")
    theta = net.init(rng=0)  # biases are 0, and so is a row of X: z = 0
    data = np.vstack([np.zeros(5), X[1:]])
    low = data.astype(np.float32)
    report = diagnose(net.loss_and_grad, net, theta, low, Y.astype(np.float32))
    assert report.mistake is None and "float32" in report.text

    def slope_one(theta, X, Y):
        # |z| < 1e-300 counts as positive, where ours takes 0
        moved = theta.copy()
        for layer, part in zip(net.layers, net.split(moved), strict=True):
            layer.split(part)[1][:] += 1e-13
        return net.loss_and_grad(moved, X, Y)

    report = diagnose(slope_one, net, theta, data, Y)
    assert report.mistake is None and "kink" in report.text


LAYER = lrw.Dense(lrw.Predicted(Us[0], 4), "sigmoid")
THETA_L, DH = LAYER.init(rng=0) + 0.1, np.random.default_rng(2).normal(size=(7, 4))


def backward(dh, v, h, U):
    dz = dh * h * (1 - h)
    return U.T @ (v.T @ dz), dz.sum(axis=0)


def backward_with_dv(theta, v, dh):
    w_alpha, b = theta[:12].reshape(3, 4), theta[12:]
    W = Us[0] @ w_alpha
    h = 1 / (1 + np.exp(-v @ W - b))
    dz = dh * h * (1 - h)
    return np.concatenate([(Us[0].T @ v.T @ dz).ravel(), dz.sum(0)]), dz @ W.T


def backward_no_slope(dh, v, U, w_alpha):
    return {"w_alpha": U.T @ v.T @ dh, "b": dh.sum(axis=0), "v": dh @ (U @ w_alpha).T}


def backward_wrong_dv(dh, v, h, W, U):
    dz = dh * h * (1 - h)
    return U.T @ v.T @ dz, dz.sum(axis=0), -dz @ W.T


def backward_z_in_place(dh, z, v, U):
    dz = dh * z * (1 - z)
    return [U.T @ v.T @ dz, dz.sum(axis=0)]


@pytest.mark.parametrize(
    ("student", "block", "mistake"),
    [
        (backward, None, None),
        (backward_with_dv, None, None),
        (backward_no_slope, "w_alpha", "activation_derivative_missing"),
        (backward_wrong_dv, "dv", "sign"),
        (backward_z_in_place, "w_alpha", "activation_derivative_misplaced"),
        (lambda dh, v: None, None, "returned_none"),
    ],
)
def test_a_layers_backward_function_gets_what_its_letters_say(student, block, mistake):
    report = diagnose(student, LAYER, THETA_L, X, DH)
    assert (report.block, report.mistake) == (block, mistake), report


def test_of_mixed_columns_w_is_all_of_it_and_other_letters_are_lists():
    layer = lrw.Dense(parametrisation("mixed columns", 5))

    def backward(dh, v, W, U, V):
        assert W.shape == (5, 6) and len(U) == 2 and len(V) == 1
        dW = v.T @ dh
        low_rank = dW[:, 2:3] @ V[0].T, U[0].T @ dW[:, 2:3]
        return [dW[:, :2], *low_rank, U[1].T @ dW[:, 3:], dh.sum(axis=0), dh @ W.T]

    dh = np.random.default_rng(2).normal(size=(7, 6))
    assert diagnose(backward, layer, somewhere(layer), X, dh).mistake is None


def rica(X, n_components, U=None, sparsity=0.1, eps=1e-2):
    """The definition, with its gradient by central differences."""

    def cost(theta):
        W = theta.reshape(-1, n_components) if U is None else U @ theta.reshape(-1, n_components)
        W = W / np.sqrt((W**2).sum(axis=0))
        z = X @ W
        return (0.5 * np.sum((z @ W.T - X) ** 2) + sparsity * np.sum(np.sqrt(z**2 + eps))) / len(X)

    def fun(theta):
        steps = 1e-5 * np.eye(theta.size)
        return cost(theta), np.array([(cost(theta + s) - cost(theta - s)) / 2e-5 for s in steps])

    return fun


@pytest.mark.parametrize("U", [None, Us[0]])
def test_ricas_right_gradient_passes(U):
    model = RicaModel(5, 4, U)
    assert diagnose(rica(X, 4, U), model, model.init(rng=0), X).mistake is None
