"""How far a measured error, or a difference of two, may be from the true one.

Two things are drawn by chance: seeds (initial weights, index sets, the order of samples) and held-out
items. Every seed is tested on the same items, so that there are three sources of variance, as in a table
with two random effects: seeds, items, and what is left of a seed on an item.
"""

from typing import NamedTuple

import numpy as np
from scipy import stats

from .. import _checks
from .._blas import one_blas_thread


class Spread(NamedTuple):
    """A mean over seeds and items, and the two parts of its variance.

    Attributes
    ----------
    mean : float
    seeds, items : float
        Variance of the mean by the draw of seeds (with what is left), and by that of items.
    n_seeds, n_items : int
    """

    mean: float
    seeds: float
    items: float
    n_seeds: int
    n_items: int

    def interval(self, level):
        """Lower and upper end at a level, 0 to 1; of one seed it covers the items alone."""
        q = (1 + level) / 2
        items = stats.t.ppf(q, self.n_items - 1) ** 2 * self.items if self.items > 0 else 0.0
        seeds = stats.t.ppf(q, self.n_seeds - 1) ** 2 * self.seeds if self.seeds > 0 else 0.0
        half = float(np.sqrt(seeds + items))
        return self.mean - half, self.mean + half

    def p_value(self, bound):
        """1 - the level of the interval that ends at ``bound``: how surprising the mean is if it is true."""
        gap = (self.mean - bound) ** 2

        def too_narrow(p):
            low, high = self.interval(1 - p)
            return (high - low) ** 2 / 4 < gap

        low, high = 0.0, 1.0  # the interval is wider than the gap at low, narrower at high
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (low, middle) if too_narrow(middle) else (middle, high)
        return high


def spread(values):
    """The ``Spread`` of values (n_seeds, n_items), by an analysis of variance.

    With mean squares between seeds M_s, between items M_i and of what is left M_r, and Y their mean,

        var(Y) = M_s / (n_seeds n_items)  +  (M_i - M_r) / (n_seeds n_items),

    and the interval takes each part with the quantile of its own distribution (F. Graybill and C. Wang,
    Confidence intervals on nonnegative linear combinations of variances, JASA 75, 1980),

        Y +- sqrt( t^2 M_s / (n_seeds n_items) + u^2 max(M_i - M_r, 0) / (n_seeds n_items) ),

    t and u Student's with n_seeds - 1 and n_items - 1 degrees of freedom.
    The choice is ours; docs/results/intervals.md has its coverage, by simulation.
    """
    Y = _checks.array("values", values, ndim=2, dtype=np.float64)
    if not Y.size:
        _checks.fail("values", "at least one seed and one item", f"shape {Y.shape}")
    n_seeds, n_items = Y.shape
    mean, of_seeds, of_items = Y.mean(), Y.mean(axis=1), Y.mean(axis=0)
    M_i = n_seeds * np.sum((of_items - mean) ** 2) / max(n_items - 1, 1)
    if n_seeds == 1:
        return Spread(float(mean), 0.0, float(M_i) / n_items, 1, n_items)
    M_s = n_items * np.sum((of_seeds - mean) ** 2) / (n_seeds - 1)
    left = Y - of_seeds[:, None] - of_items + mean
    M_r = np.sum(left**2) / max((n_seeds - 1) * (n_items - 1), 1)
    n = n_seeds * n_items
    return Spread(float(mean), float(M_s) / n, float(max(M_i - M_r, 0.0)) / n, n_seeds, n_items)


@one_blas_thread
def paired_spread(wrong_a, wrong_b, n_items, n_folds=1):
    """The ``Spread`` of the difference in error a - b; arguments as in ``paired_interval``."""
    n_items = _checks.integer("n_items", n_items, at_least=1)
    n_folds = _checks.integer("n_folds", n_folds, at_least=1)
    wrong_a = _checks.index_lists("wrong_a", wrong_a, n_items)
    wrong_b = _checks.index_lists("wrong_b", wrong_b, n_items)
    if len(wrong_a) != len(wrong_b) or not len(wrong_a):
        _checks.fail("wrong_b", f"as many seeds as wrong_a ({len(wrong_a)}, at least 1)", len(wrong_b))
    difference = np.zeros((len(wrong_a), n_items))
    for row, a, b in zip(difference, wrong_a, wrong_b, strict=True):
        np.add.at(row, a, 1 / n_folds)
        np.add.at(row, b, -1 / n_folds)
    return spread(difference)


def paired_interval(wrong_a, wrong_b, n_items, level=0.95, n_folds=1):
    """The difference in error a - b and its interval, over seeds and held-out items.

    Parameters
    ----------
    wrong_a, wrong_b : list of arrays of int
        For each seed the indices of the items that a, and b with the same seed, got wrong.
    n_items : int
        Held-out items, the same for every seed.
    level : float
    n_folds : int
        How often each item was tested; an index may stand so often in a list.

    Returns
    -------
    mean, low, high : float
        Differences in error, 0 to 1. Of one seed the interval says nothing of other seeds.

    Raises
    ------
    ValueError
        If a and b have not the same number of seeds, at least one.

    Notes
    -----
    See ``spread``. With two seeds it is wide, as two numbers say little of how far a third may be.

    Examples
    --------
    >>> paired_interval([[0, 1, 2], [0, 1, 2]], [[0], [0]], n_items=100)[0]
    0.02
    """
    level = _checks.number("level", level, above=0, below=1)
    found = paired_spread(wrong_a, wrong_b, n_items, n_folds)
    return found.mean, *found.interval(level)


def error_interval(wrong, n_items, level=0.95):
    """Mean error of a model over its seeds and its interval; 0 to 1.

    ``paired_interval`` against a model that gets nothing wrong, cut off where no error can be.

    Parameters
    ----------
    wrong : list of arrays of int
        For each seed the indices of the items that the model got wrong.
    n_items : int
    level : float

    Examples
    --------
    >>> error_interval([[0, 1], [0, 1, 2, 3]], n_items=100)[0]
    0.03
    """
    n_items = _checks.integer("n_items", n_items, at_least=1)
    wrong = _checks.index_lists("wrong", wrong, n_items)
    if not wrong:
        _checks.fail("wrong", "at least one seed", "none")
    mean, low, high = paired_interval(wrong, [[]] * len(wrong), n_items, level)
    return mean, max(low, 0.0), min(high, 1.0)
