"""Claims held against results: a difference in error, its interval, and for a few of them a verdict.

Before its runs are made a figure names one or two *primary* claims and the number of seeds. Only these get a
verdict, at a level that is corrected for how many they are (Holm). All other comparisons are *exploratory*:
shown with their intervals, as hints for what to ask next.
"""

import dataclasses
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .intervals import error_interval, paired_spread, spread

LEVEL = 0.95


class Comparison(NamedTuple):
    """A claim before it is looked at: runs ``a`` have an error lower than runs ``b`` + margin.

    Attributes
    ----------
    text : str
    a, b : list of dict
        Results, see ``compare``.
    margin : float
        A difference in error, 0 to 1: 0 for "better", above for "no worse".
    primary : bool
        Named beforehand as what the figure is to decide.
    """

    text: str
    a: list
    b: list
    margin: float = 0.0
    primary: bool = False


@dataclass(frozen=True)
class Claim:
    """A difference a - b in error claimed to be below ``margin``; all in 0 to 1.

    Attributes
    ----------
    text : str
    mean, low, high : float
        The difference and its 95 % interval.
    n_seeds : int
    margin : float
    primary : bool
    p_value : float
        Two-sided, of the difference being ``margin``.
    verdict : str
        Of a primary claim "holds", "fails" or "undecided", or that seeds are missing; else "".
    """

    text: str
    mean: float
    low: float
    high: float
    n_seeds: int
    margin: float = 0.0
    primary: bool = False
    p_value: float = 1.0
    verdict: str = ""

    def cells(self):
        """Text, difference and interval in points, seeds."""
        interval = f"{100 * self.low:+.2f} to {100 * self.high:+.2f}"
        return self.text, f"{100 * self.mean:+.2f}", interval, str(self.n_seeds)


def at_its_limit(result):
    """Whether max_iter ended the run before its stop rule did."""
    return result["stopped"] == "max_iter"


def percent_wrong(runs):
    """Mean error (%) of runs that differ in the seed, lower and upper end of its 95 % interval."""
    if "item_errors" in runs[0]:
        found = spread([r["item_errors"] for r in runs])
        low, high = found.interval(LEVEL)
        return 100 * np.array([found.mean, max(low, 0.0), high])
    return 100 * np.array(error_interval([r["wrong"] for r in runs], runs[0]["n_test"]))


def compare(text, a, b, margin=0.0, primary=False):
    """The claim that runs ``a`` have an error lower than runs ``b`` + margin, without a verdict yet.

    Runs are paired by their seeds; those that hit their limit of iterations are left out, and so
    are their partners. An item that is tested once a fold counts once, with its mean over the folds.

    Parameters
    ----------
    text : str
    a, b : list of dict
        Results, with ``seed``, ``stopped``, ``wrong``, ``n_test`` and, with folds, ``fold_errors``; or, where
        an item is no single answer but has an error of its own, such as a speaker, ``item_errors``.
    margin, primary
        See ``Comparison``.

    Returns
    -------
    claim : Claim or None
        None without common seeds.
    """
    a, b = ({r["seed"]: r for r in side if not at_its_limit(r)} for side in (a, b))
    seeds = sorted(set(a) & set(b))
    if not seeds:
        return None
    if "item_errors" in a[seeds[0]]:
        apart = np.subtract(*([side[s]["item_errors"] for s in seeds] for side in (a, b)))
        return _claim(text, spread(apart), len(seeds), margin, primary)
    wrong_a, wrong_b = ([side[s]["wrong"] for s in seeds] for side in (a, b))
    n_folds = len(a[seeds[0]].get("fold_errors", [None]))
    n_items = a[seeds[0]]["n_test"] // n_folds
    wrong_a, wrong_b = ([np.asarray(w, int) % n_items for w in side] for side in (wrong_a, wrong_b))
    found = paired_spread(wrong_a, wrong_b, n_items, n_folds)
    return _claim(text, found, len(seeds), margin, primary)


def _claim(text, found, n_seeds, margin, primary):
    return Claim(text, found.mean, *found.interval(LEVEL), n_seeds, margin, primary, found.p_value(margin))


def compare_all(comparisons, n_seeds=1):
    """The claims that can be held against results, the primary ones first and with their verdicts.

    Parameters
    ----------
    comparisons : iterable of Comparison, or of tuples (text, a, b, margin, primary)
    n_seeds : int
        How many seeds were planned; with fewer there is no verdict, as nobody is to stop where it suits.

    Examples
    --------
    >>> compare_all([("a beats b", [], [])])
    []
    """
    found = [claim for comparison in comparisons if (claim := compare(*comparison)) is not None]
    primary = [claim for claim in found if claim.primary]
    passes = holm([claim.p_value for claim in primary], 1 - LEVEL)
    decided = [
        dataclasses.replace(claim, verdict=_verdict(claim, told, n_seeds))
        for claim, told in zip(primary, passes, strict=True)
    ]
    return decided + [claim for claim in found if not claim.primary]


def holm(p_values, alpha):
    """Which of several hypotheses may be rejected, the chance of one wrong rejection being alpha at most.

    The smallest p-value is held against alpha / m, the next one against alpha / (m - 1), and so on, until
    one is larger (S. Holm, Scandinavian Journal of Statistics 6, 1979).

    >>> holm([0.03, 0.01, 0.2], 0.05)
    [False, True, False]
    >>> holm([0.02, 0.01], 0.05)
    [True, True]
    """
    rejected, m = [False] * len(p_values), len(p_values)
    for k, i in enumerate(sorted(range(m), key=lambda i: p_values[i])):
        if p_values[i] > alpha / (m - k):
            break
        rejected[i] = True
    return rejected


def _verdict(claim, told, n_seeds):
    if claim.n_seeds < max(n_seeds, 2):
        return f"no verdict: {claim.n_seeds} of {max(n_seeds, 2)} seeds"
    if not told:
        return "undecided"
    return "holds" if claim.mean < claim.margin else "fails"


def table(claims):
    """The claims as Markdown: a table of the primary ones with their verdicts, and one of the others."""
    primary, others = ([c for c in claims if c.primary == kind] for kind in (True, False))
    head, parts = ("difference (points)", f"{LEVEL:.0%} interval", "seeds"), []
    if primary:
        rows = [(*c.cells(), f"**{c.verdict}**") for c in primary]
        parts.append(_markdown(("primary claim", *head, "verdict"), rows))
    if others:
        parts.append(_markdown(("exploratory", *head), [c.cells() for c in others]))
    return "\n\n".join(parts)


def _markdown(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * 3 + "---|" * (len(head) - 4)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
