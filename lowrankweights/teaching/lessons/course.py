"""What ``lowrankweights course`` does."""

import os
import time

from .source import read_lessons
from .versions import export


def run(options):
    """List the lessons, export them, or try their checks; returns the exit status."""
    if options.action == "export" and options.to in ("slides", "print"):
        from ..handouts import handout

        for path in handout(options.to, options.folder, options.source, options.lesson):
            print(path)
        return 0
    if options.action == "export":
        written, kept = export(
            options.to, options.folder, options.source, options.overwrite, options.lesson, tell=print
        )
        for path in written:
            print(path)
        for path in kept:
            print(f"{path}: kept as it is, it differs (--overwrite replaces it)")
        return 0
    lessons = read_lessons(options.source)
    actions = {"list": show, "try": try_lessons, "claims": hold_claims}
    return actions[options.action](lessons)


def show(lessons):
    """Number, title, time and exercises of each lesson."""
    for lesson in lessons:
        n = len(lesson.exercises)
        number, minutes = lesson.name[:2], lesson.about["minutes"]
        print(f"{number}  {lesson.about['title']:<60} {minutes:>3} minutes, {n} exercises")


def try_lessons(lessons):
    """Run each check against its mutants and accepted answers; 1 if one is judged wrongly.

    The cells around the checks are run in small sizes, as checks make what they need.
    """
    from unittest import mock

    import matplotlib.pyplot

    from .guesses import TINY
    from .harness import failures

    matplotlib.use("Agg")
    bad = []
    with mock.patch.dict(os.environ, {TINY: "1"}):
        for lesson in lessons:
            start = time.perf_counter()
            found = failures(lesson)
            n = sum(2 + len(e.mutants) + len(e.accepted) for e in lesson.exercises.values())
            seconds = time.perf_counter() - start
            print(f"{lesson.name}: {n - len(found)} of {n} answers judged rightly ({seconds:.1f} s)")
            bad += found
            matplotlib.pyplot.close("all")
    for line in bad:
        print(line)
    return int(bool(bad))


def hold_claims(lessons):
    """Print every claim with its range over the seeds, as a table in Markdown; 1 if one does not hold."""
    import matplotlib.pyplot

    from .harness import run_claims

    matplotlib.use("Agg")
    print("| lesson | statement | said | over five seeds | holds |")
    print("|---|---|---|---|---|")
    all_hold = True
    for lesson in lessons:
        for _, statement, numbers, (low, high) in run_claims(lesson):
            holds = low <= min(numbers) and max(numbers) <= high
            said, came = (f"{a:.3g} to {b:.3g}" for a, b in ((low, high), (min(numbers), max(numbers))))
            row = f"| {lesson.name[:2]} | {statement} | {said} | {came} | {'yes' if holds else '**no**'} |"
            print(row, flush=True)
            all_hold &= holds
        matplotlib.pyplot.close("all")
    return int(not all_hold)
