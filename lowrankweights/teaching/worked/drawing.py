"""A picture of a network: what is learned, what is fixed, and the shape of everything."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Patch

from ... import _checks
from ...networks import Conv2d, MaxPool2d, Network
from ...networks.layers import Weighted
from ...plotting.columnar.layer_words import matrices, window_by
from ...plotting.style import COLOURS, EDGES, FILLS
from .lines import arrays_of

BACK = COLOURS["red"]
STEP, STEP_OF_IMAGES = 1.9, 2.3  # from box to box
LANE = 1.0  # from column to column
SIZE = (1.12, 0.62)
MAX_COLUMNS = 4


def draw(net, ax=None):
    """Draw a network's graph: shapes on every box, columns as parallel paths, gradients underneath.

    Blue is learned (dynamic), yellow with stripes is fixed (static), white is data; the backward
    path, in red, has the shapes of the gradients. A layer without weights is a box with its name; of a
    convolution's matrix the rows are the numbers of a window, "3·3·2".

    Parameters
    ----------
    net : Network
    ax : Axes, optional

    Returns
    -------
    ax : Axes

    Raises
    ------
    ValueError
        If net is no ``Network``.

    Notes
    -----
    Of many columns the first ones and the last are drawn. The paper's Figure 3 of a layer or a network is
    ``plotting.columnar``.

    Examples
    --------
    >>> import lowrankweights as lrw
    >>> ax = draw(lrw.Network([lrw.Dense(lrw.Full(4, 2))], "squared_error"))
    >>> any("4 × 2" in text.get_text() for text in ax.texts)
    True
    >>> plt.close(ax.figure)
    """
    if not isinstance(net, Network):
        _checks.fail("net", "a Network", type(net).__name__)
    paths = [shown_paths(layer) for layer in net.layers]
    depth = max(len(p) for p in paths)
    step = STEP_OF_IMAGES if any(len(layer.in_shape) == 3 for layer in net.layers) else STEP
    steps = sum(1 + max(len(boxes) for boxes in p) for p in paths) + 1
    if ax is None:
        size = 1.25 * steps * step / STEP + 1, 0.62 * depth + 2.5
        _, ax = plt.subplots(figsize=size, layout="constrained")
    floor = -0.5 * LANE * (depth - 1) - 1.3
    x = box(ax, 0, 0, "data", "v", rows_of(net.in_shape))
    ax.text(-0.1, floor, "not\nneeded", ha="center", va="center", color="#777777", fontsize=7.5)
    for i, (layer, shown) in enumerate(zip(net.layers, paths, strict=True)):
        x = draw_layer(ax, x, step, layer, shown, floor, last=i == len(net.layers) - 1)
    words = {
        "softmax_cross_entropy": "softmax",
        "sigmoid_cross_entropy": "sigmoid",
        "squared_error": "squared",
    }
    box(ax, x + step, 0, "data", "loss", words.get(net.loss, net.loss))
    arrow(ax, x, 0, x + step, 0)
    backward_label(ax, x + step, floor, "1", "")
    backward_arrow(ax, x + step, x, floor)
    _finish(ax, x + step, floor, depth, net)
    return ax


def draw_layer(ax, x, step, layer, paths, floor, last):
    """One layer from its input at x; returns where its output is."""
    width = max(len(boxes) for boxes in paths)
    end, middle = x + step * (width + 1), 0.5 * LANE * (len(paths) - 1)
    for k, boxes in enumerate(paths):
        y = middle - LANE * k
        if not boxes:
            ax.text(x + step * (width + 1) / 2, y, "⋮", ha="center", va="center", fontsize=13)
            continue
        shift = 0.5 * step * (width - len(boxes))
        places = [x + shift + step * (s + 1) for s in range(len(boxes))]
        for place, (kind, name, shape) in zip(places, boxes, strict=True):
            box(ax, place, y, kind, name, by(shape))
        for a, b, ya, yb in _hops(x, places, end, y):
            arrow(ax, a, ya, b, yb)
        if len(boxes) == 2:
            between = rows_of((*layer.out_shape[:-1], *boxes[0][2][1:]))
            room = 7 if step == STEP else 11
            ax.text(sum(places) / 2, y + 0.07, between, **_small("#555555", _fitting(between, room)))
    if isinstance(layer, Conv2d):
        told = f"windows {by(layer.window)}, {layer.padding}"
        ax.text(x + step, middle + SIZE[1] / 2 + 0.07, told, **_small("#333333"))
    output, size = "z" if last else "h", rows_of(layer.out_shape)
    box(ax, end, 0, "data", output, size)
    words = ["+ $b$"] * isinstance(layer, Weighted) + [layer.activation] * (layer.activation != "identity")
    ax.text(end, box_height(size) / 2 + 0.07, ", ".join(words), **_small("#333333"))
    backward_label(ax, end, floor, f"d{output}", size)
    learned = gradients(layer, paths)
    ax.text((x + end) / 2, floor + 0.15, learned, ha="center", va="bottom", color=BACK, fontsize=7.5)
    backward_arrow(ax, end, x, floor)
    return end


def shown_paths(layer):
    """For each column that is drawn its boxes, (kind, name, shape); no boxes stand for those left out."""
    if not isinstance(layer, Weighted):
        name = rf"\mathrm{{{type(layer).__name__}}}"
        shape = layer.window if isinstance(layer, MaxPool2d) else ()
        return [[("learned" if layer.n_dynamic else "data", name, shape)]]
    leaves, q = layer.parametrisation.leaves, layer.parametrisation
    indices = [""] if leaves == [q] else [f"_{{{j}}}" for j in range(1, len(leaves) + 1)]
    paths = [matrices(leaf, k) for leaf, k in zip(leaves, indices, strict=True)]
    if isinstance(layer, Conv2d):
        for path in paths:
            kind, name, (_, n_columns) = path[0]
            path[0] = kind, rf"\ast {name}", (window_by(layer), n_columns)
    return paths if len(paths) <= MAX_COLUMNS else [*paths[:2], [], paths[-1]]


def gradients(layer, paths):
    """Names and shapes of the gradients of what a layer learns."""
    if isinstance(layer, Weighted):
        learned = [
            [(name.removeprefix(r"\ast "), shape) for kind, name, shape in boxes if kind == "learned"]
            for boxes in paths
        ]
        learned.append([("b", (layer.parametrisation.n_h,))])
    else:
        arrays = arrays_of(layer.unpack(np.zeros(layer.n_dynamic)))
        learned = [[(name, a.shape)] for name, a in arrays.items()]
    words = [", ".join(f"$d{name}$ {by(shape)}" for name, shape in own) or "…" for own in learned]
    return "\n".join(", ".join(words[k : k + 2]) for k in range(0, len(words), 2))


def by(shape):
    """A shape as text, "2 × 3"."""
    return " × ".join(map(str, shape))


def rows_of(shape):
    """The shape of n rows as text, "n × 3"; of images on two lines."""
    return by(("n", *shape)) if len(shape) < 3 else f"{by(('n', *shape[:2]))}\n× {by(shape[2:])}"


def box_height(size):
    """A box's height with room for the lines of its size."""
    return SIZE[1] + 0.2 * size.count("\n")


def box(ax, x, y, kind, name, size):
    """A box with a name and a shape, centred at (x, y); returns x."""
    width, height = SIZE[0], box_height(size)
    corner = x - width / 2, y - height / 2
    hatch = {"hatch": "////"} if kind == "fixed" else {}
    ax.add_patch(
        FancyBboxPatch(
            corner, width, height, boxstyle="round,pad=0,rounding_size=0.08", fc=FILLS[kind],
            ec=EDGES[kind], lw=1.3 if kind != "data" else 0.9, zorder=3,
        )
    )  # fmt: skip
    if hatch:
        stripe = plt.Rectangle((corner[0] + 0.02, corner[1] + 0.03), 0.1, height - 0.06, fc="none", lw=0)
        stripe.set(ec=EDGES["fixed"], zorder=4, **hatch)
        ax.add_patch(stripe)
    letters = name.removeprefix(r"\mathrm{").rstrip("}") if name.startswith(r"\mathrm") else "U"
    style = {"ha": "center", "va": "center", "zorder": 5}
    above = height / 2 - 0.21 if size else 0
    points = 10 / 7.5 * _fitting(letters, 7)
    ax.text(x, y + above, name if name == "loss" else f"${name}$", fontsize=points, **style)
    below = 0.1 * size.count("\n") - height / 2 + 0.13
    ax.text(x, y + below, size, fontsize=_fitting(size, 11), color="#333333", **style)
    return x


def arrow(ax, xa, ya, xb, yb, colour="#555555", margin=SIZE[0] / 2):
    """An arrow between the edges of two boxes."""
    direction = 1 if xb > xa else -1
    style = {"arrowstyle": "-|>", "mutation_scale": 9, "shrinkA": 1, "shrinkB": 1, "lw": 1.1, "zorder": 2}
    ends = (xa + direction * margin, ya), (xb - direction * margin, yb)
    ax.add_patch(FancyArrowPatch(*ends, color=colour, **style))


def backward_arrow(ax, xa, xb, y):
    """An arrow of the backward path, to the left."""
    arrow(ax, xa, y, xb, y, colour=BACK, margin=0.25)


def backward_label(ax, x, y, name, size):
    """The name of a gradient between the arrows of the way back, and its size, however long, below them."""
    ax.text(x, y, f"${name}$", ha="center", va="center", color=BACK, fontsize=8.5)
    ax.text(x, y - 0.14, size, ha="center", va="top", color=BACK, fontsize=7.5)


def _hops(x, places, end, y):
    """Arrows from the input over a column's boxes to the output, (xa, xb, ya, yb)."""
    yield x, places[0], 0.0, y
    for a, b in itertools.pairwise(places):
        yield a, b, y, y
    yield places[-1], end, y, 0.0


def _small(colour, size=7.5):
    return {"ha": "center", "va": "bottom", "fontsize": size, "color": colour}


def _fitting(text, n_letters):
    """The size of letters for a text in a space for so many of the usual size."""
    return 7.5 * min(1, n_letters / max(1, *map(len, text.split("\n"))))


def _finish(ax, right, floor, depth, net):
    """Limits, the words at the left, and the legend with the counts."""
    top = 0.5 * LANE * (depth - 1) + 0.75
    handles = [
        Patch(fc=FILLS["learned"], ec=EDGES["learned"], label=f"learned: {net.n_dynamic:,} numbers"),
        Patch(fc=FILLS["fixed"], ec=EDGES["fixed"], hatch="////", label=f"fixed: {net.n_static:,} numbers"),
        Line2D([], [], color=BACK, marker="<", ms=5, lw=1.1, label="backward: shapes of the gradients"),
    ]
    shown = handles if net.n_static else [handles[0], handles[2]]
    ax.legend(
        handles=shown, loc="upper center", bbox_to_anchor=(0.5, -0.01), ncols=3, fontsize=8, frameon=False
    )
    ax.set_xlim(-0.8, right + 0.8)
    ax.set_ylim(floor - 0.55, top)
    ax.set_axis_off()
