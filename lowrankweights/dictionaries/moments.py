"""What is known of data by their columns' variances: in float64, block by block, so that no copy is made."""

import numpy as np
from scipy import linalg

from .._blas import one_blas_thread

BLOCK_ROWS = 4096


def covariance(v, weight=None):
    """np.cov(v.T, aweights=weight), (n_v, n_v), of data v (n, n_v); weights (n,) in any unit.

    >>> covariance(np.array([[0.0], [1.0], [9.0]]), weight=np.array([2.0, 2.0, 0.0]))
    array([[0.5]])
    """
    mean = weighted_mean(v, weight)
    if weight is None:
        return second_moments(v, mean) / (len(v) - 1)
    total = weight.sum()
    # sum of w (v - mean)^T (v - mean), over (sum of w) - (sum of w^2) / (sum of w)
    return second_moments(v, mean, weight) / (total - weight @ weight / total)


def weighted_mean(v, weight=None):
    """The mean of the rows of v (n, n_v), weighted or not, in float64."""
    if weight is None:
        return v.mean(axis=0, dtype=np.float64)
    total = np.zeros(v.shape[1])
    for start in range(0, len(v), BLOCK_ROWS):
        part = slice(start, start + BLOCK_ROWS)
        total += weight[part] @ v[part].astype(np.float64, copy=False)
    return total / weight.sum()


@one_blas_thread
def second_moments(v, about=0.0, weight=None):
    """S = (v - about)^T diag(weight) (v - about), (n_v, n_v); without weights each row counts once."""
    S = np.zeros((v.shape[1], v.shape[1]))
    for start in range(0, len(v), BLOCK_ROWS):
        part = slice(start, start + BLOCK_ROWS)
        block = np.subtract(v[part], about, dtype=np.float64)
        if weight is not None:
            block *= np.sqrt(weight[part, None])
        S += block.T @ block
    return S


@one_blas_thread
def triangular_factor(v):
    """A of v = Q A with orthonormal columns of Q: A^T A = v^T v, without the rounding of a sum of squares.

    >>> v = np.array([[3.0], [4.0]])
    >>> np.abs(triangular_factor(v))
    array([[5.]])
    """
    A = np.zeros((0, v.shape[1]))
    for start in range(0, len(v), BLOCK_ROWS):
        rows = np.vstack([A, v[start : start + BLOCK_ROWS]], dtype=np.float64)
        A = linalg.qr(rows, mode="r")[0][: v.shape[1]]
    return A


def varying_units(v, weight=None):
    """Indices of the columns of v that are not constant, among rows of a weight above 0.

    >>> varying_units(np.array([[0.0, 1.0], [0.0, 2.0]]))
    array([1])
    """
    v = counted_rows(v, weight)
    return np.flatnonzero((v[0] != v).any(axis=0))


def counted_rows(a, weight=None):
    """The rows of an array that count: the array itself, or a copy of those of a weight above 0."""
    return a if weight is None or weight.all() else a[weight > 0]
