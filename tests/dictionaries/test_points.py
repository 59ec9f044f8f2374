import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lowrankweights as lrw
from lowrankweights.dictionaries.points import as_points, image_grid

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
SIZES = st.lists(st.integers(1, 5), min_size=1, max_size=4)


@given(SIZES, st.none() | st.integers(1, 3))
def test_a_grids_units_count_through_its_axes_and_then_its_channels(shape, channels):
    grid = lrw.Grid(shape, channels)
    unit = np.ravel_multi_index(grid.coordinates.T.astype(int), grid.shape)
    if channels is not None:
        unit = unit * channels + grid.channels
    assert np.array_equal(unit, np.arange(len(grid))) and np.array_equal(grid.units, unit)
    assert len(grid) == np.prod(shape) * (channels or 1) and grid.n_channels == (channels or 1)
    assert grid.input_shape == tuple(shape) + (() if channels is None else (channels,))


def test_all_axes_of_a_volume_are_positions_but_three_entries_of_an_image_are_not():
    assert lrw.Grid((8, 8, 8)).coordinates.shape == (512, 3) and lrw.Grid((8, 8, 8)).channels is None
    image = lrw.Grid.of_image((8, 8, 8))
    assert image.coordinates.shape == (512, 2) and image.n_channels == 8
    assert image == lrw.Grid((8, 8), channels=8) != lrw.Grid((8, 8, 8))


def test_a_flat_order_is_row_column_channel():
    points = lrw.grid_coordinates((3, 4, 2))
    index = (points[:, 0] * 4 + points[:, 1]) * 2 + points[:, 2]
    assert np.array_equal(index, np.arange(24))
    assert lrw.grid_coordinates((28, 28)).shape == (784, 2)


@pytest.mark.parametrize("shape", [(3, 4), (3, 4, 1), (3, 4, 3), [3, 4], np.array([3, 4, 2])])
def test_grid_coordinates_are_the_grid_as_a_plain_array_that_may_be_written_to(shape):
    grid, points = lrw.Grid.of_image(shape), lrw.grid_coordinates(shape)
    assert np.array_equal(points, np.asarray(grid)) and points.shape == (np.prod(shape), len(shape))
    points += 1
    assert np.array_equal(lrw.grid_coordinates(shape) + 1, points)
    assert lrw.Grid.of_image(grid) is grid


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


def test_a_grid_shows_how_to_make_it():
    for grid in ALL[:5]:
        assert eval(repr(grid), {"Grid": lrw.Grid}) == grid


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


BAD_SHAPES = [(3,), (2, 3, 4, 5), (0, 3), (2.5, 2), "28", 28, None, (), (True, 2), [[2, 3]], (2, "3")]


@pytest.mark.parametrize("shape", BAD_SHAPES)
def test_shapes_that_are_none_have_one_wording_everywhere(shape):
    wording = r"expected \(height, width\) or \(height, width, n_channels\).*, got"
    with pytest.raises(ValueError, match=f"^shape: {wording}"):
        lrw.grid_coordinates(shape)
    with pytest.raises(ValueError, match=f"^input_shape: {wording}"):
        lrw.Grid.of_image(shape)
    with pytest.raises(ValueError, match=f"^patch_shape: {wording}"):
        image_grid(shape, "patch_shape", n_v=6)


@pytest.mark.parametrize("shape", [(7, 8), (4, 4, 3), lrw.Grid((8,))])
def test_a_shape_that_does_not_fit_tells_how_many_weights_it_has(shape):
    n_v = len(lrw.Grid.of_image(shape))
    with pytest.raises(ValueError, match=f"^input_shape: .*with 64 weights in all, .*which has {n_v}$"):
        lrw.Grid.of_image(shape, n_v=64)
    assert len(lrw.Grid.of_image(shape, n_v=n_v)) == n_v


def test_where_an_image_is_asked_for_a_volume_is_refused():
    assert image_grid((4, 4, 3), n_channels=(1, 3)) == image_grid(lrw.Grid((4, 4), 3), n_channels=(1, 3))
    with pytest.raises(ValueError, match="^shape: expected .*height, width"):
        image_grid(lrw.Grid((4, 4, 3)))
    with pytest.raises(ValueError, match="^shape: expected .*1 or 3 channels"):
        image_grid((4, 4, 2), n_channels=(1, 3))


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
