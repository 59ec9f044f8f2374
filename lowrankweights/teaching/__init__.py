"""For teaching: the gradient doctor, worked numbers, pictures of networks, exercises and their checks."""

from .doctor import COMPLAINTS, MISTAKES, Report, RicaCost, diagnose
from .lessons import Checks, compare_guess, sized

__all__ = ["COMPLAINTS", "MISTAKES", "Checks", "Report", "RicaCost", "compare_guess", "diagnose", "sized"]
