"""One harness for all figures: specs, an equal search, resumable runs in parallel, claims, pages."""

from .figure import Figure
from .pages import make, page
from .search import SearchedFigure

__all__ = ["Figure", "SearchedFigure", "make", "page"]
