"""Named arrays as views of one flat vector, and back.

SciPy's L-BFGS sees one vector theta; the equations see w_alpha, U, V and b.
"""

import itertools
import math

import numpy as np


def sizes(shapes):
    """Number of entries of each shape.

    >>> sizes([(2, 3), (3,)])
    [6, 3]
    """
    return [math.prod(shape) for shape in shapes]


def slices(lengths):
    """Consecutive slices of the given lengths.

    >>> slices([2, 1])
    [slice(0, 2, None), slice(2, 3, None)]
    """
    ends = itertools.accumulate(lengths, initial=0)
    return [slice(a, b) for a, b in itertools.pairwise(ends)]


def split(vector, lengths):
    """Cut a flat vector into consecutive views of the given lengths."""
    return [vector[part] for part in slices(lengths)]


def unpack(vector, shapes):
    """Views of a flat vector with the given shapes, in order.

    >>> a, b = unpack(np.arange(9.0), [(2, 3), (3,)])
    >>> a.shape, b
    ((2, 3), array([6., 7., 8.]))
    """
    return [part.reshape(shape) for part, shape in zip(split(vector, sizes(shapes)), shapes, strict=True)]


def pack(arrays):
    """One flat vector (a copy) from arrays, in order.

    >>> pack([np.ones((1, 2)), np.zeros(1)])
    array([1., 1., 0.])
    """
    return np.concatenate([np.ravel(a) for a in arrays]) if arrays else np.zeros(0)
