"""Which network: the best at a number of learned numbers, or the smallest that loses no more than so much."""

from .choice import Choice
from .report import SelectionReport, Tried
from .search import select_network, select_share
from .space import choices_for

__all__ = ["Choice", "SelectionReport", "Tried", "choices_for", "select_network", "select_share"]
