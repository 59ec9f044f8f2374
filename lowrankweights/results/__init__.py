"""Numbers that were measured: lines of results, intervals, and claims held against them."""

from .claims import Claim, Comparison, compare, compare_all
from .intervals import error_interval, paired_interval

__all__ = ["Claim", "Comparison", "compare", "compare_all", "error_interval", "paired_interval"]
