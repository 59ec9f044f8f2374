"""What is known of data by their columns' variances: in float64, block by block, so that no copy is made."""

import numpy as np
from scipy import linalg

from .._blas import one_blas_thread

BLOCK_ROWS = 4096


def covariance(v):
    """np.cov(v.T), (n_v, n_v), of data v (n, n_v)."""
    return second_moments(v, v.mean(axis=0, dtype=np.float64)) / (len(v) - 1)


@one_blas_thread
def second_moments(v, about=0.0):
    """S = (v - about)^T (v - about), (n_v, n_v)."""
    S = np.zeros((v.shape[1], v.shape[1]))
    for start in range(0, len(v), BLOCK_ROWS):
        block = np.subtract(v[start : start + BLOCK_ROWS], about, dtype=np.float64)
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


def varying_units(v):
    """Indices of the columns of v that are not constant.

    >>> varying_units(np.array([[0.0, 1.0], [0.0, 2.0]]))
    array([1])
    """
    return np.flatnonzero((v[0] != v).any(axis=0))
