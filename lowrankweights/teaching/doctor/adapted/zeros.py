"""A theta at which both factors of a product are zero."""

import numpy as np

from ....weights import Adapted, LowRank, packing


def both_at_zero(subject, theta):
    """For each column whose two factors are both zero the labels of its blocks."""
    arrays = packing.unpack(theta, [b.shape for b in subject.blocks])
    found = []
    for i, q in subject.parametrisations.items():
        for j, leaf in enumerate(q.leaves):
            own = [(b, a) for b, a in zip(subject.blocks, arrays, strict=True) if b.key[:2] == (i, j)]
            if isinstance(leaf, (Adapted, LowRank)) and not any(np.any(a) for _, a in own):
                found.append([b.label for b, _ in own])
    return found
