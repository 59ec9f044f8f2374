"""What is written in a picture of a layer: names and shapes of its matrices, its formula."""

from ...networks import Conv2d
from ...weights import LowRank, Predicted


def matrices(leaf, index=""):
    """(kind, name, shape) of the matrices that v meets on its way through a column with this index."""
    if isinstance(leaf, Predicted):
        w = f"w{index}" if index else r"w_\alpha"
        return [("fixed", f"U{index}", leaf.U.shape), ("learned", w, (leaf.n_alpha, leaf.n_h))]
    if isinstance(leaf, LowRank):
        return [("learned", f"{name}{index}", shape) for name, shape in leaf.shapes.items()]
    return [("learned", f"W{index}", (leaf.n_v, leaf.n_h))]


def formula(layer):
    """What a layer with these columns computes, for matplotlib."""
    q = layer.parametrisation
    j = "" if q.leaves == [q] else "_j"
    names = {tuple(name for _, name, _ in matrices(leaf, j)) for leaf in q.leaves}
    W = "\\, ".join(names.pop()) if len(names) == 1 else f"W{j}"
    times = r"\ast" if isinstance(layer, Conv2d) else r"\,"
    joined = r",\quad h = [h_1, \ldots, h_J]" if j else ""
    return rf"$h{j} = g(v {times} {W} + b{j}){joined}$"


def window_by(layer):
    """Numbers of a window, (row, column, channel), as a product."""
    return "·".join(map(str, (*layer.window, layer.in_shape[2])))


def by(shape):
    """A shape as text."""
    return "×".join(map(str, shape))
