import re
from html.parser import HTMLParser

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights import dictionaries
from lowrankweights.teaching.worked import formats as worked_formats
from lowrankweights.teaching.worked import numbers as worked_numbers

Us = [dictionaries.random_projection(4, 2, rng=s) for s in range(2)]
COLUMNS = lrw.Columns([lrw.Predicted(Us[0], 2), lrw.Predicted(Us[1], 2)])
NETS = {
    "columns": [lrw.Dense(COLUMNS, "sigmoid"), lrw.Dense(lrw.LowRank(4, 3, 2), "tanh")],
    "predicted": [lrw.Dense(lrw.Predicted(Us[0], 3), "relu")],
    "full": [lrw.Dense(lrw.Full(4, 3), "identity")],
}
rng = np.random.default_rng(0)
X, Y = rng.normal(size=(3, 4)), np.eye(2)[[0, 1, 1]]


def problem(name, loss="softmax_cross_entropy"):
    net = lrw.Network([*NETS[name], lrw.Dense(lrw.Full(3, 2))], loss)
    return net, net.init(rng=0) + 0.1


def learned(layer):
    for name, a in layer.items():
        if name != "W" or ("w_alpha" not in layer and "U" not in layer):
            yield from ((name, part) for part in (a if isinstance(a, list) else [a]))


@pytest.mark.parametrize("weight_decay", [0.0, 0.3])
@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "sigmoid_cross_entropy", "squared_error"])
@pytest.mark.parametrize("name", NETS)
def test_the_printed_gradient_is_the_networks(name, loss, weight_decay):
    net, theta = problem(name, loss)
    total, grad = net.loss_and_grad(theta, X, Y, weight_decay)
    text = lrw.explain(net, theta, X, Y, weight_decay=weight_decay)
    backward = text[text.index("Backward") :]
    for layer in net.unpack(grad):
        for array_name, a in learned(layer):
            block = "\n".join(f"    [ {'  '.join(row)} ]" for row in worked_formats.rows(a))
            assert block in backward, array_name
    assert worked_formats.rows(total)[0][0] in text


@pytest.mark.parametrize("name", NETS)
def test_each_line_is_what_its_formula_says(name):
    net, theta = problem(name)
    sections = dict(worked_numbers.passes(net, theta, X, Y, 0.0))
    first = (
        {line.formula.split(" =")[0]: line.value for line in sections["Forward, layer 1 of 2"]}
        if (len(net.layers) == 2)
        else {line.formula.split(" =")[0]: line.value for line in sections["Forward, layer 1 of 3"]}
    )
    W = net.weights(theta)[0]
    assert np.allclose(first["z"], X @ W + net.unpack(theta)[0]["b"])
    back = {line.formula.split(" =")[0]: line.value for line in sections["Backward, layer 1"]}
    assert np.allclose(back["dW"], X.T @ back["dz"])
    assert np.allclose(back["db"], back["dz"].sum(axis=0))


def test_every_shape_on_a_line_fits():
    net, theta = problem("columns")
    text = lrw.explain(net, theta, X, Y)
    products = re.findall(r"\((\d+), (\d+)\) = \((\d+), (\d+)\)(\^T)?\((\d+), (\d+)\)(\^T)?", text)
    assert len(products) >= 10
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
