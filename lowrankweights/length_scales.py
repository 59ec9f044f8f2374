"""Choose the length scale of a kernel from the known weights alone."""

import numpy as np
from scipy import linalg, optimize

from . import _checks
from .dictionaries import factor_ridge
from .kernels import SquaredExponential


def log_marginal_likelihood(w_alpha, kernel, points, alpha, ridge=1e-2):
    r"""How probable the known weights are, in the Gaussian-process reading of the ridge predictor.

    For each feature, w_alpha ~ N(0, s^2 A) with A = K_alpha + ridge I, and the s that fits it best:
    log p = -(n_alpha / 2) log(w_alpha^T A^-1 w_alpha / n_alpha) - log(det A) / 2 + const.

    Parameters
    ----------
    w_alpha : array, (n_alpha,) or (n_alpha, n_features)
    kernel, points, alpha, ridge
        As in ``dictionaries.kernel_ridge``.

    Returns
    -------
    log_p : float
        Summed over the features, without the constant.

    Notes
    -----
    Ours; Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, equation 5.8.
    """
    w_alpha = _checks.array("w_alpha", w_alpha, ndim=(1, 2), dtype=np.float64)
    w_alpha = w_alpha.reshape(len(w_alpha), -1)
    factor, _ = factor_ridge(kernel, points, alpha, ridge)
    n_alpha = factor[0].shape[0]
    if len(w_alpha) != n_alpha:
        _checks.fail("w_alpha", f"{n_alpha} rows, one for each index in alpha", f"shape {w_alpha.shape}")
    fit = np.sum(w_alpha * linalg.cho_solve(factor, w_alpha), axis=0)
    half_log_det = np.log(np.diagonal(factor[0])).sum()
    scale = np.log(np.maximum(fit, np.finfo(float).tiny) / n_alpha)
    return float(np.sum(-0.5 * n_alpha * scale - half_log_det))


def choose_length_scale(w_alpha, points, alpha, ridge=1e-2, bounds=(0.3, 10.0)):
    """The length scale of ``SquaredExponential`` that makes the known weights most probable.

    Parameters
    ----------
    w_alpha, points, alpha, ridge
        As in ``log_marginal_likelihood``; ridge above 0.
    bounds : (float, float)
        Between which to look, in pixels.

    Returns
    -------
    length_scale : float
        In pixels.

    Examples
    --------
    >>> from lowrankweights import grid_coordinates, sample_index_set
    >>> points = grid_coordinates((12, 12))
    >>> w = np.exp(-((points - 6) ** 2).sum(axis=1) / 18)
    >>> alpha = sample_index_set(144, 40, rng=0)
    >>> 2 < choose_length_scale(w[alpha], points, alpha) < 5
    True
    """
    _checks.number("ridge", ridge, above=0)
    low, high = (np.log(_checks.number("bounds", b, above=0)) for b in bounds)

    def cost(log_scale):
        kernel = SquaredExponential(np.exp(log_scale))
        return -log_marginal_likelihood(w_alpha, kernel, points, alpha, ridge)

    # The likelihood may have several tops: a coarse grid first, then the best bracket.
    grid = np.linspace(low, high, 15)
    best = int(np.argmin([cost(x) for x in grid]))
    bracket = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    return float(np.exp(optimize.minimize_scalar(cost, bounds=bracket, method="bounded").x))
