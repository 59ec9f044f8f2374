"""Lessons as slides and for print: plain pages, formulas as MathML; no script, no network."""

from .pages import VERSIONS, handout

__all__ = ["VERSIONS", "handout"]
