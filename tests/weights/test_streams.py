import numpy as np

from lowrankweights.weights.streams import hashed_places, seed_of, stream, uniform


def test_any_part_of_a_stream_is_the_same_alone():
    key, k = np.array([7], np.uint64), np.arange(50, dtype=np.uint64)
    assert np.array_equal(stream(key, k)[20:], stream(key, k[20:]))
    keys = np.arange(5, dtype=np.uint64)
    assert np.array_equal(uniform(keys, 9)[3:, :4], uniform(keys[3:], 4))


def test_uniform_numbers_are_uniform():
    u = uniform(np.arange(100, dtype=np.uint64), 1000).ravel()
    assert u.min() >= 0 and u.max() < 1
    counts = np.histogram(u, 20, (0, 1))[0]
    assert ((counts - 5000) ** 2 / 5000).sum() < 60  # chi-squared of 19 degrees


def test_places_and_signs_are_even_and_independent():
    places, signs = hashed_places(3, 90_000, 9)
    counts = np.array([[np.sum((places == k) & (signs == s)) for s in (-1, 1)] for k in range(9)])
    assert np.abs(counts - 5000).max() < 5 * 70
    assert np.array_equal(places[:10], hashed_places(3, 10, 9)[0])
    assert not np.array_equal(places, hashed_places(4, 90_000, 9)[0])


def test_a_seed_is_kept_and_a_generator_is_asked_once():
    rng = np.random.default_rng(0)
    assert seed_of(5, rng) == 5 and seed_of(rng, rng) == int(np.random.default_rng(0).integers(2**63))
