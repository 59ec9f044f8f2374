import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lowrankweights as lrw
from lowrankweights.dictionaries.points import image_grid

GRIDS = [lrw.Grid((28, 28)), lrw.Grid((4, 5), 3), lrw.Grid((4, 5), 1), lrw.Grid((2, 3, 4)), lrw.Grid((7,))]
SIZES = st.lists(st.integers(1, 5), min_size=1, max_size=4)
BAD_SHAPES = [(2, 3, 4, 5), (0, 3), (2.5, 2), "28", 28, None, (), (True, 2), [[2, 3]], (2, "3"), (0,), [2.5]]


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


def test_a_grid_shows_how_to_make_it():
    for grid in GRIDS:
        assert eval(repr(grid), {"Grid": lrw.Grid}) == grid


@pytest.mark.parametrize("shape", BAD_SHAPES)
def test_shapes_that_are_none_have_one_wording_everywhere(shape):
    picture = r"\(height, width\) or \(height, width, n_channels\).*, got"
    with pytest.raises(ValueError, match=rf"^shape: expected \(n,\), {picture}"):
        lrw.grid_coordinates(shape)
    with pytest.raises(ValueError, match=rf"^input_shape: expected \(n,\), {picture}"):
        lrw.Grid.of_image(shape)
    with pytest.raises(ValueError, match=f"^patch_shape: expected {picture}"):
        image_grid(shape, "patch_shape", n_v=6)


def test_one_entry_is_an_axis():
    for shape in ((128,), [128], np.array([128])):
        assert lrw.Grid.of_image(shape, n_v=128) == lrw.Grid((128,))
    assert np.array_equal(lrw.grid_coordinates((3,)), [[0], [1], [2]])


@pytest.mark.parametrize("shape", [(7, 8), (4, 4, 3), lrw.Grid((8,))])
def test_a_shape_that_does_not_fit_tells_how_many_weights_it_has(shape):
    n_v = len(lrw.Grid.of_image(shape))
    with pytest.raises(
        ValueError, match=f"^input_shape: .*with 64 weights in all, .*which has {n_v}(; of |$)"
    ):
        lrw.Grid.of_image(shape, n_v=64)
    assert len(lrw.Grid.of_image(shape, n_v=n_v)) == n_v


def test_where_a_picture_is_asked_for_another_grid_is_told_what_to_do():
    assert image_grid((4, 4, 3), n_channels=(1, 3)) == image_grid(lrw.Grid((4, 4), 3), n_channels=(1, 3))
    for shape in (lrw.Grid((4, 4, 3)), lrw.Grid((8,)), (8,), [8]):
        with pytest.raises(ValueError, match=r"^shape: expected .* of a picture, .*n moments .* \(1, n\)"):
            image_grid(shape)
    with pytest.raises(ValueError, match="'dct' takes any grid$"):
        image_grid((8,), remedy="'dct' takes any grid")
    with pytest.raises(ValueError, match="^shape: expected .*1 or 3 channels"):
        image_grid((4, 4, 2), n_channels=(1, 3))
