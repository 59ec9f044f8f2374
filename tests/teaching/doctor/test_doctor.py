import itertools
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights import dictionaries
from lowrankweights.teaching import COMPLAINTS, MISTAKES, RicaCost, diagnose
from lowrankweights.teaching.doctor.passes import DensePass, NetworkPass
from lowrankweights.teaching.doctor.tied import RicaPass, TiedPass
from lowrankweights.unsupervised.autoencoder import TiedAutoencoder

Us = [dictionaries.random_projection(5, 3, rng=s) for s in range(3)]
rng = np.random.default_rng(0)
X = rng.normal(size=(7, 5))
Y = np.eye(3)[rng.integers(3, size=7)]


def network(loss="softmax_cross_entropy", activation="sigmoid"):
    columns = lrw.Columns([lrw.Predicted(U, 2) for U in Us])
    layers = [
        lrw.Dense(columns, activation),
        lrw.Dense(lrw.LowRank(6, 4, 2), activation),
        lrw.Dense(lrw.Full(4, 3)),
    ]
    return lrw.Network(layers, loss)


NET = network()
THETA = NET.init(rng=0) + 0.1 * rng.normal(size=NET.n_dynamic)


def changed(change, net=NET, weight_decay=0.0):
    """A student who changes the right gradient, given its layers' arrays by name, in place."""

    def student(theta, X, Y):
        loss, grad = net.loss_and_grad(theta, X, Y, weight_decay)
        result = change(net.unpack(grad), net.unpack(theta), len(X))
        return loss, grad if result is None else result

    return student


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "identity"])
@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "sigmoid_cross_entropy", "squared_error"])
def test_the_passes_are_those_of_the_network(loss, activation):
    net = network(loss, activation)
    passes = NetworkPass(net)
    wanted_loss, wanted = net.loss_and_grad(THETA, X, Y, 0.3)
    raw = passes.raw(THETA, X, Y)
    assert passes.loss(raw, THETA, 0.3) == pytest.approx(wanted_loss, rel=1e-14)
    assert np.allclose(passes.finish(raw, THETA, 0.3), wanted, atol=1e-15)


@pytest.mark.parametrize(("g", "d"), list(itertools.product(["sigmoid", "relu"], ["sigmoid", "identity"])))
def test_the_passes_are_those_of_the_autoencoder(g, d):
    model = TiedAutoencoder(lrw.Columns([lrw.Predicted(U, 2) for U in Us]), g, d)
    theta = model.init(rng=0) + 0.1
    raw = TiedPass(model).raw(theta, X)
    loss, grad = model.loss_and_grad(theta, X, weight_decay=0.2)
    assert TiedPass(model).loss(raw, theta, 0.2) == pytest.approx(loss, rel=1e-14)
    assert np.allclose(TiedPass(model).finish(raw, theta, 0.2), grad, atol=1e-14)


@pytest.mark.parametrize("U", [None, Us[0]])
def test_rica_and_a_single_layer_have_the_gradient_of_their_loss(U):
    rica = RicaCost(5, 4, U, sparsity=0.3)
    layer = lrw.Dense(lrw.Full(5, 4) if U is None else lrw.Predicted(U, 4), "tanh")
    dh = rng.normal(size=(7, 4))
    for passes, Y in ((RicaPass(rica), None), (DensePass(layer), dh)):

        def fun(theta, passes=passes, Y=Y):
            raw = passes.raw(theta, X, Y)
            return passes.loss(raw, theta, 0.0), passes.finish(raw, theta, 0.0)[: theta.size]

        assert lrw.gradient_error(fun, rica.init(rng=0) if Y is None else layer.init(rng)) < 1e-7


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


def negate_bias(g, _, n):
    g[1]["b"] *= -1


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


def test_the_dictionarys_transpose():
    U = dictionaries.random_projection(5, 5, rng=0)
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


def no_transpose(t, X, Y):
    return 0.0, X @ X


def change_x(t, X, Y):
    X *= 2
    return NET.loss_and_grad(t, X / 2, Y)


def change_theta(t, X, Y):
    loss, grad = NET.loss_and_grad(t, X, Y)
    t -= grad
    return loss, grad


def random(t, X, Y, draws=np.random.default_rng(0)):  # noqa: B008
    return 1.0, draws.normal(size=t.size)


def one_none(t, X, Y):
    layers = NET.unpack(NET.loss_and_grad(t, X, Y)[1])
    return 1.0, [[*layers[0]["w_alpha"], layers[0]["b"]], None]


def one_transposed(t, X, Y):
    layers = NET.unpack(NET.loss_and_grad(t, X, Y)[1])
    layers[2]["W"] = layers[2]["W"].T
    return 1.0, layers


@pytest.mark.parametrize(
    ("student", "name", "said"),
    [
        (lambda t, X, Y: None, "returned_none", "return"),
        (lambda t, X, Y: (1.0, None), "returned_none", "None for the gradient"),
        (lambda t, X, Y: 1.0, "loss_only", "return loss, grad"),
        (lambda t, X, Y: np.float64(1.0), "loss_only", "return loss, grad"),
        (lambda t, X, Y: (1.0, t[:-1]), "wrong_shape", f"({THETA.size - 1},)"),
        (lambda t, X, Y: (1.0, t[:, None]), "wrong_shape", "ravel"),
        (lambda t, X, Y: (1.0, [t[:3]]), "wrong_shape", "(3,)"),
        (lambda t, X, Y: (1.0, np.ones(t.size, int)), "integers", "int64"),
        (lambda t, X, Y: (1.0, t * np.nan), "not_finite", "layer 1, column 1, dw_alpha"),
        (lambda t, X, Y: (np.nan, t), "not_finite", "loss is nan"),
        (lambda t, X, Y: (1.0, t + 0j), "not_numbers", "complex"),
        (lambda t, X, Y: (1.0, ["a"] * t.size), "wrong_shape", "arrays"),
        (lambda t, X, Y: "hello", "not_numbers", "<U5"),
        (lambda t, X, Y: 1 / 0, "raised", "ZeroDivisionError"),
        (no_transpose, "raised", "transpose"),
        (change_x, "changed_its_input", "X was changed"),
        (change_theta, "changed_its_input", "theta was changed"),
        (random, "not_repeatable", "random"),
        (one_none, "returned_none", "None among"),
        (one_transposed, "transpose_extra", "layer 3, dW"),
        (lambda t, X: None, "wrong_arguments", "(t, X)"),
        (7, "wrong_arguments", "int"),
    ],
)
def test_bad_students_get_help_not_a_traceback(student, name, said):
    report = diagnose(student, NET, THETA, X, Y)
    assert report.mistake == name, report
    assert said in report.text and "Traceback" not in report.text
    assert name in {**COMPLAINTS, **MISTAKES}
    assert report.plot() is not None
    plt.close("all")


def test_the_line_that_raised_is_said():
    assert "line 2 of no_transpose" in diagnose(no_transpose, NET, THETA, X, Y).text


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((THETA[:-1], X, Y), "theta"),
        ((THETA, X[:, :-1], Y), "X"),
        ((THETA, X, Y[:-1]), "Y"),
        ((THETA, X[:0], Y[:0]), "X"),
    ],
)
def test_bad_arguments_are_named(arguments, name):
    with pytest.raises(ValueError, match=f"^{name}.*: expected .*, got "):
        diagnose(NET.loss_and_grad, NET, *arguments)
    with pytest.raises(ValueError, match="^net: expected"):
        diagnose(NET.loss_and_grad, "net", *arguments)


LAYER = lrw.Dense(lrw.Predicted(Us[0], 4), "sigmoid")
THETA_L, DH = LAYER.init(rng=0) + 0.1, rng.normal(size=(7, 4))


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
def test_the_backward_function_of_one_layer(student, block, mistake):
    report = diagnose(student, LAYER, THETA_L, X, DH)
    assert (report.block, report.mistake) == (block, mistake), report


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
    model = RicaCost(5, 4, U)
    assert diagnose(rica(X, 4, U), model, model.init(rng=0), X).mistake is None


def test_the_plot_shows_the_block():
    report = diagnose(changed(negate_bias), NET, THETA, X, Y)
    _, ax = plt.subplots()
    assert report.plot(ax) is ax
    assert "layer 2, db" in ax.get_title(loc="left") and "sign" in ax.get_title(loc="left")
    plt.close("all")


def test_theta_x_and_y_are_left_alone():
    copies = THETA.copy(), X.copy(), Y.copy()
    diagnose(changed(negate_bias), NET, THETA, X, Y)
    assert all(np.array_equal(a, b) for a, b in zip(copies, (THETA, X, Y), strict=True))


def test_the_documented_list_is_the_list():
    page = (Path(__file__).parents[3] / "docs" / "gradient-doctor.md").read_text(encoding="utf-8")
    rows = [f"| `{m.name}` | {m.sentence} |" for m in (*MISTAKES.values(), *COMPLAINTS.values())]
    assert [line for line in page.splitlines() if line.startswith("| `")] == rows
