"""In which order a student's cells, the lesson's given ones and its checks are run."""

from .submissions import defines


def steps(submission):
    """(what, name, text) of "given", "own" and "check" cells, as plain data for another process.

    The lesson's given cells come in its order. Before an exercise's check all of the student's cells up to
    the last one that defines the answer are run; what is left comes at the end, and after it the checks once
    more ("again": where they were not passed).
    """
    lesson, left, planned = submission.lesson, list(submission.own), []
    for cell in lesson.cells:
        if cell.kind == "code":
            planned.append(("given", "", cell.text))
        elif cell.kind == "check":
            n = max((i + 1 for i, text in enumerate(left) if defines(text, cell.name)), default=0)
            planned += [("own", "", text) for text in left[:n]]
            left = left[n:]
            planned.append(("check", cell.name, cell.text))
    planned += [("own", "", text) for text in left]
    checks = lesson.exercises.values() if left else ()
    return planned + [("again", e.name, e.check.text) for e in checks]
