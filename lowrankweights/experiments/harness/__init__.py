"""One harness for all figures: specs, an equal search, resumable runs in parallel, claims, pages."""

from .figure import Figure
from .pages import make, page
from .search import Model, SearchedFigure

__all__ = ["Figure", "Model", "SearchedFigure", "make", "page"]
