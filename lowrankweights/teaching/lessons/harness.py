"""Are a lesson's checks any good? Each must reject its mutants and accept odd but right answers.

The cells run one after the other in one namespace, as in a notebook, without a kernel.
"""

import contextlib
import io

from .exercises import Checks

EXPECTED = {"starter": "missing", "solution": "passed", "mutant": "wrong", "accept": "passed"}


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
    return outcomes


def try_variants(lesson, start, namespace):
    """Run the starter, solution, mutants and odd answers of the exercise whose starter is cell ``start``."""
    exercise = lesson.exercises[lesson.cells[start].name]
    end = lesson.cells.index(exercise.check)
    between = [c for c in lesson.cells[start:end] if c.kind == "code"]
    variants = [exercise.starter, exercise.solution, *exercise.mutants, *exercise.accepted]
    for variant in variants:
        own = {**namespace, "check": Checks()}
        said = "".join(run_cell(lesson, c, own) for c in [variant, *between, exercise.check])
        result = own["check"].results.get(exercise.name, "not checked")
        yield exercise.name, variant.kind, variant.label, EXPECTED[variant.kind], result, said


def run_cell(lesson, cell, namespace):
    """Run a cell's code; returns what it printed."""
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(cell.text, f"{lesson.name}, line {cell.line}", "exec"), namespace)
    except Exception as error:
        raise RuntimeError(f"{lesson.name}, line {cell.line}: {type(error).__name__}: {error}") from error
    return printed.getvalue()


def failures(lesson):
    """The variants that the lesson's checks judged wrongly, one line each."""
    return [
        f"{lesson.name}, {name}: {kind} {label or ''} was {result}, expected {expected}. {said.strip()}"
        for name, kind, label, expected, result, said in try_exercises(lesson)
        if result != expected
    ]
