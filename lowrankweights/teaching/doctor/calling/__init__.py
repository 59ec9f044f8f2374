"""Calling a student's function: in whatever form it is written, with an answer to whatever comes back."""

from .answers import Complaint
from .errors import LENT, explain_error, students_frame
from .student import Student

__all__ = ["LENT", "Complaint", "Student", "explain_error", "students_frame"]
