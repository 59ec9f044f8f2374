"""How often intervals hold what they say, by simulation: ``python -m lowrankweights.results.coverage``.

A made-up world in which the true difference is known. An item has a difficulty, the probability that
model b gets it wrong; most are easy, few are hard. Model a shares it on seven items of ten. A seed makes a
better or worse by a normal number of points. Each simulation draws items, seeds and errors anew.
"""

import argparse
import functools

import numpy as np
from scipy import stats

from .intervals import spread

ERROR = 0.035  # of either model, on average
EASY = 0.06  # the smaller, the more an item is either easy or hard (first parameter of the beta distribution)
SHARED = 0.7  # of the items have one difficulty for both models
SEEDS, ITEMS, SPREADS = (2, 3, 5, 10), (1000, 10_000), (0.0, 0.2, 0.5, 1.0, 1.5)


def draw(rng, n_seeds, n_items, points):
    """Differences (n_seeds, n_items), -1, 0 or 1, where seeds have a standard deviation of so many points."""
    hard, other = rng.beta(EASY, EASY / ERROR - EASY, size=(2, n_items))
    hard_for_a = np.where(rng.random(n_items) < SHARED, hard, other)
    factor = _factor(rng.normal(size=n_seeds), points)
    wrong_a = rng.random((n_seeds, n_items), np.float32) < np.minimum(factor[:, None] * hard_for_a, 1)
    wrong_b = rng.random((n_seeds, n_items), np.float32) < hard
    return wrong_a.astype(np.float64) - wrong_b


@functools.lru_cache
def truth(points, n=50_000):
    """The difference over all seeds and items, by quadrature over seeds."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    quantiles = (np.arange(n) + 0.5) / n
    hard = stats.beta.ppf(quantiles, EASY, EASY / ERROR - EASY)
    means = [np.minimum(f * hard, 1).mean() for f in _factor(nodes, points)]
    return float(np.dot(weights, means) / weights.sum() - hard.mean())


def coverage(n_seeds, n_items, points, n_draws=1000, level=0.95, rng=0):
    """The part of the intervals that hold the true difference, and their mean width in points.

    >>> covered, width = coverage(n_seeds=3, n_items=100, points=0.5, n_draws=50)
    >>> covered > 0.8
    True
    """
    rng, true = np.random.default_rng(rng), truth(points)
    ends = np.array([spread(draw(rng, n_seeds, n_items, points)).interval(level) for _ in range(n_draws)])
    covered = (ends[:, 0] <= true) & (true <= ends[:, 1])
    return float(covered.mean()), float(100 * np.diff(ends).mean())


def table(n_draws=1000, report=lambda line: None):
    """Coverage for all numbers of seeds and items and all spreads, in Markdown."""
    lines = [
        "| seeds | items | " + " | ".join(f"{s:g} points" for s in SPREADS) + " |",
        "|---:|---:|" + "---:|" * len(SPREADS),
    ]
    for n_items in ITEMS:
        for n_seeds in SEEDS:
            found = [coverage(n_seeds, n_items, s, n_draws, rng=17) for s in SPREADS]
            cells = [f"{100 * covered:.1f} % ({width:.2f})" for covered, width in found]
            lines.append(f"| {n_seeds} | {n_items:,} | " + " | ".join(cells) + " |")
            report(lines[-1])
    return "\n".join(lines)


def coverage_of_rates(n_seeds, n_items, of_seeds, of_items, n_draws=1000, level=0.95, rng=0):
    """The same where an item is a rate, such as a speaker's phone error rate; spreads are in points.

    Differences are normal: a seed's, an item's, and what is left of each, of one point.
    """
    rng, covered = np.random.default_rng(rng), 0
    for _ in range(n_draws):
        seeds, items = (scale * rng.normal(size=n) for scale, n in ((of_seeds, n_seeds), (of_items, n_items)))
        low, high = spread(seeds[:, None] + items + rng.normal(size=(n_seeds, n_items))).interval(level)
        covered += low <= 0 <= high
    return covered / n_draws


def table_of_rates(n_draws=1000, n_items=16):
    """``coverage_of_rates`` for some numbers of seeds and spreads, in Markdown."""
    spreads = [(a, b) for a in (0.0, 1.0) for b in (0.0, 1.0, 3.0)]
    head = [f"seeds {a:g}, speakers {b:g}" for a, b in spreads]
    lines = ["| seeds | " + " | ".join(head) + " |", "|---:|" + "---:|" * len(spreads)]
    for n_seeds in SEEDS[:3]:
        found = [coverage_of_rates(n_seeds, n_items, a, b, n_draws, rng=17) for a, b in spreads]
        lines.append(f"| {n_seeds} | " + " | ".join(f"{100 * covered:.1f} %" for covered in found) + " |")
    return "\n".join(lines)


def _factor(z, points):
    """By which factor a seed's errors are multiplied."""
    return np.maximum(0.0, 1 + points / 100 * z / ERROR)


PAGE = """# How often the intervals hold

An interval of a difference in error goes over seeds and held-out items. Every seed is tested on the
same items. With Y the mean difference, and mean squares between seeds M_s, between items M_i and of
what is left M_r, it is

    Y +- sqrt( t^2 M_s / (n_seeds n_items) + u^2 max(M_i - M_r, 0) / (n_seeds n_items) ),

t the quantile of Student's distribution with n_seeds - 1 degrees of freedom, u that with n_items - 1
(the normal one where items are many): each part of the variance with the quantile of its own
(`results.intervals.spread`; ours, after Graybill and Wang, 1980).

How often such a 95 % interval holds the true difference, and in brackets its mean width in points,
each in {n_draws:,} simulations of a made-up world. Columns: by how many points (standard deviation)
seeds differ. A share seen in so many simulations is itself uncertain by {error:.1f} points.

{table}

Again: `python -m lowrankweights.results.coverage --draws {n_draws}` (a tenth of a second for each
draw). A test repeats it with fewer. The bootstrap over items and two or three seeds that the pages
had before held in 73 to 86 %.

## Few items

Of speech an item is a speaker, with a phone error rate, and there are 16 of them. The same, where
differences of seeds and of speakers have standard deviations of so many points and what is left of each has
one point:

{rates}
"""


def main():
    """Print the page docs/results/intervals.md."""
    parser = argparse.ArgumentParser(description="Coverage of the 95 % intervals, by simulation.")
    parser.add_argument("--draws", type=int, default=2000, help="simulations of each cell")
    n_draws = parser.parse_args().draws
    error = 196 * np.sqrt(0.95 * 0.05 / n_draws)
    tables = {"table": table(n_draws), "rates": table_of_rates(n_draws)}
    print(PAGE.format(**tables, n_draws=n_draws, error=error), end="")


if __name__ == "__main__":
    main()
