"""How much of the weights' variance the known ones leave, against their number."""

import matplotlib.pyplot as plt
import numpy as np

from .. import _checks
from ..dictionaries import as_kernel, predictive_variance, spread_index_set
from ..dictionaries.index_sets import draw_pivots
from ..dictionaries.points import Grid, as_points
from .style import UNKNOWN, line_styles

N_SIZES = 16  # of index sets that are drawn anew for each size


def unexplained_variance(kernel, points, n_alpha, rng=0, *, ridge=0.0, n_draws=5, ax=None):
    """Draw what is left unexplained against the number of known weights, for each way to choose them.

    Parameters
    ----------
    kernel, points, ridge
        As in ``predictive_variance``.
    n_alpha : int
        The largest number of known weights.
    rng : seed or numpy.random.Generator
    n_draws : int
        Medians are of so many index sets, where these are drawn.
    ax : Axes, optional

    Returns
    -------
    ax : Axes
        The sum of ``predictive_variance`` in per cent of that where no weight is known. The grey area is
        below what as many leading eigenvectors of K leave: no index set reaches into it.
    """
    kernel, points = as_kernel(kernel), as_points(points)
    n_alpha = _checks.integer("n_alpha", n_alpha, at_least=1, at_most=len(points))
    n_draws = _checks.integer("n_draws", n_draws, at_least=1)
    rngs, prior = _checks.generator(rng).spawn(n_draws), kernel.diagonal(points).sum()
    if ax is None:
        _, ax = plt.subplots(figsize=(4.6, 3.0), layout="constrained")
    sizes = np.unique(np.linspace(0, n_alpha, N_SIZES, dtype=int))
    orders = [r.permutation(len(points)) for r in rngs]

    def of_sets(choose):
        """Per cent left by sets of each size, the median of the draws."""
        sets = [[choose(draw, n) for draw in range(n_draws)] for n in sizes[1:]]
        left = [[predictive_variance(kernel, points, a, ridge).sum() for a in own] for own in sets]
        return [100, *(100 * np.median(left, axis=1) / prior)]

    pivots = [draw_pivots(kernel, points, n_alpha, r, ridge=ridge).traces for r in rngs]
    greedy = draw_pivots(kernel, points, n_alpha, ridge=ridge, greedy=True).traces
    lines = {"uniform": (sizes, of_sets(lambda draw, n: np.sort(orders[draw][:n])))}
    if isinstance(points, Grid) and points.n_channels == 1:
        lines["spread"] = sizes, of_sets(lambda draw, n: spread_index_set(points, n, rngs[draw]))
    lines["pivoted"] = np.arange(n_alpha + 1), 100 * np.median(pivots, axis=0) / prior
    lines["greedy"] = np.arange(n_alpha + 1), 100 * greedy / prior
    for (name, (n, left)), style in zip(lines.items(), line_styles(len(lines)), strict=True):
        ax.plot(n, left, label=name, markevery=max(1, len(n) // 8), **style)
    values = np.maximum(np.linalg.eigvalsh(kernel(points, points))[::-1], 0.0)
    bound = 100 * (values.sum() - np.concatenate([[0], values.cumsum()[:n_alpha]])) / values.sum()
    ax.fill_between(np.arange(n_alpha + 1), bound, color=UNKNOWN, label="below the eigenvalues' bound", lw=0)
    ax.set(xlim=(0, n_alpha), ylim=(0, 100), xlabel="known weights of a filter")
    ax.set_ylabel("variance left unexplained, %")
    ax.legend()
    return ax
