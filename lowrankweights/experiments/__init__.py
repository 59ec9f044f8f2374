"""The paper's figures, one file each: ``lowrankweights figure NAME --preset quick|standard|paper``."""

from .figures import FIGURES, PRESETS, figure_named
from .harness import Figure, Model, SearchedFigure, make, page

__all__ = ["FIGURES", "PRESETS", "Figure", "Model", "SearchedFigure", "figure_named", "make", "page"]
