import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from test_worked_numbers import Tags

import lowrankweights as lrw
from lowrankweights.networks import Layer
from lowrankweights.teaching.worked import formats, image_lines, numbers

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(1, 5, 4, 2)), np.eye(2)[[1]]


def filters(name, n_u):
    U, other = RNG.normal(size=(n_u, 3)), RNG.normal(size=(n_u, 2))
    return {
        "full": lambda: lrw.Full(n_u, 2),
        "predicted": lambda: lrw.Predicted(U, 2),
        "low rank": lambda: lrw.LowRank(n_u, 2, rank=2),
        "columns": lambda: lrw.Columns([lrw.Predicted(U, 1), lrw.Predicted(other, 1)]),
    }[name]()


NAMES, PADDINGS = ["full", "predicted", "low rank", "columns"], ["same", "valid"]


def network(name="predicted", padding="same"):
    """Two convolutions, so that one of them has a dv; pooling and flattening."""
    layers = [
        lrw.Conv2d(filters(name, 4), (2, 1), padding, "tanh"),
        lrw.Conv2d(filters(name, 12), (2, 3), padding, "relu"),
        lrw.MaxPool2d((2, 2)),
        lrw.Flatten(),
    ]
    n = lrw.Network(layers, "squared_error", input_shape=(5, 4, 2)).n_out
    net = lrw.Network([*layers, lrw.Dense(lrw.Full(n, 2))], "softmax_cross_entropy", input_shape=(5, 4, 2))
    return net, net.init(rng=1) + 0.1 * RNG.normal(size=net.n_dynamic)


def lines_of(title, net, theta):
    sections = dict(numbers.passes(net, theta, X, Y, 0.0))
    return {line.formula.split(" = ")[0]: line for line in sections[title]}


def at(name):
    """The indices in a name, "u[0, 1, 2]"."""
    return tuple(int(k) for k in re.search(r"\[(.*)\]", name).group(1).split(", "))


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("name", NAMES)
def test_a_convolutions_lines_are_what_their_formulas_say(name, padding):
    net, theta = network(name, padding)
    line = lines_of("Forward, layer 2 of 5", net, theta)
    v, W, b = line["v"].value, net.weights(theta)[1], line["b"].value
    h, _ = net.layers[1].forward(net.split(theta)[1], v)
    np.testing.assert_allclose(line["h"].value, h)
    (u,) = [k for k in line if k.startswith("u[")]
    window = line[u].value.ravel()
    np.testing.assert_allclose(line[f"z{u[1:]}"].value, window @ W + b)
    np.testing.assert_allclose(line["z"].value[at(u)], window @ W + b)
    # the numbers of the window are where the sentence says
    first_row, _, first_column, _ = map(int, re.findall(r"-?\d+", line[u].why.split("Image 0")[1]))
    padded = np.pad(v[0], [(9, 9), (9, 9), (0, 0)])
    there = padded[9 + first_row :, 9 + first_column :][:2, :3]
    np.testing.assert_allclose(window, there.ravel())
    # a filter as it is laid on the image
    np.testing.assert_allclose(line["the filters"].value[1], W[:, 1].reshape(2, 3, 2))


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("name", NAMES)
def test_the_way_back_ends_at_the_gradient_and_at_dv(name, padding):
    net, theta = network(name, padding)
    grad = net.loss_and_grad(theta, X, Y)[1]
    line = lines_of("Backward, layer 2", net, theta)
    v = lines_of("Forward, layer 2 of 5", net, theta)["v"].value
    layer, W, dz = net.layers[1], net.weights(theta)[1], line["dz"].value
    u = layer.windows(v)
    (one,) = [k for k in line if k.startswith("u[") and "^T" in k]
    place = at(one.split("^T")[0])
    assert np.abs(dz[place]).sum() > 0
    np.testing.assert_allclose(line[one].value, np.outer(u[place], dz[place]))
    np.testing.assert_allclose(line["dW"].value, np.einsum("nijk,nijh->kh", u, dz))
    np.testing.assert_allclose(line["db"].value, layer.split(net.split(grad)[1])[1])
    here = one[1 : one.index("^")]
    np.testing.assert_allclose(line[f"du{here}"].value.ravel(), dz[place] @ W.T)
    # by the turned filter, at one pixel and at every one
    _, dv = layer.backward(
        net.split(theta)[1], (u, W, layer.forward(net.split(theta)[1], v)[0]), line["dh"].value
    )
    np.testing.assert_allclose(line["dv"].value, dv)
    np.testing.assert_allclose(line[f"dv{here}"].value, dv[place], atol=1e-15)
    around = image_lines.windows_of_dz(layer, dz)
    np.testing.assert_allclose(around @ image_lines.as_columns(line["W turned"].value), dv, atol=1e-12)


def test_nobody_asks_the_first_layer_for_dv():
    line = lines_of("Backward, layer 1", *network())
    assert "dw_alpha" in line and not any(k.startswith(("dv", "du", "W turned")) for k in line)


def test_pooling_and_flattening_are_shown_with_one_block():
    net, theta = network()
    line = lines_of("Forward, layer 3 of 5", net, theta)
    np.testing.assert_allclose(line["v[0, 0:2, 0:2]"].value.max(axis=(1, 2))[0], line["h[0, 0, 0]"].value)
    np.testing.assert_allclose(line["h"].value[0, 0, 0], line["h[0, 0, 0]"].value)
    back = lines_of("Backward, layer 3", net, theta)
    assert back["dv"].value.shape == line["v"].value.shape
    assert back["dv"].value.sum() == pytest.approx(back["dh"].value.sum())
    flat = lines_of("Backward, layer 4", net, theta)
    np.testing.assert_array_equal(flat["dv"].value.ravel(), flat["dh"].value.ravel())


@pytest.mark.parametrize("name", NAMES)
def test_every_format_has_the_numbers_of_every_channel(name):
    net, theta = network(name)
    text = lrw.explain(net, theta, X, Y, weight_decay=0.3)
    for own in (theta, net.loss_and_grad(theta, X, Y, 0.3)[1]):
        for layer, part in zip(net.layers, net.split(own), strict=True):
            if layer.n_dynamic:
                for row in formats.rows(layer.split(part)[1]):
                    assert f"[ {'  '.join(row)} ]" in text
    html, latex = (lrw.explain(net, theta, X, Y, format=f) for f in ("html", "latex"))
    tags = Tags()
    tags.feed(html)
    assert tags.open == []
    assert latex.count("{") == latex.count("}") and latex.count(r"\begin{matrix}") == latex.count(
        r"\end{matrix}"
    )
    for channels in formats.images(X):
        for row in (row for channel in channels for row in channel):
            assert f"[ {'  '.join(row)} ]" in text and " & ".join(c.strip() for c in row) in latex
            assert "".join(f"<td>{c.strip().replace('-', '−')}</td>" for c in row) in html


def test_channels_stand_side_by_side_and_images_below_each_other():
    value = np.arange(12).reshape(2, 1, 3, 2)
    assert formats.text_rows(value) == [
        "[  0   2   4 ]  [  1   3   5 ]", "", "[  6   8  10 ]  [  7   9  11 ]",
    ]  # fmt: skip


def test_words_in_latex_keep_the_space_before_them():
    assert r"h\text{ of the layer below }" in formats.latex_formula("v = h of the layer below")


def test_images_too_wide_to_read_are_refused_and_high_ones_are_shown():
    for shape in ((2, 11, 1), (11, 2, 1)):
        net = lrw.Network([lrw.MaxPool2d((2, 2)), lrw.Flatten()], "squared_error", input_shape=shape)
        call = lambda net=net: lrw.explain(net, [], np.ones((1, *net.in_shape)), np.ones((1, net.n_out)))
        if shape[1] > 10:
            with pytest.raises(ValueError, match=r"10 columns.* got v of shape \(1, 2, 11, 1\)"):
                call()
        else:
            assert "[ 1  1 ]" in call()


class Twice(Layer):
    """Of one's own: a layer whose learned arrays are a list."""

    n_dynamic, in_shape, out_shape = 4, (2,), (2,)

    def forward(self, theta, v, rows):
        return v * theta[:2] + theta[2:], v

    def backward(self, theta, v, dh):
        return np.concatenate([(v * dh).sum(axis=0), dh.sum(axis=0)]), dh * theta[:2]

    def unpack(self, theta):
        return {"a": [theta[:2], theta[2:]]}


def test_a_layer_of_ones_own_may_have_a_list_of_arrays():
    net = lrw.Network([Twice(), lrw.Dense(lrw.Full(2, 1))], "squared_error")
    text = lrw.explain(net, np.arange(6.0 + 1), [[1.0, 2.0]], [[1.0]])
    assert "da_1" in text and "a_2  " in text
    ax = lrw.draw(net)
    assert any("$da_2$ 2" in t.get_text() for t in ax.texts)
    plt.close(ax.figure)
