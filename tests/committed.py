"""What is committed in docs/results, read again."""

from pathlib import Path

from lowrankweights import experiments
from lowrankweights.experiments.harness import runner
from lowrankweights.experiments.harness.search import compared

COMMITTED = sorted((Path(__file__).parents[1] / "docs" / "results").glob("*.jsonl"))


def finished(path):
    """The figure of a committed file, its preset, and the results in order."""
    name, preset = path.stem.rsplit("-", 1)
    figure, results = experiments.figure_named(name), runner.read(path)
    return figure, preset, runner.in_order(specs_of(figure, preset, results), results)


def specs_of(figure, preset, results):
    """Of all runs; where there is a search, with what it chose."""
    if not (searches := figure.searches(preset)):
        return figure.runs(preset)
    return searches + figure.runs(preset, runner.in_order(searches, results))


def standard(name):
    return finished(next(p for p in COMMITTED if p.stem == f"{name}-standard"))


def verdicts(name):
    figure, preset, results = standard(name)
    found = figure.claims(compared(results), figure.n_seeds(preset))
    return {c.text: c.verdict for c in found if c.primary}, found


def errors_by_rival(name):
    """{(rival, budget): errors in %, of each seed}."""
    wrong = {}
    for r in standard(name)[2]:
        if r["stage"] != "search":
            wrong.setdefault((r["rival"], r.get("budget")), []).append(100 * r["error"])
    return wrong
