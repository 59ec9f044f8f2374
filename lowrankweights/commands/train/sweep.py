"""One model for each share of the weights: a table and a picture of what a learned number is worth."""

import argparse
from typing import NamedTuple

import numpy as np

from ... import _checks
from ...files import check_writable
from .. import INTERRUPTED, draw_to_files
from .fit import fit, stopped
from .options import check_memory, check_model_path, check_network, default_path
from .report import network_lines, number, score_lines


class Row(NamedTuple):
    """What came out for a share."""

    share: float
    learned: int
    found: dict
    seconds: float
    stopped: str

    @property
    def error(self):
        """In per cent, or the root mean squared error in y's units; None without test rows."""
        if "test_rmse" in self.found:
            return self.found["test_rmse"]
        return None if self.found["test_error"] is None else 100 * self.found["test_error"]


def run(job, arguments, log):
    """Train for each share of ``--sweep``, print a table, draw it; returns the exit status."""
    shares = list(dict.fromkeys(np.atleast_1d(arguments.sweep).tolist()))
    runs = [_with_share(arguments, job, share) for share in shares]
    for one in runs:
        check_memory(one, job)
        check_network(one, job)
    paths = [check_writable(one.out, "--out") for one in runs]
    for path in paths:
        check_model_path(arguments, path)
    name = job.name if arguments.out is None else arguments.out.with_suffix("").name
    picture = check_writable(paths[0].with_name(f"{name}-sweep.png"), "--out")
    print(job.head(network_lines(job, arguments, f"{paths[0].parent}, one for each share")))
    rows = []
    for one, path in zip(runs, paths, strict=True):
        model, found, seconds = fit(job, one, path, log)
        rows.append(Row(one.proportion, model.n_dynamic_, found, seconds, stopped(model)))
        print(f"share {one.proportion:g}: saved to {path}")
        if rows[-1].stopped == "interrupted":
            break
    print(table(rows, job))
    interrupted = rows[-1].stopped == "interrupted"
    if missing := [f"{share:g}" for share in shares[len(rows) - interrupted :]]:
        print(f"interrupted: not trained, or not to the end: --sweep {','.join(missing)}")
    if len(rows) > 1 and rows[0].error is not None:
        _draw(rows, job, picture)
        print(f"picture: {picture}")
    best = min(rows, key=lambda row: row.error or 0)
    if len(rows) > 1 and rows[0].error is not None and not missing:
        equal = [f"{row.share:g}" for row in rows if row.error == best.error]
        print(f"least error: share {', '.join(equal)}; chosen by these test rows, which flatters it a little")
    for line in score_lines(best.found, job.target, job.rows_are):
        print(line)
    return INTERRUPTED if interrupted else None


def _with_share(arguments, job, share):
    """The arguments of one run; at share 1 every weight is learned."""
    _checks.number("--sweep", share, above=0, at_most=1)
    one = argparse.Namespace(**vars(arguments) | {"proportion": share})
    if share == 1:
        one.dictionary = "none"
    if arguments.out is None:
        one.out = default_path(one, job)
    else:
        one.out = arguments.out.with_name(f"{arguments.out.with_suffix('').name}-{share:g}.npz")
    return one


def table(rows, job):
    """Share, learned numbers, error on the test rows, seconds, and why it stopped, a line a model."""
    regression = job.task == "regression"
    what = "RMSE" if regression else "test error"
    lines = [f"{'share':>6}  {'learned':>11}  {what:>12}  {'seconds':>8}  stopped"]
    for row in rows:
        error = "-" if row.error is None else number(row.error) if regression else f"{row.error:.2f} %"
        lines.append(f"{row.share:>6g}  {row.learned:>11,}  {error:>12}  {row.seconds:>8.1f}  {row.stopped}")
    return "\n".join(lines)


def _draw(rows, job, path):
    """The error against the learned numbers, each point with its share."""
    draw_to_files()
    import matplotlib.pyplot as plt

    from ...plotting import COLOURS, STYLE
    from ...readers.faults import printable

    rows = sorted(rows, key=lambda row: row.learned)
    numbers, errors = [row.learned for row in rows], [row.error for row in rows]
    with plt.rc_context(STYLE):
        figure, ax = plt.subplots(figsize=(5.2, 3.4), layout="constrained")
        ax.plot(numbers, errors, "o-", color=COLOURS["blue"])
        for learned in dict.fromkeys(numbers):
            there = [row for row in rows if row.learned == learned]
            words = ", ".join("every weight" if row.share == 1 else f"{100 * row.share:g} %" for row in there)
            highest = max(row.error for row in there)
            at = {"xy": (learned, highest), "xytext": (0, 7), "textcoords": "offset points"}
            ax.annotate(words, **at, ha="center", fontsize="small")
        regression = job.task == "regression"
        ax.set(
            xscale="log",
            xlabel="learned numbers, biases included",
            ylabel=f"root mean squared error of {job.target}" if regression else "test error, %",
            title=f"{printable(job.name)}: {len(job.y_test):,} test {job.rows_are}",
            ylim=(-0.02 * (max(errors) or 1), 1.2 * max(errors) or 1),
        )
        ticks = list(dict.fromkeys(numbers))
        ax.set_xticks(ticks, [f"{n:,}" for n in ticks], rotation=30 if len(ticks) > 5 else 0)
        ax.minorticks_off()
        ax.yaxis.set_major_formatter(lambda value, _: number(value))
        ax.margins(x=0.12)
        figure.savefig(path)
        plt.close(figure)
