"""The paper's convolutional network, and one of its layers alone: the clock, a bound, and PyTorch."""

from .measuring import measure
from .report import draw, table

__all__ = ["draw", "measure", "table"]
