"""Where the columns of X lie, from what an estimator is given: a shape, or points."""

import math

import numpy as np

from ... import _checks
from .grid import Grid
from .points import Points

POINTS = "a Grid, Points, or positions (n_v, d) or (n_v,)"


def places_of(input_shape, points, n_v, shape_name="input_shape"):
    """The points of weight space that are meant by an estimator's ``input_shape`` or ``points``.

    Parameters
    ----------
    input_shape : (n,), (height, width), (height, width, n_channels), Grid or None
    points : Grid, Points, array (n_v, d) or (n_v,), or None
        All columns of an array are positions, of sensors, voxels or moments; channels need ``Points``.
    n_v : int
        Columns of X: there are as many points.
    shape_name : str
        What errors call ``input_shape``.

    Returns
    -------
    points : Grid, Points, or None
        None where both are None.

    Raises
    ------
    ValueError
        If both are given, or what is given is no such thing or has not ``n_v`` points.

    Examples
    --------
    >>> places_of((8, 8), None, n_v=64), places_of(None, np.zeros((64, 3)), n_v=64)
    (Grid((8, 8)), Points(64 in 3 dimension(s)))
    """
    if points is None:
        return None if input_shape is None else Grid.of_image(input_shape, shape_name, n_v)
    if input_shape is not None:
        remedy = f"leave out {shape_name}; for pixels, a time axis or channels let points be a Grid"
        _checks.fail("points", f"None beside {shape_name}", f"both: {remedy}")
    given = points
    if not isinstance(points, Points):
        array = _checks.array("points", points, ndim=(1, 2), dtype=np.float64)
        if array.size == 0:
            _checks.fail("points", POINTS, f"shape {array.shape}")
        points = Points(array)
    if len(points) != n_v:
        expected = f"{POINTS}, {n_v} of them, one for each column of X"
        _checks.fail("points", expected, f"{len(points)}{_remedy(given, n_v)}")
    return points


def _remedy(points, n_v):
    """What may have been meant by so many points as do not fit."""
    if np.ndim(points) == 2 and np.shape(points)[1] == n_v:
        return ": give points.T"
    entries = np.asarray(points)
    if entries.ndim == 1 and math.prod(entries.tolist()) == n_v:
        return f": for a grid of this shape give Grid({tuple(entries.tolist())})"
    return ""


def tied_channels(points):
    """How many units one after the other are the channels of one position, which are drawn together.

    1 where there are no channels, or they do not lie beside each other; of a Grid its channels.

    >>> tied_channels(Grid((4, 4), channels=3)), tied_channels(Points([0.0, 1.0, 0.0], channels=[0, 0, 1]))
    (3, 1)
    """
    n = points.n_channels
    if isinstance(points, Grid) or n == 1 or len(points) % n:
        return n if isinstance(points, Grid) else 1
    channels = points.channels.reshape(-1, n)
    positions = points.coordinates.reshape(len(channels), n, -1)
    together = (positions == positions[:, :1]).all() and (channels == channels[0]).all()
    return n if together and len(np.unique(channels[0])) == n else 1
