import re

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.dictionaries.points import places_of, tied_channels

POSITIONS = np.random.default_rng(0).normal(size=(64, 3))


@pytest.mark.parametrize(
    ("shape", "grid"),
    [((64,), lrw.Grid((64,))), ([8, 8], lrw.Grid((8, 8))), ((4, 4, 4), lrw.Grid((4, 4), 4)), (None, None)],
)
def test_a_shape_means_a_grid(shape, grid):
    assert places_of(shape, None, 64) == grid


def test_all_columns_of_an_array_are_positions():
    """Not the third a channel, as where a kernel is called with a plain array."""
    for points in (POSITIONS, POSITIONS.tolist(), lrw.Points(POSITIONS)):
        found = places_of(None, points, 64)
        assert np.array_equal(found.coordinates, POSITIONS) and found.channels is None
        assert found.units.tolist() == list(range(64))
    assert places_of(None, np.arange(64) / 8, 64).coordinates.shape == (64, 1)
    volume = lrw.Grid((4, 4, 4))
    assert places_of(None, volume, 64) is volume


@pytest.mark.parametrize(
    ("points", "text"),
    [
        (POSITIONS[:9], "64 of them, one for each column of X, got 9"),
        (POSITIONS.T, "one for each column of X, got 3: give points.T"),
        ((4, 4, 4), "got 3: for a grid of this shape give Grid((4, 4, 4))"),
        (lrw.Grid((8, 9)), "one for each column of X, got 72"),
        ([[0.0, np.nan]] * 64, "finite numbers"),
        (np.zeros((64, 2, 2)), "an array with 1 or 2 dimension(s)"),
        (np.zeros((64, 0)), "a Grid, Points, or positions (n_v, d) or (n_v,), got shape (64, 0)"),
        ("8x8", "an array of real numbers, got str"),
    ],
)
def test_points_that_do_not_fit_are_named_with_what_was_meant(points, text):
    with pytest.raises(ValueError, match=f"^points: expected .*{re.escape(text)}"):
        places_of(None, points, 64)


def test_of_a_shape_and_points_one_is_to_be_left_out():
    with pytest.raises(ValueError, match="^points: expected None beside patch_.* leave out patch_shape"):
        places_of((8, 8), POSITIONS, 64, "patch_shape")


def test_channels_are_tied_where_they_lie_beside_each_other():
    position, channel = np.repeat([[0.0, 1], [2, 5], [3, 3]], 2, axis=0), np.tile([4, 7], 3)
    assert tied_channels(lrw.Points(position, channel)) == 2
    assert tied_channels(lrw.Grid((4, 5), 3)) == 3 and tied_channels(lrw.Grid((4, 5), 1)) == 1
    for order in ([0, 2, 4, 1, 3, 5], [1, 0, 2, 3, 4, 5], [0, 3, 2, 1, 4, 5]):
        assert tied_channels(lrw.Points(position[order], channel[order])) == 1
    for which in ([0, 1, 2], [0, 2, 4], [0, 2, 1, 4]):  # too few, one channel, one of them twice
        assert tied_channels(lrw.Points(position, channel)[which]) == 1
