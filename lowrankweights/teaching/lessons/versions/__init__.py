"""Notebooks from a lesson's source: for students, to hand in, with solutions, and for nbgrader."""

from .cells import VERSIONS, opening, points_shown, student
from .notebooks import chosen, export, to_json, two_digits

__all__ = ["VERSIONS", "chosen", "export", "opening", "points_shown", "student", "to_json", "two_digits"]
