"""Worked numbers: the forward and backward pass of a tiny network, line by line, with every array.

The numbers are those of the package's own passes; this file only watches them.
"""

import numpy as np

from ... import _checks
from ...networks import LOSSES, Dense, Network, Rows
from ...networks.layers import Weighted
from . import image_lines
from .formats import FORMATS, WorkedNumbers
from .lines import Line, arrays_of, learned_lines, shape, weight_lines

MAX_NUMBERS = 60  # of one array
MAX_WIDTH = 10

WHY_Z = "z_ij = sum_k v_ik W_kj + b_j: row i of v meets column j of W; b is added to every row."
WHY_DW = "W_kj reaches z_ij times v_ik, in every row i: dW_kj = sum_i v_ik dz_ij. The sum runs down v: v^T."
WHY_DV = "v_ik reaches every z_ij times W_kj: dv_ik = sum_j dz_ij W_kj. The sum runs along W's rows: W^T."
WHY_DB = "b_j is added in every row, so it gets the sum of all rows."
SLOPES = {"sigmoid": "h (1 - h)", "tanh": "1 - h^2", "relu": "1 where h > 0", "identity": "1"}
# the prediction, and the loss
OUTPUTS = {
    "softmax_cross_entropy": ("softmax(z)", "loss = - 1/n sum_ij Y_ij log softmax(z)_ij"),
    "sigmoid_cross_entropy": (
        "sigmoid(z)",
        "loss = - 1/n sum_ij (Y_ij log sigmoid(z)_ij + (1 - Y_ij) log(1 - sigmoid(z)_ij))",
    ),
    "squared_error": ("z", "loss = 1/2 1/n sum_ij (z_ij - Y_ij)^2"),
}


def explain(net, theta, X, Y, format="text", weight_decay=0.0, shapes_only=False):
    """The forward and backward pass of a tiny network, line by line, with shapes and numbers.

    Parameters
    ----------
    net : Network
        What a layer of one's own does is shown, not why. Of images each channel is a matrix: those
        of one image stand side by side, images below each other.
    theta : array, (n_dynamic,)
    X : array, (n, *in_shape)
    Y : array, (n, n_out)
    format : "text", "latex" or "html"
    weight_decay : float
    shapes_only : bool
        Leave out the numbers; then the network may be of any size.

    Returns
    -------
    explanation : str
        Shown as it is meant to be when it is the last line of a cell, or printed.

    Raises
    ------
    ValueError
        If an argument does not fit, or an array has more than 60 numbers or 10 columns, unless
        ``shapes_only``.

    Notes
    -----
    Ours. The letters are those of ``networks.letters``; dW is the loss's derivative by W. Of columns,
    column j has W_j = U_j w_j, or W_j, or U_j V_j.

    Examples
    --------
    >>> import lowrankweights as lrw
    >>> net = lrw.Network([lrw.Dense(lrw.Predicted([[1.0], [0.5]], n_h=1))], "squared_error")
    >>> text = explain(net, np.array([2.0, 0.0]), [[1.0, 1.0]], [[1.0]])
    >>> "dw_alpha = U^T dW" in text and "(1, 1) = (1, 2)(2, 1)" in text
    True
    """
    if not isinstance(net, Network):
        _checks.fail("net", "a Network", type(net).__name__)
    _checks.choice("format", format, FORMATS)
    theta = net.check_theta(theta)
    X, Y = net.check_data(X, Y)
    sections = list(passes(net, theta, X, Y, _checks.number("weight_decay", weight_decay, at_least=0)))
    if shapes_only:
        for _, lines in sections:
            for line in lines:
                line.value = None
    else:
        check_size(sections)
    return WorkedNumbers(FORMATS[format](sections), format)


def check_size(sections):
    """Refuse what nobody would read."""
    for title, lines in sections:
        for line in lines:
            shape = np.shape(line.value)
            width = shape[2] if len(shape) == 4 else max(shape[-1:], default=0)
            if np.size(line.value) > MAX_NUMBERS or width > MAX_WIDTH:
                name = line.formula.split(" =")[0]
                _checks.fail(
                    "net",
                    f"arrays of at most {MAX_NUMBERS} numbers and {MAX_WIDTH} columns, to be read on a page "
                    "(take fewer rows or a smaller net, or shapes_only=True)",
                    f"{name} of shape {shape} in {title!r}",
                )


def passes(net, theta, X, Y, weight_decay):
    """(title, lines) of each layer's forward pass, the loss, and each layer's backward pass."""
    parts, rows, v, states = net.split(theta.astype(X.dtype)), Rows.of(len(X)), X, []
    n_layers = len(net.layers)
    for i, (layer, part) in enumerate(zip(net.layers, parts, strict=True)):
        h, cache = layer.forward(part, v, rows)
        states.append((v, h, cache))
        lines = [Line("v = X" if i == 0 else "v = h of the layer below", shape(v), v)]
        yield f"Forward, layer {i + 1} of {n_layers}", lines + forward_lines(layer, part, v, h)
        v = h
    terms, dz = LOSSES[net.loss].terms(v, Y)
    dh = dz / len(X)  # the mean over rows; everything below is linear in dh
    total, grad = net.loss_and_grad(theta, X, Y, weight_decay)
    yield "Loss", loss_lines(net, v, Y, terms.sum() / len(X), total, weight_decay, dh)
    gradients = net.split(grad)
    for i in reversed(range(n_layers)):
        layer, (v, h, cache) = net.layers[i], states[i]
        _, dv = layer.backward(parts[i], cache, dh)
        lines = slope_lines(layer, dh, cache) if i < n_layers - 1 else []
        if isinstance(layer, Dense):
            dz = layer.dz(dh, cache[-1])
            lines += dense_lines(layer, gradients[i], v, dz, weight_decay)
            down = [down_line(layer, parts[i], dz, dv)]
        elif isinstance(layer, image_lines.LAYERS):
            lines += image_lines.learned(layer, gradients[i], (v, h, dh), weight_decay)
            down = image_lines.down(layer, parts[i], (v, h, dh), dv)
        else:
            lines += [
                Line(f"d{name}", shape(a), a) for name, a in arrays_of(layer.unpack(gradients[i])).items()
            ]
            down = [Line(f"dv, through {type(layer).__name__}", f"{shape(dv)} from {shape(dh)}", dv)]
        # nobody asks the first layer for dv
        yield f"Backward, layer {i + 1}", lines + down if i else lines
        dh = dv


def forward_lines(layer, theta, v, h):
    """Weights, pre-activation and output of one layer."""
    if isinstance(layer, image_lines.LAYERS):
        return image_lines.forward(layer, theta, v, h)
    if not isinstance(layer, Dense):
        name, learned = type(layer).__name__, arrays_of(layer.unpack(theta)).items()
        lines = [Line(letter, f"{shape(a)}, learned", a) for letter, a in learned]
        return [*lines, Line(f"h = {name}(v)", f"{shape(h)} from {shape(v)}", h)]
    p, b = layer.split(theta)
    W = layer.parametrisation.expand(p)
    lines = weight_lines(layer.parametrisation, p, W)
    lines.append(Line("b", f"{shape(b)}, learned", b))
    z = v @ W + b
    lines.append(Line("z = v W + b", f"{shape(z)} = {shape(v)}{shape(W)} + {shape(b)}", z, WHY_Z))
    if layer.maxout:
        lines.append(Line("h_j = max_k z_jk, maxout", f"{shape(h)} from {shape(z)}", h, why_maxout(layer)))
    else:
        lines.append(Line(f"h = g(z), {layer.activation}", shape(h), h))
    return lines


def why_maxout(layer):
    """How z's columns are grouped."""
    return f"Unit j is the largest of {layer.n_pieces} columns of z that are side by side, its pieces k."


def loss_lines(net, z, Y, loss, total, weight_decay, dz):
    """Prediction, loss, and where the backward pass begins."""
    prediction, formula = OUTPUTS.get(net.loss, (f"{net.loss}'s output", f"loss = 1/n sum_ij {net.loss}_ij"))
    p = LOSSES[net.loss].predict(z)
    lines = [Line(f"prediction: {prediction}", shape(p), p), Line("Y", shape(Y), Y)]
    lines.append(Line(formula, "a number", loss))
    if weight_decay:
        text = "loss + 1/2 weight_decay sum_k w_k^2"
        lines.append(Line(text, "a number", total, f"weight_decay = {weight_decay:g}; biases are left out."))
    why = (
        "Loss and output function are a pair, chosen so that the derivative by z is this simple. The 1/n of "
        "the mean is in it, and so in all that follows."
    )
    return [*lines, Line(f"dz = 1/n ({prediction} - Y)", shape(dz), dz, why)]


def slope_lines(layer, dh, cache):
    """What comes from above, and through the activation to dz."""
    lines = [Line("dh = dv of the layer above", shape(dh), dh)]
    if isinstance(layer, Weighted):
        dz = layer.dz(dh, cache[-1])
        slope = SLOPES.get(layer.activation, f"the slope of {layer.activation}")
        formula, shapes = f"dz = dh * g'(z), g'(z) = {slope}", f"{shape(dz)}, entry by entry"
        if layer.maxout:
            formula = "dz_jk = dh_j where piece k was the largest, else 0"
            shapes = f"{shape(dz)} from {shape(dh)}"
        lines.append(Line(formula, shapes, dz))
    return lines


def dense_lines(layer, gradient, v, dz, weight_decay):
    """From dz to the gradients of what is learned."""
    dp, db = layer.split(gradient)
    dW, shapes = v.T @ dz, f"({layer.n_v}, {dz.shape[-1]}) = {shape(v)}^T{shape(dz)}"
    lines = learned_lines(layer.parametrisation, dp, dW, "dW = v^T dz", shapes, WHY_DW, weight_decay)
    return [*lines, Line("db = sum_i dz_i", shape(db), db, WHY_DB)]


def down_line(layer, theta, dz, dv):
    """What goes down to the layer below."""
    W = layer.parametrisation.expand(layer.split(theta)[0])
    return Line("dv = dz W^T", f"{shape(dv)} = {shape(dz)}{shape(W)}^T", dv, WHY_DV)
