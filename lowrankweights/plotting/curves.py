"""Training curves, errors, and differences with their intervals."""

import matplotlib.pyplot as plt

from .style import COLOURS, line_styles


def loss_curves(curves, ax=None, ylabel="loss"):
    """Draw loss against iteration, one line for each entry of ``curves`` {label: values}."""
    ax = plt.subplots(figsize=(4.2, 2.8), layout="constrained")[1] if ax is None else ax
    for (label, values), style in zip(curves.items(), line_styles(len(curves)), strict=True):
        ax.plot(values, markevery=max(1, len(values) // 8), label=label, **style)
    ax.set_yscale("log")
    ax.set_xlabel("L-BFGS iteration")
    ax.set_ylabel(ylabel)
    ax.legend()
    return ax


def log_percent_axis(ax):
    """A logarithmic axis of errors in per cent, with plain numbers at 1, 1.5, 2, 3, 5, 7, 10, ...

    Where fewer than three of these lie on the axis they stand at even distances.
    """
    from matplotlib.ticker import MaxNLocator

    ax.set_yscale("log")
    low, high = ax.get_ylim()
    usual = [t * 10.0**k for k in range(-1, 3) for t in (1, 1.5, 2, 3, 5, 7)]
    for ticks in (usual, MaxNLocator(6).tick_values(low, high)):
        ticks = [t for t in ticks if low <= t <= high]
        if len(ticks) >= 3:
            break
    ax.set_yticks(ticks, minor=False)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.yaxis.set_minor_formatter("")
    ax.minorticks_off()
    ax.grid(axis="y", lw=0.4, alpha=0.5)
    return ax


def differences(found, ax=None):
    """Draw differences in error with their intervals, one below the other, around a line at 0.

    Parameters
    ----------
    found : dict
        Label: (mean, low, high), in points of error; as from ``paired_interval``, times 100.
    ax : Axes, optional

    Returns
    -------
    ax : Axes
        Filled blue dots where the interval does not contain 0, open orange squares where it does. The
        numbers stand at the right. Where a difference is beyond 10 points, the scale is linear up to one
        point and logarithmic beyond; the label says so.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(7.6, 0.34 * len(found) + 0.9), layout="constrained")
    for i, (mean, low, high) in enumerate(found.values()):
        clear = high < 0 or low > 0
        colour, mark = (COLOURS["blue"], "o") if clear else (COLOURS["orange"], "s")
        ax.plot([low, high], [i, i], color=colour, lw=2)
        ax.plot(mean, i, mark, color=colour, mfc=colour if clear else "white", ms=6)
        words, beside = f"{mean:+.1f}  ({low:+.1f} to {high:+.1f})", ("axes fraction", "data")
        ax.annotate(words.replace("-", "−"), (1.02, i), xycoords=beside, va="center", annotation_clip=False)
    ax.axvline(0, color="#555555", lw=0.8)
    ends = [0, *(x for interval in found.values() for x in interval)]
    lowest, highest = min(-1.2, 1.25 * min(ends)), max(1.2, 1.25 * max(ends))
    label = "difference in test error, points, with its 95 % interval; left: the first is better"
    if max(-lowest, highest) > 12.5:
        label += "\nlogarithmic beyond one point"
        ax.set_xscale("symlog", linthresh=1)
        ticks = [t for t in (-50, -20, -5, -2, -1, 0, 1, 2, 5, 20, 50) if lowest <= t <= highest]
        ax.set_xticks(ticks, [f"{t}".replace("-", "−") for t in ticks])
    ax.minorticks_off()
    ax.set(xlim=(lowest, highest), ylim=(len(found) - 0.5, -0.5), xlabel=label)
    ax.set_yticks(range(len(found)), list(found))
    return ax
