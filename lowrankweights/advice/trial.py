"""The advice on trial: is what it advises as good as the best found by a full search?

``python -m lowrankweights.advice.trial [--data NAME,...] [--seeds 0,...] [--out FILE]``: JSON Lines, one data
set and seed a line; what FILE holds already is not run again. Then ``page``, of all lines. The full search
trains every candidate on four fifths of all training rows, chooses each approach's size and weight decay on
the other fifth, trains that on all training rows, and looks at the test rows once.
"""

import argparse
import sys
import time
import warnings
from pathlib import Path

import numpy as np
from sklearn import datasets as sklearn_datasets
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from .. import _checks, datasets
from ..environment import commit, versions
from ..estimators import LowRankMLPClassifier, LowRankMLPRegressor
from ..results.files import append, read, to_line
from . import race as racing
from .candidates import approaches
from .inputs import read_inputs, read_targets
from .predictability import EXPLAINED_ROWS, measured, predictability, usual_budget


def waves(n, rng):
    """Six classes of smooth waveforms at 128 moments, with noise: X (n, 128) and y.

    Classes differ in frequency and in how it changes; phase, place, width and size vary within a class.
    """
    rng, t = np.random.default_rng(rng), np.linspace(0, 1, 128)
    y = rng.integers(6, size=n)
    phase, place, size = rng.uniform((-0.8, 0.35, 0.7), (0.8, 0.65, 1.3), (n, 3)).T[:, :, None]
    frequency = np.array([2, 3, 4, 5, 3, 4])[y] + 0.25 * rng.normal(size=n)
    faster = 1 + 0.25 * (y >= 4)[:, None] * t
    carrier = np.sin(2 * np.pi * frequency[:, None] * t * faster + phase)
    X = size * carrier * np.exp(-(((t - place) / 0.25) ** 2))
    return X + 0.7 * rng.normal(size=X.shape), y


def _split(X, y, seed, **others):
    classes = np.asarray(y).dtype.kind in "iu"
    parts = train_test_split(X, y, test_size=1 / 3, random_state=seed, stratify=y if classes else None)
    return {**dict(zip(("X", "X_test", "y", "y_test"), parts, strict=True)), **others}


def _digits(seed):
    X, y = sklearn_datasets.load_digits(return_X_y=True)
    return _split(X / 16, y, seed, input_shape=(8, 8))


def _mnist(seed):
    m, rows = datasets.fetch_mnist(), np.random.default_rng(seed).permutation(60_000)[:10_000]
    known = {"X": m.X_train[rows], "y": m.y_train[rows], "X_test": m.X_test, "y_test": m.y_test}
    return {**known, "input_shape": (28, 28)}


def _covtype_like(seed):
    how = {"n_features": 54, "n_informative": 20, "n_redundant": 0, "n_classes": 7}
    return _split(*sklearn_datasets.make_classification(10_000, random_state=seed, **how), seed, budget=1300)


def _friedman(seed):
    return _split(*sklearn_datasets.make_friedman1(3000, n_features=40, noise=1.0, random_state=seed), seed)


QUICK = 1e6  # numbers of X

DATA = {
    "digits": _digits,
    "mnist-10000": _mnist,
    "wine": lambda seed: _split(*sklearn_datasets.load_wine(return_X_y=True), seed),
    "breast-cancer": lambda seed: _split(*sklearn_datasets.load_breast_cancer(return_X_y=True), seed),
    "waves": lambda seed: _split(*waves(3000, seed), seed, input_shape=(128,)),
    "covtype-like": _covtype_like,
    "friedman": _friedman,
}


def full_search(known, seed, dictionaries=None):
    """{approach: parameters}, chosen on a fifth of the training rows: size at one decay, then the decay."""
    rng, shape = np.random.default_rng(seed), known.get("input_shape")
    X, places, given = read_inputs(known["X"], shape, None)
    y, n_out, _ = read_targets(known["y"], len(X), "auto")
    budget = known.get("budget") or usual_budget(X.shape[1], n_out, places)
    race = racing.Race(X, y, n_out, places, places is None, rng)
    sample = rng.permutation(len(X))[:EXPLAINED_ROWS]
    v = X[sample] if places is not None else racing.standardised(X[sample], X)
    chosen, _ = approaches(dictionaries, places, X.shape[1])
    learned = race.targets(y[sample])
    *_, candidates = measured(chosen, v, places, budget, n_out, rng, race, learned)
    found = {}
    for name in dict.fromkeys(c.name for c in candidates):
        entry = _best(race, [racing.Entry(c, racing.FIRST) for c in candidates if c.name == name])
        entry = _best(race, [racing.Entry(entry.candidate, w) for w in racing.WEIGHT_DECAYS])
        found[name] = {**entry.candidate.parameters(), "weight_decay": entry.weight_decay, **given}
    return found


def _best(race, entries):
    """The entry of the lowest loss on the first fold of all rows."""
    found = race.run_all(entries, len(race.X), range(1), racing.MAX_ITER)
    return min(found, key=lambda f: f[1].mean())[0]


def tested(parameters, known, seed):
    """Errors on the test rows (n_test,): wrong or not, or squared error over variance.

    Means over three fits where that is quick: a single one's luck is larger than what approaches differ by.
    """
    regression = known["y"].dtype.kind == "f"
    X, X_test, y_test = known["X"], known["X_test"], known["y_test"]
    kind, errors = LowRankMLPRegressor if regression else LowRankMLPClassifier, []
    for i in range(3 if X.size < QUICK else 1):
        model = kind(**parameters, random_state=seed + 1000 * i)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            predicted = model.fit(X, known["y"]).predict(X_test)
        errors.append((predicted - y_test) ** 2 / y_test.var() if regression else predicted != y_test)
    return np.mean(errors, axis=0)


def trial(name, known, seed, dictionaries=None):
    """One data set, one seed: test errors of all approaches and of what was advised, as a dict."""
    start = time.perf_counter()
    asked = {key: known[key] for key in ("input_shape", "budget") if key in known}
    report = predictability(known["X"], known["y"], dictionaries=dictionaries, rng=seed, **asked)
    seconds = time.perf_counter() - start
    found = full_search(known, seed, dictionaries)
    errors = {approach: tested(parameters, known, seed) for approach, parameters in found.items()}
    advised = tested(report.recommended, known, seed)
    return {
        "data": name, "seed": seed, "n_train": len(known["X"]), "n_test": len(advised),
        "budget": report.budget, "errors": {approach: float(e.mean()) for approach, e in errors.items()},
        "standard_errors": {a: float(e.std() / np.sqrt(len(e))) for a, e in errors.items()},
        "advised": next(t["approach"] for t in report.trials if t["parameters"] is report.recommended),
        "advised_error": float(advised.mean()), "advice": report.advice, "seconds": round(seconds, 1),
        "versions": versions(), "commit": commit(),
    }  # fmt: skip


def verdict(results):
    """Mean errors of one data set's seeds, and whether the advice is good.

    Good: worse than the approach that is best over all these seeds by at most a point or, where that is
    larger, the standard error of the best one's mean error.
    """
    names = [name for name in results[0]["errors"] if all(name in r["errors"] for r in results)]
    means = {name: float(np.mean([r["errors"][name] for r in results])) for name in names}
    best = min(means, key=means.get)
    advised = float(np.mean([r["advised_error"] for r in results]))
    squares = np.array([r["standard_errors"][best] for r in results]) ** 2
    standard_error = float(np.sqrt(squares.sum()) / len(results))
    good = advised - means[best] <= max(0.01, standard_error)
    return {
        "advised_error": advised, "best": best, "best_error": means[best],
        "standard_error": standard_error, "good": good,
    }  # fmt: skip


PAGE = """# How good the advice is

What `lrw.predictability` advises, beside the best approach that a full search finds: every dictionary,
principal components, low rank and every weight of a narrower network, each in several sizes and with
three weight decays, all with the same number of learned parameters. Error: wrong classes, or squared
error over the target's variance. The best approach is that of the lowest mean error on the test rows,
which flatters it. Good: worse than the best by at most a point or, if larger, its standard error.

| data | training rows | seeds | advised | error (%) | best | error (%) | standard error | good | seconds |
|---|---:|---:|---|---:|---|---:|---:|---|---:|
{rows}

Again: `python -m lowrankweights.advice.trial --out FILE`, whose lines hold every run with its settings
and versions ([advice-trial.jsonl](advice-trial.jsonl)).
"""


def page(results):
    """Markdown of all results."""
    rows = []
    for name in dict.fromkeys(r["data"] for r in results):
        own = [r for r in results if r["data"] == name]
        v, advised = verdict(own), [r["advised"] for r in own]
        often = [f"{a} ({advised.count(a)})" if len(own) > 1 else a for a in dict.fromkeys(advised)]
        seconds = np.median([r["seconds"] for r in own])
        cells = [
            name, f"{own[0]['n_train']:,}", len(own), ", ".join(often), f"{100 * v['advised_error']:.2f}",
            v["best"], f"{100 * v['best_error']:.2f}", f"{100 * v['standard_error']:.2f}",
            "yes" if v["good"] else "no", f"{seconds:.0f}",
        ]  # fmt: skip
        rows.append("| " + " | ".join(map(str, cells)) + " |")
    return PAGE.format(rows="\n".join(rows))


def line_of(result):
    """A result for people."""
    v = verdict([result])
    return (
        f"{result['data']:14} seed {result['seed']}: "
        f"advised {result['advised']} {100 * v['advised_error']:.2f} %, "
        f"best of the search {v['best']} {100 * v['best_error']:.2f} % "
        f"(standard error {100 * v['standard_error']:.2f}): {'good' if v['good'] else 'not good'}; "
        f"{result['seconds']:.0f} s"
    )


def main():
    """Run the trial: a line for people each, then the page."""
    parser = argparse.ArgumentParser(description="Is the advice as good as the best found by a full search?")
    parser.add_argument("--data", default=",".join(DATA), help="names, with commas between them")
    parser.add_argument("--seeds", default="0", help="whole numbers, with commas between them")
    parser.add_argument("--out", type=Path, help="a file to which lines of JSON are added")
    chosen = parser.parse_args()
    results = read(chosen.out) if chosen.out else []
    for seed in map(int, chosen.seeds.split(",")):
        for name in chosen.data.split(","):
            make = DATA[_checks.choice("--data", name, DATA)]
            if any((r["data"], r["seed"]) == (name, seed) for r in results):
                continue
            results.append(trial(name, make(seed), seed))
            print(line_of(results[-1]), file=sys.stderr, flush=True)
            if chosen.out:
                append(chosen.out, to_line(results[-1]))
    print(page(results), end="")


if __name__ == "__main__":
    main()
