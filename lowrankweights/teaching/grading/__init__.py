"""Notebooks marked without nbgrader: each in a process of its own; a table, and a page for each student.

The answers are the students', everything else is the lesson's: its given cells and its checks are run,
whatever became of them in a notebook.
"""

from .course_grade import grade
from .submissions import Submission, find_submissions

__all__ = ["Submission", "find_submissions", "grade"]
