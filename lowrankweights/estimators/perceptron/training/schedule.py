"""Stages of a minimisation (ours): growing samples of the rows, and masks of dropout drawn anew."""

import numpy as np

from .... import _checks

REDRAW = 25  # iterations with the same masks of dropout, where no schedule says how many


def check_schedule(schedule):
    """A ``ValueError`` unless it is None, "grow" or a list of (rows, iterations)."""
    expected = 'None, "grow" or a list of (rows, iterations)'
    if schedule is None or (isinstance(schedule, str) and schedule == "grow"):
        return
    stages = schedule if isinstance(schedule, (list, tuple)) else ()
    if len(stages) == 0 or not all(np.shape(stage) == (2,) for stage in stages):
        _checks.fail("schedule", expected, repr(schedule))
    for rows, iterations in schedule:
        _checks.integer("schedule (rows)", rows, at_least=1)
        _checks.integer("schedule (iterations)", iterations, at_least=0)


def stages_of(schedule, objective, max_iter, rng, redrawn=False, first=0):
    """(objective, iterations) of each stage; the samples are nested, the last one is all rows.

    Each stage has a number of its own, so that ``Dropout`` draws its masks anew.

    Parameters
    ----------
    schedule : None, "grow" or list of (rows, iterations)
        "grow": 1/27, 1/9, 1/3 and all rows, with a quarter of ``max_iter`` each.
    objective : Objective
        On all rows.
    max_iter : int
    rng : numpy.random.Generator
        Of the samples.
    redrawn : bool
        Whether there are masks: without a schedule a stage then ends after ``REDRAW`` iterations.
    first : int
        The first stage's number.

    Raises
    ------
    ValueError
        If the last stage has not all rows.
    """
    n = objective.n_rows
    if schedule is None or (schedule == "grow" and max_iter < 4):  # too few to be divided
        n_stages = max(1, -(-max_iter // REDRAW)) if redrawn else 1
        schedule = [(n, k) for k in _divided(max_iter, n_stages)]
    if schedule == "grow":
        schedule = list(zip((n // 27, n // 9, n // 3, n), _divided(max_iter, 4), strict=True))
    if schedule[-1][0] < n:
        _checks.fail("schedule", f"a last stage with all {n} rows", repr(schedule))
    order, stages = None, []
    for number, (rows, iterations) in enumerate(schedule, start=first):
        of_stage = objective.at_stage(number)
        if rows < n:
            order = rng.permutation(n) if order is None else order
            of_stage = of_stage.subset(np.sort(order[: max(1, rows)]))
        stages.append((of_stage, iterations))
    return stages


def _divided(max_iter, n_stages):
    """Iterations of each stage, which differ by at most one."""
    return [len(part) for part in np.array_split(np.arange(max_iter), n_stages)]
