"""What worked numbers are made of: a line, and the lines of W and dW of any layer that has weights."""

from dataclasses import dataclass

import numpy as np

from ...weights import Full, LowRank, Predicted

WHY_DWA = "w_aj reaches every W_kj times U_ka: dw_aj = sum_k U_ka dW_kj. The sum runs down U: U^T."
WHY_DU = "U_kr reaches every W_kj times V_rj: dU_kr = sum_j dW_kj V_rj. The sum runs along V's rows: V^T."
WHY_DV2 = "V_rj reaches every W_kj times U_kr: dV_rj = sum_k U_kr dW_kj. The sum runs down U: U^T."


@dataclass
class Line:
    """One line: the formula, the shapes of what is in it, the result, and a reason."""

    formula: str
    shapes: str
    value: np.ndarray | float | None
    why: str = ""


def arrays_of(unpacked):
    """Arrays by name; of a list, one for each column, the arrays are numbered.

    >>> list(arrays_of({"W_j": [np.ones(2), np.ones(3)], "b": np.ones(5)}))
    ['W_1', 'W_2', 'b']
    """
    arrays = {}
    for name, value in unpacked.items():
        several = value if isinstance(value, list) else [value]
        for j, a in enumerate(several, start=1):
            arrays[f"{name.removesuffix('_j')}_{j}" if isinstance(value, list) else name] = a
    return arrays


def weight_lines(q, p, W):
    """How W comes about."""
    lines, indices = [], leaf_indices(q)
    for leaf, part, k in zip(q.leaves, q.parts(p), indices, strict=True):
        arrays = leaf.unpack(part)
        names = {name: letter(name, k) for name in arrays}
        if isinstance(leaf, Predicted):
            lines.append(Line(f"U{k}", f"{shape(leaf.U)}, static: never learned", leaf.U))
        lines += [Line(names[name], f"{shape(a)}, learned", a) for name, a in arrays.items()]
        if isinstance(leaf, Predicted):
            lines.append(product_line(f"W{k}", f"U{k}", names["w_alpha"], leaf.U, arrays["w_alpha"]))
        elif isinstance(leaf, LowRank):
            lines.append(product_line(f"W{k}", f"U{k}", f"V{k}", *arrays.values()))
        elif not isinstance(leaf, Full):
            W_k = leaf.expand(part)
            lines.append(Line(f"W{k}, made of {', '.join(names.values())}", shape(W_k), W_k))
    if indices != [""]:
        all_of_them = ", ".join(f"W{k}" for k in indices)
        lines.append(Line(f"W = [{all_of_them}]", shape(W), W, "The columns side by side."))
    return lines


def leaf_indices(q):
    """ "_1", "_2", ... of columns; "" where there are none."""
    return [""] if q.leaves == [q] else [f"_{j}" for j in range(1, len(q.leaves) + 1)]


def letter(name, index):
    """The letter of a learned array; w_alpha of column j is w_j."""
    return f"w{index}" if name == "w_alpha" and index else f"{name}{index}"


def product_line(name, left, right, A, B):
    """The line of a matrix product A B, with all shapes."""
    value = A @ B
    return Line(f"{name} = {left} {right}", f"{shape(value)} = {shape(A)}{shape(B)}", value)


def learned_lines(q, dp, dW, formula, shapes, why, weight_decay):
    """From dW, as ``formula`` has it, to the gradients of what W is made of."""
    full, indices = isinstance(q, Full), leaf_indices(q)
    decay = lambda name: f" + weight_decay {name}" if weight_decay else ""
    # without a dictionary dW is what is learned from
    value, decayed = (q.unpack(dp)["W"], decay("W")) if full else (dW, "")
    lines = [Line(f"{formula}{decayed}", shapes, value, why)]
    if indices != [""]:
        pieces = ", ".join(f"dW{k}" for k in indices)
        lines.append(Line(f"[{pieces}] = dW", shape(dW), None, "Cut where W was put together."))
    for leaf, part, k in zip(q.leaves, q.parts(dp), indices, strict=True):
        if not full:
            lines += [leaf_line(leaf, name, g, k, decay) for name, g in leaf.unpack(part).items()]
    return lines


def leaf_line(leaf, name, gradient, k, decay):
    """The gradient of one learned array of column k, from that column's part of dW."""
    own, dW_shape = letter(name, k), f"({leaf.n_v}, {leaf.n_h})"
    formula, shapes, why = {
        "w_alpha": (f" = U{k}^T dW{k}", f" = ({leaf.n_v}, {len(gradient)})^T{dW_shape}", WHY_DWA),
        "U": (f" = dW{k} V{k}^T", f" = {dW_shape}({gradient.shape[-1]}, {leaf.n_h})^T", WHY_DU),
        "V": (f" = U{k}^T dW{k}", f" = ({leaf.n_v}, {len(gradient)})^T{dW_shape}", WHY_DV2),
    }.get(name, ("", "", ""))
    return Line(f"d{own}{formula}{decay(own)}", f"{shape(gradient)}{shapes}", gradient, why)


def shape(a):
    """The shape of an array as text."""
    return str(np.shape(a))
