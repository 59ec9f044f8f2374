"""Notebooks from a lesson's source: for students, with solutions, and for nbgrader."""

from .notebooks import VERSIONS, chosen, export, opening, student, to_json

__all__ = ["VERSIONS", "chosen", "export", "opening", "student", "to_json"]
