"""The paper's kernels: smoothness in pixel space, and the covariance of the layer's input."""

import numpy as np

from .. import _checks
from .kernel_algebra import Kernel, same_channel
from .moments import covariance, varying_units


class SquaredExponential(Kernel):
    r"""Smoothness in pixel space: k(i, j) = exp(-|i - j|^2 / (2 length_scale^2)).

    Parameters
    ----------
    length_scale : float
        sigma, in pixels; above 0. Weights much closer than this are nearly equal.

    Notes
    -----
    Paper, section 3.2. Different channels do not covary, k = 0 between them (from the authors' code):
    those of ``Points`` and ``Grid``, and the third column of a plain array. All axes of a ``Grid``
    are positions, so that it can be a volume.

    Examples
    --------
    >>> k = SquaredExponential(length_scale=1.0)
    >>> k([[0, 0]], [[0, 0], [1, 0]]).round(4)
    array([[1.    , 0.6065]])
    """

    def __init__(self, length_scale=1.0):
        self.length_scale = _checks.number("length_scale", length_scale, above=0)

    def evaluate(self, a, b):
        n_positions = a.coordinates.shape[1]
        if b.coordinates.shape[1] != n_positions:
            _checks.fail("points_b", f"{n_positions} coordinates, as in points_a", f"shape {np.shape(b)}")
        # Each coordinate by itself: exact for whole pixels, no cancellation as in a² - 2ab + b².
        pairs = zip(a.coordinates.T, b.coordinates.T, strict=True)
        squared = sum((a_i[:, None] - b_i[None, :]) ** 2 for a_i, b_i in pairs)
        # k(i, j) = exp(-|i - j|² / (2 length_scale²)), and 0 between channels
        K = np.exp(-0.5 * squared / self.length_scale**2)
        return K if a.channels is None and b.channels is None else K * same_channel(a, b)

    def evaluate_diagonal(self, points):
        return np.ones(len(points))

    def __repr__(self):
        return f"SquaredExponential(length_scale={self.length_scale:g})"


class _Tabulated(Kernel):
    """A kernel known only as a matrix K (n_v, n_v) over the layer's input units."""

    needs_places = False

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


class EmpiricalCovariance(_Tabulated):
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
    >>> from lowrankweights import Grid
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


class SquaredCovariance(_Tabulated):
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
