import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lowrankweights as lrw
from lowrankweights.dictionaries.index_sets import (
    column_centres,
    count_known,
    local_index_set,
    nested_index_set,
)


@given(st.integers(1, 60), st.data())
def test_index_sets_are_sorted_unique_and_in_range(n_v, data):
    n_alpha = data.draw(st.integers(1, n_v))
    alpha = lrw.sample_index_set(n_v, n_alpha, rng=data.draw(st.integers(0, 99)))
    assert len(alpha) == n_alpha
    assert np.array_equal(alpha, np.unique(alpha))
    assert alpha[0] >= 0 and alpha[-1] < n_v


@given(st.integers(1, 20), st.integers(0, 99))
def test_tied_index_sets_hold_the_same_pixels_in_each_channel(n_pixels, seed):
    alpha = lrw.sample_index_set(20 * 3, n_pixels * 3, rng=seed, n_channels=3)
    channels = [alpha[alpha % 3 == c] // 3 for c in range(3)]
    assert len(channels[0]) == n_pixels
    assert all(np.array_equal(channels[0], c) for c in channels)


def test_every_weight_is_drawn_equally_often():
    counts = np.zeros(10)
    for seed in range(2000):
        counts[lrw.sample_index_set(10, 3, rng=seed)] += 1
    # binomial: mean 600, standard deviation 20.5
    assert np.abs(counts - 600).max() < 5 * 20.5


def test_candidates_only():
    alpha = lrw.sample_index_set(10, 2, rng=0, candidates=[3, 5, 7])
    assert set(alpha) <= {3, 5, 7}


def test_a_generator_moves_on_and_a_seed_repeats():
    rng = np.random.default_rng(0)
    first, second = lrw.sample_index_set(1000, 10, rng), lrw.sample_index_set(1000, 10, rng)
    assert not np.array_equal(first, second)
    assert np.array_equal(first, lrw.sample_index_set(1000, 10, 0))


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"n_v": 0, "n_alpha": 1}, "n_v"),
        ({"n_v": 10, "n_alpha": 0}, "n_alpha"),
        ({"n_v": 10, "n_alpha": 11}, "n_alpha"),
        ({"n_v": 10, "n_alpha": 2.5}, "n_alpha"),
        ({"n_v": 10, "n_alpha": 2, "n_channels": 3}, "n_channels"),
        ({"n_v": 12, "n_alpha": 4, "n_channels": 3}, "n_alpha"),
        ({"n_v": 12, "n_alpha": 4, "rng": None}, "rng"),
        ({"n_v": 12, "n_alpha": 4, "rng": -1}, "rng"),
        ({"n_v": 12, "n_alpha": 4, "candidates": [1, 2]}, "n_alpha"),
        ({"n_v": 12, "n_alpha": 2, "candidates": [1, 1]}, "candidates"),
        ({"n_v": 12, "n_alpha": 2, "candidates": [1, 12]}, "candidates"),
    ],
)
def test_bad_arguments_are_named(arguments, name):
    with pytest.raises(ValueError, match=f"^{name}: expected .*, got "):
        lrw.sample_index_set(**arguments)


@pytest.mark.parametrize("proportion", [0, -0.1, 1.1, np.nan, "half", True])
def test_bad_proportions_are_named(proportion):
    with pytest.raises(ValueError, match="^proportion: expected"):
        count_known(proportion, 10)


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


@given(st.floats(0.01, 1), st.floats(0.01, 1), st.integers(1, 3), st.integers(0, 99))
def test_nested_index_sets_of_a_larger_share_contain_the_smaller(p, q, n_channels, seed):
    shape = (5, 4, n_channels)
    small, large = (nested_index_set(shape, share, seed) for share in sorted((p, q)))
    assert set(small) <= set(large)
    assert len(large) == count_known(max(p, q), 20 * n_channels, n_channels)
    assert np.array_equal(large, np.unique(large))
    assert np.array_equal(
        large.reshape(-1, n_channels) % n_channels, [range(n_channels)] * (len(large) // n_channels)
    )
