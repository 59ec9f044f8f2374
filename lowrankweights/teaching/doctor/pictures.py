"""The doctor's picture: a block as it is, as it should be, and the difference."""

import matplotlib.pyplot as plt
import numpy as np

from ... import plotting
from .lines import of_gradient

GAP = 1  # empty columns between the three parts
PARTS = ("yours", "right", "yours - right")


def plot_block(report, ax=None):
    """Draw the report's block (or, if all is right, the first) on one colour scale; returns Axes."""
    ax = plt.subplots(figsize=(6.4, 2.6), layout="constrained")[1] if ax is None else ax
    if not report._points:
        return _words(report, ax)
    labels = [b.label for b in report._blocks]
    i = labels.index(report.block) if report.block in labels else report.order()[0]
    p, shape = report.worst_point(i), report._blocks[i].shape
    if len(p.X) != len(report._points[0].X) and report._blocks[i].key[2] == "v":
        shape = (len(p.X), shape[1])
    own, right = (a[p.slices[i]].reshape(shape[0], -1) for a in (p.grad, p.right))
    if len(shape) == 1:
        own, right = own.T, right.T
    _panels([own, right, own - right], ax)
    names = f" ({report.mistake})" if report.mistake else " (no mistake)"
    ax.set_title(f"{of_gradient(labels[i])}, {_shape(shape)}{names}", loc="left", pad=20)
    return ax


def _panels(parts, ax):
    scale = max(np.abs(a).max(initial=0) for a in parts) or 1.0
    height, width = parts[0].shape
    gap = max(GAP, round(0.12 * width))
    canvas = np.full((height, 3 * width + 2 * gap), np.nan)
    for k, a in enumerate(parts):
        canvas[:, k * (width + gap) : k * (width + gap) + width] = a
    image = ax.imshow(canvas, cmap=plotting.DIVERGING, vmin=-scale, vmax=scale, aspect="auto")
    image.set_interpolation("nearest")
    for k, name in enumerate(PARTS):
        left = k * (width + gap)
        ax.add_patch(plt.Rectangle((left - 0.5, -0.5), width, height, fill=False, lw=0.6, ec="#9A9893"))
        ax.text(
            left + width / 2 - 0.5, -0.5 - 0.05 * height, name, ha="center", va="bottom", fontsize="small"
        )
    ax.set_xlim(-0.6, canvas.shape[1] - 0.4)
    ax.set_ylim(height - 0.5 + 0.03 * height, -0.5 - 0.03 * height)
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.figure.colorbar(image, ax=ax, label="gradient", shrink=0.9)


def _shape(shape):
    return " × ".join(map(str, shape))


def _words(report, ax):
    """A complaint has no numbers to draw: its words instead."""
    ax.text(0, 1, report.text, va="top", family="monospace", fontsize="small", transform=ax.transAxes)
    ax.set_axis_off()
    return ax
