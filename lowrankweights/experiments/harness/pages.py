"""A figure made: its runs, what they say in words and claims, the picture, and the page that shows both."""

import functools
from pathlib import Path

from ... import _checks
from ...results import claims
from ..figures import FIGURES, PRESETS, figure_named
from ..images import data_in_words
from . import runner
from .search import compared

CLAIMS = (
    "Differences in error, a negative one in favour of what is named first; intervals over seeds and "
    "held-out items ([how, and how often they hold](intervals.md)). Verdicts are for primary claims alone, "
    "with all their seeds, corrected for how many claims they are (Holm)."
)


def make(figure, preset, out, jobs=1, resume=False, report=print):
    """Make the runs of a figure, draw them, and print a summary.

    Parameters
    ----------
    figure : str or Figure
        A name of ``FIGURES``, or a figure of one's own.
    preset : "quick", "standard" or "paper"
        quick: bundled data, under two minutes. standard: real data, up to six hours on two
        processors. paper: the paper's sizes.
    out : str or Path
        Folder for ``NAME-PRESET.jsonl``, one line for each finished run, the picture and a page.
    jobs, resume, report
        See ``runner.run``.

    Returns
    -------
    failures : list
        Runs that failed; the picture is drawn from the others.

    Raises
    ------
    ValueError
        For an unknown name or preset, or as ``runner.run``.
    """
    figure = figure_named(figure) if isinstance(figure, str) else figure
    _checks.choice("preset", preset, PRESETS)
    path = Path(out).expanduser() / f"{figure.name}-{preset}.jsonl"
    write = functools.partial(_write, figure, preset, path, report)
    results, failures = runner.run(figure, preset, path, jobs, resume, report, searched=write)
    if compared(results):
        write(results)
        draw(figure, results, path.with_suffix(".png"))
        report(f"picture: {path.with_suffix('.png')}")
    return failures


def _write(figure, preset, path, report, results):
    """Say what came out, and write the page; of no more than a search, where the runs are still to come."""
    outcome = sum_up(figure, preset, results)
    report(outcome)
    if results:
        path.with_suffix(".md").write_text(page(figure, preset, results, outcome), encoding="utf-8")


def sum_up(figure, preset, results):
    """The figure's claims where it has some, and its own summary, in Markdown; what its searches say."""
    parts = []
    if runs := compared(results):
        text = figure.summary(runs)
        if comparable := figure.claims(runs, figure.n_seeds(preset)):
            parts += [claims.table(comparable), CLAIMS]
        parts.append(text if "\n|---" in text else f"```text\n{text}\n```")
    if text := figure.of_searches(preset, results):
        parts.append(text)
    return "\n\n".join(parts)


def page(figure, preset, results, outcome):
    """The page in Markdown beside the results: picture, ``outcome`` of ``sum_up``, how to make it again."""
    stem = f"{figure.name}-{preset}"
    made_by = ", ".join(sorted({str(r["commit"]) for r in results}))
    here = {r.get("data") for r in results}  # STL-10 has runs where it is here
    planned = figure.searches(preset) + figure.runs(preset)
    n_planned = sum(spec.get("data") in here for spec in planned)
    hours = sum(r["seconds"] * r["n_threads"] for r in results) / 3600
    took = f"{hours:.1f} processor hours" if hours >= 0.1 else f"{60 * hours:.1f} processor minutes"
    parts = [
        f"# Figure {figure.name}, preset {preset}",
        *([f"Data: {data}."] if (data := data_in_words(results)) else []),
        *([figure.changes] if figure.changes and preset == "standard" else []),
        *([f"![Figure {figure.name}]({stem}.png)"] if compared(results) else []),
        outcome,
        *([figure.reading] if figure.reading and preset == "standard" else []),
        f"{len(results)} of {n_planned} runs, {took}, commit {made_by}. "
        f"Again: {again(figure, preset)}; every run with its "
        f"seed, settings and versions is a line of [{stem}.jsonl]({stem}.jsonl).",
    ]
    return "\n\n".join(parts) + "\n"


def again(figure, preset):
    """How to make the figure once more, in Markdown; the command line knows only those of ``FIGURES``."""
    kind = type(figure)
    ours = figure.name in FIGURES and kind is type(figure_named(figure.name))
    if ours and figure.presets is kind.presets:
        return f"`lowrankweights figure {figure.name} --preset {preset} --out FOLDER`"
    call = f'`lowrankweights.experiments.make(figure, "{preset}", "FOLDER")`'
    return f"{call}, with `figure` of the class `{kind.__module__}.{kind.__qualname__}`"


def draw(figure, results, path):
    """Write a figure's picture to a path."""
    import matplotlib.pyplot as plt

    from ... import plotting

    with plt.rc_context(plotting.STYLE):
        drawn = figure.draw(compared(results))
        drawn.savefig(Path(path).expanduser())
        plt.close(drawn)
