"""For teaching: the gradient doctor, worked numbers, pictures of networks, exercises and their checks."""

from .. import _checks
from .doctor import COMPLAINTS, MISTAKES, REMARKS, Report, RicaModel, diagnose
from .lessons import Checks, begin, compare_guess, sized

__all__ = [
    "COMPLAINTS",
    "MISTAKES",
    "REMARKS",
    "Checks",
    "Report",
    "RicaModel",
    "begin",
    "compare_guess",
    "diagnose",
    "sized",
]


def __getattr__(name):
    if name != "RicaCost":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    _checks.warn("teaching.RicaCost: is now called teaching.RicaModel")
    return RicaModel
