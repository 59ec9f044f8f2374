"""Memory that a loss and gradient needs beyond its data: it must not grow with the rows."""

import tracemalloc

from ..speed import Objective
from .cases import data


def peak_beyond_data(case, n_rows, dtype, n_threads):
    """Peak bytes of Python and NumPy while an ``Objective`` is made and called twice.

    The data (X, Y) and the pooled input are left out.
    """
    X, Y = data(n_rows, dtype)
    net = case.network()
    theta = net.init(rng=0)
    tracemalloc.start()
    try:
        objective = Objective(net, X, Y, n_threads=n_threads)
        pooled = 0 if objective.X is X else objective.X.nbytes
        for _ in range(2):
            objective(theta)
        return tracemalloc.get_traced_memory()[1] - pooled
    finally:
        tracemalloc.stop()


MANY = 240_000  # rows; X takes 750 MB then


def growth(cases, n_rows, dtype, n_threads, factor=4):
    """For each case the peak, in bytes, with n_rows and with ``factor`` times as many (or as few)."""
    rows = (n_rows, factor * n_rows) if factor * n_rows <= MANY else (max(1, n_rows // factor), n_rows)
    return {c.name: {str(n): peak_beyond_data(c, n, dtype, n_threads) for n in rows} for c in cases}


def table(peaks):
    """The peaks as text."""
    lines = ["peak memory beyond the data and the pooled input:"]
    for name, by_rows in peaks.items():
        (few, low), (many, high) = by_rows.items()
        lines.append(
            f"{name:>18}  {int(few):,} rows {low / 1e6:.1f} MB, {int(many):,} rows {high / 1e6:.1f} MB "
            f"({100 * (high / low - 1):+.1f} %)"
        )
    return "\n".join(lines)
