"""For teaching: the gradient doctor, worked numbers, pictures of networks, exercises and their checks."""

from .doctor import diagnose
from .exercises import Checks, compare_guess, sized
from .mistakes import COMPLAINTS, MISTAKES
from .report import Report
from .tied import RicaCost

__all__ = ["COMPLAINTS", "MISTAKES", "Checks", "Report", "RicaCost", "compare_guess", "diagnose", "sized"]
