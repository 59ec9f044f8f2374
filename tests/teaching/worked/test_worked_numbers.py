import itertools
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from toys import ADAPTED, PARAMETRISATIONS, Flatten, Scale, data, parametrisation, somewhere

import lowrankweights as lrw
from lowrankweights.networks import LOSSES
from lowrankweights.teaching.worked import formats as worked_formats
from lowrankweights.teaching.worked import numbers as worked_numbers

ACTIVATIONS = ("sigmoid", "tanh", "relu", "identity")
NETS = dict(zip(PARAMETRISATIONS + ADAPTED, itertools.cycle(ACTIVATIONS), strict=False))
X, Y = data(n_v=4, n_out=2, n=3)


def problem(name, loss="softmax_cross_entropy"):
    first = lrw.Dense(parametrisation(name, 4), NETS[name])
    net = lrw.Network([first, lrw.Dense(lrw.LowRank(6, 3, 2), "tanh"), lrw.Dense(lrw.Full(3, 2))], loss)
    return net, somewhere(net)


def learned(net, vector):
    """Every learned array of theta, or of its gradient."""
    for layer, part in zip(net.layers, net.split(vector), strict=True):
        p, b = layer.split(part)
        for leaf, own in zip(layer.parametrisation.leaves, layer.parametrisation.parts(p), strict=True):
            yield from leaf.unpack(own).values()
        yield b


def shown(a):
    """An array as the text has it."""
    return "\n".join(f"    [ {'  '.join(row)} ]" for row in worked_formats.rows(a))


@pytest.mark.parametrize("weight_decay", [0.0, 0.3])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", NETS)
def test_what_is_printed_is_what_the_network_learns_and_its_gradient(name, loss, weight_decay):
    net, theta = problem(name, loss)
    total, grad = net.loss_and_grad(theta, X, Y, weight_decay)
    forward, backward = lrw.explain(net, theta, X, Y, weight_decay=weight_decay).split("Loss\n", 1)
    for a in learned(net, theta):
        assert shown(a) in forward
    for a in learned(net, grad):
        assert shown(a) in backward
    assert worked_formats.rows(total)[0][0] in backward


def lines_of(name):
    """The lines of the first layer, forward and backward, {left side: value}."""
    net, theta = problem(name)
    sections = dict(worked_numbers.passes(net, theta, X, Y, 0.0))
    both = sections["Forward, layer 1 of 3"] + sections["Backward, layer 1"]
    return {line.formula.split(" =")[0]: line.value for line in both}


@pytest.mark.parametrize("name", NETS)
def test_each_line_is_what_its_formula_says(name):
    line = lines_of(name)
    net, theta = problem(name)
    assert np.allclose(line["z"], X @ net.weights(theta)[0] + line["b"])
    assert np.allclose(line["dW"], X.T @ line["dz"])
    assert np.allclose(line["db"], line["dz"].sum(axis=0))


def test_columns_of_different_kinds_are_shown_each_with_its_own_letters():
    line = lines_of("mixed columns")
    pieces = line["W_1"], line["U_2"] @ line["V_2"], line["U_3"] @ line["w_3"]
    assert np.allclose(np.hstack(pieces), line["W"]) and line["W_1"].shape == (4, 2)
    dW = line["dW"]
    assert np.allclose(line["dW_1"], dW[:, :2])
    assert np.allclose(line["dU_2"], dW[:, 2:3] @ line["V_2"].T)
    assert np.allclose(line["dV_2"], line["U_2"].T @ dW[:, 2:3])
    assert np.allclose(line["dw_3"], line["U_3"].T @ dW[:, 3:])


def test_adapted_weights_are_shown_with_what_is_frozen_and_their_own_formulas():
    line = lines_of("lora")
    assert np.allclose(line["W"], line["W_0"] + line["scale"] * line["U"] @ line["V"])
    assert np.allclose(line["dU"], line["scale"] * line["dW"] @ line["V"].T)
    assert np.allclose(line["dV"], line["scale"] * line["U"].T @ line["dW"])
    line = lines_of("vera")
    U, V, d, e = line["U"], line["V"], line["d"], line["e"]
    assert np.allclose(line["W"], line["W_0"] + line["scale"] * U @ np.diag(d) @ V @ np.diag(e))
    assert np.allclose(line["G"], line["scale"] * U.T @ line["dW"]) and e.shape == line["b"].shape
    assert np.allclose(line["dd"], (line["G"] * V) @ e) and np.allclose(line["de"], d @ (line["G"] * V))
    line = lines_of("adapted columns")
    U, V, d, e = (line[f"{name}_1"] for name in ("U", "V", "d", "e"))
    added = U @ np.diag(d) @ V @ np.diag(e), line["U_3"] @ line["V_3"]
    frozen = line["W0_1"] + line["scale_1"] * added[0], line["W0_3"] + line["scale_3"] * added[1]
    assert np.allclose(line["W"], np.hstack([frozen[0], line["W_2"], frozen[1]]))
    assert np.allclose(line["dU_3"], line["scale_3"] * line["dW"][:, 4:] @ line["V_3"].T)
    assert np.allclose(line["G_1"], line["scale_1"] * U.T @ line["dW"][:, :2])


def test_a_layer_that_is_not_dense_is_shown_as_what_it_makes():
    net = lrw.Network([Flatten((2, 2)), lrw.Dense(lrw.Full(4, 3)), Scale((3,))], "squared_error")
    theta, images = somewhere(net), X.reshape(3, 2, 2)
    target = np.ones((3, 3))
    _, grad = net.loss_and_grad(theta, images, target)
    for format in worked_formats.FORMATS:
        assert "Flatten(v)" in lrw.explain(net, theta, images, target, format=format)
    text = lrw.explain(net, theta, images, target)
    assert "(3, 4) from (3, 2, 2)" in text and shown(images) in text
    for own in (theta, grad):
        assert shown(net.split(own)[2]) in text
    assert "dfactors" in text and "dv, through Scale" in text and "dv, through Flatten" not in text


@pytest.mark.parametrize("name", NETS)
def test_every_shape_on_a_line_fits(name):
    net, theta = problem(name)
    text = lrw.explain(net, theta, X, Y)
    products = re.findall(r"\((\d+), (\d+)\) = \((\d+), (\d+)\)(\^T)?\((\d+), (\d+)\)(\^T)?", text)
    assert len(products) >= 9
    for r, c, a, b, left, d, e, right in products:
        A, B = ((b, a) if left else (a, b)), ((e, d) if right else (d, e))
        assert (A[1], r, c) == (B[0], A[0], B[1])


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen = [], 0

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.seen += 1

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_html_is_well_formed_and_latex_balanced():
    net, theta = problem("columns")
    html = lrw.explain(net, theta, X, Y, format="html")
    tags = Tags()
    tags.feed(html)
    assert tags.open == [] and tags.seen > 100
    assert "w<sub>1</sub>" in html and "U<sub>1</sub><sup>T</sup>" in html
    assert html._repr_html_() == html
    latex = lrw.explain(net, theta, X, Y, format="latex")
    assert latex.count("{") == latex.count("}") and latex.count("\\[") == latex.count("\\]")
    assert latex.count(r"\begin{pmatrix}") == latex.count(r"\end{pmatrix}") > 10
    assert r"U_1^\top" in latex and "$$" in latex._repr_markdown_()


def test_text_is_shown_without_quotes():
    net, theta = problem("full")
    text = lrw.explain(net, theta, X, Y)
    assert repr(text) == str(text) and text._repr_html_().startswith("<pre>")


def test_numbers_are_aligned_and_of_few_digits():
    assert worked_formats.rows([[1.23456, -0.5]]) == [[" 1.235", "-0.500"]]
    assert worked_formats.rows([[12345.6]]) == [["12346"]]
    assert worked_formats.rows([1.0, 0.0]) == [["1", "0"]]
    assert worked_formats.rows([-1e-9, 1.5]) == [["0.000", "1.500"]]


def test_a_large_network_is_refused_with_the_limit_or_shown_as_shapes():
    net = lrw.Network([lrw.Dense(lrw.Full(64, 20), "tanh"), lrw.Dense(lrw.Full(20, 2))], "squared_error")
    data = np.ones((3, 64)), np.ones((3, 2))
    with pytest.raises(ValueError, match=r"^net: expected arrays of at most 60 .*shapes_only"):
        lrw.explain(net, net.init(rng=0), *data)
    text = lrw.explain(net, net.init(rng=0), *data, shapes_only=True)
    assert "(64, 20) = (3, 64)^T(3, 20)" in text and "[" not in text


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"format": "pdf"}, "format"),
        ({"net": 3}, "net"),
        ({"theta": np.ones(2)}, "theta"),
        ({"X": X[:, 1:]}, "X"),
    ],
)
def test_bad_arguments_are_named(change, name):
    net, theta = problem("full")
    with pytest.raises(ValueError, match=f"^{name}.*: expected .*, got "):
        lrw.explain(**{"net": net, "theta": theta, "X": X, "Y": Y, **change})
