import copy
import pickle

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.dictionaries.points import as_points

SCATTERED = lrw.Points([[0.0, 0.5], [2.0, 1.0], [2.0, 3.0]], channels=[1, 0, 1])
ALL = [
    lrw.Grid((28, 28)),
    lrw.Grid((4, 5), channels=3),
    lrw.Grid((4, 5), channels=1),
    lrw.Grid((2, 3, 4)),
    lrw.Grid((7,)),
    lrw.Points([0.5, 1.5, 9.0]),
    SCATTERED,
]


def test_some_of_the_points_keep_their_units():
    grid = lrw.Grid((4, 5), channels=2)
    for which in ([7, 3, 38], np.arange(40) % 3 == 1, slice(30, 4, -5), []):
        some = grid[which]
        assert np.array_equal(some.units, np.arange(40)[which] if len(some) else [])
        assert np.array_equal(some.coordinates, grid.coordinates[some.units])
        assert np.array_equal(some.channels, some.units % 2)
        assert np.array_equal(some[::-1].units, some.units[::-1])
    assert grid[5].units.tolist() == [5] and grid[-1].units.tolist() == [39]
    assert [point.units[0] for point in lrw.Grid((3,))] == [0, 1, 2]


@pytest.mark.parametrize("points", ALL)
def test_points_cannot_be_changed(points):
    for array in (points.coordinates, points.units, np.asarray(points)):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 5
    for name in ("units", "shape", "coordinates"):
        with pytest.raises(AttributeError):
            setattr(points, name, None)


def test_points_do_not_follow_the_arrays_that_they_were_made_from():
    coordinates, channels = np.ones((3, 2)), np.array([0, 1, 2])
    points, grey = lrw.Points(coordinates, channels), lrw.Points(coordinates)
    coordinates[:], channels[:] = 7, 1
    assert (points.coordinates == 1).all() and points.channels.tolist() == [0, 1, 2]
    assert (grey.coordinates == 1).all()


@pytest.mark.parametrize("points", ALL + [ALL[1][[4, 2]]])
def test_copies_and_pickles_are_equal_and_have_the_same_hash(points):
    for other in (pickle.loads(pickle.dumps(points)), copy.deepcopy(points)):
        assert other == points and hash(other) == hash(points) and repr(other) == repr(points)
        assert not other.units.flags.writeable and not np.asarray(other).flags.writeable


def test_points_are_equal_where_positions_channels_and_units_are():
    assert all((a == b) == (a is b) for a in ALL for b in ALL)
    assert lrw.Grid((2, 2)) == lrw.Points(lrw.grid_coordinates((2, 2)))
    assert lrw.Grid((2, 2))[[0, 1]] != lrw.Points([[0, 0], [0, 2]])
    assert lrw.Grid((4,))[[0, 1]] != lrw.Grid((4,))[[0, 1]][::-1]
    assert lrw.Points([[0, 0], [0, 0]])[[0]] != lrw.Points([[0, 0], [0, 0]])[[1]]
    assert lrw.Points([[0.0, 1.0]]) != lrw.Points([[0.0]], channels=[1])
    assert lrw.Grid((2, 2)) != (2, 2)


def test_plain_arrays_are_read_as_positions_a_channel_in_the_third_column_or_units():
    colour = as_points(lrw.grid_coordinates((2, 2, 3)))
    assert colour.channels.tolist() == [0, 1, 2] * 4 and colour.coordinates.shape == (12, 2)
    assert colour.units is None
    line = as_points([4, 2])
    assert line.units.tolist() == [4, 2] and line.coordinates.tolist() == [[4.0], [2.0]]
    assert as_points([0.5, 1.0]).units is None and as_points(np.zeros((2, 1))).units is None
    assert as_points(np.zeros((2, 5))).coordinates.shape == (2, 5)
    with pytest.raises(ValueError, match=r"^points_a \(third column, the channel; lrw.Points"):
        as_points([[0.0, 0.0, 0.5]], "points_a")


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: lrw.Grid(28), "shape"),
        (lambda: lrw.Grid(()), "shape"),
        (lambda: lrw.Grid((4, 0)), "shape"),
        (lambda: lrw.Grid((4, 4), channels=0), "channels"),
        (lambda: lrw.Grid((4, 4), channels=(0, 1)), "channels"),
        (lambda: lrw.Points([]), "coordinates"),
        (lambda: lrw.Points(np.zeros((3, 0))), "coordinates"),
        (lambda: lrw.Points(np.zeros((3, 2, 2))), "coordinates"),
        (lambda: lrw.Points([[0, np.nan]]), "coordinates"),
        (lambda: lrw.Points([[0, 1]], channels=[0, 1]), "channels"),
        (lambda: lrw.Points([[0, 1]], channels=[0.5]), "channels"),
        (lambda: lrw.Points([[0, 1]], channels=[-1]), "channels"),
    ],
)
def test_bad_arguments_are_named(make, name):
    with pytest.raises(ValueError, match=f"^{name}: expected .*, got "):
        make()
