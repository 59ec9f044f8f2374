"""Kernels that know the data: covariances of the layer's input, and how much each unit varies."""

import numpy as np

from ... import _checks
from ..moments import covariance, varying_units
from .algebra import Kernel


class Tabulated(Kernel):
    """A kernel known only as a matrix over the layer's input units.

    Parameters
    ----------
    K : array, (n_v, n_v)
        Symmetric and positive semidefinite.
    """

    needs_places = False

    def __init__(self, K):
        self.K = K

    @property
    def n_units(self):
        return len(self.K)

    def evaluate(self, a, b):
        return self.K[np.ix_(self._units(a, "points_a"), self._units(b, "points_b"))]

    def evaluate_diagonal(self, points):
        return np.diagonal(self.K)[self._units(points, "points")]

    def _units(self, points, name):
        units, last = points.units, len(self.K) - 1
        if units is None:
            expected = f"lrw.Grid(...), lrw.Points(...) or np.arange({last + 1}), for {self!r}"
            _checks.fail(name, expected, f"coordinates without units, shape {np.shape(points)}")
        if units.size and (units.min() < 0 or units.max() > last):
            _checks.fail(name, f"indices of units from 0 to {last}", f"{units.min()} to {units.max()}")
        return units

    def __repr__(self):
        return f"{type(self).__name__}({len(self.K)} units)"


class EmpiricalCovariance(Tabulated):
    """Emp: k(i, j) = cov(v_i, v_j), for weights without a topology.

    Parameters
    ----------
    v : array, (n, n_v)
        Activities of the layer's input units over the data; n >= 2.
    weight : array, (n,), optional
        How much each row counts, >= 0, above 0 in two rows at least; only ratios matter.

    Attributes
    ----------
    K : ndarray, (n_v, n_v)
        ``np.cov(v.T, aweights=weight)``, in float64.
    varying : ndarray of int
        Units that are not the same in every row that counts (only these can predict anything).

    Notes
    -----
    Paper, section 3.5. It is called with a ``Grid``, with ``Points`` or with indices of units, such
    as ``np.arange(n_v)``. Coordinates as a plain array are refused: they name no units.

    Examples
    --------
    >>> from lowrankweights import Grid, SquaredExponential
    >>> v = np.random.default_rng(0).random((50, 16))
    >>> k = EmpiricalCovariance(v) * SquaredExponential(4.0)
    >>> k(Grid((4, 4)), Grid((4, 4))[:3]).shape
    (16, 3)
    """

    @_checks.renamed("V", "v")
    def __init__(self, v, weight=None):
        v, weight = _activities(v, weight)
        self.K = covariance(v, weight)
        self.varying = varying_units(v, weight)


class Deviations(Tabulated):
    """k(i, j) = sd(v_i) sd(v_j): a kernel of positions times it knows how much each unit varies.

    Parameters
    ----------
    v : array, (n, n_v)
    weight : array, (n,), optional
        As in ``EmpiricalCovariance``.

    Notes
    -----
    Ours. Of rank one: by itself it says that all weights are the same up to their scale.

    Examples
    --------
    >>> from lowrankweights import Grid, SquaredExponential
    >>> v = np.random.default_rng(0).random((50, 16)) * np.arange(16)
    >>> k = Deviations(v) * SquaredExponential(1.0)
    >>> bool(np.allclose(k.diagonal(Grid((4, 4))), v.var(axis=0, ddof=1)))
    True
    """

    def __init__(self, v, weight=None):
        v, weight = _activities(v, weight)
        deviation = np.sqrt(np.diagonal(covariance(v, weight)))
        self.K = np.outer(deviation, deviation)
        self.varying = varying_units(v, weight)


class SquaredCovariance(Tabulated):
    """Emp2: k(i, j) = cov(v_i^2, v_j^2). See ``EmpiricalCovariance``; paper, section 3.5."""

    @_checks.renamed("V", "v")
    def __init__(self, v, weight=None):
        v, weight = _activities(v, weight)
        with np.errstate(over="ignore"):
            v2 = _checks.array("v (its squares)", v**2)
        self.K = covariance(v2, weight)
        self.varying = varying_units(v2, weight)


def _activities(v, weight):
    v = _checks.in_range("v", _checks.array("v", v, ndim=2))
    if len(v) < 2 or v.shape[1] < 1:
        _checks.fail("v", "at least 2 samples (rows) of at least 1 unit", f"shape {v.shape}")
    return v, _checks.row_weights(weight, len(v), n_counted=2)
