"""What an index set is: sorted, unique units; how many of them a share is; pixels with all channels."""

import numpy as np

from ... import _checks


def check_index_set(alpha, n_v, name="alpha", may_be_empty=False):
    """Return alpha as an int array; a ``ValueError`` if an index is repeated or out of range."""
    try:
        alpha = np.asarray(alpha)
    except ValueError:
        _checks.fail(name, "a 1-d array of at least one integer", "lists of several lengths")
    if may_be_empty and alpha.shape == (0,):
        return alpha.astype(np.intp)
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


def with_channels(pixels, n_channels):
    """The units of all channels of each pixel: pixel * n_channels + channel."""
    return (pixels[:, None] * n_channels + np.arange(n_channels)).ravel()
