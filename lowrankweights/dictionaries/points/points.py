"""Points of weight space: where the weights of a feature live.

A feature w is a function on weight space, one number for each input unit. A point is the place of
one of them: its position (row and column of a pixel, a moment in time), its channel if there are
channels, and its unit, the index of the weight in w. Kernels ask for the k(i, j) of two such lists.
"""

import numpy as np

from ... import _checks


class Points:
    """A list of points of weight space (paper, section 3); it cannot be changed.

    ``np.asarray(points)`` is (n, d), with channels (n, d + 1), the channel last.

    Parameters
    ----------
    coordinates : array, (n, d) or (n,)
        Positions, in any one unit of length; channels are no position.
    channels : array of int, (n,), optional
        The channel of each point.

    Attributes
    ----------
    coordinates : ndarray, (n, d)
        Positions only, float64.
    channels : ndarray of int, (n,), or None
    units : ndarray of int, (n,), or None
        The index of each point among the layer's input units: 0 to n - 1, and still the same after
        ``points[alpha]``. None only for coordinates that a kernel was given as a plain array.
    n_channels : int
        How many channels differ; 1 without channels.

    Raises
    ------
    ValueError
        If an argument does not have the shape above, or is not finite.

    Examples
    --------
    >>> points = Points([[0.0, 0.0], [0.0, 1.5], [2.0, 1.0]])
    >>> points[[0, 2]].units, len(points)
    (array([0, 2]), 3)
    """

    __slots__ = ("_array", "_n_positions", "channels", "units")

    def __init__(self, coordinates, channels=None):
        array = _checks.array("coordinates", coordinates, ndim=(1, 2), dtype=np.float64)
        if array.size == 0:
            _checks.fail("coordinates", "at least one point with a coordinate", f"shape {array.shape}")
        array = array.reshape(len(array), -1)
        n, n_positions = array.shape
        if channels is not None:
            channels = _whole("channels", _checks.array("channels", channels, shape=(n,)))
        array = np.column_stack([array] if channels is None else [array, channels])
        self._set(array, n_positions, channels, np.arange(n))

    @classmethod
    def _of(cls, array, n_positions, channels, units):
        """Points as they are stored, without checks."""
        points = Points.__new__(Points)
        points._set(array, n_positions, channels, units)
        return points

    def _set(self, array, n_positions, channels, units):
        for name, value in zip(Points.__slots__, (array, n_positions, channels, units), strict=True):
            if isinstance(value, np.ndarray):
                value = value.view()
                value.flags.writeable = False
            object.__setattr__(self, name, value)

    def __setattr__(self, name, value):
        raise AttributeError(f"{type(self).__name__} cannot be changed; make another one")

    __delattr__ = __setattr__

    @property
    def coordinates(self):
        return self._array[:, : self._n_positions] if self._array.ndim == 2 else self._array[:, None]

    @property
    def n_channels(self):
        return 1 if self.channels is None else len(np.unique(self.channels))

    def __len__(self):
        return len(self._array)

    def __getitem__(self, which):
        """Some of the points, by an index array, a mask or a slice; they keep their units."""
        if not isinstance(which, slice):
            which = np.ravel(which)
            which = which if which.size else which.astype(np.intp)
        parts = (None if x is None else x[which] for x in (self.channels, self.units))
        return Points._of(self._array[which], self._n_positions, *parts)

    def __array__(self, dtype=None, copy=None):
        return np.array(self._array, dtype=dtype) if copy else np.asarray(self._array, dtype=dtype)

    def __eq__(self, other):
        if not isinstance(other, Points):
            return NotImplemented
        same = self._n_positions == other._n_positions and np.array_equal(self._array, other._array)
        return same and np.array_equal(self.units, other.units)

    def __hash__(self):
        return hash((self._array.shape, self._n_positions))

    def __reduce__(self):
        return Points._of, (self._array, self._n_positions, self.channels, self.units)

    def __repr__(self):
        channels = "" if self.channels is None else f", {self.n_channels} channel(s)"
        return f"Points({len(self)} in {self._n_positions} dimension(s){channels})"


def as_points(points, name="points"):
    """Points of Points or of a plain array.

    Parameters
    ----------
    points : Points, or array
        (n, 3): row, column, channel; three positions need ``Points`` or ``Grid``. (n, d) with another
        d: positions. (n,): positions on a line, and the units' indices too where all are whole.
    name : str
        What the error calls the argument.

    Returns
    -------
    points : Points
        ``units`` is None for an array (n, d): it does not say which unit is where.

    Raises
    ------
    ValueError
        If it is no such array, or a channel is not a whole number.

    Examples
    --------
    >>> as_points([[0.0, 1.0, 2.0]]).channels, as_points(np.arange(3)).units
    (array([2]), array([0, 1, 2]))
    """
    if isinstance(points, Points):
        return points
    array = _checks.array(name, points, ndim=(1, 2), dtype=np.float64)
    if not array.size:
        _checks.fail(name, "at least one point", f"shape {array.shape}")
    if array.ndim == 1:
        return Points._of(array, 1, None, _integers(array))
    if array.shape[1] != 3:
        return Points._of(array, array.shape[1], None, None)
    channels = _whole(f"{name} (third column, the channel; lrw.Points has three positions)", array[:, 2])
    return Points._of(array, 2, channels, None)


def _whole(name, values):
    """Values that are whole numbers >= 0 as integers."""
    whole = _integers(values)
    if whole is None or whole.min(initial=0) < 0:
        _checks.fail(name, "whole numbers >= 0", f"{values.min():g} to {values.max():g}")
    return whole


def _integers(values):
    """Numbers as integers, or None if one of them is not whole."""
    with np.errstate(invalid="ignore"):  # what is too large becomes another number, and is seen
        integers = values.astype(np.intp)
    return integers if np.array_equal(integers, values) else None
