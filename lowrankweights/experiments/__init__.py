"""The paper's figures, one file each: ``lowrankweights figure NAME --preset quick|standard|paper``."""

import importlib

from .. import _checks
from . import claims, runner

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
        quick: bundled data, under two minutes. standard: real data, about two hours on two
        processors. paper: the paper's sizes.
    out : Path
        Folder for ``NAME-PRESET.jsonl``, one line for each finished run, and the picture beside it.
    jobs, resume, report
        See ``runner.run``.

    Returns
    -------
    failures : list
        Runs that failed; the picture is drawn from the others.
    """
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from .. import plotting

    figure = importlib.import_module(f".{FIGURES[_checks.choice('name', name, FIGURES)]}", __name__)
    _checks.choice("preset", preset, PRESETS)
    path = out / f"{name}-{preset}.jsonl"
    results, failures = runner.run(figure, preset, path, jobs, resume, report)
    if results:
        text = _summary(figure, results)
        report(text)
        _write_page(path, name, preset, text, results)
        with plt.rc_context(plotting.STYLE):
            picture = path.with_suffix(".png")
            drawn = figure.draw(results)
            drawn.savefig(picture)
            plt.close(drawn)
        report(f"picture: {picture}")
    return failures


def _summary(figure, results):
    """The figure's own summary, and its claims where it has some."""
    parts = [figure.summary(results)]
    if hasattr(figure, "check_claims"):
        found = figure.check_claims(results)
        parts += ["Claims, by a paired bootstrap over seeds and held-out items:", claims.table(found)]
    return "\n\n".join(parts)


def _write_page(path, name, preset, text, results):
    """A page in Markdown beside the results: summary, picture, and how to make it again."""
    made_by = sorted({f"{r['commit']}" for r in results})
    hours = sum(r["seconds"] * r["n_threads"] for r in results) / 3600
    lines = [
        f"# Figure {name}, preset {preset}",
        f"![Figure {name}]({path.with_suffix('.png').name})",
        text,
        f"{len(results)} runs, {hours:.1f} processor hours, commit {', '.join(made_by)}. Again: "
        f"`lowrankweights figure {name} --preset {preset} --out FOLDER`; every run with its seed, settings "
        f"and versions is a line of [{path.name}]({path.name}).",
    ]
    path.with_suffix(".md").write_text("\n\n".join(lines) + "\n", encoding="utf-8")
