"""The lines of a dense layer's passes, by name, any of which can be replaced by a wrong one.

The doctor needs wrong gradients to compare with. Each line is a small function of a state ``s`` that
holds what is known so far under the letters of ``networks.letters``; a ``Fault`` names one line and
puts a wrong function in its place, in one layer, one column or everywhere.

What ``s`` holds, by line (``s.place`` is always there: where the line is, as in ``Fault.places``):

=============================  ========================================================================
line                           s
=============================  ========================================================================
leaves                         leaves, units, parts (of p)
W                              leaves, units, parts, pieces (W_j), learned (arrays by name)
z                              these, and W, v, b, g (value and derivative), n, h_below (v), seen (what W
                               sees of it: of images their windows)
h                              these, and z
output                         z, Y, predict (the loss's), right (prediction - Y)
dz, dW, db, dv, pieces of dW   all of W's and h's, and h, z_below (z of the layer below; X in the first),
                               g_below (its activation), layer, dh, out and z_out (h and z as the layer above
                               gets them); then dz and dW, once they are computed
dw_alpha, dU, dV               of one column: dW (its part), U, and what it learns: w_alpha, or U and V; of an
                               adapted one dW is scale dW, and there are leaf, scale, d and e
gradients                      of one adapted column: leaf, scale, dW (scale dW), U, V, what it learns (of
                               vera: d, e), own (its gradients by name)
raw columns, columns           of one layer: parts (the columns' gradients, flat, in order)
finish                         of one block: raw (its gradient summed over rows), w (what is learned), n,
                               n_out, weight_decay, decay (the same, or 0 for a bias), composed
                               (dL/dp of 1/2 |W|^2, or None), dW (its column's), column (raw and w of each
                               block of its column, by name), and rows, where they were searched for
                               (``mutants.SEARCHED``)
blocks                         blocks (``Block``s in theta's order)
da, dh, dz, dW, db, dc (tied)  the encoder's, and d, a, r, dr; then da, dh, dz, dW, once they are computed;
                               so in pieces of dW
dZ, dW, dP (RICA)              leaves, units, parts, pieces, learned, sparsity, X, P, norms (of P's
                               columns), W, Z, R, root; then dZ and dW; so in pieces of dW
=============================  ========================================================================
"""

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from ...networks import ACTIVATIONS, LETTERS
from ...weights import Adapted, Full, LowRank, Predicted


class Block(NamedTuple):
    """A part of the gradient: its label, key (layer, column, name), shape, and whether decay acts on it."""

    label: str
    key: tuple
    shape: tuple
    decayed: bool
    on_images: bool = False

    @property
    def shape_in_letters(self):
        """The shape as text, with its letters: "(n_alpha, n_h) = (16, 20)"."""
        name = self.key[2]
        letters = LETTERS[name].shape if name in LETTERS else ""
        # a U that is learned is a factor of a low-rank W
        letters = letters.replace("n_alpha", "rank") if name == "U" else letters
        letters = letters.replace("n_v", "n_u") if self.on_images else letters
        return f"{letters} = {self.shape}" if letters else str(self.shape)


def of_gradient(label):
    """The name of a block's gradient, as it is called in the formulas.

    >>> of_gradient("layer 1, w_alpha"), of_gradient("dv"), of_gradient("loss")
    ('layer 1, dw_alpha', 'dv', 'loss')
    """
    *where, name = label.split(", ")
    return ", ".join([*where, name if name in ("dv", "loss") else f"d{name}"])


class Fault(NamedTuple):
    """A wrong line: its mistake's name, the line, the wrong function of s, and where (None: everywhere)."""

    mistake: str
    line: str
    function: callable
    places: frozenset | None = None

    def at(self, places):
        """The same fault in these places only."""
        return self._replace(places=places)


LINES = {
    # the columns that W is made of
    "leaves": lambda s: s.leaves,
    # W = [W_1, ..., W_J]
    "W": lambda s: np.hstack(s.pieces),
    # z = v W + b
    "z": lambda s: s.v @ s.W + s.b,
    # h = g(z)
    "h": lambda s: s.g.value(s.z),
    # dz = dh g'(z)
    "dz": lambda s: s.dh * s.g.derivative(s.h),
    # dW = v^T dz
    "dW": lambda s: s.v.T @ s.dz,
    # db = sum of dz over the rows
    "db": lambda s: s.dz.sum(axis=0),
    # dv = dz W^T
    "dv": lambda s: s.dz @ s.W.T,
    # dW = [dW_1, ..., dW_J]
    "pieces of dW": lambda s: [s.dW[:, units] for units in s.units],
    # dw_alpha = U^T dW
    "dw_alpha": lambda s: s.U.T @ s.dW,
    # dU = dW V^T, dV = U^T dW
    "dU": lambda s: s.dW @ s.V.T,
    "dV": lambda s: s.U.T @ s.dW,
    # of an adapted column: dU and dV, or dd and de
    "gradients": lambda s: s.own,
    # the columns' gradients one after the other
    "raw columns": lambda s: s.parts,
    "columns": lambda s: s.parts,
    # mean over the rows, and the weight decay
    "finish": lambda s: s.raw / s.n + s.decay * s.w,
}


def run_line(line, state, fault, lines=LINES):
    """What the line computes from the state: rightly, unless the fault is here."""
    here = fault is not None and fault.line == line
    if here and (fault.places is None or state.place in fault.places):
        return fault.function(state)
    return lines[line](state)


def weight_blocks(q, layer, prefix, on_images=False):
    """Blocks of the learned arrays of a layer's weights, in theta's order."""
    labels = iter(q.shapes.items())
    for j, leaf in enumerate(q.leaves):
        for name in leaf.shapes:
            label, shape = next(labels)
            yield Block(f"{prefix}{label}", (layer, j, name), shape, True, on_images)


def expand(q, p, place, fault):
    """W, with its pieces one a leaf, and the learned arrays by name."""
    s = SimpleNamespace(leaves=q.leaves, units=q.units, parts=q.parts(p), place=place)
    s.leaves = run_line("leaves", s, fault)
    s.pieces = [leaf.expand(part) for leaf, part in zip(s.leaves, s.parts, strict=True)]
    s.learned = [leaf.unpack(part) for leaf, part in zip(s.leaves, s.parts, strict=True)]
    s.W = run_line("W", s, fault)
    return s


def pull_back(s, fault):
    """From dW to the gradients of the learned arrays, {key: array}, and dW's pieces by the same keys."""
    gradients, dWs = {}, {}
    each = zip(s.leaves, run_line("pieces of dW", s, fault), s.parts, s.learned, strict=True)
    for j, (leaf, dW, part, arrays) in enumerate(each):
        # one's own may have arrays of any name
        state = SimpleNamespace(**arrays | {"dW": dW, "place": (*s.place, j)})
        if isinstance(leaf, Full):
            own = {"W": dW}
        elif isinstance(leaf, (Predicted, LowRank)):
            state.U = arrays["U"] if isinstance(leaf, LowRank) else leaf.U
            own = {name: run_line(f"d{name}", state, fault) for name in leaf.shapes}
        elif isinstance(leaf, Adapted):
            own = adapted(leaf, part, state, fault)
        else:  # somebody's own, whose lines only it knows
            own = leaf.unpack(leaf.pull_back(dW, part))
        for name, gradient in own.items():
            gradients[(*s.place, j, name)], dWs[(*s.place, j, name)] = gradient, dW
    return gradients, dWs


def adapted(leaf, part, s, fault):
    """The gradients of an adapted column, from its dW in the state."""
    s.leaf, s.scale, (s.U, s.V) = leaf, leaf.scale, leaf.factors(part)
    s.dW = s.scale * s.dW
    if leaf.kind == "lora":
        s.own = {name: run_line(f"d{name}", s, fault) for name in leaf.shapes}
    else:
        # G = scale U^T dW; dd_k = sum_j G_kj V_kj e_j, de_j = sum_k d_k V_kj G_kj
        GV = (s.U.T @ s.dW) * s.V
        s.own = {"d": GV @ s.e, "e": s.d @ GV}
    return run_line("gradients", s, fault)


def composed_decay(s):
    """dL/dp of 1/2 |W|^2 instead of 1/2 |p|^2, {key: array}: what decay on W, so on U, gives."""
    found = {}
    for j, (leaf, W, arrays) in enumerate(zip(s.leaves, s.pieces, s.learned, strict=True)):
        if isinstance(leaf, Predicted):
            found[(*s.place, j, "w_alpha")] = leaf.U.T @ W
        elif isinstance(leaf, LowRank):
            found[(*s.place, j, "U")], found[(*s.place, j, "V")] = W @ arrays["V"].T, arrays["U"].T @ W
    return found


def forward(q, activation, parts, v, place, fault):
    """The state of a dense layer after its forward pass, from p and b."""
    p, b = parts
    s = expand(q, p, place, fault)
    s.v, s.b, s.g = v, b, ACTIVATIONS[activation]
    s.n, s.h_below, s.seen = len(v), v, lambda h: h
    s.z = run_line("z", s, fault)
    s.h = run_line("h", s, fault)
    return s


def backward(s, arrays, dWs, fault):
    """A dense layer's backward pass from s.dh: adds the gradients to ``arrays``, returns dv."""
    s.dz = run_line("dz", s, fault)
    learned(s, arrays, dWs, fault)
    return down(s, fault)


def learned(s, arrays, dWs, fault):
    """Adds the gradients of what a layer learns, from s.dz."""
    s.dW = run_line("dW", s, fault)
    arrays[(*s.place, None, "b")] = run_line("db", s, fault)
    gradients, pieces = pull_back(s, fault)
    arrays |= gradients
    dWs |= pieces


def down(s, fault):
    """dv from s.dz; of a layer on images du, of its windows."""
    dv = run_line("dv", s, fault)
    if dv.shape != s.v.shape:
        raise ValueError("this fault does not fit these shapes")
    return dv
