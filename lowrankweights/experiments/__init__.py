"""The paper's figures, one file each: ``lowrankweights figure NAME --preset quick|standard|paper``."""

import importlib

from .. import _checks
from ..results import claims
from . import runner

FIGURES = {
    "1-mnist": "figure_1_mnist",
    "1-rica-natural": "figure_1_rica_natural",
    "1-rica-stl": "figure_1_rica_stl",
    "2": "figure_2",
    "4-mnist": "figure_4_mnist",
    "6-proportion": "figure_6_proportion",
    "6-budget": "figure_6_budget",
}
PRESETS = ("quick", "standard", "paper")


def make(name, preset, out, jobs=1, resume=False, report=print):
    """Make the runs of a figure, draw them, and print a summary.

    Parameters
    ----------
    name : str
        One of ``FIGURES``.
    preset : "quick", "standard" or "paper"
        quick: bundled data, under two minutes. standard: real data, up to three hours on two
        processors. paper: the paper's sizes.
    out : Path
        Folder for ``NAME-PRESET.jsonl``, one line for each finished run, the picture and a page.
    jobs, resume, report
        See ``runner.run``.

    Returns
    -------
    failures : list
        Runs that failed; the picture is drawn from the others.
    """
    import matplotlib.pyplot as plt

    from .. import plotting

    figure = figure_module(name)
    _checks.choice("preset", preset, PRESETS)
    path = out / f"{name}-{preset}.jsonl"
    results, failures = runner.run(figure, preset, path, jobs, resume, report)
    if results:
        report(_summary(figure, results))
        path.with_suffix(".md").write_text(page(name, preset, results), encoding="utf-8")
        with plt.rc_context(plotting.STYLE):
            picture = path.with_suffix(".png")
            drawn = figure.draw(results)
            drawn.savefig(picture)
            plt.close(drawn)
        report(f"picture: {picture}")
    return failures


def _summary(figure, results):
    """The figure's own summary, and its claims where it has some, in Markdown."""
    text = figure.summary(results)
    parts = [text if "\n|---" in text else f"```text\n{text}\n```"]
    if hasattr(figure, "check_claims"):
        found = figure.check_claims(results)
        parts += [
            "Claims, by a paired bootstrap over held-out items and the few seeds that there are:",
            claims.table(found),
        ]
    return "\n\n".join(parts)


def page(name, preset, results):
    """The page in Markdown beside the results: picture, summary, claims, and how to make it again."""
    figure, stem = figure_module(name), f"{name}-{preset}"
    made_by = ", ".join(sorted({str(r["commit"]) for r in results}))
    data = {r["data"] for r in results}  # STL-10 has runs where it is here
    n_planned = sum(spec["data"] in data for spec in figure.runs(preset))
    hours = sum(r["seconds"] * r["n_threads"] for r in results) / 3600
    parts = [
        f"# Figure {name}, preset {preset}",
        f"![Figure {name}]({stem}.png)",
        _summary(figure, results),
        f"{len(results)} of {n_planned} runs, {hours:.1f} processor hours, commit {made_by}. "
        f"Again: `lowrankweights figure {name} --preset {preset} --out FOLDER`; every run with its seed, "
        f"settings and versions is a line of [{stem}.jsonl]({stem}.jsonl).",
    ]
    return "\n\n".join(parts) + "\n"


def figure_module(name):
    """The module of a figure, see ``runner``."""
    return importlib.import_module(f".figures.{FIGURES[_checks.choice('name', name, FIGURES)]}", __name__)
