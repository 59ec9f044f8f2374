"""Networks that were tried for a budget or a margin: error against learned numbers."""

import matplotlib.pyplot as plt

from .curves import log_percent_axis
from .style import COLOURS


def tried_networks(report, ax=None):
    """Draw validation error against learned numbers, of all networks that a search tried.

    Parameters
    ----------
    report : selection.SelectionReport
        An estimator's ``selection_``.
    ax : Axes, optional

    Returns
    -------
    ax : Axes
        Grey: networks that left early, on a part of the rows. Blue: those that learned from all, with one
        standard error; the line is the frontier. The choice has a ring; orange: every weight.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(5.2, 3.4), layout="constrained")
    chosen, reference = report.chosen, report.reference
    last = [t for t in report.tried if t.n_rows == report.n_rows]
    early = [t for t in report.tried if t not in last]
    sizes, errors = ([_at(t)[i] for t in early] for i in (0, 1))
    ax.plot(sizes, errors, "x", color="#9A9A9A", ms=4, label="left early, on a part of the rows")
    for tried, label, colour, mark in (
        *((t, "on all rows", COLOURS["blue"], "o") for t in last if t != reference),
        *([(reference, "every weight", COLOURS["orange"], "s")] if reference is not None else []),
    ):
        x, y = _at(tried)
        ax.errorbar(x, y, 100 * tried.standard_error, fmt=mark, color=colour, ms=5, lw=1, label=label)
    frontier = sorted(_at(t) for t in report.frontier)
    ax.plot(*zip(*frontier, strict=True), color=COLOURS["blue"], lw=1, zorder=1)
    ax.plot(*_at(chosen), "o", mfc="none", mec="black", ms=11, label="chosen")
    ax.set_xscale("log")
    low, high = ax.get_xlim()
    ticks = [t * 10**k for k in range(9) for t in (1, 2, 5) if low <= t * 10**k <= high]
    ax.set_xticks(ticks, [f"{t:,}" for t in ticks])
    ax.set_xticks([], minor=True)
    ax.set(xlabel="learned numbers", ylabel=f"validation {report.error_name}, %")
    if min(y for _, y in map(_at, report.tried)) > 0:
        log_percent_axis(ax)
    labels = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    ax.legend(labels.values(), labels.keys(), fontsize="small")
    return ax


def _at(tried):
    return tried.choice.n_dynamic, 100 * tried.error
