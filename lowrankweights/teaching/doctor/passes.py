"""Passes put together from lines: without a fault they are those of ``Network``, ``Dense`` and ``Conv2d``.

Tests hold them together. The passes in which W appears twice are in ``tied.py``.
"""

from types import MappingProxyType, SimpleNamespace

import numpy as np

from ... import _checks
from ...networks import LOSSES, Conv2d, Dense, Rows
from ...weights import packing
from .images import convolve, convolve_back, passed_back, passed_through
from .lines import Block, backward, composed_decay, forward, run_line, weight_blocks


class Pass:
    """What all passes share: from sums over rows to the flat gradient.

    Attributes
    ----------
    blocks : list of Block
        theta's parts in their order.
    in_shape : tuple
        Of a row of X.
    layers, parametrisations : dict
        For each layer's number the layer, where it is one of a network, and its parametrisation.
    target_shape : tuple or None
        Of a row of Y; None: Y may be left out, and then is X.

    A subclass has these, ``states(theta, X)``, the layers with weights after the forward pass, and
    ``raw(theta, X, Y, fault)``: the loss and the gradients, summed over rows.
    """

    target_shape = None
    layers = MappingProxyType({})

    def finish(self, raw, theta, weight_decay, fault=None):
        """The flat gradient from what ``raw`` returned."""
        if fault is not None and fault.line == "raw columns":
            raw = SimpleNamespace(**{**vars(raw), "arrays": self.reorder(raw.arrays, fault)})
        gradients = {}
        for block in self.blocks:
            s = self.column_state(raw, theta, weight_decay, block)
            gradients[block.key] = np.asarray(run_line("finish", s, fault))
            if gradients[block.key].shape != block.shape:
                raise ValueError("this fault does not fit these shapes")
        if fault is not None and fault.line == "columns":
            gradients = self.reorder(gradients, fault)
        order = self.blocks
        if fault is not None and fault.line == "blocks":
            order = fault.function(SimpleNamespace(blocks=order))
        return packing.pack([gradients[b.key] for b in order])

    def column_state(self, raw, theta, weight_decay, block):
        """The state of a block's last line."""
        parts = packing.unpack(theta, [b.shape for b in self.blocks])
        each = [(b.key, raw.arrays[b.key], w) for b, w in zip(self.blocks, parts, strict=True)]
        column = {key[2]: own for key, *own in each if key[:2] == block.key[:2]}
        s = SimpleNamespace(place=block.key, n=raw.n, n_out=raw.n_out, column=column)
        s.raw, s.w = column[block.key[2]]
        s.weight_decay, s.decay = weight_decay, weight_decay if block.decayed else 0.0
        s.composed, s.dW = raw.composed.get(block.key), raw.dWs.get(block.key)
        return s

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


def refuse_maxout(layer, name):
    """A ``ValueError`` where a layer's activation is not entry by entry."""
    if layer.maxout:
        expected = "an activation that is entry by entry: the doctor does not know the lines of maxout"
        _checks.fail(f"{name}.activation", expected, repr(layer.activation))


def blocks_of(layer, i, prefix):
    """Blocks of a layer with weights."""
    on_images = isinstance(layer, Conv2d)
    yield from weight_blocks(layer.parametrisation, i, prefix, on_images)
    yield Block(f"{prefix}b", (i, None, "b"), (layer.parametrisation.n_h,), False)


def ahead(layer, part, v, place, fault):
    """The state of a layer with weights after its forward pass; ``out`` and ``z_out`` are its h and z."""
    if isinstance(layer, Conv2d):
        return convolve(layer, part, v, place, fault)
    s = forward(layer.parametrisation, layer.activation, layer.split(part), v, place, fault)
    s.out, s.z_out = s.h, s.z
    return s


def back(s, arrays, dWs, fault):
    """Its backward pass from s.dh: adds the gradients to ``arrays``, returns dv."""
    return (convolve_back if isinstance(s.layer, Conv2d) else backward)(s, arrays, dWs, fault)


class NetworkPass(Pass):
    """The pass of a ``Network`` of dense layers, convolutions, and layers that learn nothing.

    Those that learn nothing and are not ours run as they are defined.
    """

    def __init__(self, net):
        self.net, self.n_dynamic = net, net.n_dynamic
        self.in_shape, self.target_shape = net.in_shape, (net.n_out,)
        self.layers, self.blocks, self.parametrisations = dict(enumerate(net.layers)), [], {}
        for i, layer in self.layers.items():
            if isinstance(layer, (Dense, Conv2d)):
                refuse_maxout(layer, f"net.layers[{i}]")
                self.parametrisations[i] = layer.parametrisation
                self.blocks += blocks_of(layer, i, f"layer {i + 1}, ")
            elif layer.n_dynamic:
                _checks.fail(
                    f"net.layers[{i}]",
                    "a Dense or Conv2d layer, or one that learns nothing: the doctor knows no other",
                    type(layer).__name__,
                )

    def states(self, theta, X):
        return [s for s in self.forward(theta, X) if isinstance(s.layer, (Dense, Conv2d))]

    def forward(self, theta, X, fault=None):
        """The state of each layer after the forward pass."""
        states, below, rows = [], SimpleNamespace(out=X, z_out=X, g=None), Rows.of(len(X))
        for i, (layer, part) in enumerate(zip(self.net.layers, self.net.split(theta), strict=True)):
            if isinstance(layer, (Dense, Conv2d)):
                s = ahead(layer, part, below.out, (i,), fault)
            else:
                s = passed_through(layer, part, below, (i,), rows, fault)
            s.layer, s.z_below, s.g_below = layer, below.z_out, below.g
            states.append(s)
            below = s
        return states

    def raw(self, theta, X, Y, fault=None):
        states = self.forward(theta, X, fault)
        s = SimpleNamespace(z=states[-1].z_out, Y=Y, place=("loss",), predict=LOSSES[self.net.loss].predict)
        terms, s.right = LOSSES[self.net.loss].terms(s.z, Y)
        # dz = prediction - Y
        dh = fault.function(s) if fault is not None and fault.line == "output" else s.right
        raw = SimpleNamespace(loss=terms.sum(), arrays={}, dWs={}, composed={}, n=len(X), n_out=Y.shape[1])
        for s in reversed(states):
            if isinstance(s.layer, (Dense, Conv2d)):
                s.dh = dh
                dh = back(s, raw.arrays, raw.dWs, fault)
                raw.composed |= composed_decay(s)
            else:
                dh = passed_back(s, dh, fault)
        return raw


class LayerPass(Pass):
    """The backward function of one layer: X is v, Y is dh; nothing is divided by n, nothing decays."""

    def __init__(self, layer):
        refuse_maxout(layer, "net")
        if layer.in_shape is None:
            _checks.fail("net", "a Conv2d with its in_shape: layer.on((height, width, n_channels))", "none")
        self.layer, self.n_dynamic = layer, layer.n_dynamic
        self.in_shape, self.target_shape = layer.in_shape, layer.out_shape
        self.layers, self.parametrisations = {0: layer}, {0: layer.parametrisation}
        self.blocks = list(blocks_of(layer, 0, ""))

    def states(self, theta, X):
        return [self.state(theta, X)]

    def state(self, theta, X, fault=None):
        """All arrays of the forward pass."""
        s = ahead(self.layer, theta, X, (0,), fault)
        s.layer, s.z_below = self.layer, X
        return s

    def raw(self, theta, X, Y, fault=None):
        s = self.state(theta, X, fault)
        s.dh = Y
        # the sum of h dh is the loss of which this is the gradient
        loss = float(np.sum(s.out * Y))
        raw = SimpleNamespace(loss=loss, arrays={}, dWs={}, composed={}, n=1, n_out=1)
        raw.dv = back(s, raw.arrays, raw.dWs, fault)
        return raw

    def finish(self, raw, theta, weight_decay, fault=None):
        """The flat gradient of theta, then dv."""
        s = SimpleNamespace(place=(0, None, "v"), raw=raw.dv, w=0.0, n=1, n_out=1)
        s.decay, s.weight_decay, s.composed, s.dW = 0.0, 0.0, None, None
        s.column = {}
        dv = run_line("finish", s, fault)
        return np.concatenate([super().finish(raw, theta, 0.0, fault), dv.ravel()])

    def blocks_for(self, n_rows):
        return [*self.blocks, Block("dv", (0, None, "v"), (n_rows, *self.layer.in_shape), False)]

    def squares(self, theta):
        return 0.0
