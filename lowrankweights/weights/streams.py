"""Random numbers that are a function of where they are wanted: no state, nothing stored, any part alone."""

import numpy as np

STEP, FIRST, SECOND = map(np.uint64, (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
BITS = 53  # of a number in [0, 1)


def stream(key, k):
    """Number k, from 0, of the stream of splitmix64 that begins at a key; uint64 arrays, broadcast.

    G. Steele, D. Lea and C. Flood, Fast splittable pseudorandom number generators, OOPSLA 2014.

    >>> int(stream(np.array([1234567], np.uint64), np.array([0], np.uint64))[0])
    6457827717110365317
    """
    # modulo 2^64 throughout
    z = key + (k + np.uint64(1)) * STEP
    z = (z ^ (z >> np.uint64(30))) * FIRST
    z = (z ^ (z >> np.uint64(27))) * SECOND
    return z ^ (z >> np.uint64(31))


def uniform(keys, n):
    """Numbers in [0, 1), (n_keys, n): the first of the stream of each key."""
    bits = stream(keys[:, None], np.arange(n, dtype=np.uint64))
    return (bits >> np.uint64(64 - BITS)) * 2.0**-BITS


def hashed_places(seed, n, n_places):
    """For each of n numbers a place, an int below ``n_places``, and a sign, +1.0 or -1.0: arrays (n,).

    >>> places, signs = hashed_places(0, 1000, 7)
    >>> np.unique(places).tolist(), sorted(set(signs.tolist()))
    ([0, 1, 2, 3, 4, 5, 6], [-1.0, 1.0])
    """
    bits = stream(np.array([seed % 2**64], np.uint64), np.arange(n, dtype=np.uint64))
    # the lowest bit is the sign; of the others the remainder, whose bias is below n_places / 2^63
    places = ((bits >> np.uint64(1)) % np.uint64(n_places)).astype(np.intp)
    return places, 1.0 - 2.0 * (bits & np.uint64(1)).astype(np.float64)


def seed_of(rng, generator):
    """A seed that can be copied and saved: ``rng`` where it is one, else what the generator draws."""
    return int(rng if isinstance(rng, (int, np.integer)) else generator.integers(2**63))
