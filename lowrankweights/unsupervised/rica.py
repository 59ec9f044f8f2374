r"""Reconstruction ICA, the paper's single-layer model (Le, Karpenko, Ngiam and Ng, NIPS 2011).

    cost(w) = 1/n [ 1/2 ||Z W^T - X||^2 + sparsity sum sqrt(Z^2 + eps) ],   Z = X W,

where each column of W is a column of P = U w_alpha (or of P = w, every weight learned) scaled to
unit length. ``rica_cost`` is this definition, line by line; ``rica_objective`` gives the same
numbers, fast.
"""

import functools

import numpy as np

from .. import _checks
from .._blas import one_blas_thread
from ..dictionaries.moments import second_moments, triangular_factor
from ..speed import compiled
from ..speed.blocks import BlockSum, Work, deal, in_blocks
from ..speed.buffers import matmul

BLOCK_ROWS = 500  # Z of a block, (500, n_components), stays in the cache
ALMOST_EXACT = 1e-8  # ||X W W^T - X||^2 / ||X||^2; below, too few digits are left in what moments give


def rica_cost(theta, X, n_components, U=None, sparsity=0.1, eps=1e-2):
    r"""Cost and gradient of RICA, over the whole data at once: the definition.

    Parameters
    ----------
    theta : array, (n_dynamic,)
        w_alpha (n_alpha, n_components), row by row; without U, w (n_v, n_components).
    X : array, (n, n_v)
        One patch a row.
    n_components : int
        Filters, n_h; may be more than n_v.
    U : array, (n_v, n_alpha), optional
        The dictionary; None: every weight is learned.
    sparsity : float
        Weight of the smooth L1 penalty on Z.
    eps : float
        How smooth: sqrt(z^2 + eps) is |z| away from 0, in squared units of z.

    Returns
    -------
    cost : float
    grad : ndarray, of theta's shape

    Raises
    ------
    ValueError
        If an argument does not fit, or a filter has length zero: it has no direction.

    Notes
    -----
    With R = Z W^T - X, the penalty's derivative is sparsity Z / sqrt(Z^2 + eps), and R depends on Z:

        dZ = R W + sparsity Z / sqrt(Z^2 + eps).

    W appears twice, in Z = X W and in the reconstruction Z W^T, so its gradient is a sum of two:

        n dW = X^T dZ + R^T Z.

    A column is w = p / |p|, and d(p / |p|) = (I - w w^T) dp / |p|: what points along w changes only
    the length of p, which has no effect, and is taken out,

        dp = (dw - w (w . dw)) / |p|,

    and P = U w_alpha gives dw_alpha = U^T dP.

    Examples
    --------
    >>> X = np.array([[3.0, 4.0], [0.0, 1.0]])
    >>> cost, grad = rica_cost(np.array([2.0, 0.0, 0.0, 1.0]), X, 2, sparsity=0)  # W = I: perfect
    >>> cost, bool(np.abs(grad).max() == 0)
    (0.0, True)
    """
    X, U = _check_data(X, U)
    n_h, sparsity, eps = _check_numbers(n_components, sparsity, eps)
    w = _check_theta(theta, X.shape[1] if U is None else U.shape[1], n_h).astype(X.dtype)
    P = w if U is None else U.astype(X.dtype) @ w
    norms = _lengths(P)
    W = P / norms
    # Z = X W, R = Z W^T - X
    Z = X @ W
    R = Z @ W.T - X
    root = np.sqrt(Z * Z + eps)
    cost = 0.5 * np.sum(R * R, dtype=np.float64) + sparsity * np.sum(root, dtype=np.float64)
    # dZ = R W + sparsity Z / sqrt(Z^2 + eps)
    dZ = R @ W + sparsity * Z / root
    # n dW = X^T dZ + R^T Z
    dW = (X.T @ dZ + R.T @ Z) / len(X)
    # dp = (dw - w (w . dw)) / |p|
    dP = (dW - W * np.sum(W * dW, axis=0)) / norms
    # dw_alpha = U^T dP
    dw = dP if U is None else U.astype(X.dtype).T @ dP
    return float(cost) / len(X), dw.ravel().astype(np.float64)


def rica_objective(X, n_components, U=None, sparsity=0.1, eps=1e-2, *, n_threads=None, block_rows=BLOCK_ROWS):
    """RICA's cost and gradient on fixed data, ``fun(theta) -> (cost, grad)``: ``rica_cost``, fast.

    Parameters
    ----------
    X, n_components, U, sparsity, eps
        As in ``rica_cost``. X's dtype, float32 or float64, is that of the arithmetic.
    n_threads : int, optional
        Default: the processors that this process may use. The result has the same bits for any number.
    block_rows : int
        Rows of a block, at most.

    Returns
    -------
    fun : RicaObjective

    Raises
    ------
    ValueError
        As in ``rica_cost``.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(50, 4))
    >>> fun = rica_objective(X, n_components=3)
    >>> cost, grad = fun(fun.init(rng=0))
    >>> grad.shape, fun.weights(fun.init(rng=0)).shape
    ((12,), (4, 3))
    """
    return RicaObjective(X, n_components, U, sparsity, eps, n_threads, block_rows)


class RicaObjective(BlockSum):
    """See ``rica_objective``.

    Attributes
    ----------
    n_dynamic, n_static : int
        Numbers in w_alpha and in U.
    pooled : bool
        Whether everything is done with X U instead of X, which pays while it is narrower.

    Notes
    -----
    The reconstruction error needs no pass over the data (ours; it is quadratic in X). With
    S = X^T X, M = W W^T and E = M - I,

        1/2 ||X W W^T - X||^2 = 1/2 tr(E S E),   dW = (S E + E S) W.

    The same in the pooled space, where W = U w and w = w_alpha / |p| is (n_alpha, n_h): with
    T = U^T S U, G = U^T U and N = w w^T,

        1/2 ||X W W^T - X||^2 = 1/2 [tr(T N G N) - 2 tr(T N) + tr S],   dw = (Q + Q^T) w, Q = T N G - T.

    T, G are made once, in float64. Only the penalty looks at the data: z = (X U) w, and dw += (X U)^T g(z).
    Through the unit length, with G w = U^T W: dw_alpha = (dw - G w (w . dw)) / |p|.

    These are differences of large numbers. Where the error is below 1e-8 of 1/2 tr S the definition is used,
    1/2 ||A W W^T - A||^2, with A (n_v, n_v) of X = Q A (QR), as A^T A = S.
    """

    @one_blas_thread
    def __init__(
        self, X, n_components, U=None, sparsity=0.1, eps=1e-2, n_threads=None, block_rows=BLOCK_ROWS
    ):
        X, self.U = _check_data(X, U)
        self.n_rows, self.n_v = X.shape
        self.n_h, self.sparsity, self.eps = _check_numbers(n_components, sparsity, eps)
        self.n_alpha = self.n_v if U is None else self.U.shape[1]
        self.n_dynamic, self.n_static = self.n_alpha * self.n_h, 0 if U is None else self.U.size
        self.dtype = X.dtype
        S = second_moments(X)
        self.pooled = U is not None and self.n_alpha <= self.n_v
        if self.pooled:
            cast = self.U.astype(X.dtype)
            kept = in_blocks(lambda rows: X[rows] @ cast, self.n_rows, n_threads)
            self.T, self.G = self.U.T @ S @ self.U, self.U.T @ self.U
        else:
            kept, self.T, self.G = np.ascontiguousarray(X), S, None
        self.X, self.total = X, np.trace(S)
        super().__init__(Penalty(kept, self.eps), deal(self.n_rows, block_rows), n_threads)

    @one_blas_thread
    def __call__(self, theta):
        """Cost and gradient at theta (n_dynamic,), in float64."""
        w = _check_theta(theta, self.n_alpha, self.n_h)
        P, of_filters = self._unscaled(w), self.U is not None and not self.pooled
        cost, dw = self._in_own_space(P if of_filters else w, _lengths(P))
        return cost, (self.U.T @ dw if of_filters else dw).ravel()

    def gradient_to_judge(self, theta, grad):
        """The gradient at filters of unit length: the lengths in theta have no meaning, but scale dtheta."""
        w = _check_theta(theta, self.n_alpha, self.n_h)
        return (grad.reshape(w.shape) * _lengths(self._unscaled(w))).ravel()

    @one_blas_thread
    def init(self, rng=0, alpha=None):
        """Random theta whose filters have unit length.

        Parameters
        ----------
        rng : seed or numpy.random.Generator
            Of a full W0 (n_v, n_h), standard normal: the same whatever U is.
        alpha : array of int, (n_alpha,), optional
            Start from the known weights w_alpha = W0[alpha]; default: the first n_alpha rows.
        """
        W0 = _checks.generator(rng).normal(size=(max(self.n_v, self.n_alpha), self.n_h))
        w = W0[: self.n_alpha] if alpha is None else W0[alpha]
        return (w / _lengths(self._unscaled(w))).ravel()

    @one_blas_thread
    def weights(self, theta):
        """W (n_v, n_h): the filters at theta, of unit length."""
        P = self._unscaled(_check_theta(theta, self.n_alpha, self.n_h))
        return P / _lengths(P)

    def _unscaled(self, w):
        """P = U w_alpha, or w: the filters before they are given unit length."""
        return w if self.U is None else self.U @ w

    def _in_own_space(self, w_alpha, norms):
        """Cost and gradient with respect to w_alpha, (n_alpha, n_h) or, where G is None, (n_v, n_h)."""
        w = w_alpha / norms
        penalty, ((dw,),) = self.sum_over_blocks(w.astype(self.dtype))
        reconstruction, dw_reconstruction = self._reconstruction(w)
        dw = self.sparsity * dw + dw_reconstruction
        # dw_alpha = (dw - G w (w . dw)) / |p|
        Gw = w if self.G is None else self.G @ w
        dw_alpha = (dw - Gw * np.sum(w * dw, axis=0)) / (norms * self.n_rows)
        return (reconstruction + self.sparsity * penalty) / self.n_rows, dw_alpha

    def _reconstruction(self, w):
        """1/2 ||X W W^T - X||^2 and its gradient with respect to w, from the moments."""
        # N = w w^T
        N = w @ w.T
        NG = N if self.G is None else N @ self.G
        # Q = T N G - T, and the error 1/2 [tr(T N G N) - 2 tr(T N) + tr S]
        Q = self.T @ NG - self.T
        error = 0.5 * (np.vdot(Q, N) - np.vdot(self.T, N) + self.total)
        return (error, (Q + Q.T) @ w) if error > ALMOST_EXACT * self.total / 2 else self._almost_exact(w)

    _A = functools.cached_property(lambda self: triangular_factor(self.X))

    def _almost_exact(self, w):
        """The same by the definition, on A for X."""
        A, W = self._A, self.U @ w if self.pooled else w
        # Z = A W, R = Z W^T - A
        Z = A @ W
        R = Z @ W.T - A
        # dW = A^T dZ + R^T Z, where dZ = R W; dw_alpha = U^T dW
        dW = A.T @ (R @ W) + R.T @ Z
        return 0.5 * np.vdot(R, R), self.U.T @ dW if self.pooled else dW


class Penalty(Work):
    """What stays of a ``RicaObjective``: X or X U, (n, n_alpha); w travels."""

    def __init__(self, X, eps):
        self.X, self.eps = X, X.dtype.type(eps)

    def sum_block(self, w, rows):
        """The penalty summed over a block of rows, and its gradient."""
        X = self.X[rows]
        # z = X w; then z becomes g(z) = z / sqrt(z^2 + eps)
        z = matmul(X, w)
        penalty = compiled.smooth_absolute(z, self.eps)
        # dw = X^T g(z)
        return penalty, [[matmul(X.T, z)]]


def _check_data(X, U):
    X = _checks.in_range("X", _checks.array("X", X, ndim=2))
    if 0 in X.shape:
        _checks.fail("X", "at least one row and one column", f"shape {X.shape}")
    if U is not None:
        U = _checks.array("U", U, shape=(X.shape[1], None), dtype=np.float64)
    return X, U


def _check_numbers(n_components, sparsity, eps):
    return (
        _checks.integer("n_components", n_components, at_least=1),
        _checks.number("sparsity", sparsity, at_least=0),
        _checks.number("eps", eps, above=0),
    )


def _check_theta(theta, n_alpha, n_h):
    """w or w_alpha as a matrix."""
    theta = _checks.array("theta", theta, shape=(n_alpha * n_h,), dtype=np.float64)
    return theta.reshape(n_alpha, n_h)


def _lengths(P):
    """The length of each column; a ``ValueError`` if one is zero."""
    lengths = np.linalg.norm(P, axis=0)
    if not lengths.all():
        zero = np.flatnonzero(lengths == 0)
        _checks.fail("theta", "filters of non-zero length", f"zero in filter(s) {zero[:5].tolist()}")
    return lengths
