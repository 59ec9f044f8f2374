"""Kernels k(i, j): how alike the weights at two points of weight space are expected to be.

A kernel is called with two lists of points and returns the matrix K of all pairs. Kernels
add and multiply: ``0.5 * SquaredExponential(2) + 0.5 * SquaredExponential(8)``.
"""

import numpy as np

from .. import _checks


class Kernel:
    """Base class: a subclass says what ``k(i, j)`` is in ``_matrix``; sums and products follow."""

    def __call__(self, points_a, points_b):
        """The matrix of k(i, j), (n_a, n_b), for i in ``points_a`` and j in ``points_b``."""
        return self._matrix(_points("points_a", points_a), _points("points_b", points_b))

    def diagonal(self, points):
        """The vector of k(i, i), (n,), without the rest of the matrix."""
        points = _points("points", points)
        return np.concatenate([self._matrix(p[None], p[None])[0] for p in points])

    def __add__(self, other):
        return Sum(self, _as_kernel(other))

    def __mul__(self, other):
        return Product(self, _as_kernel(other))

    __radd__, __rmul__ = __add__, __mul__


class SquaredExponential(Kernel):
    r"""Smoothness in pixel space: k(i, j) = exp(-|i - j|^2 / (2 length_scale^2)).

    Parameters
    ----------
    length_scale : float
        sigma, in pixels; above 0. Weights much closer than this are nearly equal.

    Notes
    -----
    Paper, section 3.2. Points with a third coordinate have a channel there: different channels
    do not covary, k = 0 between them (from the authors' code).

    Examples
    --------
    >>> k = SquaredExponential(length_scale=1.0)
    >>> k([[0, 0]], [[0, 0], [1, 0]]).round(4)
    array([[1.    , 0.6065]])
    """

    def __init__(self, length_scale=1.0):
        self.length_scale = _checks.number("length_scale", length_scale, above=0)

    def _matrix(self, a, b):
        a, b = (p[:, None] if p.ndim == 1 else p for p in (a, b))
        if a.shape[1] != b.shape[1]:
            _checks.fail("points_b", f"{a.shape[1]} coordinates, as in points_a", f"shape {b.shape}")
        # Each coordinate by itself: exact for whole pixels, no cancellation as in a² - 2ab + b².
        squared = sum((a[:, None, i] - b[None, :, i]) ** 2 for i in range(min(2, a.shape[1])))
        K = np.exp(-0.5 * squared / self.length_scale**2)
        return K * (a[:, None, 2] == b[None, :, 2]) if a.shape[1] == 3 else K

    def diagonal(self, points):
        return np.ones(len(_points("points", points)))

    def __repr__(self):
        return f"SquaredExponential(length_scale={self.length_scale:g})"


class _Tabulated(Kernel):
    """A kernel known only as a matrix over units; its points are the units' indices."""

    def _matrix(self, a, b):
        return self.K[np.ix_(self._units("points_a", a), self._units("points_b", b))]

    def diagonal(self, points):
        return np.diagonal(self.K)[self._units("points", _points("points", points))]

    def _units(self, name, points):
        points = np.asarray(points).ravel()
        units = points.astype(np.intp)
        if (units != points).any() or (units.size and (units.min() < 0 or units.max() >= len(self.K))):
            _checks.fail(name, f"indices of units from 0 to {len(self.K) - 1}", _summary(points))
        return units

    def __repr__(self):
        return f"{type(self).__name__}({len(self.K)} units)"


class EmpiricalCovariance(_Tabulated):
    """Emp: k(i, j) = cov(v_i, v_j), for weights without a topology.

    Parameters
    ----------
    V : array, (n, n_v)
        Activities of the layer's input units over the data; n >= 2.

    Attributes
    ----------
    K : ndarray, (n_v, n_v)
        ``np.cov(V.T)``, in float64. The points are ``np.arange(n_v)``.
    varying : ndarray of int
        Units that are not the same in every row (only these can predict anything).

    Notes
    -----
    Paper, section 3.5.
    """

    def __init__(self, V):
        V = _activities(V)
        self.K = covariance(V)
        self.varying = varying_units(V)


class SquaredCovariance(_Tabulated):
    """Emp2: k(i, j) = cov(v_i^2, v_j^2). See ``EmpiricalCovariance``; paper, section 3.5."""

    def __init__(self, V):
        with np.errstate(over="ignore"):
            V2 = _checks.array("V (its squares)", _activities(V) ** 2)
        self.K = covariance(V2)
        self.varying = varying_units(V2)


class Constant(Kernel):
    """k(i, j) = value everywhere; what a number becomes in ``0.5 * kernel``."""

    def __init__(self, value):
        self.value = _checks.number("value", value, at_least=0)

    def _matrix(self, a, b):
        return np.full((len(a), len(b)), self.value)

    def __repr__(self):
        return f"{self.value:g}"


class Sum(Kernel):
    """(k1 + k2)(i, j) = k1(i, j) + k2(i, j)."""

    def __init__(self, first, second):
        self.first, self.second = first, second

    def _matrix(self, a, b):
        return self.first._matrix(a, b) + self.second._matrix(a, b)

    def diagonal(self, points):
        return self.first.diagonal(points) + self.second.diagonal(points)

    def __repr__(self):
        return f"({self.first!r} + {self.second!r})"


class Product(Kernel):
    """(k1 k2)(i, j) = k1(i, j) k2(i, j)."""

    def __init__(self, first, second):
        self.first, self.second = first, second

    def _matrix(self, a, b):
        return self.first._matrix(a, b) * self.second._matrix(a, b)

    def diagonal(self, points):
        return self.first.diagonal(points) * self.second.diagonal(points)

    def __repr__(self):
        return f"{self.first!r} * {self.second!r}"


def covariance(V, block=4096):
    """np.cov(V.T) in float64, block by block: no float64 copy of V is made."""
    n = len(V)
    mean = V.mean(axis=0, dtype=np.float64)
    K = np.zeros((V.shape[1], V.shape[1]))
    for start in range(0, n, block):
        centred = V[start : start + block] - mean
        K += centred.T @ centred
    return K / (n - 1)


def varying_units(V):
    """Indices of the columns of V that are not constant.

    >>> varying_units(np.array([[0.0, 1.0], [0.0, 2.0]]))
    array([1])
    """
    return np.flatnonzero((V[0] != V).any(axis=0))


def _activities(V):
    V = _checks.array("V", V, ndim=2)
    if len(V) < 2 or V.shape[1] < 1:
        _checks.fail("V", "at least 2 samples (rows) of at least 1 unit", f"shape {V.shape}")
    return V


def _points(name, points):
    points = _checks.array(name, points, ndim=(1, 2), dtype=np.float64)
    if points.ndim == 2 and points.shape[1] not in (1, 2, 3):
        _checks.fail(name, "1, 2 or 3 coordinates (row, column, channel)", f"shape {points.shape}")
    return points


def _as_kernel(other):
    return other if isinstance(other, Kernel) else Constant(other)


def _summary(points):
    return f"{points.min():g} to {points.max():g}" if points.size else "none"
