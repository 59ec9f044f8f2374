import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lowrankweights as lrw
from lowrankweights.dictionaries.index_sets import (
    count_known,
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
