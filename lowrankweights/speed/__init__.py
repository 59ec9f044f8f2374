"""The same numbers as ``networks``, fast: orders of a product, compiled loops, sums over blocks of rows."""

from .objective import Objective
from .plan import Plan

__all__ = [
    "Objective",
    "Plan",
]
