"""Dictionaries: functions that return U (n_v, n_alpha), whose columns are the atoms.

A layer's weights are W = U w_alpha; U is static, only w_alpha is learned (paper, section 3.1).
"""

import numpy as np
from scipy import linalg

from .. import _checks
from .._blas import one_blas_thread
from ..weights.factors import Factors
from .index_sets import check_index_set, sample_index_set
from .kernels import SquaredExponential, as_kernel
from .points import Grid, as_points

MAX_CONDITION = 1e12


class SingularKernel(ValueError):
    """K_alpha + ridge I is singular to working precision."""


ASYMMETRY = 1e-6  # of K_alpha, relative to its largest entry; kernels may compute in float32


@one_blas_thread
def kernel_ridge(kernel, points, alpha, ridge=1e-2):
    r"""The kernel ridge predictor: w = U w_alpha, U = k_alpha^T (K_alpha + ridge I)^-1.

    Parameters
    ----------
    kernel : Kernel, function or scikit-learn kernel
        Whatever ``as_kernel`` takes.
    points : Grid, Points, or array (n_v, d) or (n_v,)
        The points of weight space, one a weight; a plain array is read as ``points.as_points`` says.
    alpha : array of int, (n_alpha,)
        Indices of the known weights, into ``points``; unique.
    ridge : float
        lambda >= 0, absolute: it is added to k(i, i) for i in alpha, in the units of the kernel. (Estimators
        take it relative to the mean of k(i, i).) With 0 the known weights are kept: U[alpha] = I.

    Returns
    -------
    U : ndarray, (n_v, n_alpha)

    Raises
    ------
    ValueError
        If an argument does not fit, if the kernel's matrix has the wrong shape, a NaN or no symmetry,
        or if K_alpha + ridge I is singular to working precision.

    Notes
    -----
    Paper, section 3.1. Solved by Cholesky, never by an inverse. At the known weights

        U[alpha] = I - ridge (K_alpha + ridge I)^-1,

    so a ridge does not keep them: a pattern along an eigenvector of K_alpha with eigenvalue mu is
    multiplied by mu / (mu + ridge), the roughest patterns by least. With a ridge w_alpha are coordinates.

    Examples
    --------
    >>> from lowrankweights import Grid, SquaredExponential
    >>> U = kernel_ridge(SquaredExponential(1.0), Grid((5, 5)), [0, 12, 24], ridge=0)
    >>> U.shape, bool(np.allclose(U[[0, 12, 24]], np.eye(3)))
    ((25, 3), True)
    """
    factor, k_alpha = factor_ridge(kernel, points, alpha, ridge)
    # U^T = (K_alpha + ridge I)^-1 k_alpha
    return np.ascontiguousarray(linalg.cho_solve(factor, k_alpha).T)


def kernel_ridge_factors(kernel, points, alpha, ridge=1e-2):
    """U of ``kernel_ridge`` as ``Factors``, a product; None where it is none.

    With the squared exponential on images every atom of k_alpha is one: exp(-|i - j|^2 / 2 s^2) is a factor
    of the rows times one of the columns. Alpha must have the same pixels in each channel, as
    ``sample_index_set`` draws it.

    Parameters
    ----------
    kernel, points, alpha, ridge
        As in ``kernel_ridge``.

    Returns
    -------
    factors : Factors or None

    Examples
    --------
    >>> from lowrankweights import Grid, SquaredExponential
    >>> arguments = SquaredExponential(1.0), Grid((5, 4)), [0, 7, 13]
    >>> factors = kernel_ridge_factors(*arguments)
    >>> factors.rows.shape, bool(np.allclose(factors.dictionary(), kernel_ridge(*arguments)))
    ((5, 3), True)
    """
    if type(kernel) is not SquaredExponential or not isinstance(points, Grid) or len(points.shape) != 2:
        return None
    if kernel.between_channels > 0 and points.n_channels > 1:
        return None
    n_channels, alpha = points.n_channels, np.asarray(alpha)
    pixels = alpha[::n_channels] // n_channels
    if not np.array_equal(alpha, (pixels[:, None] * n_channels + np.arange(n_channels)).ravel()):
        return None
    factor, _ = factor_ridge(kernel, Grid(points.shape), pixels, ridge)
    row, column = np.divmod(pixels, points.shape[1])
    scales = np.broadcast_to(kernel.length_scale, 2)
    along = [
        np.exp(-0.5 * (np.arange(n)[:, None] - known) ** 2 / scale**2)
        for n, known, scale in zip(points.shape, (row, column), scales, strict=True)
    ]
    return Factors(*along, linalg.cho_solve(factor, np.eye(len(pixels))))


@one_blas_thread
def predictive_variance(kernel, points, alpha, ridge=1e-2):
    """How unsure the prediction of each weight is, in the Gaussian-process reading.

    var_i = k(i, i) - k_i^T (K_alpha + ridge I)^-1 k_i, in the units of the kernel.

    Parameters
    ----------
    kernel, points, alpha, ridge
        As in ``kernel_ridge``.

    Returns
    -------
    variance : ndarray, (n_v,)
        At least 0; with ``ridge=0`` it is 0 at alpha.

    Raises
    ------
    ValueError
        As ``kernel_ridge``.

    Notes
    -----
    Ours: the paper predicts the mean only.

    Examples
    --------
    >>> from lowrankweights import Grid, SquaredExponential
    >>> predictive_variance(SquaredExponential(1.0), Grid((4,)), [0], ridge=0).round(2)
    array([0.  , 0.63, 0.98, 1.  ])
    """
    factor, k_alpha = factor_ridge(kernel, points, alpha, ridge)
    # k(i, i), and k_i^T (K_alpha + ridge I)^-1 k_i for each column k_i of k_alpha
    prior = as_kernel(kernel).diagonal(points)
    explained = np.einsum("ai,ai->i", k_alpha, linalg.cho_solve(factor, k_alpha))
    return np.maximum(prior - explained, 0.0)


@one_blas_thread
def predict_features(w_alpha, U):
    """Predict whole features from their known weights: W = U w_alpha (the paper's Figure 1).

    Parameters
    ----------
    w_alpha : array, (n_alpha,) or (n_alpha, n_h)
    U : array, (n_v, n_alpha)

    Returns
    -------
    W : ndarray, (n_v,) or (n_v, n_h)
    """
    U = _checks.array("U", U, ndim=2)
    w_alpha = _checks.array("w_alpha", w_alpha, ndim=(1, 2))
    if len(w_alpha) != U.shape[1]:
        _checks.fail("w_alpha", f"{U.shape[1]} rows, one for each atom of U", f"shape {w_alpha.shape}")
    return U @ w_alpha


def random_connections(n_v, n_alpha, rng=0, n_channels=1):
    """RandCon: random columns of the identity; the other weights are 0 (paper, section 3.5).

    Returns
    -------
    U : ndarray, (n_v, n_alpha)
        ``np.eye(n_v)[:, alpha]`` with alpha from ``sample_index_set``.
    """
    return identity_atoms(n_v, sample_index_set(n_v, n_alpha, rng, n_channels))


def identity_atoms(n_v, alpha):
    """The columns ``alpha`` of the identity of size n_v, (n_v, n_alpha)."""
    n_v = _checks.integer("n_v", n_v, at_least=1)
    alpha = check_index_set(alpha, n_v)
    U = np.zeros((n_v, len(alpha)))
    U[alpha, np.arange(len(alpha))] = 1.0
    return U


def random_projection(n_v, n_alpha, rng=0):
    """RandFixU: independent Gaussian atoms, U_ij ~ N(0, 1 / n_alpha) (paper, section 3.5).

    Returns
    -------
    U : ndarray, (n_v, n_alpha)
    """
    n_v = _checks.integer("n_v", n_v, at_least=1)
    n_alpha = _checks.integer("n_alpha", n_alpha, at_least=1)
    return _checks.generator(rng).normal(scale=n_alpha**-0.5, size=(n_v, n_alpha))


def factor_ridge(kernel, points, alpha, ridge):
    """Cholesky factor of K_alpha + ridge I, and k_alpha (n_alpha, n_v)."""
    kernel, points = as_kernel(kernel), as_points(points)
    alpha = check_index_set(alpha, len(points))
    ridge = _checks.number("ridge", ridge, at_least=0)
    # k_alpha holds k(i, j) for i in alpha and every j; K_alpha is its square part, j in alpha too
    k_alpha = kernel(points[alpha], points)
    K_alpha = k_alpha[:, alpha]
    if np.abs(K_alpha - K_alpha.T).max() > ASYMMETRY * np.abs(K_alpha).max():
        _checks.fail("kernel", "k(i, j) = k(j, i)", f"{kernel!r}, whose matrix is not symmetric")
    A = K_alpha + ridge * np.eye(len(alpha))
    norm = np.abs(A).sum(axis=0).max()
    try:
        factor = linalg.cho_factor(A, lower=True)
        reciprocal, _ = linalg.lapack.dpocon(factor[0], norm, uplo="L")
        condition = 1 / reciprocal if reciprocal > 0 else np.inf
    except linalg.LinAlgError:
        condition = np.inf
        _check_definite(A, kernel, ridge)
    if condition > MAX_CONDITION:
        raise SingularKernel(
            f"ridge: expected K_alpha + ridge I with a condition number of at most {MAX_CONDITION:.0e}, got "
            f"about {condition:.1e} with ridge = {ridge:g}, n_alpha = {len(alpha)} and {kernel!r}. "
            "Use a larger ridge, a smaller length_scale or fewer known weights (n_alpha)."
        )
    return factor, k_alpha


def _check_definite(A, kernel, ridge):
    """A ``ValueError`` where no rounding, but the kernel itself makes K_alpha + ridge I indefinite."""
    values = np.linalg.eigvalsh(A)
    if values[0] < -1e-8 * values[-1]:
        got = f"{kernel!r}, whose K_alpha has an eigenvalue of {values[0] - ridge:.2g}"
        _checks.fail("kernel", f"a positive semidefinite one, or a ridge above {ridge - values[0]:.2g}", got)
