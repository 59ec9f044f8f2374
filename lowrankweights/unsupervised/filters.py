"""RICA's filters of white patches: learned with a part of each predicted, matched, and how local they are.

Patches are taken as they are, less the mean of all of them, and whitened; brightness is whitened like
everything else. (With each patch's own mean taken off there would be a direction without variance,
into which filters turn at no cost.) Filters are learned and predicted in whitened pixels.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.optimize import linear_sum_assignment

from .. import _checks, dictionaries
from .._blas import one_blas_thread
from ..dictionaries.index_sets import nested_index_set
from ..dictionaries.kernels import SquaredExponential
from ..dictionaries.points import Grid, image_grid
from ..optimisation.early_stop import EarlyStop, fell_by_less
from ..optimisation.lbfgs import FTOL, minimize
from .patches import ZCAWhitening, check_rows_vary
from .rica import rica_objective

RIDGE = 1e-2  # what is added to K; the kernel's variance is 1
EPS = 1e-2
TOL = 1e-5


@one_blas_thread
def whiten(X, regularisation):
    """White patches: ZCA with a regularisation that is relative to the mean variance of a pixel.

    Parameters
    ----------
    X : array, (n, n_v)
        A patch a row.
    regularisation : float
        What is added to each eigenvalue of the covariance, as a multiple of the pixels' mean variance.

    Returns
    -------
    white : ndarray, (n, n_v)
    whitening : ZCAWhitening
        Fitted; whitens other patches in the same way.

    Raises
    ------
    ValueError
        If no pixel varies.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(500, 3)) @ [[2, 1, 0], [0, 1, 0], [0, 0, 5]]
    >>> np.cov(whiten(X, 1e-9)[0].T).round(6) + 0.0
    array([[1., 0., 0.],
           [0., 1., 0.],
           [0., 0., 1.]])
    """
    check_rows_vary(_checks.in_range("X", _checks.array("X", X, ndim=2)))
    regularisation = _checks.number("regularisation", regularisation, at_least=0)
    variance = float(X.var(axis=0, dtype=np.float64).mean())
    whitening = ZCAWhitening(regularisation * variance).fit(X)
    return whitening.transform(X), whitening


class Learned(NamedTuple):
    """How ``learn`` went: numbers learned, numbers in U, the cost, iterations, and why it stopped."""

    n_dynamic: int
    n_static: int
    loss: float
    n_iter: int
    stopped: str


@one_blas_thread
def learn(
    X,
    n_components,
    patch_shape,
    proportion=1.0,
    *,
    length_scale=1.0,
    sparsity=0.1,
    max_iter=200,
    ftol=FTOL,
    least_fall=None,
    seed=0,
    n_threads=None,
):
    """RICA's filters with a proportion of each learned and the rest predicted, W = U w_alpha.

    U is kernel ridge regression over the pixels' places, from a nested index set: a larger proportion
    learns all that a smaller one does. Every proportion starts from the same full W0, standard normal,
    w_alpha = W0[alpha], so that filters learned with different proportions can be compared.

    Parameters
    ----------
    X : array, (n, n_v)
        White patches, one a row.
    n_components : int
        Filters.
    patch_shape : (n,), (height, width) or (height, width, n_channels), or a Grid
    proportion : float
        n_alpha / n_v, in (0, 1]; with 1 every weight is learned, without a dictionary.
    length_scale : float
        Of the squared exponential, in pixels.
    sparsity, n_threads
        See ``rica_objective``.
    max_iter, ftol
        See ``minimize``.
    least_fall : float, optional
        Instead of ftol: it ends when the cost has fallen by less than this part of itself in sixty
        iterations, see ``EarlyStop``. One flat step is no end then: with many filters the cost is mostly
        what no filter can change.
    seed : int
        Of W0 and of the index set.

    Returns
    -------
    W : ndarray, (n_v, n_components)
        Of unit length each.
    learned : Learned

    Raises
    ------
    ValueError
        If an argument is out of its range, or ``patch_shape`` is not that of X's rows.
    KeyboardInterrupt
        On Ctrl-C: half a run is not to be compared with anything.

    Notes
    -----
    Paper, sections 3 and 4.4.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(100, 16))
    >>> W, learned = learn(X, 5, (4, 4), proportion=0.5, max_iter=3)
    >>> W.shape, learned.n_dynamic
    ((16, 5), 40)
    """
    grid, alpha, U = Grid.of_image(patch_shape, "patch_shape", n_v=X.shape[1]), None, None
    if proportion != 1:
        alpha = nested_index_set(grid, proportion, seed)
        U = dictionaries.kernel_ridge(SquaredExponential(length_scale), grid, alpha, RIDGE)
    fun = rica_objective(X, n_components, U, sparsity, EPS, n_threads=n_threads)
    theta = fun.init(np.random.default_rng(seed), alpha)
    how = {"max_iter": max_iter, "tol": TOL, "ftol": ftol, "on_interrupt": "raise"}
    if least_fall is not None:
        how |= {"ftol": 0.0, "callbacks": [EarlyStop(lambda info: info.loss, least_fall)]}
    found = minimize(fun, theta, **how)
    stopped = fell_by_less("loss", least_fall) if found.status == "stopped" else found.status
    return fun.weights(found.theta), Learned(fun.n_dynamic, fun.n_static, found.loss, found.n_iter, stopped)


@one_blas_thread
def match(W, full):
    """Columns of W in the order and with the signs of those of ``full`` that they resemble most.

    Parameters
    ----------
    W, full : array, (n_v, n_h)

    Returns
    -------
    matched : ndarray, (n_v, n_h)
        One column of W for each of ``full``, none twice: the sum of |cosine| is the largest possible.
    cosine : ndarray, (n_h,)
        |cosine| of each pair.

    Notes
    -----
    Ours; an assignment problem (Kuhn, The Hungarian method, 1955).

    Examples
    --------
    >>> matched, cosine = match(np.array([[0.0, -2.0], [1.0, 0.0]]), np.eye(2))
    >>> matched, cosine
    (array([[ 2.,  0.], [-0.,  1.]]), array([1., 1.]))
    """
    full = _checks.array("full", full, ndim=2)
    W = _checks.array("W", W, shape=(len(full), None))
    cosine = _unit(full).T @ _unit(W)
    rows, columns = linear_sum_assignment(-np.abs(cosine))
    chosen = cosine[rows, columns]
    return W[:, columns] * np.where(chosen < 0, -1, 1), np.abs(chosen)


def _unit(W):
    """Columns of length 1; those of zeros stay."""
    length = np.linalg.norm(W, axis=0)
    return W / np.where(length > 0, length, 1)


def energy_in_window(W, shape, size=5):
    """The part of each filter's energy (sum of squares) in its best size x size window, (n_h,).

    Parameters
    ----------
    W : array, (n_v, n_h)
    shape : (height, width) or (height, width, n_channels)
    size : int
        Pixels.

    Examples
    --------
    >>> energy_in_window(np.eye(144)[:, :2], (12, 12))
    array([1., 1.])
    """
    shape = image_grid(shape).input_shape
    W = _checks.array("W", W, shape=(math.prod(shape), None), dtype=np.float64)
    size = _checks.integer("size", size, at_least=1, at_most=min(shape[:2]))
    energy = np.square(W).reshape(*shape[:2], -1, W.shape[1]).sum(axis=2)
    windows = sliding_window_view(energy, (size, size), axis=(0, 1)).sum(axis=(-1, -2))
    total = energy.sum(axis=(0, 1))
    return windows.max(axis=(0, 1)) / np.where(total > 0, total, 1)
