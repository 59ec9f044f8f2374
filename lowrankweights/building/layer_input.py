"""What a strategy may look at: a layer's input over the data, and where it lives."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .. import _checks
from ..dictionaries.points import Grid, Points, tied_channels


class Targets(NamedTuple):
    """What a network is to learn: Y (n, n_out) and the loss's name."""

    Y: Any
    loss: str


@dataclass(frozen=True, eq=False)
class LayerInput:
    """A layer's input over the data, and the points of weight space where it lives.

    Parameters
    ----------
    v : array, (n, n_v), or None
        None where there is no data: enough for dictionaries that need only the points.
    points : Grid or Points, n_v of them, optional
        Where the units are; hidden units are nowhere. The first is unit 0, whatever it was before.
    name : str
        What errors call the layer's input.
    weight : array, (n,), optional
        How much each row of v counts, as if it stood there so often: in covariances, principal components,
        k-means, and where a layer learns to reconstruct v. None: every row once.
    targets : Targets, optional
        What the network is to learn from v: for a strategy that trains one.

    Raises
    ------
    ValueError
        If there is neither v nor points, a different number of units in either, or of rows in weight.

    Examples
    --------
    >>> LayerInput(np.ones((9, 4)), Grid((2, 2))).n_v
    4
    """

    v: Any
    points: Points | None = None
    name: str = "X"
    weight: Any = None
    targets: "Targets | None" = None

    def __post_init__(self):
        if self.points is not None and not isinstance(self.points, Points):
            _checks.fail("points", "a Grid, Points or None", repr(self.points))
        if self.v is None and self.points is None:
            _checks.fail("points", "a Grid or Points where v is None", "None")
        if self.v is not None and self.points is not None and len(self.points) != self.v.shape[1]:
            _checks.fail("points", f"one for each of v's {self.v.shape[1]} columns", repr(self.points))
        if self.weight is not None:
            if self.v is None:
                _checks.fail("weight", "None where v is None", "weights")
            object.__setattr__(self, "weight", _checks.row_weights(self.weight, len(self.v)))
        if self.points is not None and not np.array_equal(self.points.units, np.arange(len(self.points))):
            points = Points(self.points.coordinates, self.points.channels)
            object.__setattr__(self, "points", points)

    @property
    def n_v(self):
        return len(self.points) if self.v is None else self.v.shape[1]

    @property
    def n_channels(self):
        """How many channels of a position are drawn together; see ``points.tied_channels``."""
        return 1 if self.points is None else tied_channels(self.points)

    @property
    def kernel_points(self):
        """What kernels are called with: the points, or else the units' indices, ``np.arange(n_v)``."""
        return np.arange(self.n_v) if self.points is None else self.points

    def data(self, dictionary):
        """v, (n, n_v); a ``ValueError`` that names the dictionary which needs it, if there is none."""
        if self.v is None:
            _checks.fail("dictionary", f"data (the layer's input v) for {dictionary!r}", "none")
        return self.v

    def places(self, dictionary, kind=Points):
        """The points (of this kind); a ``ValueError`` that names the dictionary which needs them, if none."""
        if not isinstance(self.points, kind):
            refuse_without_places(dictionary, on_grid=kind is Grid)
        return self.points

    def grid(self, dictionary):
        """As ``places``, where the points must lie on a grid."""
        return self.places(dictionary, Grid)


def refuse_without_places(dictionary, on_grid=False):
    """The ``ValueError`` of a dictionary that needs places, or a grid, where there is none."""
    remedy = "input_shape or points (a Grid)" if on_grid else "input_shape or points"
    whose = f"for a layer without {'a grid' if on_grid else 'places'}"
    others = f"(hidden units have none; for the first layer give {remedy}), for instance 'covariance'"
    _checks.fail("dictionary", f"another than {dictionary!r} {whose} {others}", repr(dictionary))
