"""Index sets drawn uniformly: anew, or so that a larger one contains the smaller (paper, section 3.2)."""

import numpy as np

from ... import _checks
from ..points import Grid
from .index_set_checks import check_index_set, count_known, with_channels


def sample_index_set(n_v, n_alpha, rng=0, n_channels=1, candidates=None):
    """Draw the index set alpha uniformly at random, without replacement.

    Parameters
    ----------
    n_v : int
        Number of weights of a feature, all channels counted.
    n_alpha : int
        Number of weights to draw, all channels counted; divisible by ``n_channels``.
    rng : seed or numpy.random.Generator
    n_channels : int
        The same pixels are drawn in each channel ("tied across channels").
    candidates : array of int, optional
        Draw among these weights only, for instance those of units that vary
        (then ``n_channels`` must be 1).

    Returns
    -------
    alpha : ndarray of int, (n_alpha,), sorted and unique

    Notes
    -----
    Paper, section 3.2.

    Examples
    --------
    >>> sample_index_set(12, 6, rng=0, n_channels=3) % 3
    array([0, 1, 2, 0, 1, 2])
    """
    n_v = _checks.integer("n_v", n_v, at_least=1)
    n_channels = _checks.integer("n_channels", n_channels, at_least=1)
    if n_v % n_channels:
        _checks.fail("n_channels", f"a divisor of n_v = {n_v}", n_channels)
    n_alpha = _checks.integer("n_alpha", n_alpha, at_least=1, at_most=n_v)
    if n_alpha % n_channels:
        _checks.fail("n_alpha", f"a multiple of n_channels = {n_channels}", n_alpha)
    rng = _checks.generator(rng)
    if candidates is None:
        pixels = rng.choice(n_v // n_channels, n_alpha // n_channels, replace=False)
        return np.sort(with_channels(pixels, n_channels))
    if n_channels != 1:
        _checks.fail("n_channels", "1 when candidates are given", n_channels)
    candidates = check_index_set(candidates, n_v, name="candidates")
    if len(candidates) < n_alpha:
        _checks.fail("n_alpha", f"at most the {len(candidates)} of {n_v} units that vary", n_alpha)
    return np.sort(rng.choice(candidates, n_alpha, replace=False))


def nested_index_set(shape, proportion, rng):
    """alpha of a share of the pixels, all channels of each: a larger share contains the smaller ones.

    Parameters
    ----------
    shape : (n,), (height, width) or (height, width, n_channels), or a Grid
    proportion : float
        n_alpha / n_v, in (0, 1].
    rng : seed or numpy.random.Generator
        The same for all shares that are to be nested.

    Returns
    -------
    alpha : ndarray of int, (n_alpha,), sorted and unique

    Notes
    -----
    Ours: so that results at several shares differ in the share only.

    Examples
    --------
    >>> small, large = (set(nested_index_set((4, 4, 3), p, rng=0)) for p in (0.25, 0.5))
    >>> len(small), len(large), small < large
    (12, 24, True)
    """
    grid = Grid.of_image(shape, "shape")
    order = _checks.generator(rng).permutation(len(grid) // grid.n_channels)
    n_pixels = count_known(proportion, len(grid), grid.n_channels) // grid.n_channels
    return with_channels(np.sort(order[:n_pixels]), grid.n_channels)
