"""Points of weight space: where the weights of a feature live.

A feature w is a function on weight space, one number for each input unit. A point is the place of
one of them: its position (row and column of a pixel, a moment in time), its channel if there are
channels, and its unit, the index of the weight in w. Kernels ask for the k(i, j) of two such lists.
"""

import math

import numpy as np

from .. import _checks

IMAGE = "(height, width) or (height, width, n_channels)"


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


class Grid(Points):
    """Points on a grid: the pixels of an image, a volume, a time axis; with channels or without.

    Parameters
    ----------
    shape : tuple of int
        How many points there are along each axis: ``(28, 28)`` an image, ``(8, 8, 8)`` a volume,
        ``(128,)`` a time axis. All axes are positions. Neighbours are 1 apart.
    channels : int, optional
        How many numbers there are at each position, such as 3 colours.

    Attributes
    ----------
    shape, input_shape : tuple of int
        Without the channels, and with them if there are any: ``w.reshape(grid.input_shape)``.
    coordinates, channels, units, n_channels
        As in ``Points``: ``channels`` is the channel of each point.

    Raises
    ------
    ValueError
        If ``shape`` is no tuple of integers >= 1, or ``channels`` no integer >= 1.

    Notes
    -----
    unit = (row * width + column) * n_channels + channel. Paper, section 3.2.

    Examples
    --------
    >>> grid = Grid((32, 32), channels=3)
    >>> len(grid), grid.coordinates.shape, grid.channels[:4]
    (3072, (3072, 2), array([0, 1, 2, 0]))
    >>> Grid((8, 8, 8)).coordinates.shape
    (512, 3)
    """

    __slots__ = ("input_shape", "shape")

    def __init__(self, shape, channels=None):
        shape = input_shape = _checks.sizes("shape", shape, "a tuple, the number of points along each axis")
        if channels is not None:
            input_shape = (*shape, _checks.integer("channels", channels, at_least=1))
        indices = np.indices(input_shape).reshape(len(input_shape), -1)
        array, channels = indices.T.astype(np.float64, order="C"), None if channels is None else indices[-1]
        self._set(array, len(shape), channels, np.arange(len(array)))
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "input_shape", input_shape)

    @classmethod
    def of_image(cls, shape, name="input_shape", n_v=None):
        """The grid of an image's pixels, from what estimators call ``input_shape``.

        Parameters
        ----------
        shape : (height, width) or (height, width, n_channels), or a Grid
            Three entries always mean height, width and channels; a volume is given as a Grid. A Grid
            is returned as it is.
        name : str
            What the error calls the argument.
        n_v : int, optional
            The number of weights that there must be in all.

        Raises
        ------
        ValueError
            If ``shape`` is neither, or has not ``n_v`` weights.

        Examples
        --------
        >>> Grid.of_image((32, 32, 3))
        Grid((32, 32), channels=3)
        """
        expected = IMAGE if n_v is None else f"{IMAGE}, with {n_v} weights in all"
        is_grid = isinstance(shape, Grid)
        sizes = shape.input_shape if is_grid else _checks.sizes(name, shape, expected, n_entries=(2, 3))
        if n_v is not None and math.prod(sizes) != n_v:
            _checks.fail(name, expected, f"{shape}, which has {math.prod(sizes)}")
        return shape if is_grid else cls(sizes[:2], *sizes[2:])

    def __reduce__(self):
        return Grid, (self.shape, None if self.channels is None else self.n_channels)

    def __repr__(self):
        return f"Grid({self.shape}{'' if self.channels is None else f', channels={self.n_channels}'})"


def image_grid(shape, name="shape", n_v=None, n_channels=None):
    """``Grid.of_image``, of an image only: a ``ValueError`` for a Grid that has not two axes.

    ``n_channels``, a tuple, says how many channels there may be; a picture has one or three.

    >>> image_grid((8, 8, 2), n_channels=(1, 3))
    Traceback (most recent call last):
    ValueError: shape: expected (height, width) or (height, width, n_channels), 1 or 3 channels, got (8, 8, 2)
    """
    grid = Grid.of_image(shape, name, n_v)
    if len(grid.shape) != 2:
        _checks.fail(name, IMAGE, repr(grid))
    if n_channels is not None and grid.n_channels not in n_channels:
        _checks.fail(name, f"{IMAGE}, {' or '.join(map(str, n_channels))} channels", grid.input_shape)
    return grid


def grid_coordinates(shape):
    """Coordinates of the weights of an image feature, as a plain array.

    Parameters
    ----------
    shape : (height, width) or (height, width, n_channels), or a Grid

    Returns
    -------
    points : ndarray, (n_v, 2) or (n_v, 3)
        Row, column and (with three entries in ``shape``) channel, in pixels: ``np.array`` of the
        ``Grid``, which a kernel takes as well. Paper, section 3.2.

    Examples
    --------
    >>> grid_coordinates((2, 2))
    array([[0., 0.],
           [0., 1.],
           [1., 0.],
           [1., 1.]])
    """
    return np.array(Grid.of_image(shape, "shape"))


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
