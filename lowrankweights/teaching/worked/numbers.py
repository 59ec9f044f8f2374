"""Worked numbers: the forward and backward pass of a tiny network, line by line, with every array.

The numbers are those of the package's own passes; this file only watches them.
"""

from dataclasses import dataclass

import numpy as np

from ... import _checks
from ...networks.activations import ACTIVATIONS
from ...networks.losses import LOSSES
from ...networks.network import Network
from ...weights.parametrisations import Columns, Full, LowRank, Predicted
from ..doctor.passes import leaves
from .formats import FORMATS, WorkedNumbers

MAX_NUMBERS = 60  # of one array
MAX_WIDTH = 10

WHY_Z = "z_ij = sum_k v_ik W_kj + b_j: row i of v meets column j of W; b is added to every row."
WHY_DW = "W_kj reaches z_ij times v_ik, in every row i: dW_kj = sum_i v_ik dz_ij. The sum runs down v: v^T."
WHY_DV = "v_ik reaches every z_ij times W_kj: dv_ik = sum_j dz_ij W_kj. The sum runs along W's rows: W^T."
WHY_DB = "b_j is added in every row, so it gets the sum of all rows."
WHY_DWA = "w_aj reaches every W_kj times U_ka: dw_aj = sum_k U_ka dW_kj. The sum runs down U: U^T."
WHY_DU = "U_kr reaches every W_kj times V_rj: dU_kr = sum_j dW_kj V_rj. The sum runs along V's rows: V^T."
WHY_DV2 = "V_rj reaches every W_kj times U_kr: dV_rj = sum_k U_kr dW_kj. The sum runs down U: U^T."
SLOPES = {"sigmoid": "h (1 - h)", "tanh": "1 - h^2", "relu": "1 where h > 0", "identity": "1"}
OUTPUTS = {
    "softmax_cross_entropy": ("p = softmax(z)", "loss = - 1/n sum_ij Y_ij log p_ij"),
    "sigmoid_cross_entropy": (
        "p = g(z)",
        "loss = - 1/n sum_ij (Y_ij log p_ij + (1 - Y_ij) log(1 - p_ij))",
    ),
    "squared_error": ("p = z", "loss = 1/2 1/n sum_ij (p_ij - Y_ij)^2"),
}


@dataclass
class Line:
    """One line: the formula, the shapes of what is in it, the result, and a reason."""

    formula: str
    shapes: str
    value: np.ndarray | float | None
    why: str = ""


def explain(net, theta, X, Y, format="text", weight_decay=0.0, shapes_only=False):
    """The forward and backward pass of a tiny network, line by line, with shapes and numbers.

    Parameters
    ----------
    net : Network
    theta : array, (n_dynamic,)
    X, Y : array, (n, n_v) and (n, n_out)
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
        If an array has more than 60 numbers or 10 columns, unless ``shapes_only``.

    Notes
    -----
    Ours. The letters are the paper's; d stands for the loss's derivative, dW for dL/dW.

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
            if np.size(line.value) > MAX_NUMBERS or (shape and shape[-1] > MAX_WIDTH):
                name = line.formula.split(" =")[0]
                _checks.fail(
                    "net",
                    f"arrays of at most {MAX_NUMBERS} numbers and {MAX_WIDTH} columns, to be read on a page "
                    "(take fewer rows or a smaller net, or shapes_only=True)",
                    f"{name} of shape {shape} in {title!r}",
                )


def passes(net, theta, X, Y, weight_decay):
    """(title, lines) of each layer's forward pass, the loss, and each layer's backward pass."""
    parts = net.split(theta.astype(X.dtype))
    unpacked, v, states = net.unpack(theta), X, []
    for i, layer in enumerate(net.layers):
        h, cache = layer.forward(parts[i], v)
        z = v @ unpacked[i]["W"] + unpacked[i]["b"]
        states.append((v, h, cache))
        yield f"Forward, layer {i + 1} of {len(net.layers)}", forward_lines(layer, unpacked[i], v, z, h, i)
        v = h
    terms, dh = LOSSES[net.loss].terms(v, Y)
    dh = dh / len(X)  # the mean over rows; everything below is linear in dh
    total, grad = net.loss_and_grad(theta, X, Y, weight_decay)
    yield "Loss", loss_lines(net, v, Y, terms.sum() / len(X), total, weight_decay, dh)
    gradients = net.unpack(grad)
    for i in reversed(range(len(net.layers))):
        v, h, cache = states[i]
        dz = dh * ACTIVATIONS[net.layers[i].activation].derivative(h)
        _, dv = net.layers[i].backward(parts[i], cache, dh)
        lines = [] if i == len(net.layers) - 1 else slope_lines(net.layers[i], dh, dz)
        passing = (v, dz, dv if i else None)
        lines += learned_lines(net.layers[i], gradients[i], v.T @ dz, weight_decay, passing)
        yield f"Backward, layer {i + 1}", lines
        dh = dv


def forward_lines(layer, arrays, v, z, h, i):
    """Weights, pre-activation and output of one layer."""
    lines = [Line("v = X" if i == 0 else "v = h of the layer below", shape(v), v)]
    lines += weight_lines(layer.parametrisation, arrays)
    lines.append(Line("b", f"{shape(arrays['b'])}, learned", arrays["b"]))
    shapes = f"{shape(z)} = {shape(v)}{shape(arrays['W'])} + {shape(arrays['b'])}"
    lines.append(Line("z = v W + b", shapes, z, WHY_Z))
    lines.append(Line(f"h = g(z), {layer.activation}", shape(h), h))
    return lines


def weight_lines(q, arrays):
    """How W comes about."""
    columns, _ = leaves(q)
    many, lines = isinstance(q, Columns), []
    for j, c in enumerate(columns):
        k = f"_{j + 1}" if many else ""
        get = lambda name, j=j: arrays[name][j] if many else arrays[name]
        if isinstance(c, Predicted):
            w = f"w{k}" if many else "w_alpha"
            lines.append(Line(f"U{k}", f"{shape(c.U)}, static: never learned", c.U))
            lines.append(Line(w, f"{shape(get('w_alpha'))}, learned", get("w_alpha")))
            lines.append(product_line(f"W{k}", f"U{k}", w, c.U, get("w_alpha")))
        elif isinstance(c, LowRank):
            for name in ("U", "V"):
                lines.append(Line(f"{name}{k}", f"{shape(get(name))}, learned", get(name)))
            lines.append(product_line(f"W{k}", f"U{k}", f"V{k}", get("U"), get("V")))
        else:
            W = get("W") if many else arrays["W"]
            lines.append(Line(f"W{k}", f"{shape(W)}, learned", W))
    if many:
        names = ", ".join(f"W_{j + 1}" for j in range(len(columns)))
        lines.append(Line(f"W = [{names}]", shape(arrays["W"]), arrays["W"], "The columns side by side."))
    return lines


def product_line(name, left, right, A, B):
    """The line of a matrix product A B, with all shapes."""
    value = A @ B
    return Line(f"{name} = {left} {right}", f"{shape(value)} = {shape(A)}{shape(B)}", value)


def loss_lines(net, z, Y, loss, total, weight_decay, dz):
    """Prediction, loss, and where the backward pass begins."""
    prediction, formula = OUTPUTS[net.loss]
    p = LOSSES[net.loss].predict(z)
    lines = [Line(prediction, shape(p), p), Line("Y", shape(Y), Y), Line(formula, "a number", loss)]
    if weight_decay:
        text = "loss + 1/2 weight_decay sum_k w_k^2"
        lines.append(Line(text, "a number", total, f"weight_decay = {weight_decay:g}; biases are left out."))
    why = (
        "Loss and output function are a pair, chosen so that the derivative by z is this simple. The 1/n of "
        "the mean is in it, and so in all that follows."
    )
    return [*lines, Line("dz = 1/n (p - Y)", shape(dz), dz, why)]


def slope_lines(layer, dh, dz):
    """From dh to dz, through the activation."""
    formula = f"dz = dh * g'(z), g'(z) = {SLOPES[layer.activation]}"
    above = Line("dh = dv of the layer above", shape(dh), dh)
    return [above, Line(formula, f"{shape(dz)}, entry by entry", dz)]


def learned_lines(layer, gradients, dW, weight_decay, passing):
    """From dz to dW, to the gradients of what is learned, and to what goes down."""
    (v, dz, dv), q = passing, layer.parametrisation
    columns, units = leaves(q)
    many, full = isinstance(q, Columns), isinstance(q, Full)
    decay = " + weight_decay W" if weight_decay and full else ""
    # without a dictionary dW is what is learned from
    value = gradients["W"] if full else dW
    shapes = f"{shape(dW)} = {shape(v)}^T{shape(dz)}"
    lines = [Line(f"dW = v^T dz{decay}", shapes, value, WHY_DW)]
    for j, (c, u) in enumerate(zip(columns, units, strict=True)):
        k = f"_{j + 1}" if many else ""
        dW_shape = f"({c.n_v}, {u.stop - u.start})"
        for name in c.shapes:
            g = gradients[name][j] if many else gradients[name]
            w = {"w_alpha": f"w{k}" if many else "w_alpha"}.get(name, f"{name}{k}")
            formula, shapes, why = {
                "w_alpha": (f"U{k}^T dW{k}", f"({c.n_v}, {len(g)})^T{dW_shape}", WHY_DWA),
                "U": (f"dW{k} V{k}^T", f"{dW_shape}({g.shape[1]}, {c.n_h})^T", WHY_DU),
                "V": (f"U{k}^T dW{k}", f"({c.n_v}, {len(g)})^T{dW_shape}", WHY_DV2),
                "W": (f"dW{k}", dW_shape, ""),
            }[name]
            decay = f" + weight_decay {w}" if weight_decay else ""
            if full:
                continue
            lines.append(Line(f"d{w} = {formula}{decay}", f"{shape(g)} = {shapes}", g, why))
    lines.append(Line("db = sum_i dz_i", shape(gradients["b"]), gradients["b"], WHY_DB))
    if dv is not None:
        shapes = f"{shape(dv)} = {shape(dz)}{shape(gradients['W'])}^T"
        lines.append(Line("dv = dz W^T", shapes, dv, WHY_DV))
    return lines


def shape(a):
    """The shape of an array as text."""
    return str(np.shape(a))
