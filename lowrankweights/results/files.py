"""Results as JSON Lines: one finished run a line, with everything that it depends on."""

import json
from pathlib import Path

import numpy as np

from .. import _checks


def read(path):
    """The finished runs in a file, as a list of dicts; none if there is no such file.

    A last line that was cut off, by a full disk or a power cut, is passed over.

    Raises
    ------
    ValueError
        If another line is not JSON.
    """
    path = Path(path)
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")
    results = []
    for i, line in enumerate(lines):
        if not line.strip():
            continue
        try:
            results.append(json.loads(line))
        except ValueError:
            if i < len(lines) - 1:
                _checks.fail("path", "JSON in every line", f"{path}, line {i + 1}: {line[:60]!r}")
    return results


def repair(path):
    """Drop a last line that was cut off; end one that lacks only its line break."""
    path = Path(path)
    text = path.read_bytes() if path.exists() else b""
    if not text or text.endswith(b"\n"):
        return
    start = text.rfind(b"\n") + 1
    try:
        json.loads(text[start:])
    except ValueError:
        with open(path, "r+b") as file:
            file.truncate(start)
    else:
        with open(path, "ab") as file:
            file.write(b"\n")


def to_line(result):
    """A run as one line of JSON.

    Raises
    ------
    ValueError, TypeError
        If a value is NaN or infinite, or no plain Python value.
    """
    return json.dumps(result, allow_nan=False) + "\n"


def append(path, line):
    """Add one run's line to a file, in one piece: several processes may do so at once."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "ab", buffering=0) as file:
        file.write(line.encode("utf-8"))


def finished(spec, results):
    """Whether one of the results is that of ``spec``: it holds all that the spec says."""
    return any(all(result.get(k) == v for k, v in spec.items()) for result in results)


def select(results, **wanted):
    """The results that have these values, for instance ``proportion=0.1``."""
    return [r for r in results if all(r.get(k) == v for k, v in wanted.items())]


def paired_interval(wrong_a, wrong_b, n_items, level=0.95, n_draws=2000, rng=0, n_folds=1):
    """Interval of the difference in error a - b, by a paired bootstrap over seeds and items.

    Parameters
    ----------
    wrong_a, wrong_b : list of arrays of int
        For each seed the indices of the items that a, and b with the same seed, got wrong.
    n_items : int
        Held-out items.
    level : float
    n_draws : int
    rng : seed or numpy.random.Generator
    n_folds : int
        How often each item was tested; an index may stand so often in a list.

    Returns
    -------
    mean, low, high : float
        Differences in error, 0 to 1.

    Notes
    -----
    Each draw takes as many seeds as there are, and n_items items, with replacement; both models
    are looked at on the same seeds and items (Efron and Tibshirani, 1993, chapter 8). With three seeds
    it covers about two thirds of the variance between seeds, with one none.

    Examples
    --------
    >>> paired_interval([[0, 1, 2]], [[0]], n_items=100)[0]
    0.02
    """
    rng = _checks.generator(rng)
    if len(wrong_a) != len(wrong_b) or not wrong_a:
        _checks.fail("wrong_b", f"as many seeds as wrong_a ({len(wrong_a)}, at least 1)", len(wrong_b))
    difference = np.zeros((len(wrong_a), n_items))
    for row, a, b in zip(difference, wrong_a, wrong_b, strict=True):
        np.add.at(row, np.asarray(a, dtype=int), 1 / n_folds)
        np.add.at(row, np.asarray(b, dtype=int), -1 / n_folds)
    draws = np.empty(n_draws)
    for k in range(n_draws):
        seeds = rng.integers(len(difference), size=len(difference))
        counts = np.bincount(rng.integers(n_items, size=n_items), minlength=n_items)
        draws[k] = (difference[seeds] @ counts).mean() / n_items
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return float(difference.mean()), float(low), float(high)
