import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lowrankweights as lrw
from lowrankweights.dictionaries.index_sets import (
    column_centres,
    local_index_set,
    nested_index_set,
    sample_index_set,
    spread_index_set,
)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**6), st.integers(3, 12), st.integers(3, 12), st.integers(1, 3), st.data())
def test_local_index_sets_are_unique_in_range_and_denser_near_their_centre(
    seed, height, width, n_channels, data
):
    n_pixels = data.draw(st.integers(2, height * width))
    centre = data.draw(st.tuples(st.floats(0, height - 1), st.floats(0, width - 1)))
    alpha = local_index_set((height, width, n_channels), n_pixels * n_channels, centre, rng=seed)
    assert len(alpha) == n_pixels * n_channels == len(set(alpha.tolist()))
    assert alpha.min() >= 0 and alpha.max() < height * width * n_channels
    pixels = np.unique(alpha // n_channels)
    assert len(pixels) == n_pixels  # the same pixels in each channel
    distance = np.hypot(*(np.stack(np.divmod(np.arange(height * width), width)) - np.array(centre)[:, None]))
    known = np.isin(np.arange(height * width), pixels)
    nearest = np.argsort(distance, kind="stable")
    near, far = np.split(nearest, [(n_pixels + 1) // 2])
    assert known[near].all()
    assert known[far].sum() == n_pixels // 2


def test_half_of_a_local_index_set_is_spread_over_the_rest():
    """Sparse elsewhere: over many draws every pixel but the nearest is known equally often."""
    counts = np.zeros(49)
    for seed in range(1000):
        counts[local_index_set((7, 7), 10, centre=(0, 0), rng=seed)] += 1
    near = counts == 1000
    assert near.sum() == 5
    # binomial: 5 of 44, mean 114, standard deviation 10
    assert np.abs(counts[~near] - 1000 * 5 / 44).max() < 5 * 10


def test_local_index_sets_of_one_weight_and_of_a_line():
    assert local_index_set((4, 4), 1, centre=(2, 3), rng=0).tolist() == [11]
    assert set(local_index_set((1, 8), 4, centre=(0, 7), rng=0)) >= {6, 7}


def test_local_index_sets_are_drawn_among_the_candidates():
    candidates = np.arange(10, 50)
    alpha = local_index_set((8, 8), 12, centre=(0, 0), rng=0, candidates=candidates)
    assert set(alpha) <= set(candidates)
    assert {10, 16, 17, 18, 24} <= set(alpha)  # the nearest of them
    with pytest.raises(ValueError, match="^shape: expected"):
        local_index_set((8, 8, 3, 4), 6, centre=(0, 0), rng=0)
    with pytest.raises(ValueError, match="^n_alpha: expected at most the 40 units that vary"):
        local_index_set((8, 8), 41, centre=(0, 0), rng=0, candidates=candidates)


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 30), st.integers(1, 30))
def test_columns_have_places_inside_the_image_and_apart(n_columns, height, width):
    centres = column_centres((height, width), n_columns)
    assert centres.shape == (n_columns, 2)
    assert (centres >= 0).all() and (centres <= np.array([height - 1, width - 1])).all()
    if min(height, width) > 1:
        assert len(np.unique(centres.round(9), axis=0)) == n_columns


def test_a_grid_serves_as_a_shape_of_any_number_of_axes():
    colour = lrw.Grid((6, 6), channels=3)
    assert np.array_equal(
        local_index_set(colour, 12, (2, 2), rng=1), local_index_set((6, 6, 3), 12, (2, 2), rng=1)
    )
    assert np.array_equal(nested_index_set(colour, 0.3, 1), nested_index_set((6, 6, 3), 0.3, 1))
    assert np.array_equal(column_centres(colour, 4), column_centres((6, 6), 4))
    assert set(local_index_set(lrw.Grid((20,)), 6, centre=[9], rng=0)) >= {8, 9, 10}
    volume = lrw.Grid((5, 5, 5))
    alpha = local_index_set(volume, 14, centre=(2, 2, 2), rng=0)
    distance = np.abs(volume[alpha].coordinates - 2).sum(axis=1)
    assert (distance <= 1).sum() >= 7  # the middle and its six neighbours
    with pytest.raises(ValueError, match="^centre: expected"):
        local_index_set(volume, 8, centre=(2, 2), rng=0)


def test_on_an_axis_columns_have_places_at_equal_distances():
    assert np.allclose(column_centres((128,), 4).ravel(), 127 * np.array([1, 3, 5, 7]) / 8)
    assert np.array_equal(column_centres((128,), 1), [[63.5]])
    assert np.array_equal(column_centres((1,), 3), [[0], [0], [0]])


@pytest.mark.parametrize("n_columns", [1, 5, 10])
def test_over_volumes_and_scattered_points_places_are_inside_and_spread_better_than_points_drawn(n_columns):
    rng = np.random.default_rng(0)
    sensors = rng.normal(size=(200, 2)) * [5, 1]
    for points in (lrw.Grid((8, 8, 8)), lrw.Grid((6, 6, 6), channels=2), lrw.Points(sensors)):
        centres = column_centres(points, n_columns)
        assert np.array_equal(centres, column_centres(points, n_columns))
        positions = points.coordinates
        assert centres.shape == (n_columns, positions.shape[1])
        assert (centres >= positions.min(axis=0)).all() and (centres <= positions.max(axis=0)).all()

        def to_nearest(places, positions=positions):
            distances = [np.linalg.norm(positions - place, axis=1) for place in places]
            return np.mean(np.min(distances, axis=0) ** 2)

        drawn = [to_nearest(rng.choice(positions, n_columns, replace=False)) for _ in range(20)]
        assert to_nearest(centres) < 0.9 * np.median(drawn)
    assert np.allclose(column_centres(lrw.Grid((9, 9, 9)), 1), 4)


def test_more_columns_than_positions_share_places():
    points = lrw.Points([[0.0, 0], [4, 0], [0, 4], [0, 0]])
    centres = column_centres(points, 7)
    assert len(np.unique(centres, axis=0)) == 3 and np.array_equal(centres[:4], centres[3:])


def test_a_local_index_set_of_scattered_points_holds_the_nearest():
    rng = np.random.default_rng(0)
    points = lrw.Points(rng.normal(size=(60, 2)))
    alpha = local_index_set(points, 10, centre=(1, 0), rng=0)
    nearest = np.argsort(np.linalg.norm(points.coordinates - [1, 0], axis=1))[:5]
    assert len(alpha) == 10 and set(nearest) <= set(alpha)
    order = np.array([0, 2, 4, 1, 3, 5])  # channels that do not lie beside each other are not tied
    apart = lrw.Points(np.repeat([[0.0], [1], [2]], 2, axis=0)[order], np.tile([0, 1], 3)[order])
    assert len(local_index_set(apart, 3, centre=(0,), rng=0)) == 3


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**6), st.integers(2, 12), st.integers(2, 12), st.integers(1, 3), st.data())
def test_spread_index_sets_are_unique_tied_and_in_range(seed, height, width, n_channels, data):
    n_pixels = data.draw(st.integers(1, height * width))
    alpha = spread_index_set((height, width, n_channels), n_pixels * n_channels, rng=seed)
    assert np.array_equal(alpha, np.unique(alpha)) and len(alpha) == n_pixels * n_channels
    assert alpha[0] >= 0 and alpha[-1] < height * width * n_channels
    assert np.array_equal(alpha.reshape(-1, n_channels) % n_channels, [range(n_channels)] * n_pixels)


@pytest.mark.parametrize("points", [lrw.Grid((16, 16)), lrw.Grid((256,)), lrw.Grid((6, 6, 6))])
def test_a_spread_index_set_leaves_smaller_holes_than_chance(points):
    def hole(alpha):
        known = points.coordinates[alpha]
        return np.mean([np.linalg.norm(known - place, axis=1).min() ** 2 for place in points.coordinates])

    n = len(points)
    spread = [hole(spread_index_set(points, n // 8, seed)) for seed in range(9)]
    drawn = [hole(sample_index_set(n, n // 8, seed)) for seed in range(9)]
    assert np.median(spread) < 0.9 * np.median(drawn)
    assert len({tuple(spread_index_set(points, n // 8, seed)) for seed in range(5)}) == 5


def test_a_spread_index_set_takes_each_unit_equally_often():
    counts = np.zeros(49)
    for seed in range(1500):
        counts[spread_index_set((7, 7), 7, seed)] += 1
    assert np.abs(counts / 1500 - 1 / 7).max() < 0.06


def test_spread_index_sets_are_chosen_among_the_candidates():
    candidates = np.arange(10, 50)
    alpha = spread_index_set((8, 8), 12, rng=0, candidates=candidates)
    assert set(alpha) <= set(candidates)
    assert np.array_equal(spread_index_set((8, 8), 40, rng=0, candidates=candidates), candidates)
    with pytest.raises(ValueError, match="^n_alpha: expected at most the 40 units that vary"):
        spread_index_set((8, 8), 41, rng=0, candidates=candidates)
    with pytest.raises(ValueError, match="^n_alpha: expected a multiple of n_channels = 3, got 4"):
        spread_index_set((4, 4, 3), 4)
