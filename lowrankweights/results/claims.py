"""The paper's claims held against the results: a difference in error, its interval, a verdict."""

from dataclasses import dataclass

import numpy as np

from .intervals import paired_interval

LEVEL = 0.95


@dataclass
class Claim:
    """A difference a - b in error claimed to be below ``bound``; all in 0 to 1.

    ``verdict`` is "holds" where the whole interval is below the bound, "fails" where it is above,
    and else "undecided"; of one seed it is "one seed only", as nothing is known of others.
    """

    text: str
    mean: float
    low: float
    high: float
    n_seeds: int
    bound: float = 0.0

    @property
    def verdict(self):
        if self.n_seeds < 2:
            return "one seed only"
        if self.high < self.bound:
            return "holds"
        return "fails" if self.low > self.bound else "undecided"

    def cells(self):
        """Text, difference and interval in points, seeds, verdict."""
        interval = f"{100 * self.low:+.2f} to {100 * self.high:+.2f}"
        return self.text, f"{100 * self.mean:+.2f}", interval, str(self.n_seeds), self.verdict


def at_its_limit(result):
    """Whether max_iter ended the run before its stop rule did."""
    return result["stopped"] == "max_iter"


def compare(text, a, b, bound=0.0):
    """The claim that runs ``a`` have an error lower than runs ``b`` + bound.

    Runs are paired by their seeds; those that hit their limit of iterations are left out, and so
    are their partners. An item that is tested once a fold counts once, with its mean over the folds.

    Parameters
    ----------
    text : str
    a, b : list of dict
        Results, with ``seed``, ``wrong``, ``n_test``, ``stopped`` and, with folds, ``fold_errors``.
    bound : float
        A difference in error, 0 to 1.

    Returns
    -------
    claim : Claim or None
        None without common seeds.
    """
    a, b = ({r["seed"]: r for r in side if not at_its_limit(r)} for side in (a, b))
    seeds = sorted(set(a) & set(b))
    if not seeds:
        return None
    wrong_a, wrong_b = ([side[s]["wrong"] for s in seeds] for side in (a, b))
    n_folds = len(a[seeds[0]].get("fold_errors", [None]))
    n_items = a[seeds[0]]["n_test"] // n_folds
    wrong_a, wrong_b = ([np.asarray(w, int) % n_items for w in side] for side in (wrong_a, wrong_b))
    interval = paired_interval(wrong_a, wrong_b, n_items, LEVEL, n_folds=n_folds)
    return Claim(text, *interval, len(seeds), bound)


def compare_all(comparisons):
    """The claims (text, a, b, bound) that can be held against results, see ``compare``.

    >>> compare_all([("a beats b", [], [], 0.0)])
    []
    """
    return [claim for comparison in comparisons if (claim := compare(*comparison)) is not None]


def table(claims):
    """The claims as a Markdown table."""
    head = ("claim", "difference (points)", f"{LEVEL:.0%} interval", "seeds", "")
    lines = ["| " + " | ".join(head) + " |", "|---|---:|---:|---:|---|"]
    lines += ["| " + " | ".join(c.cells()) + " |" for c in claims]
    return "\n".join(lines)
