"""Small pictures of what a network is made of: rows of numbers, stacks of maps, matrices, atoms, arrows.

All lengths are inches, on the Axes that ``inches`` makes. Blue is learned, yellow with stripes is fixed.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Rectangle

from ...dictionaries.points import image_grid
from ..features import picture
from ..style import COLOURS, EDGES, FILLS, UNKNOWN

GREY, FRAME = "#555555", "#8A8782"
SHIFT = 0.03  # from one map of a stack to the one behind it
MAX_MAPS = 5


def inches(width, height, ax=None):
    """Axes without frame, of which a unit is an inch where they are drawn in this size."""
    if ax is None:
        ax = plt.figure(figsize=(width, height)).add_axes((0, 0, 1, 1))
    ax.set_xlim(0, width)
    ax.set_ylim(0, height)
    ax.set_aspect("equal")
    ax.set_axis_off()
    return ax


def faded(colour, strength):
    """A colour mixed with white: unlike a transparent one it hides what is behind it."""
    return tuple(1 - strength * (1 - c) for c in to_rgb(colour))


def units(ax, x, y, strength=1.0, *, height, parts=()):
    """A row of numbers, upright, as circles in a frame; returns half its width, as all that follow.

    ``parts``, (start, stop) from the top as shares of the height: cut there, the first one marked.
    """
    width, top = 0.17, y + height / 2
    style = {"boxstyle": "round,pad=0,rounding_size=0.05", "ec": faded(FRAME, strength), "lw": 0.8}
    corner, grey = (x - width / 2, y - height / 2), faded(GREY, strength)
    frame = ax.add_patch(FancyBboxPatch(corner, width, height, fc="white", zorder=3, **style))
    for start, stop in parts[:1]:
        box = (x - width / 2, top - stop * height), width, (stop - start) * height
        ax.add_patch(Rectangle(*box, fc=UNKNOWN, lw=0, zorder=3.5)).set_clip_path(frame)
    for start, _ in parts[1:]:
        level = top - start * height
        ax.plot([x - width / 2, x + width / 2], [level, level], color=grey, lw=0.8, zorder=3.6)
    n = max(3, int(height / 0.13)) // 2 * 2 + 1
    middles = [(k + 0.5) / n for k in range(n) if k != n // 2]
    if parts:
        each = max(1, n // len(parts))
        middles = [a + (b - a) * (k + 0.5) / each for a, b in parts for k in range(each)]
    else:
        for step in (-0.03, 0, 0.03):  # many are left out here
            ax.add_patch(Circle((x, y + step), 0.009, fc=grey, lw=0, zorder=4))
    for share in middles:
        place = x, top - share * height
        ax.add_patch(Circle(place, 0.042, fc="white", ec=grey, lw=0.7, zorder=4))
    return width / 2


def maps(ax, x, y, strength=1.0, *, sides, n, mark=None, filled=True):
    """A stack of n maps, (height, width) large; five at most are drawn.

    ``mark``, as shares of a map (bottom, left, height, width), is on the first one: a window, or a place.
    """
    shown = min(n, MAX_MAPS)
    (height, width), back = sides, SHIFT * (shown - 1) / 2
    left, bottom = x - width / 2 - back, y - height / 2 - back
    for k in reversed(range(shown)):
        corner = left + SHIFT * k, bottom + SHIFT * k
        style = {"fc": "white", "ec": faded(GREY, strength), "lw": 0.7, "zorder": 3 - 0.01 * k}
        ax.add_patch(Rectangle(corner, width, height, **style))
    if mark is not None:
        corner = left + mark[1] * width, bottom + mark[0] * height
        red = faded(COLOURS["red"], strength)
        style = {"fc": red if filled else "none", "ec": red, "lw": 1.1, "zorder": 4}
        ax.add_patch(Rectangle(corner, mark[3] * width, mark[2] * height, **style))
    return width / 2 + back


def half_of_maps(width, n):
    """Half the width of a stack of n maps."""
    return width / 2 + SHIFT * (min(n, MAX_MAPS) - 1) / 2


def matrix(ax, x, y, strength=1.0, *, size, kind):
    """A matrix, (height, width) large, learned or fixed."""
    height, width = size
    corner = x - width / 2, y - height / 2
    fill, edge = faded(FILLS[kind], strength), faded(EDGES[kind], strength)
    ax.add_patch(Rectangle(corner, width, height, fc=fill, ec=edge, lw=1.0, zorder=3))
    if kind == "fixed":
        style = {"fc": "none", "ec": faded(edge, 0.45), "lw": 0, "hatch": "//////"}
        ax.add_patch(Rectangle(corner, width, height, zorder=3.1, **style))
    return width / 2


def atoms(ax, x, y, strength=1.0, *, side, U, shape):
    """Four of a dictionary's atoms (n_v, n_alpha) as images, in a frame that says that they are fixed."""
    matrix(ax, x, y, strength, size=(side, side), kind="fixed")
    which = np.unique(np.linspace(0, U.shape[1] - 1, 6)[1:5].round().astype(int))
    height, width = (n / max(shape[:2]) for n in shape[:2])
    tile, gap = 0.42 * side, 0.16 / 3 * side
    for k, atom in enumerate(U[:, which].T):
        down, right = divmod(k, 2)
        middle = [x, y] + (tile + gap) * (np.array([right, -down]) - [0.5, -0.5])
        left, bottom = middle - np.array([width, height]) * tile / 2
        box = left, left + tile * width, bottom, bottom + tile * height
        colours = 1 - strength * (1 - _atom(atom, shape))
        ax.imshow(colours, extent=box, interpolation="nearest", zorder=4)
        style = {"fc": "none", "ec": faded(EDGES["fixed"], strength), "lw": 0.5, "zorder": 4.1}
        ax.add_patch(Rectangle((left, bottom), tile * width, tile * height, **style))
    return side / 2


def _atom(atom, shape):
    """An atom as colours: blue, white and red where it is in one channel, as that of a kernel is."""
    size = np.abs(atom.reshape(shape)).sum(axis=(0, 1))
    if shape[2] == 3 and np.count_nonzero(size) > 1:
        return picture(atom, image_grid(shape))
    return picture(atom.reshape(shape)[..., size.argmax()].ravel(), image_grid(shape[:2]))


def arrow(ax, start, end, strength=1.0):
    """An arrow between two places; thick at full strength."""
    bold = strength == 1
    style = {"arrowstyle": "-|>", "mutation_scale": 7, "shrinkA": 0, "shrinkB": 0, "zorder": 2}
    colour = "#222222" if bold else faded(GREY, strength)
    ax.add_patch(FancyArrowPatch(start, end, color=colour, lw=1.3 if bold else 0.8, **style))
