"""A factor's gradient after the other factor had taken its step: how long the step was, the numbers say."""

import numpy as np

from ....weights import Adapted, LowRank, packing
from ..lines import Fault


def stepped(subject, points, weight_decay):
    """Faults that the student's own numbers suggest; the step is along a mean over rows, or a sum."""
    leaves = {(i, j): leaf for i, q in subject.parametrisations.items() for j, leaf in enumerate(q.leaves)}
    starts = np.cumsum([0, *(int(np.prod(b.shape)) for b in subject.blocks)])
    for of_sums in (False, True):
        found = {}
        for block, start, stop in zip(subject.blocks, starts[:-1], starts[1:], strict=True):
            leaf = leaves.get(block.key[:2])
            if isinstance(leaf, (Adapted, LowRank)) and block.key[1] is not None:
                part = slice(start, stop)
                step = search(subject, leaf, block, part, points, weight_decay, of_sums)
                if step is not None:
                    found[block.key] = step
        if found:
            line = lambda s, found=found, o=of_sums: after(leaves[s.place[:2]], s, found[s.place], o)
            yield Fault("factor_stepped", "finish", line, frozenset(found))


def search(subject, leaf, block, part, points, weight_decay, of_sums):
    """The step's length that gives the student's numbers at all points, or None."""
    gaps, changes = [], []
    for point in points:
        s = subject.column_state(point.raw, point.theta, weight_decay, block)
        right = after(leaf, s, 0.0, of_sums).ravel()
        gaps.append(point.grad[part] - right)
        changes.append(after(leaf, s, 1.0, of_sums).ravel() - right)
    gaps, changes = np.concatenate(gaps), np.concatenate(changes)
    size = changes @ changes
    step = changes @ gaps / size if size > 0 else 0.0
    close = np.abs(gaps - step * changes).max(initial=0) <= 1e-3 * np.abs(gaps).max(initial=0)
    return step if step and close else None


def after(leaf, s, step, of_sums):
    """The gradient of a factor, where the other one has taken this step along its own gradient."""
    n, name = (1, s.place[2]) if of_sums else (s.n, s.place[2])
    arrays = []
    for other, (raw, w) in s.column.items():
        arrays.append(w if other == name else w - step * (raw / n + s.decay * w))
    raw = leaf.unpack(leaf.pull_back(s.dW, packing.pack(arrays)))[name]
    return raw / s.n + s.decay * s.w
