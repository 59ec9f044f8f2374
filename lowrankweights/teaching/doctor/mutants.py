"""Wrong lines for the passes: the doctor's library of mistakes, each a one-line replacement.

To add one, write (its name in ``mistakes.py``, the line, the wrong function) into the list of the line's
kind; the right line stands in ``lines.LINES``, ``tied.TIED_LINES`` or ``tied.RICA_LINES``. A replacement
that does not fit (a missing transpose where the shapes then clash) raises or gives the wrong shape, and is
left out.
"""

import itertools

import numpy as np

from ...networks import ACTIVATIONS
from .lines import Fault
from .passes import DensePass, NetworkPass
from .tied import RicaPass, TiedPass

MAX_PERMUTED = 4  # up to this many columns every order is tried


def derivatives_of(g):
    """The backward line with g's derivative taken at z; and with its formula for h, where that is another."""
    at_z = lambda s: s.dh * g.derivative(g.value(s.z))
    return [at_z] if g is ACTIVATIONS["relu"] else [at_z, lambda s: s.dh * g.derivative(s.h)]


OTHERS = [ACTIVATIONS[name] for name in ("sigmoid", "tanh", "relu")]
# Lines of one layer.
LAYER = [
    ("activation_derivative_missing", "dz", lambda s: s.dh * 1.0),
    # the formula for h, given z; the formula for z, given h; z without its bias; z of dh's own size
    ("activation_derivative_misplaced", "dz", lambda s: s.dh * s.g.derivative(s.z)),
    ("activation_derivative_misplaced", "dz", lambda s: s.dh * s.g.derivative(s.g.value(s.h))),
    ("activation_derivative_misplaced", "dz", lambda s: s.dh * s.g.derivative(s.g.value(s.z - s.b))),
    ("activation_derivative_misplaced", "dz", lambda s: s.dh * s.g.derivative(s.dh)),
    ("activation_derivative_misplaced", "dz", lambda s: s.dh * s.g.derivative(s.v)),
    ("activation_derivative_misplaced", "dz", lambda s: s.dh * s.g.derivative(s.g.value(s.v))),
    ("activation_derivative_twice", "dz", lambda s: s.dh * s.g.derivative(s.h) ** 2),
    *(("activation_derivative_other", "dz", line) for g in OTHERS for line in derivatives_of(g)),
    ("transpose_missing", "dv", lambda s: s.dz @ s.W),
    ("sign", "dv", lambda s: -s.dz @ s.W.T),
    ("sign", "dz", lambda s: -s.dh * s.g.derivative(s.h)),
    ("pre_activation_below", "dW", lambda s: s.z_below.T @ s.dz),
    ("mean_doubled", "dz", lambda s: s.dh * s.g.derivative(s.h) / len(s.dh)),
]
# Lines of one column.
COLUMN = [
    ("transpose_missing", "dw_alpha", lambda s: s.U @ s.dW),
    ("transpose_missing", "dU", lambda s: s.dW @ s.V),
    ("transpose_missing", "dV", lambda s: s.U @ s.dW),
]
# The first line of the backward pass; s.right is prediction - Y.
OUTPUT = [
    ("y_not_subtracted", "output", lambda s: s.predict(s.z)),
    ("sign", "output", lambda s: -s.right),
    ("output_derivative_extra", "output", lambda s: s.right * s.predict(s.z) * (1 - s.predict(s.z))),
]
# The last line of each block: sum over rows -> mean, and weight decay; (mistake, function). s.raw is the
# sum over rows, s.w what is learned, s.decay its weight decay (0 for a bias).
FINISH = [
    ("sign", lambda s: -s.raw / s.n - s.decay * s.w),
    ("sign", lambda s: -s.raw / s.n + s.decay * s.w),
    ("mean_missing", lambda s: s.raw + s.decay * s.w),
    ("mean_missing", lambda s: s.raw + s.n * s.decay * s.w),
    ("mean_doubled", lambda s: s.raw / s.n**2 + s.decay * s.w),
    ("mean_doubled", lambda s: (s.raw / s.n + s.decay * s.w) / s.n),
    ("mean_over_outputs", lambda s: s.raw / (s.n * s.n_out) + s.decay * s.w),
    ("factor_two", lambda s: 2 * s.raw / s.n + s.decay * s.w),
    ("factor_two", lambda s: 2 * (s.raw / s.n + s.decay * s.w)),
    ("factor_two", lambda s: s.raw / s.n / 2 + s.decay * s.w),
    ("factor_two", lambda s: (s.raw / s.n + s.decay * s.w) / 2),
    ("transpose_extra", lambda s: transposed(s.raw) / s.n + s.decay * s.w),
    ("transpose_extra", lambda s: transposed(s.raw / s.n + s.decay * s.w)),
    ("block_missing", lambda s: 0.0 * s.raw),
    ("block_missing", lambda s: 0.0 * s.raw + s.decay * s.w),
]
# The arrays one after the other: biases first in each layer, layers reversed, both, biases last, V first.
BLOCK_ORDERS = [
    lambda blocks: sorted(blocks, key=lambda b: (b.key[0], b.key[1] is not None)),
    lambda blocks: sorted(blocks, key=lambda b: -b.key[0]),
    lambda blocks: sorted(blocks, key=lambda b: (-b.key[0], b.key[1] is not None)),
    lambda blocks: sorted(blocks, key=lambda b: b.key[1] is None),
    lambda blocks: sorted(blocks, key=lambda b: b.key[1] is not None),
    lambda blocks: sorted(blocks, key=lambda b: (b.key[0], b.key[1] is None, b.key[1] or 0, b.key[2] == "U")),
]
DECAY = [
    ("weight_decay_missing", lambda s: s.raw / s.n),
    ("weight_decay_doubled", lambda s: s.raw / s.n + 2 * s.decay * s.w),
    ("weight_decay_halved", lambda s: s.raw / s.n + s.decay / 2 * s.w),
    ("weight_decay_divided", lambda s: (s.raw + s.decay * s.w) / s.n),
    ("sign", lambda s: s.raw / s.n - s.decay * s.w),
]
TIED = [
    ("encoder_path_missing", "dW", lambda s: s.da.T @ s.h),
    ("decoder_path_missing", "dW", lambda s: s.v.T @ s.dz),
    ("transpose_missing", "dW", lambda s: s.v.T @ s.dz + s.h.T @ s.da),
    ("transpose_missing", "dh", lambda s: s.da @ s.W.T),
    ("activation_derivative_missing", "da", lambda s: s.dr),
    ("activation_derivative_twice", "da", lambda s: s.dr * s.d.derivative(s.r) ** 2),
    ("activation_derivative_misplaced", "da", lambda s: s.dr * s.d.derivative(s.d.value(s.r))),
]
RICA = [
    ("encoder_path_missing", "dZ", lambda s: s.sparsity * s.Z / s.root),
    ("decoder_path_missing", "dW", lambda s: s.X.T @ s.dZ),
    ("sparsity_missing", "dZ", lambda s: s.R @ s.W),
    ("factor_two", "dZ", lambda s: s.R @ s.W + 2 * s.sparsity * s.Z / s.root),
    ("factor_two", "dZ", lambda s: s.R @ s.W + s.sparsity * s.Z / s.root / 2),
    ("sign", "dZ", lambda s: s.R @ s.W - s.sparsity * s.Z / s.root),
    ("unit_norm_missing", "dP", lambda s: s.dW),
    ("unit_norm_missing", "dP", lambda s: s.dW / s.norms),
    ("unit_norm_missing", "dP", lambda s: s.dW - s.W * (s.W * s.dW).sum(axis=0)),
]


def transposed(a):
    """What is seen when the transposed gradient is read in the block's shape."""
    return a.T.reshape(a.shape)


def library(subject, weight_decay):
    """All faults that may apply to a pass, the likely ones first."""
    layers = sorted({(b.key[0],) for b in subject.blocks})
    columns = sorted({b.key[:2] for b in subject.blocks if b.key[1] is not None})
    if isinstance(subject, RicaPass):
        lines = [Fault(*row) for row in RICA]
    else:
        tied = TIED if isinstance(subject, TiedPass) else []
        lines = [Fault(*row) for row in tied]
        if isinstance(subject, NetworkPass):
            lines += [Fault(*row) for row in OUTPUT]
        lines += [Fault(*row, places) for row in LAYER for places in scopes(layers)]
    lines += [Fault(*row, places) for row in COLUMN for places in scopes(columns)]
    lines += [Fault("blocks_order", "blocks", order) for order in BLOCK_ORDERS]
    return [*lines, *column_orders(subject), *block_faults(subject, weight_decay)]


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
    found = [Fault(name, "finish", function, s) for s in sets for name, function in FINISH]
    if not weight_decay or isinstance(subject, DensePass):
        return found
    decayed = list(dict.fromkeys(s & weights for s in sets if s & weights))
    found += [Fault(name, "finish", function, s) for s in decayed for name, function in DECAY]
    composed = lambda s: s.raw / s.n + s.weight_decay * (s.w if s.composed is None else s.composed)
    found += [Fault("weight_decay_on_U", "finish", composed, s) for s in decayed]
    both = lambda s: s.raw / s.n + s.weight_decay * s.w
    biases = list(dict.fromkeys(s - weights for s in sets if s - weights))
    return found + [Fault("weight_decay_on_bias", "finish", both, s) for s in biases]


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
    """Faults that the student's own numbers suggest: rows in another order, rows of dW taken for U^T dW."""
    weight_decay = 0.0 if isinstance(subject, DensePass) else weight_decay
    found, start = {line: {} for line in SEARCHED}, 0
    for block in subject.blocks:
        part = slice(start, start + int(np.prod(block.shape)))
        start = part.stop
        if block.key[2] == "w_alpha":
            for line, rows in search_block(block, part, points, weight_decay):
                found[line][block.key] = rows
    for line, rows in found.items():
        if rows:
            name, function = SEARCHED[line]
            yield Fault(name, "finish", lambda s, r=rows, f=function: f(s, r[s.place]), frozenset(rows))


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
    "all": ("index_order", lambda s, rows: (s.raw / s.n + s.decay * s.w)[rows]),
    "sums": ("index_order", lambda s, rows: s.raw[rows] / s.n + s.decay * s.w),
    "dW": ("u_forgotten", lambda s, rows: s.dW[rows] / s.n + s.decay * s.w),
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
