"""The gradient doctor: which block of a gradient is wrong, and which mistake explains it."""

from .diagnosis import diagnose
from .mistakes import COMPLAINTS, MISTAKES
from .report import Report
from .tied import RicaCost

__all__ = ["COMPLAINTS", "MISTAKES", "Report", "RicaCost", "diagnose"]
