"""Notebooks from a lesson's source: for students, to hand in, with solutions, and for nbgrader."""

from .cells import VERSIONS, YOUR_ANSWER, only_reveals, opening, points_shown, student
from .notebooks import chosen, export, to_json, two_digits

__all__ = [
    "VERSIONS",
    "YOUR_ANSWER",
    "chosen",
    "export",
    "only_reveals",
    "opening",
    "points_shown",
    "student",
    "to_json",
    "two_digits",
]
