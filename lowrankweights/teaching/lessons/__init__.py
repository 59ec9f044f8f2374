"""Lessons: one source each, notebooks made from it, and checks that say what is wrong."""

from .exercises import Checks, compare_guess, sized

__all__ = ["Checks", "compare_guess", "sized"]
