"""What worked numbers are made of: a line, and the lines of W and dW of any layer that has weights."""

from dataclasses import dataclass

import numpy as np

from ...weights import Adapted, Full, LowRank, Predicted

WHY_DWA = "w_aj reaches every W_kj times U_ka: dw_aj = sum_k U_ka dW_kj. The sum runs down U: U^T."
WHY_DU = "U_kr reaches every W_kj times V_rj: dU_kr = sum_j dW_kj V_rj. The sum runs along V's rows: V^T."
WHY_DV2 = "V_rj reaches every W_kj times U_kr: dV_rj = sum_k U_kr dW_kj. The sum runs down U: U^T."
WHY_LORA = "W_0 stays as it is: only U and V are learned."
WHY_VERA = "W_0, U and V stay as they are: only d and e are learned."
WHY_DD = "d_k reaches every W_ij times scale U_ik V_kj e_j: dd_k = sum_j G_kj V_kj e_j."
WHY_DE = "e_j reaches column j of W times scale (U diag(d) V)_ij: de_j = sum_k d_k V_kj G_kj."


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
            lines.append(static_line(f"U{k}", leaf.U))
        elif isinstance(leaf, Adapted):
            lines += frozen_lines(leaf, part, k)
        lines += [Line(names[name], f"{shape(a)}, learned", a) for name, a in arrays.items()]
        if isinstance(leaf, Predicted):
            lines.append(product_line(f"W{k}", f"U{k}", names["w_alpha"], leaf.U, arrays["w_alpha"]))
        elif isinstance(leaf, LowRank):
            lines.append(product_line(f"W{k}", f"U{k}", f"V{k}", *arrays.values()))
        elif isinstance(leaf, Adapted):
            lines.append(adapted_line(leaf, part, k))
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


def static_line(name, a):
    """The line of what is fixed."""
    return Line(name, f"{shape(a)}, static: never learned", a)


def w0_letter(index):
    """The letter of a frozen W_0, of column j W0_j."""
    return f"W0{index}" if index else "W_0"


def frozen_lines(leaf, part, k):
    """What an adapted column has and does not learn."""
    lines = [static_line(w0_letter(k), leaf.W0), Line(f"scale{k}", "a number", leaf.scale)]
    if leaf.kind == "vera":
        lines += [static_line(f"{name}{k}", a) for name, a in zip("UV", leaf.factors(part), strict=True)]
    return lines


def adapted_line(leaf, part, k):
    """How the W of an adapted column comes about."""
    (U, V), W = leaf.factors(part), leaf.expand(part)
    if leaf.kind == "lora":
        formula, shapes, why = f"U{k} V{k}", f"{shape(U)}{shape(V)}", WHY_LORA
    else:
        formula, why = f"U{k} diag(d{k}) V{k} diag(e{k})", WHY_VERA
        shapes = f"{shape(U)}({leaf.rank}, {leaf.rank}){shape(V)}({leaf.n_h}, {leaf.n_h})"
    formula = f"W{k} = {w0_letter(k)} + scale{k} {formula}"
    return Line(formula, f"{shape(W)} = {shape(leaf.W0)} + {shapes}", W, why)


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
    for leaf, part, k, units in zip(q.leaves, q.parts(dp), indices, q.units, strict=True):
        if isinstance(leaf, Adapted) and leaf.kind == "vera":
            lines += vera_lines(leaf, part, dW[:, units], k, decay)
        elif not full:
            lines += [leaf_line(leaf, name, g, k, decay) for name, g in leaf.unpack(part).items()]
    return lines


def vera_lines(leaf, dp, dW, k, decay):
    """From the dW of a column of vera to the gradients of its two vectors."""
    (U, V), (dd, de) = leaf.factors(dp), leaf.unpack(dp).values()
    G = leaf.scale * (U.T @ dW)
    return [
        Line(f"G{k} = scale{k} U{k}^T dW{k}", f"{shape(G)} = {shape(U)}^T{shape(dW)}", G),
        Line(
            f"dd{k} = (G{k} * V{k}) e{k}{decay(f'd{k}')}", f"{shape(dd)} = {shape(V)}{shape(de)}", dd, WHY_DD
        ),
        Line(
            f"de{k} = d{k} (G{k} * V{k}){decay(f'e{k}')}", f"{shape(de)} = {shape(dd)}{shape(V)}", de, WHY_DE
        ),
    ]


def leaf_line(leaf, name, gradient, k, decay):
    """The gradient of one learned array of column k, from that column's part of dW."""
    own, dW_shape = letter(name, k), f"({leaf.n_v}, {leaf.n_h})"
    scale = f"scale{k} " if isinstance(leaf, Adapted) else ""
    formula, shapes, why = {
        "w_alpha": (f" = U{k}^T dW{k}", f" = ({leaf.n_v}, {len(gradient)})^T{dW_shape}", WHY_DWA),
        "U": (f" = {scale}dW{k} V{k}^T", f" = {dW_shape}({gradient.shape[-1]}, {leaf.n_h})^T", WHY_DU),
        "V": (f" = {scale}U{k}^T dW{k}", f" = ({leaf.n_v}, {len(gradient)})^T{dW_shape}", WHY_DV2),
    }.get(name, ("", "", ""))
    if scale:
        why = why.replace("times", "times scale").replace("= sum", "= scale sum")
    return Line(f"d{own}{formula}{decay(own)}", f"{shape(gradient)}{shapes}", gradient, why)


def shape(a):
    """The shape of an array as text."""
    return str(np.shape(a))
