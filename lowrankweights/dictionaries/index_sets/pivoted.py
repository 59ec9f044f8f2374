"""Index sets by design: the next known weight is one of which the others say least.

Randomly pivoted Cholesky (Chen, Epperly, Tropp and Webber, Communications on Pure and Applied Mathematics,
2025; arXiv 2207.06503). That it chooses alpha, where the paper (section 3.2) draws it, is ours.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from ... import _checks
from ..._blas import one_blas_thread
from ..kernels import as_kernel
from ..points import as_points
from .index_set_checks import check_index_set, with_channels

EXHAUSTED = 1e-12  # of the prior variance: below it what is left is rounding


@dataclass(frozen=True, eq=False)
class Pivots:
    """Known weights in the order in which they were chosen, and what they leave unexplained.

    Attributes
    ----------
    order : ndarray of int, (n_alpha,)
        The index set, as it came.
    variance : ndarray, (n_v,)
        ``predictive_variance`` of each weight, given all of these.
    traces : ndarray, (n_pivots + 1,)
        Its sum before the first pivot and after each one; a pivot is a weight, or the channels of a pixel.
    """

    order: np.ndarray
    variance: np.ndarray
    traces: np.ndarray


def pivoted_index_set(
    kernel, points, n_alpha, rng=0, n_channels=1, *, ridge=0.0, candidates=None, greedy=False
):
    """Choose the index set alpha by the kernel: randomly pivoted Cholesky, or greedy.

    A weight is drawn with a probability in proportion to its predictive variance given those drawn before, so
    that another rng gives another set; or the one of largest variance is taken.

    Parameters
    ----------
    kernel : Kernel, function or scikit-learn kernel
        Whatever ``as_kernel`` takes; positive semidefinite.
    points : Grid, Points, or array (n_v, d) or (n_v,)
    n_alpha : int
        Number of weights, all channels counted; divisible by ``n_channels``.
    rng : seed or numpy.random.Generator
        Not used where ``greedy``.
    n_channels : int
        The same pixels are chosen in each channel, by their variances' sum.
    ridge : float
        lambda >= 0, absolute, with which the weights will be predicted.
    candidates : array of int, optional
        Choose among these weights only (then ``n_channels`` must be 1).
    greedy : bool

    Returns
    -------
    alpha : ndarray of int, (n_alpha,), sorted and unique

    Raises
    ------
    ValueError
        If an argument does not fit, there are fewer candidates, or the kernel is not positive semidefinite.

    Notes
    -----
    Costs n_v n_alpha^2 multiplications, and n_alpha columns of the kernel's matrix. Where the weights so far
    explain all others, the rest are drawn uniformly.

    Examples
    --------
    Two weights that say the same are not both taken:

    >>> v = np.random.default_rng(0).normal(size=(50, 3))[:, [0, 0, 1, 2]]
    >>> from lowrankweights import EmpiricalCovariance
    >>> pivoted_index_set(EmpiricalCovariance(v), np.arange(4), 3, greedy=True)
    array([0, 2, 3])
    """
    how = {"ridge": ridge, "candidates": candidates, "greedy": greedy}
    return np.sort(draw_pivots(kernel, points, n_alpha, rng, n_channels, **how).order)


@one_blas_thread
def draw_pivots(kernel, points, n_alpha, rng=0, n_channels=1, *, ridge=0.0, candidates=None, greedy=False):
    """As ``pivoted_index_set``; returns ``Pivots``: the order too, and the variance that is left."""
    kernel, points, rng = as_kernel(kernel), as_points(points), _checks.generator(rng)
    n_v, ridge = len(points), _checks.number("ridge", ridge, at_least=0)
    blocks = _blocks(n_v, n_alpha, n_channels, candidates)
    factor = np.zeros((n_v, n_alpha))  # of what is explained, k_alpha^T (K_alpha + ridge I)^-1 k_alpha
    prior = variance = kernel.diagonal(points)
    traces, chosen = [prior.sum()], []
    for start in range(0, n_alpha, n_channels):
        left = variance[blocks].sum(axis=1)
        pivot = _next(left, prior[blocks].sum(), chosen, rng, greedy)
        s = blocks[pivot]
        # the pivot's columns of K, less what F explains of them: F grows by K_s A^(-1/2), A = K_ss + ridge I
        K_s = kernel(points, points[s]) - factor[:, :start] @ factor[s, :start].T
        values, Q = linalg.eigh(K_s[s] + ridge * np.eye(n_channels))
        _check_definite(kernel, values[0], prior.max())
        known = values > EXHAUSTED * prior.max()
        new = K_s @ (Q[:, known] / np.sqrt(values[known]))
        factor[:, start : start + new.shape[1]] = new
        # var_i = k(i, i) - |F_i|^2
        variance = variance - (new**2).sum(axis=1)
        _check_definite(kernel, variance.min(), prior.max())
        variance = np.maximum(variance, 0.0)
        chosen.append(pivot)
        traces.append(variance.sum())
    return Pivots(blocks[chosen].ravel(), variance, np.array(traces))


def _blocks(n_v, n_alpha, n_channels, candidates):
    """What may be chosen, (n, n_channels): the units of a pixel, or one candidate, a row."""
    n_alpha = _checks.integer("n_alpha", n_alpha, at_least=1, at_most=n_v)
    n_channels = _checks.integer("n_channels", n_channels, at_least=1)
    if n_v % n_channels:
        _checks.fail("n_channels", f"a divisor of n_v = {n_v}", n_channels)
    if n_alpha % n_channels:
        _checks.fail("n_alpha", f"a multiple of n_channels = {n_channels}", n_alpha)
    if candidates is None:
        return with_channels(np.arange(n_v // n_channels), n_channels).reshape(-1, n_channels)
    if n_channels != 1:
        _checks.fail("n_channels", "1 when candidates are given", n_channels)
    candidates = check_index_set(candidates, n_v, name="candidates")
    if len(candidates) < n_alpha:
        _checks.fail("n_alpha", f"at most the {len(candidates)} of {n_v} units that vary", n_alpha)
    return candidates[:, None]


def _next(left, prior, chosen, rng, greedy):
    """The next pivot, by what is left of each one's variance; uniformly where nothing is."""
    left = np.array(left)
    left[chosen] = 0.0
    if left.sum() <= EXHAUSTED * prior:
        left = np.ones_like(left)
        left[chosen] = 0.0
    return int(left.argmax()) if greedy else int(rng.choice(len(left), p=left / left.sum()))


def _check_definite(kernel, value, largest):
    if value < -1e-8 * largest:
        got = f"{kernel!r}, of whose variance {value:.2g} would be left"
        _checks.fail("kernel", "a positive semidefinite one", got)
