"""The paper's figures, one file each: ``lowrankweights figure NAME --preset quick|standard|paper``."""

from .figure import Figure
from .figures import FIGURES, PRESETS, figure_named
from .pages import make, page

__all__ = ["FIGURES", "PRESETS", "Figure", "figure_named", "make", "page"]
