"""Growing samples (ours): a minimisation begins with some of the rows, and goes on with more."""

import numpy as np

from ... import _checks


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


def stages_of(schedule, objective, max_iter, rng):
    """(objective, iterations) of each stage; the samples are nested, the last one is all rows.

    Parameters
    ----------
    schedule : None, "grow" or list of (rows, iterations)
        "grow": 1/27, 1/9, 1/3 and all rows, with a quarter of ``max_iter`` each.
    objective : Objective
        On all rows.
    max_iter : int
    rng : numpy.random.Generator
        Of the samples.

    Raises
    ------
    ValueError
        If the last stage has not all rows.
    """
    if schedule is None:
        return [(objective, max_iter)]
    n = objective.n_rows
    if schedule == "grow" and max_iter < 4:  # too few to be divided
        return [(objective, max_iter)]
    if schedule == "grow":
        iterations = [len(part) for part in np.array_split(np.arange(max_iter), 4)]
        schedule = list(zip((n // 27, n // 9, n // 3, n), iterations, strict=True))
    if schedule[-1][0] < n:
        _checks.fail("schedule", f"a last stage with all {n} rows", repr(schedule))
    order = rng.permutation(n)
    samples = [(order[: min(max(1, rows), n)], iterations) for rows, iterations in schedule]
    return [(objective if len(s) == n else objective.subset(np.sort(s)), k) for s, k in samples]
