"""A lesson run from top to bottom, for what it writes by hand."""

import matplotlib
import pytest

from lowrankweights.teaching.lessons import harness, read_lessons


def names_of(number):
    """The namespace of a lesson, as "03", run at its tiny size with its solutions."""
    (lesson,) = (lesson for lesson in read_lessons() if lesson.name.startswith(number))
    namespace = {}
    with pytest.MonkeyPatch.context() as patch, matplotlib.rc_context():
        patch.setenv("LOWRANKWEIGHTS_TINY", "1")
        for cell in lesson.cells:
            if cell.kind in ("code", "solution", "check"):
                harness.run_cell(lesson, cell, namespace)
        matplotlib.pyplot.close("all")
    return namespace
