"""Lessons: one source file each, notebooks made from it, and checks that say in words what is wrong.

To write a lesson, put ``notebooks/source/NN_name.py`` beside the others: cells with tags, in the form of
docs/course.md. ``lowrankweights course try`` runs its checks against its wrong and its odd answers, and
``make export-notebooks`` makes ``notebooks/NN_name.ipynb``. What it writes anew of the package is held
against the package in tests/teaching/lessons/.

    source.py     a lesson's cells, read from its file; mistakes.py: what may be wrong with them
    exercises.py  ``Checks``: what a lesson calls; alone.py: on its own feet; words.py: what is wrong
    guesses.py    a guess held against what came out
    harness.py    are the checks any good?
    versions/     notebooks: for students, to hand in, with solutions, for nbgrader
    course.py     what ``lowrankweights course`` does
"""

from .exercises import Checks
from .guesses import begin, compare_guess, sized
from .harness import failures, try_exercises
from .source import read_lesson, read_lessons
from .versions import export

__all__ = [
    "Checks",
    "begin",
    "compare_guess",
    "export",
    "failures",
    "read_lesson",
    "read_lessons",
    "sized",
    "try_exercises",
]
