"""Points on a grid, and the shapes that estimators and pictures are given for one."""

import math

import numpy as np

from ... import _checks
from .points import Points

IMAGE = "(height, width) or (height, width, n_channels)"
SHAPE = f"(n,), {IMAGE}"
AS_A_PICTURE = "a time axis of n is the picture (1, n), a volume one picture a slice"


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
        """The grid that is meant by what estimators call ``input_shape``.

        Parameters
        ----------
        shape : (n,), (height, width) or (height, width, n_channels), or a Grid
            One entry is an axis such as time. Three entries always mean height, width and channels; a
            volume is given as a Grid. A Grid is returned as it is.
        name : str
            What the error calls the argument.
        n_v : int, optional
            The number of weights that there must be in all.

        Raises
        ------
        ValueError
            If ``shape`` is none of these, or has not ``n_v`` weights.

        Examples
        --------
        >>> Grid.of_image((32, 32, 3)), Grid.of_image((128,))
        (Grid((32, 32), channels=3), Grid((128,)))
        """
        return _grid(shape, name, n_v, SHAPE, n_entries=(1, 2, 3))

    def __reduce__(self):
        return Grid, (self.shape, None if self.channels is None else self.n_channels)

    def __repr__(self):
        return f"Grid({self.shape}{'' if self.channels is None else f', channels={self.n_channels}'})"


def _grid(shape, name, n_v, expected, n_entries):
    """The grid of so many entries, or the Grid itself, with n_v weights in all."""
    if n_v is not None:
        expected = f"{expected}, with {n_v} weights in all"
    is_grid = isinstance(shape, Grid)
    sizes = shape.input_shape if is_grid else _checks.sizes(name, shape, expected, n_entries)
    if n_v is not None and math.prod(sizes) != n_v:
        n, others = divmod(n_v, math.prod(sizes))
        several = f"; of {n} numbers at each: points=Grid({tuple(sizes)}, channels={n})"
        several = several if others == 0 and n > 1 and len(sizes) < 3 else ""
        _checks.fail(name, expected, f"{shape}, which has {math.prod(sizes)}{several}")
    return shape if is_grid else Grid(sizes[:2], *sizes[2:])


def image_grid(shape, name="shape", n_v=None, n_channels=None, remedy=AS_A_PICTURE):
    """``Grid.of_image``, of a picture only: a ``ValueError`` for a Grid or a shape that has not two axes.

    ``n_channels``, a tuple, says how many channels there may be; a picture has one or three. ``remedy`` is
    for who has another grid.

    >>> image_grid((8, 8, 2), n_channels=(1, 3))
    Traceback (most recent call last):
    ValueError: shape: expected (height, width) or (height, width, n_channels), 1 or 3 channels, got (8, 8, 2)
    """
    axis = isinstance(shape, (tuple, list)) and len(shape) == 1
    if axis or (isinstance(shape, Grid) and len(shape.shape) != 2):
        _checks.fail(name, f"{IMAGE} of a picture", f"{shape!r}: {remedy}")
    grid = _grid(shape, name, n_v, IMAGE, n_entries=(2, 3))
    if n_channels is not None and grid.n_channels not in n_channels:
        _checks.fail(name, f"{IMAGE}, {' or '.join(map(str, n_channels))} channels", grid.input_shape)
    return grid


def grid_coordinates(shape):
    """Coordinates of the weights of a feature on a grid, as a plain array.

    Parameters
    ----------
    shape : (n,), (height, width) or (height, width, n_channels), or a Grid

    Returns
    -------
    points : ndarray, (n_v, 1), (n_v, 2) or (n_v, 3)
        Row, column and (with three entries in ``shape``) channel, in pixels; with one entry the place on
        its axis: ``np.array`` of the ``Grid``, which a kernel takes as well. Paper, section 3.2.

    Examples
    --------
    >>> grid_coordinates((2, 2))
    array([[0., 0.],
           [0., 1.],
           [1., 0.],
           [1., 1.]])
    """
    return np.array(Grid.of_image(shape, "shape"))
