"""Forward and backward passes written as named lines, any of which can be replaced by a wrong one.

The doctor needs wrong gradients to compare with. Each line of a pass is a small function of a
``state`` that holds what is known so far under the paper's letters; a ``Fault`` names one line
and puts a wrong function in its place, in one layer, one column or everywhere. Without a fault
these passes are those of ``Network``, ``Dense`` and ``TiedAutoencoder``; tests hold them together.
"""

import itertools
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from ...networks.activations import ACTIVATIONS
from ...networks.losses import LOSSES
from ...weights import packing
from ...weights.parametrisations import Columns, LowRank, Predicted


class Block(NamedTuple):
    """A part of the gradient: its label, key (layer, column, name), shape, and whether decay acts on it."""

    label: str
    key: tuple
    shape: tuple
    decayed: bool


def of_gradient(label):
    """The name of a block's gradient, as it is called in the formulas.

    >>> of_gradient("layer 1, w_alpha"), of_gradient("dv"), of_gradient("loss")
    ('layer 1, dw_alpha', 'dv', 'loss')
    """
    *where, name = label.split(", ")
    return ", ".join([*where, name if name in ("dv", "loss") else f"d{name}"])


class Fault(NamedTuple):
    """A wrong line: its mistake's name, the line, the wrong function, and where (None: everywhere)."""

    mistake: str
    line: str
    function: callable
    places: frozenset | None = None


LINES = {
    # W = [W_1, ..., W_J]
    "W": lambda s: np.hstack(s.pieces),
    # h = g(z), z = v W + b
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


def leaves(q):
    """The columns of a parametrisation that has any, else itself, and the hidden units of each."""
    columns = q.columns if isinstance(q, Columns) else [q]
    ends = np.cumsum([0] + [c.n_h for c in columns])
    return columns, [slice(a, b) for a, b in itertools.pairwise(ends)]


def weight_blocks(q, layer, prefix):
    """Blocks of the learned arrays of a layer's weights, in theta's order."""
    columns, _ = leaves(q)
    for j, c in enumerate(columns):
        column = f"column {j + 1}, " if isinstance(q, Columns) else ""
        for name, shape in c.shapes.items():
            yield Block(f"{prefix}{column}{name}", (layer, j, name), shape, True)


def expand(q, p, place, fault):
    """W, with its pieces one a column, and the learned arrays by name."""
    columns, units = leaves(q)
    parts = q.split(p) if isinstance(q, Columns) else [p]
    pieces = [c.expand(part) for c, part in zip(columns, parts, strict=True)]
    learned = [c.unpack(part) for c, part in zip(columns, parts, strict=True)]
    s = SimpleNamespace(q=q, columns=columns, units=units, pieces=pieces, learned=learned, place=place)
    s.W = run_line("W", s, fault)
    return s


def pull_back(s, fault, lines=LINES):
    """From dW to the gradients of the learned arrays, {key: array}, and dW's pieces by the same keys."""
    pieces, gradients, dWs = run_line("pieces of dW", s, fault, lines), {}, {}
    for j, (c, dW, arrays) in enumerate(zip(s.columns, pieces, s.learned, strict=True)):
        leaf = SimpleNamespace(dW=dW, place=(*s.place, j), **arrays)
        if isinstance(c, Predicted):
            leaf.U = c.U
        for name in c.shapes:
            key = (*s.place, j, name)
            gradients[key] = dW if name == "W" else run_line(f"d{name}", leaf, fault, lines)
            dWs[key] = dW
    return gradients, dWs


def composed_decay(s):
    """dL/dp of 1/2 |W|^2 instead of 1/2 |p|^2, {key: array}: what decay on W, so on U, gives."""
    found = {}
    for j, (c, W, arrays) in enumerate(zip(s.columns, s.pieces, s.learned, strict=True)):
        if isinstance(c, Predicted):
            found[(*s.place, j, "w_alpha")] = c.U.T @ W
        elif isinstance(c, LowRank):
            found[(*s.place, j, "U")], found[(*s.place, j, "V")] = W @ arrays["V"].T, arrays["U"].T @ W
    return found


class Pass:
    """What all passes share: from sums over rows to the flat gradient.

    A subclass has ``blocks`` (theta's parts in their order) and ``raw(theta, X, Y, fault)``, which
    returns the loss and gradients summed over rows.
    """

    needs_targets = True

    def finish(self, raw, theta, weight_decay, fault=None):
        """The flat gradient from what ``raw`` returned."""
        parts = packing.unpack(theta, [b.shape for b in self.blocks])
        if fault is not None and fault.line == "raw columns":
            raw = SimpleNamespace(**{**vars(raw), "arrays": self.reorder(raw.arrays, fault)})
        gradients = {}
        for block, w in zip(self.blocks, parts, strict=True):
            s = SimpleNamespace(place=block.key, raw=raw.arrays[block.key], w=w, n=raw.n, n_out=raw.n_out)
            s.weight_decay = weight_decay
            s.decay = weight_decay if block.decayed else 0.0
            s.composed, s.dW = raw.composed.get(block.key), raw.dWs.get(block.key)
            gradients[block.key] = np.asarray(run_line("finish", s, fault))
            if gradients[block.key].shape != block.shape:
                raise ValueError("this fault does not fit these shapes")
        if fault is not None and fault.line == "columns":
            gradients = self.reorder(gradients, fault)
        order = self.blocks
        if fault is not None and fault.line == "blocks":
            order = fault.function(order)
        return packing.pack([gradients[b.key] for b in order])

    def reorder(self, gradients, fault):
        """The gradients with the columns of a layer one after the other in the fault's order."""
        gradients = dict(gradients)
        for layer in {b.key[0] for b in self.blocks}:
            keys = [b.key for b in self.blocks if b.key[0] == layer and b.key[1] is not None]
            columns = sorted({key[1] for key in keys})
            parts = [packing.pack([gradients[k] for k in keys if k[1] == j]) for j in columns]
            s = SimpleNamespace(place=(layer,), parts=parts)
            flat = np.concatenate(run_line(fault.line, s, fault)) if parts else np.zeros(0)
            shapes = [gradients[k].shape for k in keys]
            gradients.update(zip(keys, packing.unpack(flat, shapes), strict=True))
        return gradients

    def loss(self, raw, theta, weight_decay):
        """The loss that belongs to the gradient."""
        return raw.loss / raw.n + 0.5 * weight_decay * self.squares(theta)

    def squares(self, theta):
        """The sum of squares of what the weight decay acts on."""
        parts = packing.unpack(theta, [b.shape for b in self.blocks])
        return float(sum(np.sum(w * w) for b, w in zip(self.blocks, parts, strict=True) if b.decayed))

    def gradient(self, theta, X, Y=None, weight_decay=0.0, fault=None):
        """The flat gradient, with a fault or right."""
        return self.finish(self.raw(theta, X, Y, fault), theta, weight_decay, fault)

    def blocks_for(self, n_rows):
        """The blocks of a gradient over so many rows."""
        return self.blocks


class NetworkPass(Pass):
    """The pass of a ``Network``."""

    def __init__(self, net):
        self.net, self.n_dynamic = net, net.n_dynamic
        self.blocks = []
        for i, layer in enumerate(net.layers):
            prefix = f"layer {i + 1}, "
            self.blocks += weight_blocks(layer.parametrisation, i, prefix)
            self.blocks.append(Block(f"{prefix}b", (i, None, "b"), (layer.n_h,), False))

    def forward(self, theta, X, fault=None):
        """The state of each layer after the forward pass."""
        states, v, z = [], X, X
        for i, (layer, part) in enumerate(zip(self.net.layers, self.net.split(theta), strict=True)):
            p, b = layer.split(part)
            s = expand(layer.parametrisation, p, (i,), fault)
            s.v, s.z_below, s.b, s.g = v, z, b, ACTIVATIONS[layer.activation]
            s.z = v @ s.W + b
            s.h = run_line("h", s, fault)
            states.append(s)
            v, z = s.h, s.z
        return states

    def raw(self, theta, X, Y, fault=None):
        states = self.forward(theta, X, fault)
        s = SimpleNamespace(z=states[-1].z, Y=Y, place=("loss",), predict=LOSSES[self.net.loss].predict)
        terms, s.right = LOSSES[self.net.loss].terms(s.z, Y)
        # dz = prediction - Y
        dh = fault.function(s) if fault is not None and fault.line == "output" else s.right
        arrays, dWs, composed = {}, {}, {}
        for s in reversed(states):
            s.dh = dh
            dh = backward(s, arrays, dWs, fault)
            composed |= composed_decay(s)
        return SimpleNamespace(
            loss=terms.sum(), arrays=arrays, dWs=dWs, composed=composed, n=len(X), n_out=Y.shape[1]
        )


def backward(s, arrays, dWs, fault):
    """One layer's backward pass: adds the gradients to ``arrays``, returns dv."""
    s.dz = run_line("dz", s, fault)
    s.dW = run_line("dW", s, fault)
    arrays[(*s.place, None, "b")] = run_line("db", s, fault)
    gradients, pieces = pull_back(s, fault)
    arrays |= gradients
    dWs |= pieces
    dv = run_line("dv", s, fault)
    if dv.shape != s.v.shape:
        raise ValueError("this fault does not fit these shapes")
    return dv


class DensePass(Pass):
    """The backward function of one layer: X is v, Y is dh; nothing is divided by n, nothing decays."""

    def __init__(self, layer):
        self.layer, self.n_dynamic = layer, layer.n_dynamic
        self.blocks = list(weight_blocks(layer.parametrisation, 0, ""))
        self.blocks.append(Block("b", (0, None, "b"), (layer.n_h,), False))

    def raw(self, theta, X, Y, fault=None):
        s = self.state(theta, X, fault)
        s.dh, arrays, dWs = Y, {}, {}
        dv = backward(s, arrays, dWs, fault)
        # the sum of h dh is the loss of which this is the gradient
        loss = float(np.sum(s.h * Y))
        raw = {"loss": loss, "arrays": arrays, "dWs": dWs, "composed": {}, "n": 1, "n_out": 1}
        return SimpleNamespace(**raw, dv=dv)

    def state(self, theta, X, fault=None):
        """All arrays of the forward pass."""
        p, b = self.layer.split(theta)
        s = expand(self.layer.parametrisation, p, (0,), fault)
        s.v, s.z_below, s.b, s.g = X, X, b, ACTIVATIONS[self.layer.activation]
        s.z = X @ s.W + b
        s.h = run_line("h", s, fault)
        return s

    def finish(self, raw, theta, weight_decay, fault=None):
        """The flat gradient of theta, then dv."""
        s = SimpleNamespace(
            place=(0, None, "v"), raw=raw.dv, w=0.0, n=1, n_out=1, decay=0.0, weight_decay=0.0
        )
        s.composed, s.dW = None, None
        dv = run_line("finish", s, fault)
        return np.concatenate([super().finish(raw, theta, 0.0, fault), dv.ravel()])

    def blocks_for(self, n_rows):
        return [*self.blocks, Block("dv", (0, None, "v"), (n_rows, self.layer.n_v), False)]

    def squares(self, theta):
        return 0.0
