"""The paper's Figure 3: a layer's columns as parallel paths, drawn from the layer, with every shape."""

import functools
import math
from typing import NamedTuple

import matplotlib.pyplot as plt

from ... import _checks
from ...dictionaries.points import image_grid
from ...networks import Conv2d, Dense, Network
from ...weights import Parametrisation, Predicted
from . import glyphs
from .layer_words import by, formula, matrices, window_by

WIDTH = 3.9  # of a layer's picture, in inches
X = {"v": 0.36, "U": 1.06, "pooled": 1.7, "w": 2.22, "h_j": 2.74, "h": 3.54}
HEAD, LANE, GAP, FOOT = 0.62, 0.92, 0.26, 0.58
SIDE, MAP = 0.5, 0.36  # of a dictionary, and of an image
MAX_PARTS = 12  # of h
NAME, SHAPE = 7.5, 6.3  # sizes of letters
MAX_COLUMNS = 4
FADED = 0.55


class Lane(NamedTuple):
    """Where a column is drawn, and how strongly; its units of h; its index, "" where it is the only one."""

    leaf: Parametrisation
    units: slice
    y: float
    index: str
    strength: float


def columnar(net, input_shape=None, figure=None):
    """Draw each layer of a network that has weights, its columns as parallel paths, with every shape.

    Parameters
    ----------
    net : Network
    input_shape : (height, width) or (height, width, n_channels), optional
        Of the rows of a first layer that is dense: its atoms are then drawn as images.
    figure : Figure or SubFigure, optional

    Returns
    -------
    figure : Figure
        With one Axes, of ``columnar_layer``, for each layer that has weights.

    Raises
    ------
    ValueError
        If net is no ``Network`` or has no layer with weights, or as ``columnar_layer``.

    Examples
    --------
    >>> import lowrankweights as lrw
    >>> U = lrw.dictionaries.random_projection(9, 2, rng=0)
    >>> hidden = lrw.Dense(lrw.Columns([lrw.Predicted(U, 4), lrw.Predicted(-U, 4)]), "tanh")
    >>> figure = columnar(lrw.Network([hidden, lrw.Dense(lrw.Full(8, 2))], "squared_error"))
    >>> [ax.get_title('left') for ax in figure.axes]
    ['layer 1: dense, tanh, 2 columns', 'layer 2: dense']
    >>> plt.close(figure)
    """
    if not isinstance(net, Network):
        _checks.fail("net", "a Network", type(net).__name__)
    drawn = [(i, layer) for i, layer in enumerate(net.layers) if isinstance(layer, (Dense, Conv2d))]
    if not drawn:
        _checks.fail("net", "a layer with weights (Dense, Conv2d)", "none")
    n_across = min(2, len(drawn))
    rows = [drawn[k : k + n_across] for k in range(0, len(drawn), n_across)]
    heights = [max(height_of(layer) for _, layer in row) for row in rows]
    if figure is None:
        figure = plt.figure(figsize=(n_across * WIDTH, sum(heights)))
    grid = figure.add_gridspec(
        len(rows), n_across, height_ratios=heights, left=0, right=1, bottom=0, top=1, wspace=0, hspace=0
    )
    for k, (i, layer) in enumerate(drawn):
        ax = figure.add_subplot(grid[divmod(k, n_across)])
        below = net.layers[i - 1].in_shape if i else input_shape
        flattened = below and len(below) > 1 and math.prod(below) == layer.n_v
        columnar_layer(layer, below if flattened or not i else None, ax, heights[k // n_across])
        _title(ax, f"layer {i + 1}: {ax.get_title('left')}")
    return figure


def columnar_layer(layer, input_shape=None, ax=None, height=None):
    """Draw a layer's columns as parallel paths from v to h, the path through the first one highlighted.

    Parameters
    ----------
    layer : Dense or Conv2d
        A ``Conv2d`` as it stands in a network, ``net.layers[i]``, or placed by ``layer.on(in_shape)``.
    input_shape : (height, width) or (height, width, n_channels), optional
        Of v, where the layer is dense: its atoms are then drawn as images.
    ax : Axes, optional
        Its units become inches; default: a figure of its own.
    height : float, optional
        Inches, at least those of ``height_of(layer)``, the default: so that pictures stand side by side.

    Returns
    -------
    ax : Axes

    Raises
    ------
    ValueError
        If the layer has no weights or, on images, no place; or if input_shape does not fit.

    Notes
    -----
    Paper, section 3.4 and Figure 3. Of a dictionary four atoms are drawn, of a stack of maps five at most,
    and of many columns the first ones and the last. What is drawn of a convolution is the paper's order: with
    the dictionary first, then linear combinations of its maps (``net.plan()`` says which order is computed).

    Examples
    --------
    >>> import lowrankweights as lrw
    >>> layer = lrw.Conv2d(lrw.Full(3 * 3 * 1, 4), window=(3, 3)).on((8, 8, 1))
    >>> ax = columnar_layer(layer)
    >>> any("3·3·1×4" in text.get_text() for text in ax.texts)
    True
    >>> plt.close(ax.figure)
    """
    if not isinstance(layer, (Dense, Conv2d)):
        _checks.fail("layer", "a layer with weights (Dense, Conv2d)", type(layer).__name__)
    if layer.in_shape is None:
        _checks.fail("layer", "a layer of a network (net.layers[i]), or layer.on(in_shape)", "one without")
    height = height_of(layer) if height is None else height
    ax = glyphs.inches(WIDTH, height, ax)
    shape = _atom_shape(layer, input_shape)
    lanes = list(_lanes(layer, height))
    middle = (lanes[0].y + lanes[-1].y) / 2
    for lane, end in zip(lanes, _ends(ax, layer, lanes, middle), strict=True):
        _column(ax, layer, lane, middle, end, shape)
    _words(ax, layer, lanes, height)
    return ax


def height_of(layer):
    """Inches that a layer's picture is high."""
    n = len(layer.parametrisation.leaves)
    return HEAD + FOOT + LANE * min(n, MAX_COLUMNS - 1) + GAP * (n >= MAX_COLUMNS)


def _lanes(layer, height):
    """A ``Lane`` for each column that is drawn; the dots of those left out are above the last one."""
    q = layer.parametrisation
    leaves = list(enumerate(q.leaves, start=1))
    shown = leaves if len(leaves) < MAX_COLUMNS else [*leaves[: MAX_COLUMNS - 2], leaves[-1]]
    top = height - HEAD - (height - height_of(layer)) / 2
    for k, (j, leaf) in enumerate(shown):
        below_dots = len(leaves) > len(shown) and j == len(leaves)
        y = top - LANE * (k + 0.4) - GAP * below_dots
        yield Lane(leaf, q.units[j - 1], y, "" if q.leaves == [q] else f"_{{{j}}}", FADED if k else 1.0)


def _ends(ax, layer, lanes, middle):
    """v at the left and h at the right, which the columns share; returns where each lane ends at h."""
    q, tall = layer.parametrisation, min(2.4, lanes[0].y - lanes[-1].y + 0.62)
    shares = [(units.start / q.n_h, units.stop / q.n_h) for units in q.units]
    parts = shares if 1 < len(shares) <= MAX_PARTS else ()
    for name, shape in (("v", layer.in_shape), ("h", layer.out_shape)):
        on_images = len(shape) == 3
        _state(layer, shape, tall, name, parts if name == "h" else ())(ax, X[name], middle)
        _label(ax, X[name], middle - (0.28 if on_images else tall / 2 + 0.04), name, by(shape))
    reach = 0.25 if len(layer.out_shape) == 3 else tall
    centres = [(lane.units.start + lane.units.stop) / 2 / q.n_h for lane in lanes]
    return [middle + reach * (0.5 - centre) for centre in centres]


def _column(ax, layer, lane, middle, end, shape):
    """One path: from v over its matrices, and what lies between them, to its part of h."""
    at = X["v"] + _half(layer.in_shape), middle
    for x, name, size, draw in _stops(layer, lane, shape):
        half = draw(ax, x, lane.y, lane.strength) + 0.03
        _label(ax, x, lane.y - 0.28, name, size, lane.strength)
        glyphs.arrow(ax, at, (x - half, lane.y), lane.strength)
        at = x + half, lane.y
    glyphs.arrow(ax, at, (X["h"] - _half(layer.out_shape), end), lane.strength)


def _stops(layer, lane, shape):
    """What a column's path meets: (x, name, size in words, a function that draws it)."""
    boxes, places = matrices(lane.leaf, lane.index), layer.out_shape[:-1]
    largest = max(max(size) for _, _, size in boxes)
    for k, (kind, name, (n_rows, n_columns)) in enumerate(boxes):
        if k:
            between = (*places, n_rows)
            times = r"\ast " if places else r"\,"
            yield X["pooled"], f"v{times}{boxes[0][1]}", by(between), _state(layer, between)
        sides = [max(0.16, SIDE * math.sqrt(n / largest)) for n in (n_rows, n_columns)]
        draw = functools.partial(glyphs.matrix, size=sides, kind=kind)
        if kind == "fixed" and shape is not None:
            draw = functools.partial(glyphs.atoms, side=SIDE, U=lane.leaf.U, shape=shape)
        rows = window_by(layer) if places and not k else n_rows
        x = X["w" if k else "U"] if len(boxes) > 1 else X["pooled"]
        yield x, name, f"{rows}×{n_columns}", draw
    if lane.index:
        own = (*places, lane.leaf.n_h)
        yield X["h_j"], f"h{lane.index}", by(own), _state(layer, own)


def _state(layer, shape, tall=SIDE, marked="", parts=()):
    """A function that draws what passes through: a stack of maps with a mark, or a row of numbers."""
    if len(shape) != 3:
        return functools.partial(glyphs.units, height=tall, parts=parts)
    sides = [MAP * n / max(shape[:2]) for n in shape[:2]]
    return functools.partial(
        glyphs.maps, sides=sides, n=shape[2], mark=_mark(layer, marked), filled=marked != "v"
    )


def _mark(layer, marked):
    """(bottom, left, height, width), as shares of a map: a window of v, or the place that it comes to."""
    shares = []
    for size, n, (before, _), n_places in zip(
        layer.window, layer.in_shape, layer.n_zeros, layer.out_shape, strict=False
    ):
        first = round(0.35 * (n - size))
        shares.append((first / n, size / n) if marked == "v" else ((first + before) / n_places, 1 / n_places))
    (top, height), (left, width) = shares
    return 1 - top - height, left, height, width


def _half(shape):
    """Half the width of what passes through, for the arrows that end there."""
    return 0.12 if len(shape) != 3 else glyphs.half_of_maps(MAP, shape[2]) + 0.03


def _atom_shape(layer, input_shape):
    """(height, width, n_channels) of an atom, or None where it is no image."""
    if isinstance(layer, Conv2d):
        return (*layer.window, layer.in_shape[2])
    if input_shape is None:
        return None
    grid = image_grid(input_shape, "input_shape", n_v=layer.n_v)
    return (*grid.shape, grid.n_channels)


def _words(ax, layer, lanes, height):
    """What kind of layer it is, what is what, the formula, and how many numbers are learned and fixed."""
    q, on_images = layer.parametrisation, isinstance(layer, Conv2d)
    words = [f"convolution, windows {layer.window[0]}×{layer.window[1]}" if on_images else "dense"]
    words += [layer.activation] * (layer.activation != "identity")
    words += [f"{len(q.leaves)} columns"] * (q.leaves != [q])
    _title(ax, ", ".join(words))
    centred = {"ha": "center", "va": "center"}
    if len(q.leaves) > len(lanes):
        ax.text(
            X["pooled"], lanes[-1].y + (LANE + GAP) / 2 - 0.1, "⋮", fontsize=12, color=glyphs.GREY, **centred
        )
    if all(isinstance(leaf, Predicted) for leaf in q.leaves):
        heads = {"v": "input", "U": "fixed", "pooled": "fixed\nmaps" if on_images else "pooled",
                 "w": "learned", "h_j": "output of\na column", "h": "output"}  # fmt: skip
        for place, head in heads.items():
            if place != "h_j" or lanes[0].index:
                ax.text(
                    X[place], height - 0.42, head, fontsize=SHAPE, color=glyphs.GREY, linespacing=1, **centred
                )
    ax.text(WIDTH / 2, 0.42, formula(layer), fontsize=8, **centred)
    counts = [("learned", q.n_dynamic), ("fixed", q.n_static)]
    for k, (kind, n) in enumerate(counts if q.n_static else counts[:1]):
        x = 0.6 + 1.6 * k if q.n_static else 1.4
        glyphs.matrix(ax, x, 0.17, size=(0.1, 0.16), kind=kind)
        ax.text(x + 0.14, 0.165, f"{kind}: {n:,} numbers", fontsize=7, va="center")


def _title(ax, text):
    """A title within the Axes, at the left."""
    ax.set_title(text, loc="left", x=0.03, y=1 - 0.2 / ax.get_ylim()[1], pad=0, fontsize=8.5)


def _label(ax, x, y, name, size, strength=1.0):
    """A name, and under it a shape."""
    style = {"ha": "center", "va": "top", "zorder": 6}
    fitting = SHAPE * min(1, 10 / len(size))
    for text, below, points in ((f"${name}$", 0, NAME), (size, 0.13, fitting)):
        colour = "#222222" if strength == 1 else "#666666"
        ax.text(x, y - below, text, fontsize=points, color=colour, **style)
