"""A W_0 that moves from call to call: its steps, from what the calls gave."""

import numpy as np

from ..lines import Fault
from .faults import adapted_leaves, added, scopes

LENGTHS = np.concatenate([sign * 10.0 ** np.arange(-6, 2.1, 0.25) for sign in (1, -1)])
CLOSE = 1e-7  # of a gradient's largest number
LAST_STEPS = 30


def w0_moved(subject, points, weight_decay):
    """Whether the student's numbers are those of a W_0 that moved, along its gradient or by what is added."""
    leaves = adapted_leaves(subject)
    for here in scopes(leaves):
        own = {place: leaves[place] for place in here}
        if fits(subject, points, weight_decay, lambda *state, o=own: overwritten(o, *state)):
            return True
        for of_sums in (False, True):
            for decay in ("none", "W_0", "W"):
                step = lambda *state, o=own, s=of_sums, d=decay: along_gradient(o, s, d, *state)
                if (weight_decay or decay == "none") and stepped_on(subject, points, weight_decay, step):
                    return True
    return False


def along_gradient(leaves, of_sums, decay, subject, point, weight_decay, shift, raw):
    """How W_0 moves after a call, for a step of length 1: W_0 -= dW."""
    change = {}
    for place, leaf in leaves.items():
        key = (*place, next(iter(leaf.shapes)))
        dW = raw.dWs[key] / (1 if of_sums else raw.n)
        W_0 = leaf.W0 + shift.get(place, 0.0)
        W = W_0 + leaf.scale * added(leaf, part_of(subject, place, point.theta))
        change[place] = -(dW + weight_decay * {"none": 0.0, "W_0": W_0, "W": W}[decay])
    return change


def overwritten(leaves, subject, point, weight_decay, shift, raw):
    """W += scale U V, where W is W_0 itself."""
    return {
        place: leaf.scale * added(leaf, part_of(subject, place, point.theta))
        for place, leaf in leaves.items()
    }


def part_of(subject, place, theta):
    """What a column learns, flat."""
    sizes = [int(np.prod(b.shape)) for b in subject.blocks]
    starts = np.cumsum([0, *sizes])
    each = zip(subject.blocks, starts, sizes, strict=False)
    return np.concatenate([theta[a : a + n] for b, a, n in each if b.key[:2] == place])


def calls(points):
    """(point, the student's gradient) of each call in turn; the first point again comes last."""
    return [*((p, p.grad) for p in points), (points[0], points[0].again)]


def fits(subject, points, weight_decay, move, length=1.0):
    """Whether a W_0 that moves like this after each call gives the student's gradients."""
    shift = {}
    for point, grad in calls(points):
        value, raw = at_shift(subject, point, weight_decay, shift)
        if not np.abs(value[: grad.size] - grad).max() <= CLOSE * np.abs(grad).max():
            return False
        change = move(subject, point, weight_decay, shift, raw)
        shift = {place: shift.get(place, 0.0) + length * a for place, a in change.items()}
    return True


def at_shift(subject, point, weight_decay, shift):
    """The gradient at W_0 + shift, and its sums over rows."""
    layers = frozenset((i,) for i, _ in shift)
    W = lambda s: np.hstack([piece + shift.get((*s.place, j), 0.0) for j, piece in enumerate(s.pieces)])
    X, Y = (None if a is None else a.astype(np.float64) for a in (point.X, point.Y))
    with np.errstate(all="ignore"):
        raw = subject.raw(point.theta, X, Y, Fault("w0_changed", "W", W, layers))
        return subject.finish(raw, point.theta, weight_decay), raw


def stepped_on(subject, points, weight_decay, move):
    """Whether W_0 takes steps like this, of a length that the second call tells."""
    (first, _), (second, grad) = calls(points)[:2]
    _, raw = at_shift(subject, first, weight_decay, {})
    change = move(subject, first, weight_decay, {}, raw)

    def gap(length):
        value, _ = at_shift(subject, second, weight_decay, {p: length * a for p, a in change.items()})
        return np.nan_to_num(value[: grad.size] - grad, nan=1e100, posinf=1e100, neginf=-1e100)

    gaps = [np.abs(gap(length)).max() for length in LENGTHS]
    length = LENGTHS[int(np.argmin(gaps))]
    for _ in range(LAST_STEPS):
        now, little = gap(length), 1e-6 * abs(length)
        slope = (gap(length + little) - now) / little
        if not slope @ slope > 0:
            return False
        change_of_length = -(slope @ now) / (slope @ slope)
        length += change_of_length
        if abs(change_of_length) <= 1e-13 * abs(length):
            break
    return fits(subject, points, weight_decay, move, length)
