"""For teaching: the gradient doctor, worked numbers, pictures of networks, exercises and their checks."""

from .doctor import diagnose
from .mistakes import COMPLAINTS, MISTAKES
from .report import Report
from .tied import RicaCost

__all__ = ["COMPLAINTS", "MISTAKES", "Report", "RicaCost", "diagnose"]
