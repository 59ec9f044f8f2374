"""Units of the columns of a table: less their mean, over their standard deviation."""

from typing import NamedTuple

import numpy as np

from .. import _checks
from ..speed import scales
from ..speed.blocks import in_blocks


def warn_of_scale(X):
    """A warning that says what to do, where X is not standardised and far from a scale of 1."""
    if remark := scales.remark("X", X):
        _checks.warn(f"{remark[:-1]} (standardize=True).")


class Scale(NamedTuple):
    """Mean and standard deviation of each column; of a constant column the scale is 1.

    Examples
    --------
    >>> scale = Scale.of(np.array([[10.0, 7.0], [30.0, 7.0]]))
    >>> scale.mean, scale.scale, scale.applied_to(np.array([[20.0, 7.0]]))
    (array([20.,  7.]), array([10.,  1.]), array([[0., 0.]]))
    """

    mean: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, A, weight=None):
        """Of a table A (n, n_columns), whose rows count with ``weight`` (n,); in float64."""
        A = np.asarray(A, dtype=np.float64)
        unit = np.abs(A).max(axis=0)  # so that no square is too small or too large for a float
        unit[unit == 0] = 1.0
        mean = _average(A / unit, weight) * unit
        deviations = (A - mean) / unit
        deviation = deviations.std(axis=0) if weight is None else np.sqrt(_average(deviations**2, weight))
        return cls(mean, np.where(deviation > 8 * np.finfo(float).eps, deviation * unit, 1.0))

    def applied_to(self, A, n_threads=None):
        """(A - mean) / scale in A's dtype, block by block in float64."""
        standardised = lambda rows: ((A[rows] - self.mean) / self.scale).astype(A.dtype, copy=False)
        return in_blocks(standardised, len(A), n_threads)


def _average(A, weight):
    return A.mean(axis=0) if weight is None else np.average(A, axis=0, weights=weight)
