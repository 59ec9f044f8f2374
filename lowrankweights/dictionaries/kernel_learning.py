"""Learn a kernel: gradients by its hyperparameters, and the most probable ones.

U depends on the kernel's matrix, so whatever gives dL/dU gives dL/dp of each hyperparameter p, by hand.
"""

import numpy as np
from scipy import linalg, optimize

from .. import _checks
from .._blas import one_blas_thread
from .index_sets import check_index_set
from .kernels import as_kernel
from .length_scales import log_marginal_likelihood
from .points import as_points
from .ridge import SingularKernel, factor_ridge

RIDGE = "ridge"  # what the ridge is called among the hyperparameters
BEGINS = (1.0, 0.5, 2.0)  # times the hyperparameters: where the search begins
WIDEST = 30.0  # how many times larger or smaller a hyperparameter may become


@one_blas_thread
def pull_back_to_kernel(dU, kernel, points, alpha, ridge):
    r"""dL/dU pulled back to the kernel: dL/dlog p for each of its hyperparameters, and for the ridge.

    Parameters
    ----------
    dU : array, (n_v, n_alpha)
        Of a layer dU = dW w_alpha^T, as W = U w_alpha.
    kernel, points, alpha, ridge
        With which ``kernel_ridge`` made U.

    Returns
    -------
    gradient : dict
        By the names of ``kernel.hyperparameters``, and "ridge": derivatives by their logarithms.

    Raises
    ------
    ValueError
        As ``kernel_ridge``, or if dU does not have its shape.

    Notes
    -----
    Ours; the paper (section 5) leaves learning the kernel open. With A = K_alpha + ridge I,
    U = k_alpha^T A^-1, so that delta U = delta k_alpha^T A^-1 - U delta A A^-1, and therefore

        dk_alpha = A^-1 dU^T,   dA = -U^T dU A^-1,   dridge = trace(dA).

    Examples
    --------
    >>> from lowrankweights import Grid, SquaredExponential
    >>> found = pull_back_to_kernel(np.ones((4, 2)), SquaredExponential(1.0), Grid((4,)), [0, 3], ridge=0.1)
    >>> list(found)
    ['length_scale', 'ridge']
    """
    kernel, points = as_kernel(kernel), as_points(points)
    alpha = check_index_set(alpha, len(points))
    dU = _checks.array("dU", dU, shape=(len(points), len(alpha)), dtype=np.float64)
    factor, k_alpha = factor_ridge(kernel, points, alpha, ridge)
    # dk_alpha = A^-1 dU^T, and dA = -U^T dU A^-1 = -(A^-1 k_alpha) dk_alpha^T
    dk_alpha = linalg.cho_solve(factor, dU.T)
    dA = -linalg.cho_solve(factor, k_alpha) @ dk_alpha.T
    # K_alpha is a part of k_alpha: its columns alpha
    dk_alpha[:, alpha] += dA
    gradients = kernel.gradients(points[alpha], points)
    found = {name: float(np.sum(dk_alpha * dk)) for name, dk in gradients.items()}
    return found | {RIDGE: float(ridge * np.trace(dA))}


@one_blas_thread
def log_marginal_likelihood_grad(w_alpha, kernel, points, alpha, ridge):
    """Derivatives of ``log_marginal_likelihood`` by the logarithms of the hyperparameters and of the ridge.

    Parameters
    ----------
    w_alpha, kernel, points, alpha, ridge
        As in ``log_marginal_likelihood``.

    Returns
    -------
    gradient : dict
        As of ``pull_back_to_kernel``.

    Notes
    -----
    Rasmussen and Williams, equation 5.9, with each feature's best scale: with A^-1 w the solutions,

        dlog p / dA = 1/2 sum_f [ n_alpha (A^-1 w_f)(A^-1 w_f)^T / (w_f^T A^-1 w_f) - A^-1 ].
    """
    kernel, points = as_kernel(kernel), as_points(points)
    known, n_alpha = points[check_index_set(alpha, len(points))], len(alpha)
    w_alpha = np.reshape(w_alpha, (n_alpha, -1)).astype(np.float64)
    w_alpha = w_alpha / np.maximum(np.abs(w_alpha).max(axis=0), np.finfo(float).tiny)  # the scale is free
    factor, _ = factor_ridge(kernel, known, np.arange(n_alpha), ridge)
    solved = linalg.cho_solve(factor, w_alpha)
    fit = np.maximum(np.sum(w_alpha * solved, axis=0), np.finfo(float).tiny)
    inverse = linalg.cho_solve(factor, np.eye(n_alpha))
    dA = 0.5 * (n_alpha * (solved / fit) @ solved.T - w_alpha.shape[1] * inverse)
    found = {name: float(np.sum(dA * dK)) for name, dK in kernel.gradients(known, known).items()}
    return found | {RIDGE: float(ridge * np.trace(dA))}


@one_blas_thread
def learn_kernel(w_alpha, kernel, points, alpha, ridge, *, max_iter=50):
    """The hyperparameters and the ridge that make the known weights most probable, by L-BFGS.

    Parameters
    ----------
    w_alpha : array, (n_alpha,) or (n_alpha, n_features)
        Known weights of features, for instance of filters that were trained briefly.
    kernel, points, alpha, ridge
        As in ``kernel_ridge``: where the search begins, and at twice and half of the hyperparameters. Each
        may become ``WIDEST`` times larger or smaller.
    max_iter : int

    Returns
    -------
    kernel : Kernel
    ridge : float

    Raises
    ------
    ValueError
        As ``log_marginal_likelihood``, or if the ridge is 0.

    Notes
    -----
    Only ratios count, as each feature has a scale of its own: an amplitude and the ridge are one.

    Examples
    --------
    Weights that are smooth along rows and rough along columns:

    >>> from lowrankweights import Grid, SquaredExponential
    >>> grid, rng = Grid((12, 12)), np.random.default_rng(0)
    >>> K = SquaredExponential((0.5, 3.0))(grid, grid)
    >>> W = np.linalg.cholesky(K + 1e-3 * np.eye(144)) @ rng.normal(size=(144, 20))
    >>> found, _ = learn_kernel(W, SquaredExponential((1.0, 1.0)), grid, np.arange(144), ridge=1e-3)
    >>> bool(np.allclose(found.length_scale, (0.5, 3.0), rtol=0.2))
    True
    """
    kernel = as_kernel(kernel)
    _checks.number("ridge", ridge, above=0)

    def cost(kernel, ridge):
        log_p = log_marginal_likelihood(w_alpha, kernel, points, alpha, ridge)
        gradient = log_marginal_likelihood_grad(w_alpha, kernel, points, alpha, ridge)
        n = np.size(w_alpha)
        return -log_p / n, {name: -d / n for name, d in gradient.items()}

    # the likelihood may have several tops
    values = kernel.hyperparameters
    begins = [kernel.with_hyperparameters({name: f * p for name, p in values.items()}) for f in BEGINS]
    found = [descend(cost, begin, ridge, max_iter) for begin in (begins if values else begins[:1])]
    return max(found, key=lambda pair: log_marginal_likelihood(w_alpha, pair[0], points, alpha, pair[1]))


def descend(cost, kernel, ridge, max_iter, widest=WIDEST):
    """L-BFGS on the logarithms of a kernel's hyperparameters and of the ridge.

    Parameters
    ----------
    cost : function
        cost(kernel, ridge) -> (value, gradient), the gradient a dict as of ``pull_back_to_kernel``. A
        ``SingularKernel`` in it only loses.
    kernel, ridge
        Where it begins; ridge above 0.
    max_iter : int
    widest : float
        How many times larger or smaller each may become.

    Returns
    -------
    kernel, ridge
        The best that was seen.
    """
    begin = kernel.hyperparameters | {RIDGE: ridge}
    names, start = list(begin), np.log(list(begin.values()))
    best = [np.inf, kernel, ridge]

    def at(log_p):
        values = dict(zip(names, np.exp(log_p).tolist(), strict=True))
        return kernel.with_hyperparameters({n: v for n, v in values.items() if n != RIDGE}), values[RIDGE]

    def value_and_grad(log_p):
        own = at(log_p)
        try:
            value, gradient = cost(*own)
        except SingularKernel:
            return 1e10, np.zeros(len(names))
        if value < best[0]:
            best[:] = value, *own
        return value, np.array([gradient[name] for name in names])

    bounds = [(x - np.log(widest), x + np.log(widest)) for x in start]
    options = {"maxiter": max_iter}
    optimize.minimize(value_and_grad, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return best[1], best[2]
