"""Pictures of features, dictionaries, index sets and training curves.

Every function takes and returns Axes (or makes a figure of its own), and needs matplotlib.
Blue is negative, red positive, white zero; what is unknown is grey.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from . import _checks

# Okabe and Ito's colours: told apart by the colour-blind, and of different lightness in print.
COLOURS = {"blue": "#0072B2", "orange": "#E69F00", "green": "#009E73", "red": "#D55E00", "purple": "#CC79A7"}
MARKS = ["o", "s", "^", "D", "v", "P", "X", "<", ">"]
UNKNOWN = "#D9D7D2"
DIVERGING = LinearSegmentedColormap.from_list(
    "blue_white_red", ["#08306B", "#2B7BBA", "#A6CCE3", "#FFFFFF", "#F9B995", "#D6503B", "#67000D"]
)
STYLE = {
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9.0,
    "legend.frameon": False,
    "figure.dpi": 110,
    "savefig.dpi": 160,
    "svg.hashsalt": "lowrankweights",  # the same picture gives the same file
}


def show_feature(w, shape, ax=None, scale=None, known=None):
    """Draw one feature as an image.

    Parameters
    ----------
    w : array, (n_v,)
    shape : (height, width) or (height, width, 3)
        Colour features are drawn as colours around mid-grey.
    ax : Axes, optional
    scale : float, optional
        The largest absolute weight of the colour scale; default: that of ``w``.
    known : array of int, optional
        Draw only these weights; the others are grey.

    Returns
    -------
    ax : Axes
    """
    ax = plt.subplots(figsize=(2, 2))[1] if ax is None else ax
    w = _checks.array("w", w, ndim=1)
    if w.size != np.prod(shape):
        _checks.fail("shape", f"as many weights as w has ({w.size})", tuple(shape))
    scale = scale or np.abs(w).max() or 1.0
    image = w.reshape(shape)
    if image.ndim == 3:
        image = np.clip(0.5 + 0.5 * image / scale, 0, 1)
    else:
        image = DIVERGING(0.5 + 0.5 * np.clip(image / scale, -1, 1))[..., :3]
    if known is not None:
        mask = np.zeros(w.size, bool)
        mask[known] = True
        mask = mask.reshape(shape) if len(shape) == 2 else mask.reshape(shape).any(axis=2)
        image = np.where(mask[..., None], image, np.array(plt.matplotlib.colors.to_rgb(UNKNOWN)))
    ax.imshow(image, interpolation="nearest")
    return _bare(ax)


def tiles(W, shape, ax=None, n_across=None, scale=None):
    """Draw features side by side, each on its own colour scale unless ``scale`` is given.

    Parameters
    ----------
    W : array, (n_v, n_h)
        One feature a column.
    shape : (height, width) or (height, width, 3)
    n_across : int, optional
        Features in a row of the picture; default: about a square.

    Returns
    -------
    ax : Axes
    """
    W = _checks.array("W", W, ndim=2)
    n_across = n_across or int(np.ceil(np.sqrt(W.shape[1])))
    n_down = -(-W.shape[1] // n_across)
    ax = plt.subplots(figsize=(0.5 * n_across, 0.5 * n_down))[1] if ax is None else ax
    height, width = shape[:2]
    canvas = np.ones((n_down * (height + 1) - 1, n_across * (width + 1) - 1, 3))
    for i, w in enumerate(W.T):
        top, left = (height + 1) * (i // n_across), (width + 1) * (i % n_across)
        x = w.reshape(shape) / (scale or np.abs(w).max() or 1.0)
        picture = DIVERGING(0.5 + 0.5 * np.clip(x, -1, 1))[..., :3] if x.ndim == 2 else 0.5 + 0.5 * x
        canvas[top : top + height, left : left + width] = np.clip(picture, 0, 1)
    # A frame around each tile: near-white features need an edge on white paper.
    ax.imshow(canvas, interpolation="nearest")
    for i in range(W.shape[1]):
        corner = (width + 1) * (i % n_across) - 0.5, (height + 1) * (i // n_across) - 0.5
        ax.add_patch(plt.Rectangle(corner, width, height, fill=False, lw=0.4, ec="#9A9893"))
    _bare(ax)
    ax.set_xlim(-1, canvas.shape[1])
    ax.set_ylim(canvas.shape[0], -1)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax


def index_set(alpha, shape, ax=None, colour=COLOURS["blue"]):
    """Draw which pixels are known."""
    ax = plt.subplots(figsize=(2, 2))[1] if ax is None else ax
    known = np.zeros(int(np.prod(shape)), bool)
    known[alpha] = True
    known = known.reshape(shape) if len(shape) == 2 else known.reshape(shape).any(axis=2)
    colours = np.array([plt.matplotlib.colors.to_rgb(c) for c in (UNKNOWN, colour)])
    ax.imshow(colours[known.astype(int)], interpolation="nearest")
    return _bare(ax)


def index_sets(index_sets, shape, centres=None, fig=None):
    """Draw which pixels each column knows, the columns side by side.

    Parameters
    ----------
    index_sets : list of array of int
        alpha of each column, for instance an estimator's ``index_sets_[0]``.
    shape : (height, width) or (height, width, n_channels)
    centres : array, (n_columns, 2), optional
        Row and column of each column's place, in pixels; marked with a cross.
    fig : Figure, optional

    Returns
    -------
    fig : Figure
        With one Axes a column. Told under it: how many weights a column knows, and how many are
        known to at least one.

    Notes
    -----
    Paper, section 3.4 and Figure 3.
    """
    sets = list(index_sets)
    if not sets:
        _checks.fail("index_sets", "an index set for at least one column", "none")
    if centres is not None:
        centres = _checks.array("centres", centres, shape=(len(sets), 2))
    n_across = min(len(sets), 5)
    n_down = -(-len(sets) // n_across)
    if fig is None:
        fig = plt.figure(figsize=(1.35 * max(n_across, 2), 1.55 * n_down + 0.45), layout="constrained")
    axes = fig.subplots(n_down, n_across, squeeze=False).ravel()
    for j, (ax, alpha) in enumerate(zip(axes, sets, strict=False)):
        index_set(alpha, shape, ax).set_title(f"column {j + 1}")
        if centres is not None:
            # white on black: seen on a known pixel and on an unknown one
            for colour, size, width in (("#000000", 9, 3.4), ("#FFFFFF", 7, 1.4)):
                ax.plot(*centres[j][::-1], "+", color=colour, ms=size, mew=width)
    for ax in axes[len(sets) :]:
        ax.remove()
    sizes = sorted({len(alpha) for alpha in sets})
    share = f"{sizes[0]} to {sizes[-1]}" if len(sizes) > 1 else f"{sizes[0]}"
    known, n_v = len(np.unique(np.concatenate(sets))), int(np.prod(shape))
    fig.supxlabel(f"a column knows {share} of {n_v} weights,\nall together {known}", fontsize="small")
    return fig


def feature_completion(W, alpha, U, shape, length_scale=None, fig=None, what="learned\nfeatures"):
    """The paper's Figure 1: features, a few of their weights, the prediction from these.

    Parameters
    ----------
    W : array, (n_v, n_features)
    alpha : array of int, (n_alpha,)
    U : array, (n_v, n_alpha)
    shape : (height, width) or (height, width, 3)
    length_scale : float, optional
        Told under the picture, in pixels.
    fig : Figure or SubFigure, optional
        Where to draw.
    what : str
        What the columns of W are, in the top row's label.

    Returns
    -------
    fig : Figure
    """
    W = _checks.array("W", W, ndim=2)
    n_features = W.shape[1]
    if fig is None:
        size = max(3.0, 1.1 + 1.15 * n_features), 0.65 + 3.45 * min(1.2, shape[0] / shape[1])
        fig = plt.figure(figsize=size, layout="compressed")
    axes = fig.subplots(3, n_features, squeeze=False)
    W_hat = U @ W[alpha]
    unknown = np.setdiff1d(np.arange(len(W)), alpha)
    for (top, middle, bottom), w, w_hat in zip(axes.T, W.T, W_hat.T, strict=True):
        scale = np.abs(w).max() or 1.0
        show_feature(w, shape, top, scale)
        show_feature(w, shape, middle, scale, known=alpha)
        show_feature(w_hat, shape, bottom, scale)
        if len(unknown) > 1 and np.ptp(w[unknown]) and np.ptp(w_hat[unknown]):
            r = np.corrcoef(w[unknown], w_hat[unknown])[0, 1]
            bottom.set_xlabel(f"correlation {r:.2f}", fontsize="small")
    share = f"{len(alpha)} of the {len(W)}\nweights ({len(alpha) / len(W):.0%})\nat random"
    for ax, label in zip(axes[:, 0], (what, share, "predicted\nfrom these"), strict=True):
        ax.set_ylabel(label, rotation=0, ha="right", va="center", labelpad=6)
    told = ["correlation over the weights not known"]
    if length_scale is not None:
        told.insert(0, f"squared exponential kernel, length scale {length_scale:.2f} pixels")
    fig.supxlabel(("; " if n_features > 3 else "\n").join(told), fontsize="small")
    return fig


def loss_curves(curves, ax=None, ylabel="loss"):
    """Draw loss against iteration, one line for each entry of ``curves`` {label: values}."""
    ax = plt.subplots(figsize=(4.2, 2.8))[1] if ax is None else ax
    marks = zip(curves.items(), COLOURS.values(), MARKS, ["-", "--", "-.", ":", "-"], strict=False)
    for (label, values), colour, mark, dash in marks:
        every = max(1, len(values) // 8)
        ax.plot(values, dash, color=colour, marker=mark, markevery=every, ms=4, lw=1.4, label=label)
    ax.set_yscale("log")
    ax.set_xlabel("L-BFGS iteration")
    ax.set_ylabel(ylabel)
    ax.legend()
    return ax


def line_styles(n):
    """Colour, mark and dashes for n lines, as keywords of ``plot``: told apart in print too."""
    colours = [*COLOURS.values(), "#000000", "#56B4E9", "#8B6F00"]
    dashes = ["-", "--", "-.", ":"]
    return [
        {"color": colours[i % len(colours)], "marker": MARKS[i % len(MARKS)], "ls": dashes[i % 4], "ms": 4.5,
         "lw": 1.3}
        for i in range(n)
    ]  # fmt: skip


def log_percent_axis(ax):
    """A logarithmic axis of errors in per cent, with plain numbers at 1, 1.5, 2, 3, 5, 7, 10, ..."""
    ax.set_yscale("log")
    low, high = ax.get_ylim()
    ticks = [t * 10.0**k for k in range(-1, 3) for t in (1, 1.5, 2, 3, 5, 7)]
    ax.set_yticks([t for t in ticks if low <= t <= high], minor=False)
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


def _bare(ax):
    """No ticks; a thin frame."""
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(True)
        spine.set_linewidth(0.4)
        spine.set_color("#9A9893")
    return ax
