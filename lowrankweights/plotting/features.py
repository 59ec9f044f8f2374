"""Features as pictures: blue is negative, red positive, white zero; what is unknown is grey."""

import matplotlib.pyplot as plt
import numpy as np

from .. import _checks
from .._blas import one_blas_thread
from ..dictionaries.completion import correlation
from ..dictionaries.index_sets import check_index_set
from ..dictionaries.points import image_grid
from ..dictionaries.ridge import predict_features
from .style import COLOURS, DIVERGING, UNKNOWN


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
    grid = image_grid(shape, n_v=w.size, n_channels=(1, 3))
    image = picture(w, grid, scale)
    if known is not None:
        unknown = np.array(plt.matplotlib.colors.to_rgb(UNKNOWN))
        image = np.where(_pixels(known, grid, "known")[..., None], image, unknown)
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
    usual = max(1, int(np.ceil(np.sqrt(W.shape[1]))))
    n_across = usual if n_across is None else _checks.integer("n_across", n_across, at_least=1)
    n_down = -(-W.shape[1] // n_across)
    ax = plt.subplots(figsize=(0.5 * n_across, 0.5 * n_down))[1] if ax is None else ax
    grid = image_grid(shape, n_v=len(W), n_channels=(1, 3))
    height, width = grid.shape
    canvas = np.ones((n_down * (height + 1) - 1, n_across * (width + 1) - 1, 3))
    for i, w in enumerate(W.T):
        top, left = (height + 1) * (i // n_across), (width + 1) * (i % n_across)
        canvas[top : top + height, left : left + width] = picture(w, grid, scale)
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
    known = _pixels(alpha, image_grid(shape))
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
    for j, (ax, alpha) in enumerate(zip(axes[: len(sets)], sets, strict=True)):
        index_set(alpha, shape, ax).set_title(f"column {j + 1}")
        if centres is not None:
            # white on black: seen on a known pixel and on an unknown one
            for colour, size, width in (("#000000", 9, 3.4), ("#FFFFFF", 7, 1.4)):
                ax.plot(*centres[j][::-1], "+", color=colour, ms=size, mew=width)
    for ax in axes[len(sets) :]:
        ax.remove()
    sizes = sorted({len(alpha) for alpha in sets})
    share = f"{sizes[0]} to {sizes[-1]}" if len(sizes) > 1 else f"{sizes[0]}"
    known, n_v = len(np.unique(np.concatenate(sets))), len(image_grid(shape))
    fig.supxlabel(f"a column knows {share} of {n_v} weights,\nall together {known}", fontsize="small")
    return fig


def drawn_dictionary(drawn, shape, n_atoms=12, fig=None):
    """Draw a column's dictionary: its first atoms, and beside them which weights are known.

    Parameters
    ----------
    drawn : DrawnDictionary
        Of ``building.predicted_layer``, ``from_recipe`` or a strategy's ``draw``.
    shape : (height, width) or (height, width, 3)
    n_atoms : int
        How many, at most.
    fig : Figure, optional

    Returns
    -------
    fig : Figure
        With one Axes for the atoms and, where there is an index set, one for it.
    """
    fig = plt.figure(figsize=(4.5, 1.8), layout="constrained") if fig is None else fig
    has_alpha = drawn.alpha is not None
    axes = np.atleast_1d(fig.subplots(1, 1 + has_alpha, width_ratios=[2, 1][: 1 + has_alpha]))
    shown = drawn.U[:, :n_atoms]
    tiles(shown, shape, axes[0], n_across=min(6, shown.shape[1]))
    axes[0].set_title(f"{shown.shape[1]} of {drawn.U.shape[1]} atoms")
    if has_alpha:
        index_set(drawn.alpha, shape, axes[1]).set_title(f"{len(drawn.alpha)} known weights")
    fig.suptitle(drawn.recipe["strategy"].replace("_", " "))
    return fig


@one_blas_thread
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
        Under each prediction its ``completion.correlation`` with the feature.
    """
    W = _checks.array("W", W, ndim=2)
    alpha, n_features = check_index_set(alpha, len(W)), W.shape[1]
    if fig is None:
        height, width = image_grid(shape).shape
        size = max(3.0, 1.1 + 1.15 * n_features), 0.65 + 3.45 * min(1.2, height / width)
        fig = plt.figure(figsize=size, layout="compressed")
    axes = fig.subplots(3, n_features, squeeze=False)
    W_hat = predict_features(W[alpha], U)
    found = correlation(W, W_hat, alpha)
    for (top, middle, bottom), w, w_hat, r in zip(axes.T, W.T, W_hat.T, found, strict=True):
        scale = np.abs(w).max() or 1.0
        show_feature(w, shape, top, scale)
        show_feature(w, shape, middle, scale, known=alpha)
        show_feature(w_hat, shape, bottom, scale)
        if len(alpha) < len(W):
            said = "none: constant" if np.isnan(r) else f"correlation {r:.2f}"
            bottom.set_xlabel(said, fontsize="small")
    share = f"{len(alpha)} of the {len(W)}\nweights ({len(alpha) / len(W):.0%})\nat random"
    for ax, label in zip(axes[:, 0], (what, share, "predicted\nfrom these"), strict=True):
        ax.set_ylabel(label, rotation=0, ha="right", va="center", labelpad=6)
    told = ["correlation over the weights not known" if len(alpha) < len(W) else "no weight was unknown"]
    if length_scale is not None:
        told.insert(0, f"squared exponential kernel, length scale {length_scale:.2f} pixels")
    fig.supxlabel(("; " if n_features > 3 else "\n").join(told), fontsize="small")
    return fig


def picture(w, grid, scale=None):
    """A feature as colours (height, width, 3) in [0, 1]; ``scale`` is the weight at their end."""
    scale = np.abs(w).max() if scale is None else _checks.number("scale", scale, at_least=0)
    w = w / (scale or 1.0)
    if grid.n_channels == 3:
        return np.clip(0.5 + 0.5 * w.reshape(grid.input_shape), 0, 1)
    return DIVERGING(0.5 + 0.5 * np.clip(w.reshape(grid.shape), -1, 1))[..., :3]


def _pixels(alpha, grid, name="alpha"):
    """Which pixels have a known weight in any channel, (height, width)."""
    known = np.zeros(len(grid), bool)
    known[check_index_set(alpha, len(grid), name, may_be_empty=True)] = True
    return known.reshape(*grid.shape, grid.n_channels).any(axis=2)


def _bare(ax):
    """No ticks; a thin frame."""
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(True)
        spine.set_linewidth(0.4)
        spine.set_color("#9A9893")
    return ax
