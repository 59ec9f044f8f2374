"""Where the weights of a feature live, and which of them are known.

A feature w is a function on weight space: one number for each input unit. For images the
points of weight space are pixels (row, column and, with colour, channel), in the order
``(row * width + column) * n_channels + channel`` (paper, sections 3 and 3.2).
"""

import numpy as np

from . import _checks


def grid_coordinates(shape):
    """Coordinates of the weights of an image feature.

    Parameters
    ----------
    shape : (height, width) or (height, width, n_channels)

    Returns
    -------
    points : ndarray, (n_v, 2) or (n_v, 3)
        Row, column and (with three entries in ``shape``) channel, in pixels.

    Notes
    -----
    Paper, section 3.2.

    Examples
    --------
    >>> grid_coordinates((2, 2))
    array([[0., 0.],
           [0., 1.],
           [1., 0.],
           [1., 1.]])
    """
    shape = tuple(np.ravel(shape).tolist())
    if len(shape) not in (2, 3):
        _checks.fail("shape", "(height, width) or (height, width, n_channels)", repr(shape))
    shape = [_checks.integer("shape", n, at_least=1) for n in shape]
    return np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1).reshape(-1, len(shape)) * 1.0


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
        return np.sort((pixels[:, None] * n_channels + np.arange(n_channels)).ravel())
    if n_channels != 1:
        _checks.fail("n_channels", "1 when candidates are given", n_channels)
    candidates = check_index_set(candidates, n_v, name="candidates")
    if len(candidates) < n_alpha:
        _checks.fail("n_alpha", f"at most the {len(candidates)} of {n_v} units that vary", n_alpha)
    return np.sort(rng.choice(candidates, n_alpha, replace=False))


def check_index_set(alpha, n_v, name="alpha"):
    """Return alpha as an int array; a ``ValueError`` if an index is repeated or out of range."""
    alpha = np.asarray(alpha)
    if alpha.ndim != 1 or alpha.size == 0 or not np.issubdtype(alpha.dtype, np.integer):
        _checks.fail(name, "a 1-d array of at least one integer", f"shape {alpha.shape}, dtype {alpha.dtype}")
    if alpha.min() < 0 or alpha.max() >= n_v:
        _checks.fail(name, f"indices from 0 to {n_v - 1}", f"{alpha.min()} to {alpha.max()}")
    if len(np.unique(alpha)) < len(alpha):
        values, counts = np.unique(alpha, return_counts=True)
        _checks.fail(name, "indices without repetition", f"{values[counts > 1][0]} more than once")
    return alpha.astype(np.intp)


def count_known(proportion, n_v, n_channels=1, name="proportion"):
    """n_alpha = max(1, round(proportion n_v)), to the nearest multiple of ``n_channels``.

    >>> count_known(0.1, 784), count_known(0.001, 64), count_known(0.1, 108, n_channels=3)
    (78, 1, 12)
    """
    proportion = _checks.number(name, proportion, above=0, at_most=1)
    return n_channels * max(1, round(proportion * n_v / n_channels))
