"""Wrong lines for the passes: the doctor's library of mistakes, each a one-line replacement.

To add one, write a ``Fault(its name in mistakes.py, the line, the wrong function)`` into the list of the
line's kind; those of layers on images are in ``images.faults``,
of adapted weights in ``adapted.faults``. The right line stands in ``lines.LINES``,
``tied.TIED_LINES`` or ``tied.RICA_LINES``, and what the function finds in its state ``s`` in the docstring of
``lines``. A replacement that does not fit (a missing transpose where the shapes then clash) raises or gives
the wrong shape, and is left out.
"""

import itertools
from types import SimpleNamespace

import numpy as np

from ...networks import ACTIVATIONS
from .adapted.faults import faults_on_adapted
from .adapted.stepped import stepped
from .images.faults import faults_on_images
from .lines import Fault
from .passes import LayerPass, NetworkPass
from .tied import RicaPass, TiedPass

MAX_PERMUTED = 4  # up to this many columns every order is tried


def derivatives_of(g):
    """The backward line with g's derivative taken at z; and with its formula for h, where that is another."""
    at_z = lambda s: s.dh * g.derivative(g.value(s.z))
    return [at_z] if g is ACTIVATIONS["relu"] else [at_z, lambda s: s.dh * g.derivative(s.h)]


def below(s):
    """The output of the layer below as dh is laid out; another size does not fit."""
    return s.h_below.reshape(s.dh.shape)


OTHERS = [ACTIVATIONS[name] for name in ("sigmoid", "tanh", "relu")]
# Lines of one layer.
LAYER = [
    Fault("activation_derivative_missing", "dz", lambda s: s.dh * 1.0),
    # the formula for h, given z; the formula for z, given h; z without its bias; z of dh's own size
    Fault("activation_derivative_misplaced", "dz", lambda s: s.dh * s.g.derivative(s.z)),
    Fault("activation_derivative_misplaced", "dz", lambda s: s.dh * s.g.derivative(s.g.value(s.h))),
    Fault("activation_derivative_misplaced", "dz", lambda s: s.dh * s.g.derivative(s.g.value(s.z - s.b))),
    Fault("activation_derivative_misplaced", "dz", lambda s: s.dh * s.g.derivative(s.dh)),
    Fault("activation_derivative_misplaced", "dz", lambda s: s.dh * s.g.derivative(below(s))),
    Fault("activation_derivative_misplaced", "dz", lambda s: s.dh * s.g.derivative(s.g.value(below(s)))),
    Fault("activation_derivative_twice", "dz", lambda s: s.dh * s.g.derivative(s.h) ** 2),
    *(Fault("activation_derivative_other", "dz", line) for g in OTHERS for line in derivatives_of(g)),
    Fault("transpose_missing", "dv", lambda s: s.dz @ s.W),
    Fault("sign", "dv", lambda s: -s.dz @ s.W.T),
    Fault("sign", "dz", lambda s: -s.dh * s.g.derivative(s.h)),
    Fault("pre_activation_below", "dW", lambda s: s.seen(s.z_below).T @ s.dz),
    Fault("h_overwritten", "dW", lambda s: s.seen(s.g_below.derivative(s.h_below)).T @ s.dz),
    Fault("mean_doubled", "dz", lambda s: s.dh * s.g.derivative(s.h) / s.n),
]
# Lines of one column.
COLUMN = [
    Fault("transpose_missing", "dw_alpha", lambda s: s.U @ s.dW),
    Fault("transpose_missing", "dU", lambda s: s.dW @ s.V),
    Fault("transpose_missing", "dV", lambda s: s.U @ s.dW),
]
# The first line of the backward pass.
OUTPUT = [
    Fault("y_not_subtracted", "output", lambda s: s.predict(s.z)),
    Fault("sign", "output", lambda s: -s.right),
    Fault("output_derivative_extra", "output", lambda s: s.right * s.predict(s.z) * (1 - s.predict(s.z))),
]
# The last line of each block: sum over rows -> mean, and weight decay.
FINISH = [
    Fault("sign", "finish", lambda s: -s.raw / s.n - s.decay * s.w),
    Fault("sign", "finish", lambda s: -s.raw / s.n + s.decay * s.w),
    Fault("mean_missing", "finish", lambda s: s.raw + s.decay * s.w),
    Fault("mean_missing", "finish", lambda s: s.raw + s.n * s.decay * s.w),
    Fault("mean_doubled", "finish", lambda s: s.raw / s.n**2 + s.decay * s.w),
    Fault("mean_doubled", "finish", lambda s: (s.raw / s.n + s.decay * s.w) / s.n),
    Fault("mean_over_outputs", "finish", lambda s: s.raw / (s.n * s.n_out) + s.decay * s.w),
    Fault("factor_two", "finish", lambda s: 2 * s.raw / s.n + s.decay * s.w),
    Fault("factor_two", "finish", lambda s: 2 * (s.raw / s.n + s.decay * s.w)),
    Fault("factor_two", "finish", lambda s: s.raw / s.n / 2 + s.decay * s.w),
    Fault("factor_two", "finish", lambda s: (s.raw / s.n + s.decay * s.w) / 2),
    Fault("transpose_extra", "finish", lambda s: transposed(s.raw) / s.n + s.decay * s.w),
    Fault("transpose_extra", "finish", lambda s: transposed(s.raw / s.n + s.decay * s.w)),
    Fault("block_missing", "finish", lambda s: 0.0 * s.raw),
    Fault("block_missing", "finish", lambda s: 0.0 * s.raw + s.decay * s.w),
]
# The arrays one after the other: biases first in each layer, layers reversed, both, biases last, V, b first.
BLOCK_ORDERS = [
    Fault(
        "blocks_order", "blocks", lambda s: sorted(s.blocks, key=lambda b: (b.key[0], b.key[1] is not None))
    ),
    Fault("blocks_order", "blocks", lambda s: sorted(s.blocks, key=lambda b: -b.key[0])),
    Fault(
        "blocks_order", "blocks", lambda s: sorted(s.blocks, key=lambda b: (-b.key[0], b.key[1] is not None))
    ),
    Fault("blocks_order", "blocks", lambda s: sorted(s.blocks, key=lambda b: b.key[1] is None)),
    Fault("blocks_order", "blocks", lambda s: sorted(s.blocks, key=lambda b: b.key[1] is not None)),
    Fault(
        "blocks_order",
        "blocks",
        lambda s: sorted(
            s.blocks, key=lambda b: (b.key[0], b.key[1] is None, b.key[1] or 0, b.key[2] in ("U", "d"))
        ),
    ),
]
# The same line in blocks that decay, and in biases, which do not.
DECAY = [
    Fault("weight_decay_missing", "finish", lambda s: s.raw / s.n),
    Fault("weight_decay_doubled", "finish", lambda s: s.raw / s.n + 2 * s.decay * s.w),
    Fault("weight_decay_halved", "finish", lambda s: s.raw / s.n + s.decay / 2 * s.w),
    Fault("weight_decay_divided", "finish", lambda s: (s.raw + s.decay * s.w) / s.n),
    Fault("sign", "finish", lambda s: s.raw / s.n - s.decay * s.w),
]
ON_U = Fault(
    "weight_decay_on_U",
    "finish",
    lambda s: s.raw / s.n + s.weight_decay * (s.w if s.composed is None else s.composed),
)
ON_BIAS = Fault("weight_decay_on_bias", "finish", lambda s: s.raw / s.n + s.weight_decay * s.w)
TIED = [
    Fault("encoder_path_missing", "dW", lambda s: s.da.T @ s.h),
    Fault("decoder_path_missing", "dW", lambda s: s.v.T @ s.dz),
    Fault("transpose_missing", "dW", lambda s: s.v.T @ s.dz + s.h.T @ s.da),
    Fault("transpose_missing", "dh", lambda s: s.da @ s.W.T),
    Fault("activation_derivative_missing", "da", lambda s: s.dr),
    Fault("activation_derivative_twice", "da", lambda s: s.dr * s.d.derivative(s.r) ** 2),
    Fault("activation_derivative_misplaced", "da", lambda s: s.dr * s.d.derivative(s.d.value(s.r))),
]
RICA = [
    Fault("encoder_path_missing", "dZ", lambda s: s.sparsity * s.Z / s.root),
    Fault("decoder_path_missing", "dW", lambda s: s.X.T @ s.dZ),
    Fault("sparsity_missing", "dZ", lambda s: s.R @ s.W),
    Fault("factor_two", "dZ", lambda s: s.R @ s.W + 2 * s.sparsity * s.Z / s.root),
    Fault("factor_two", "dZ", lambda s: s.R @ s.W + s.sparsity * s.Z / s.root / 2),
    Fault("sign", "dZ", lambda s: s.R @ s.W - s.sparsity * s.Z / s.root),
    Fault("unit_norm_missing", "dP", lambda s: s.dW),
    Fault("unit_norm_missing", "dP", lambda s: s.dW / s.norms),
    Fault("unit_norm_missing", "dP", lambda s: s.dW - s.W * (s.W * s.dW).sum(axis=0)),
]


def transposed(a):
    """What is seen when the transposed gradient is read in the block's shape."""
    return a.T.reshape(a.shape)


def library(subject, weight_decay):
    """All faults that may apply to a pass, the likely ones first."""
    layers = sorted({(b.key[0],) for b in subject.blocks})
    columns = sorted({b.key[:2] for b in subject.blocks if b.key[1] is not None})
    if isinstance(subject, RicaPass):
        lines = list(RICA)
    else:
        lines = list(TIED) if isinstance(subject, TiedPass) else []
        if isinstance(subject, NetworkPass):
            lines += OUTPUT
        lines += [fault.at(places) for fault in LAYER for places in scopes(layers)]
    lines += [fault.at(places) for fault in COLUMN for places in scopes(columns)]
    ordered = [*BLOCK_ORDERS, *column_orders(subject), *faults_on_images(subject)]
    ordered += faults_on_adapted(subject, 0.0 if isinstance(subject, LayerPass) else weight_decay)
    return [*lines, *ordered, *block_faults(subject, weight_decay)]


def scopes(places):
    """Each place alone, then all of them."""
    every = [frozenset([place]) for place in places]
    return [*every, None] if len(places) > 1 else every


def block_faults(subject, weight_decay):
    """Faults of the last line: in one block, a layer, all weights, all biases or everywhere."""
    blocks = subject.blocks_for(1)
    keys = [b.key for b in blocks]
    sets = [{k} for k in keys] + [{k for k in keys if k[0] == i} for i in {k[0] for k in keys}]
    weights = {b.key for b in blocks if b.decayed}
    sets += [weights, set(keys) - weights, set(keys)]
    sets = [s for s in dict.fromkeys(map(frozenset, sets)) if s]
    found = [fault.at(s) for s in sets for fault in FINISH]
    if not weight_decay or isinstance(subject, LayerPass):
        return found
    decayed = list(dict.fromkeys(s & weights for s in sets if s & weights))
    found += [fault.at(s) for s in decayed for fault in DECAY]
    found += [ON_U.at(s) for s in decayed]
    biases = list(dict.fromkeys(s - weights for s in sets if s - weights))
    return found + [ON_BIAS.at(s) for s in biases]


def column_orders(subject):
    """The columns of a layer in every other order, in each line where order matters."""
    for i, q in subject.parametrisations.items():
        for order in orders(len(q.leaves)):
            here = frozenset([(i,)])
            yield Fault("columns_order", "pieces of dW", lambda s, o=order: cut(s, o), here)
            yield Fault("columns_order", "raw columns", lambda s, o=order: [s.parts[j] for j in o], here)
            yield Fault("columns_order", "columns", lambda s, o=order: [s.parts[j] for j in o], here)
            yield Fault("columns_order", "W", lambda s, o=order: np.hstack([s.pieces[j] for j in o]), here)


def orders(n):
    """Wrong orders of n columns: all of them while there are few, else reversed, shifted and swapped."""
    right = tuple(range(n))
    if n <= MAX_PERMUTED:
        return [o for o in itertools.permutations(right) if o != right]
    swapped = []
    for i, j in itertools.combinations(right, 2):
        swap = list(right)
        swap[i], swap[j] = j, i
        swapped.append(tuple(swap))
    return [right[::-1], right[1:] + right[:1], right[-1:] + right[:-1], *swapped]


def cut(s, order):
    """dW cut as if the columns lay side by side in the given order."""
    widths = [s.leaves[j].n_h for j in order]
    pieces = np.split(s.dW, np.cumsum(widths)[:-1], axis=1)
    return [pieces[order.index(j)] for j in range(len(order))]


def searched(subject, points, weight_decay):
    """Faults that the student's own numbers suggest: rows in another order, rows of dW for U^T dW, a step."""
    weight_decay = 0.0 if isinstance(subject, LayerPass) else weight_decay
    found, start = {line: {} for line in SEARCHED}, 0
    for block in subject.blocks:
        part = slice(start, start + int(np.prod(block.shape)))
        start = part.stop
        if block.key[2] == "w_alpha":
            for line, rows in search_block(block, part, points, weight_decay):
                found[line][block.key] = rows
    for line, rows in found.items():
        if rows:
            mistake, _, function, _ = SEARCHED[line]
            with_rows = lambda s, f=function, r=rows: f(SimpleNamespace(**vars(s), rows=r[s.place]))
            yield Fault(mistake, "finish", with_rows, frozenset(rows))
    yield from stepped(subject, points, weight_decay)


def search_block(block, part, points, weight_decay):
    """Which rows of what the student's rows are, at all points together."""
    own = np.hstack([p.grad[part].reshape(block.shape) for p in points])
    decay = np.hstack([weight_decay * p.theta[part].reshape(block.shape) for p in points])
    sums = np.hstack([p.raw.arrays[block.key] / p.raw.n for p in points])
    dW = np.hstack([p.raw.dWs[block.key] / p.raw.n for p in points])
    if not np.allclose(own, sums + decay, rtol=1e-6, atol=1e-12):
        targets = {"all": (own, sums + decay), "sums": (own - decay, sums), "dW": (own - decay, dW)}
        for line, (mine, target) in targets.items():
            rows = match_rows(mine, target)
            if rows is not None and (line == "dW" or len(set(rows)) == len(rows)):
                yield line, rows


# What is searched for rows: the finished gradient, the sums over rows, dW.
SEARCHED = {
    "all": Fault("index_order", "finish", lambda s: (s.raw / s.n + s.decay * s.w)[s.rows]),
    "sums": Fault("index_order", "finish", lambda s: s.raw[s.rows] / s.n + s.decay * s.w),
    "dW": Fault("u_forgotten", "finish", lambda s: s.dW[s.rows] / s.n + s.decay * s.w),
}


def match_rows(a, b):
    """For each row of ``a`` the row of ``b`` that it equals, or None unless all rows have one."""
    if a.shape[1] != b.shape[1]:
        return None
    allowed, rows = 1e-4 * max(np.abs(b).max(), 1e-300), []
    for row in a:
        gaps = np.abs(row - b).max(axis=1)
        rows.append(int(gaps.argmin()))
        if not gaps[rows[-1]] <= allowed:
            return None
    return np.array(rows)
