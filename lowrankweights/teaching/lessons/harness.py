"""Are a lesson's checks any good, and is what it says true?

Each check must reject its mutants and accept odd but right answers, and stand on its own feet; each claim
must hold for five seeds. Cells run one after the other in one namespace, as in a notebook, without a kernel.
"""

import contextlib
import io
import linecache
import sys
import types

import numpy as np

from .exercises import Checks

EXPECTED = {"starter": "missing", "solution": "passed", "mutant": "wrong", "accept": "passed"}
SEEDS = range(5)  # of claims


def try_exercises(lesson):
    """Run every variant of every answer; returns (exercise, kind, label, expected, result, said).

    Raises
    ------
    RuntimeError
        If another cell than an answer or a check raises; it names the lesson's line.
    """
    outcomes, namespace = [], {"__name__": "__main__"}
    for i, cell in enumerate(lesson.cells):
        if cell.kind == "starter":
            outcomes += list(try_variants(lesson, i, namespace))
        elif cell.kind in ("code", "solution", "check"):
            run_cell(lesson, cell, namespace)
    return outcomes + list(stand_alone(lesson, namespace))


def try_variants(lesson, start, namespace):
    """Run the starter, solution, mutants and odd answers of the exercise whose starter is cell ``start``."""
    exercise = lesson.exercises[lesson.cells[start].name]
    end = lesson.cells.index(exercise.check)
    between = [c for c in lesson.cells[start:end] if c.kind == "code"]
    variants = [exercise.starter, exercise.solution, *exercise.mutants, *exercise.accepted]
    before = dict(namespace)
    for variant in variants:
        namespace["check"] = Checks(lesson.exercises)
        said = "".join(run_cell(lesson, c, namespace) for c in [variant, *between, exercise.check])
        result = namespace["check"].results.get(exercise.name, "not checked")
        yield exercise.name, variant.kind, variant.label, EXPECTED[variant.kind], result, said
        namespace.clear()
        namespace.update(before)


def stand_alone(lesson, namespace):
    """Run the checks after the whole lesson: twice, in reversed order, with every name of data overwritten.

    Yields as ``try_exercises``, with what was done for the kind.
    """
    exercises = list(lesson.exercises.values())
    for how, order in (("again", exercises), ("reversed", exercises[::-1]), ("overwritten", exercises)):
        if how == "overwritten":
            scratch = [chr(i) for first in "aA" for i in range(ord(first), ord(first) + 26)]
            data = [k for k, v in namespace.items() if not (k.startswith("_") or callable(v))]
            kept = {*lesson.exercises, *(k for k, v in namespace.items() if _stays(v))}
            namespace |= {k: np.ones((5, 5)) for k in {*scratch, *data} - kept}
        for exercise in order:
            namespace["check"] = Checks(lesson.exercises)
            said = run_cell(lesson, exercise.check, namespace)
            result = namespace["check"].results.get(exercise.name, "not checked")
            yield exercise.name, how, None, "passed", result, said


def _stays(value):
    return callable(value) or isinstance(value, types.ModuleType)


def run_claims(lesson, seeds=SEEDS):
    """What each claim's number came to for each seed: (name, statement, numbers, (low, high)).

    A claim's cell finds ``seed``, and calls ``claim(number, low, high)``, once; see docs/course.md.
    """
    found, namespace = [], {"__name__": "__main__"}
    for cell in lesson.cells:
        if cell.kind in ("code", "solution", "check"):
            run_cell(lesson, cell, namespace)
        elif cell.kind == "claim":
            made, before = [], dict(namespace)
            for seed in seeds:
                namespace |= {"seed": seed, "claim": lambda *claimed, made=made: made.append(claimed)}
                run_cell(lesson, cell, namespace)
                namespace.clear()
                namespace.update(before)
            numbers = [float(number) for number, *_ in made]
            found.append((cell.name, cell.label, numbers, made[0][1:]))
    return found


def run_cell(lesson, cell, namespace, seen=lambda pictures: None):
    """Run a cell's code; returns what it printed. ``seen`` is called with pyplot, before its pictures go."""
    printed, place = io.StringIO(), f"{lesson.name}, line {cell.line}"
    # as in a notebook: an answer's lines can be read
    linecache.cache[place] = len(cell.text), None, cell.text.splitlines(keepends=True), place
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(cell.text, place, "exec"), namespace)
    except Exception as error:
        raise RuntimeError(f"{place}: {type(error).__name__}: {error}") from error
    if pictures := sys.modules.get("matplotlib.pyplot"):
        seen(pictures)
        pictures.close("all")  # as in a notebook
    return printed.getvalue()


def failures(lesson):
    """The variants that the lesson's checks judged wrongly, one line each."""
    return [
        f"{lesson.name}, {name}: {kind} {label or ''} was {result}, expected {expected}. {said.strip()}"
        for name, kind, label, expected, result, said in try_exercises(lesson)
        if result != expected
    ]
