"""The letters of the equations: one letter, one meaning, one shape, in the whole project.

>>> LETTERS["W"].shape
'(n_v, n_h)'
>>> print(table(["v", "z"]))
letter  shape     meaning
v       (n, n_v)  what a layer is given; X in the first layer
z       (n, n_h)  pre-activation, v W + b: with the bias, everywhere
"""

from typing import NamedTuple


class Letter(NamedTuple):
    """A letter's shape ("" for a number) and meaning."""

    shape: str
    meaning: str


LETTERS = {
    # sizes
    "n": Letter("", "rows: of the data, or of a block of them"),
    "n_v": Letter("", "weights of a filter, one for each input unit"),
    "n_h": Letter("", "filters, one for each hidden unit"),
    "n_alpha": Letter("", "weights of a filter that are known; atoms of a dictionary"),
    "n_out": Letter("", "outputs of a network"),
    "n_dynamic": Letter("", "numbers learned: of a parametrisation without biases, of a network with"),
    "rank": Letter("", "columns of U where U is learned too"),
    # data
    "X": Letter("(n, n_v)", "the data, one row each: v of the first layer"),
    "Y": Letter("(n, n_out)", "targets: one-hot rows, or real numbers"),
    # a layer
    "v": Letter("(n, n_v)", "what a layer is given; X in the first layer"),
    "W": Letter("(n_v, n_h)", "weights; a column is a filter"),
    "b": Letter("(n_h,)", "biases"),
    "z": Letter("(n, n_h)", "pre-activation, v W + b: with the bias, everywhere"),
    "h": Letter("(n, n_h)", "output, g(z)"),
    "dz": Letter("(n, n_h)", "the loss's derivative by z, and so dh, dW, db, dv by theirs"),
    "l_i": Letter("", "the loss of row i, summed over the outputs"),
    "share": Letter(
        "(n,)", "what each row counts in the mean loss: 1 / n, or its weight over the sum of all"
    ),
    # a layer on images
    "n_u": Letter(
        "", "weights of a filter on images, one for each number of a window; there n_v of W is n_u"
    ),
    "u": Letter(
        "(n, n_u)", "windows of images as rows, each flat as (row, column, channel); n counts all places"
    ),
    # W from few numbers
    "alpha": Letter("(n_alpha,)", "index set: which weights are known"),
    "w_alpha": Letter("(n_alpha, n_h)", "the known weights, or coordinates in their place: what is learned"),
    "U": Letter("(n_v, n_alpha)", "dictionary, W = U w_alpha; a column is an atom"),
    "V": Letter("(rank, n_h)", "the other factor where both are learned, W = U V"),
    "W_j": Letter("(n_v, n_h)", "the part of W that is column j's, with its own n_h; w_j is its w_alpha"),
    "v_alpha": Letter("(n, n_alpha)", "pooled input, v U"),
    "p": Letter("(n_dynamic,)", "what a layer's weights are made of, flat"),
    "theta": Letter("(n_dynamic,)", "everything that is learned, flat: p and b of each layer"),
    # dictionaries from kernels
    "K": Letter("(n_v, n_v)", "a kernel between all points; K_alpha those at alpha"),
    "k_alpha": Letter("(n_alpha, n_v)", "the kernel between known and all points"),
    "ridge": Letter("", "what is added to K_alpha's diagonal, lambda in the paper"),
    "relative_ridge": Letter("", "ridge as a share of K's mean diagonal"),
    # tied weights
    "r": Letter("(n, n_v)", "reconstruction of v, d(h W^T + c)"),
    "c": Letter("(n_v,)", "biases of the reconstruction"),
    "a": Letter("(n, n_v)", "pre-activation of the reconstruction, h W^T + c"),
    # L-BFGS
    "s": Letter("(n_dynamic,)", "a step, theta_new - theta"),
    "y": Letter("(n_dynamic,)", "the gradient's change along it"),
    "rho": Letter("", "1 / s.y, one for each pair that is remembered"),
    "m_i": Letter("", "rho_i s_i.q: how much of y_i the first loop takes off q"),
    "B": Letter("(n_dynamic, n_dynamic)", "what stands for the inverse Hessian: B y = s for the last step"),
}


def table(letters=None):
    """The letters (default: all) with shape and meaning, as text.

    Raises
    ------
    KeyError
        If there is no such letter.
    """
    letters = LETTERS if letters is None else letters
    rows = [("letter", "shape", "meaning"), *((name, *LETTERS[name]) for name in letters)]
    widths = [max(len(row[i]) for row in rows) for i in range(2)]
    return "\n".join(f"{name:<{widths[0]}}  {shape:<{widths[1]}}  {meaning}" for name, shape, meaning in rows)
