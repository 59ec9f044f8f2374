"""For machines that mark: checks that no cell of a student's has replaced."""

import importlib.util

from . import exercises


def untouched(names):
    """``Checks(names)`` of a class that is read anew from its file.

    >>> kept = exercises.Checks.require
    >>> exercises.Checks.require = lambda self, name: None
    >>> untouched(["a"]).require("a")
    Traceback (most recent call last):
    AssertionError: a: not checked
    >>> exercises.Checks.require = kept
    """
    spec = importlib.util.spec_from_file_location(f"{__package__}.untouched_exercises", exercises.__file__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Checks(names)
