"""In which order a student's cells, the lesson's given ones and its checks are run."""

from ..lessons.mistakes import without_hidden_tests
from .marker import names_defined


def steps(submission):
    """(what, name, text, whole) of "given", "own" and "check" cells, as plain data for another process.

    The lesson's given cells come in its order. Before an exercise's check all of the student's cells up to
    the last one that defines the answer are run; what is left comes at the end, and after it the checks once
    more ("again": where they were not passed). ``whole`` is a check with its hidden tests, "" if it has none.
    """
    lesson, left, planned = submission.lesson, list(submission.own), []
    for cell in lesson.cells:
        if cell.kind == "code":
            planned.append(("given", "", cell.text, ""))
        elif cell.kind == "check":
            n = max((i + 1 for i, text in enumerate(left) if cell.name in names_defined(text)), default=0)
            planned += [("own", "", text, "") for text in left[:n]]
            left = left[n:]
            planned.append(("check", *_check(cell)))
    planned += [("own", "", text, "") for text in left]
    checks = lesson.exercises.values() if left else ()
    return planned + [("again", *_check(e.check)) for e in checks]


def _check(cell):
    visible = without_hidden_tests(cell.text)
    return cell.name, visible, cell.text if visible != cell.text.rstrip("\n") else ""
