"""Choose the length scale of a kernel from the known weights alone."""

import numpy as np
from scipy import linalg, optimize
from scipy.spatial import cKDTree

from .. import _checks
from .._blas import one_blas_thread
from .index_sets import check_index_set
from .kernels import SquaredExponential
from .points import Grid, as_points
from .ridge import SingularKernel, factor_ridge


@one_blas_thread
def log_marginal_likelihood(w_alpha, kernel, points, alpha, ridge=1e-2):
    r"""How probable the known weights are, in the Gaussian-process reading of the ridge predictor.

    For each feature, w_alpha ~ N(0, s^2 A) with A = K_alpha + ridge I, and the s that fits it best:
    log p = -(n_alpha / 2) log(w_alpha^T A^-1 w_alpha / n_alpha) - log(det A) / 2 + const.

    Parameters
    ----------
    w_alpha : array, (n_alpha,) or (n_alpha, n_features)
    kernel, points, alpha, ridge
        As in ``dictionaries.kernel_ridge``; ridge is absolute.

    Returns
    -------
    log_p : float
        Summed over the features, without the constant.

    Raises
    ------
    ValueError
        As ``kernel_ridge``, or if w_alpha has not a row for each index in alpha.

    Notes
    -----
    Ours; Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, equation 5.8.
    """
    w_alpha = _checks.array("w_alpha", w_alpha, ndim=(1, 2), dtype=np.float64)
    if not w_alpha.size:
        _checks.fail("w_alpha", "at least one weight", f"shape {w_alpha.shape}")
    w_alpha = w_alpha.reshape(len(w_alpha), -1)
    points = as_points(points)
    alpha = check_index_set(alpha, len(points))
    factor, _ = factor_ridge(kernel, points[alpha], np.arange(len(alpha)), ridge)
    n_alpha = len(alpha)
    if len(w_alpha) != n_alpha:
        _checks.fail("w_alpha", f"{n_alpha} rows, one for each index in alpha", f"shape {w_alpha.shape}")
    # in units of each feature's largest weight, so that no square is too small or too large for a float
    unit = np.abs(w_alpha).max(axis=0)
    unit[unit == 0] = 1.0
    w_alpha = w_alpha / unit
    # w_alpha^T A^-1 w_alpha, and log(det A) / 2 from the diagonal of A's Cholesky factor
    fit = np.sum(w_alpha * linalg.cho_solve(factor, w_alpha), axis=0)
    half_log_det = np.log(np.diagonal(factor[0])).sum()
    scale = np.log(np.maximum(fit, np.finfo(float).tiny) / n_alpha) + 2 * np.log(unit)
    return float(np.sum(-0.5 * n_alpha * scale - half_log_det))


@one_blas_thread
def choose_length_scale(w_alpha, points, alpha, ridge=1e-2, bounds=None):
    """The length scale of ``SquaredExponential`` that makes the known weights most probable.

    Parameters
    ----------
    w_alpha, points, alpha, ridge
        As in ``log_marginal_likelihood``; ridge above 0.
    bounds : (float, float), optional
        Between which to look, in the units of the points (pixels); default: ``default_bounds(points)``.

    Returns
    -------
    length_scale : float
        In pixels. At a bound where no length scale is better than the shortest, or the longest.

    Raises
    ------
    ValueError
        If an argument has the wrong shape, or ``bounds`` are not increasing.

    Examples
    --------
    >>> from lowrankweights import Grid, sample_index_set
    >>> grid = Grid((12, 12))
    >>> w = np.exp(-((grid.coordinates - 6) ** 2).sum(axis=1) / 18)
    >>> alpha = sample_index_set(144, 40, rng=0)
    >>> 2 < choose_length_scale(w[alpha], grid, alpha) < 5
    True
    """
    _checks.number("ridge", ridge, above=0)
    low, high = _checks.array("bounds", default_bounds(points) if bounds is None else bounds, shape=(2,))
    if not 0 < low < high:
        _checks.fail("bounds", "0 < low < high", (float(low), float(high)))
    low, high = np.log(low), np.log(high)

    def cost(log_scale):
        kernel = SquaredExponential(np.exp(log_scale))
        try:
            return -log_marginal_likelihood(w_alpha, kernel, points, alpha, ridge)
        except SingularKernel:  # too long for this ridge: it only loses
            return np.inf

    # The likelihood may have several tops: a coarse grid first, then the best bracket.
    grid = np.linspace(low, high, 15)
    costs = [cost(x) for x in grid]
    best = int(np.argmin(costs))
    if not np.isfinite(costs[best]):
        _checks.fail("ridge", "one with which some length scale gives a regular K_alpha + ridge I", ridge)
    bracket = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    return float(np.exp(optimize.minimize_scalar(cost, bounds=bracket, method="bounded").x))


def default_bounds(points):
    """From 0.3 pixels, where neighbours hardly matter, to the length of the grid, at least ten.

    Of scattered points a pixel is ``pixel_of`` them.

    >>> default_bounds([[0.0, 0.0], [0.0, 20.0], [20.0, 0.0]])
    (6.0, 200.0)
    """
    positions = as_points(points).coordinates
    pixel = pixel_of(points)
    return 0.3 * pixel, max(10.0 * pixel, float(np.ptp(positions, axis=0).max()))


def pixel_of(points):
    """A pixel: 1 of a Grid, of scattered points the median distance to the nearest other position.

    Of a single position it is 1.

    >>> pixel_of([[0.0, 0.0], [0.0, 20.0], [20.0, 0.0]])
    20.0
    """
    if isinstance(points, Grid):
        return 1.0
    positions = np.unique(as_points(points).coordinates, axis=0)
    if len(positions) == 1:
        return 1.0
    distances, _ = cKDTree(positions).query(positions, k=2)
    return float(np.median(distances[:, 1]))
