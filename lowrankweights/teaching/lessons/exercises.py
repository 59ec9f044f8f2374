"""Checks of exercises: they say what is missing or wrong, in words, and never raise.

    check = lrw.teaching.Checks(["dw_alpha"])
    with check("dw_alpha") as c:
        c.close(dw_alpha(U, dW), wanted, "dw_alpha(U, dW)")

What a student has not written yet (None, ...) is told from what is wrong. While a check runs, the notebook's
data are out of sight (``alone``): it makes all that it needs.
"""

import sys

import numpy as np

from ..doctor.calling import LENT, explain_error, students_frame
from ..doctor.diagnosis import diagnose
from . import alone, words


class Missing(Exception):
    """The exercise is not answered yet."""


class Wrong(Exception):
    """The answer is wrong; the message says how."""


class Checks:
    """The checks of a notebook: ``with check("name") as c: ...`` and what came of each.

    Parameters
    ----------
    names : sequence of str
        All exercises, so that the summary can tell what was left out.

    Attributes
    ----------
    results : dict
        For each exercise "passed", "wrong" or "missing", in the order in which they were checked.

    Examples
    --------
    >>> check = Checks()
    >>> with check("half") as c:
    ...     c.close(0.5, 1 / 2, "half")
    half: visible checks passed (1 of 1).
    >>> with check("third") as c:
    ...     c.close(None, 1 / 3, "third")
    third: not answered yet. third is None; expected a number.
    """

    def __init__(self, names=()):
        self.names, self.results, self.said = tuple(names), {}, {}

    def __call__(self, name):
        return Attempt(name, self)

    def passed(self, name):
        """Whether an exercise's visible checks have passed: for cells that build on the answer."""
        return self.results.get(name) == "passed"

    def require(self, name):
        """Raise an AssertionError unless passed, with what the check said: for machines that mark."""
        if not self.passed(name):
            raise AssertionError(f"{name}: {self.said.get(name, 'not checked')}")

    def summary(self):
        """Print how far the notebook has been answered."""
        results = {name: "not checked yet" for name in self.names} | self.results
        n = sum(result == "passed" for result in results.values())
        print(f"{n} of {len(results)} exercises pass their visible checks.")
        for name, result in results.items():
            if result != "passed":
                print(f"  {name}: {'not answered yet' if result == 'missing' else result}")


class Attempt:
    """One run of one check. The first thing that is missing or wrong ends it.

    In a notebook's cell the answer is called through ``alone.guarded``, and the notebook's data are hidden.
    """

    def __init__(self, name, checks):
        self.name, self.checks, self.n_passed = name, checks, 0
        self.answer, self.notes, self.cell, self.place = None, {}, None, None

    def __enter__(self):
        frame = sys._getframe(1)
        if frame.f_globals is frame.f_locals:  # a cell, not a function's body
            namespace, self.place = frame.f_globals, frame.f_code.co_filename
            self.cell = alone.OutOfSight(namespace, {self.name, *self.checks.names, *_own(namespace)})
            self.cell.begin()
            self.answer = namespace.get(self.name)
            if callable(self.answer):
                namespace[self.name] = alone.guarded(self.answer, self.notes.setdefault, self.cell.aside)
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None and not issubclass(kind, Exception):
            result = None
        else:
            result, said = self._verdict(kind, error)
            print(f"{self.name}: {said}".rstrip())
            self.checks.results[self.name], self.checks.said[self.name] = result, said.rstrip()
        if self.cell is not None:
            self.cell.end()
        return result is not None

    def _verdict(self, kind, error):
        """passed, missing or wrong, and what is said."""
        dots, nones = alone.placeholders(self.answer)
        if kind is not None and dots:
            return "missing", f"not answered yet: `{dots[0]}` is still there."
        if kind is not None and "dots" in self.notes:
            return "missing", f"not answered yet: {self.notes['dots']}."
        if self.cell is not None and self.notes.get("unknown") in self.cell.hidden:
            return "wrong", (
                f"not yet right. {self.name} reads `{self.notes['unknown']}` from the notebook. All that it "
                "needs comes in its arguments, and the check hands over others."
            )
        if "changed" in self.notes:
            return "wrong", f"not yet right. {self.notes['changed']}"
        if kind is None:
            return "passed", f"visible checks passed ({self.n_passed} of {self.n_passed})."
        if issubclass(kind, (Missing, NotImplementedError)):
            if nones:
                return "missing", f"not answered yet: `{nones[0]}` is still there."
            if "nothing" in self.notes:
                return "wrong", f"not yet right. {self.notes['nothing']}: is a `return` missing?"
            return "missing", f"not answered yet. {error}"
        if issubclass(kind, Wrong):
            return "wrong", f"not yet right.\n{error}"
        return self._raised(error)

    def _raised(self, error):
        """The same for an error that is no verdict of the check's own."""
        found, called = students_frame(error, self.place), str(error).partition("() ")[0].split(".")[-1]
        if isinstance(error, TypeError) and called == self.name:
            return "wrong", f"not yet right. {error}: keep the function's first line as it was given."
        if self.cell and self.answer is None and isinstance(error, (TypeError, NameError)):
            return "missing", f"not answered yet. There is no {self.name}."
        if self.cell and not callable(self.answer) and "not callable" in str(error):
            kind = type(self.answer).__name__
            return (
                "wrong",
                f"not yet right. {self.name} is of type {kind}. Run the cell that defines it again.",
            )
        said = explain_error(error, self.place)
        if found is None:
            again = " Run the cells above it again." if isinstance(error, NameError) else ""
            return "missing", f"could not be checked. {said}.{again}"
        return "wrong", f"not yet right. Your code raised {said}."

    def lend(self, **data):
        """Data that the exercise's own first line reads from the notebook, for as long as the check runs."""
        self.cell.namespace.update(data)
        self.cell.lent.update(data)
        self.cell.namespace.setdefault(LENT, set()).update(data)

    def close(self, got, wanted, what, tolerance=1e-8, sizes=None, slips=None, terms=None, otherwise=""):
        """``got`` has the shape and, to a relative tolerance, the numbers of ``wanted``.

        Numbers in single precision are held to single precision. ``sizes``, ``slips``, ``terms``
        and ``otherwise`` are for what is said of a wrong answer, see ``words.apart``.
        """
        wanted = np.asarray(wanted, dtype=float)
        a, least = self._numbers(
            got, what, f"an array of shape {wanted.shape}" if wanted.ndim else "a number"
        )
        if a.shape != wanted.shape:
            if slip := [
                text
                for text, x in (slips or {}).items()
                if np.shape(x) == a.shape != () and np.allclose(x, a)
            ]:
                raise Wrong(f"{what}: {slip[0]}")
            raise Wrong(f"{what}: {words.shapes_apart(a.shape, wanted.shape)}")
        gap = np.abs(a - wanted).max(initial=0)
        if not gap <= max(tolerance, least) * max(np.abs(wanted).max(initial=0), 1e-8):
            raise Wrong(f"{what}: {words.apart(a, wanted, sizes, slips, terms, otherwise)}")
        self.n_passed += 1

    def shaped(self, got, shape, what):
        """``got`` is an array of numbers of this shape; returned as floats."""
        a, _ = self._numbers(got, what, f"an array of shape {shape}" if shape else "a number")
        if a.shape != tuple(shape):
            raise Wrong(f"{what}: {words.shapes_apart(a.shape, tuple(shape))}")
        self.n_passed += 1
        return a

    def gradient(self, student, net, theta, X, Y=None, weight_decay=0.0):
        """The gradient doctor finds nothing; net may be a Dense layer, with dh for Y."""
        report = diagnose(student, net, theta, X, Y, weight_decay)
        if report.mistake == "returned_none" or "NotImplementedError" in report.text:
            raise Missing("There is None, or ..., where a gradient belongs.")
        if report.mistake is not None:
            raise Wrong(report.text)
        self.n_passed += 1

    def true(self, condition, message):
        """The condition holds; else the message says what is wrong."""
        if condition is None or condition is Ellipsis:
            raise Missing()
        if not condition:
            raise Wrong(message)
        self.n_passed += 1

    def parts(self, got, n, what):
        """``got`` as a list of n parts."""
        if got is None or got is Ellipsis:
            raise Missing(f"{what} is {got}; expected {n} parts.")
        if isinstance(got, (set, frozenset)):
            raise Wrong(
                f"{what}: expected {n} parts in their order, got a {type(got).__name__}, which has none."
            )
        try:
            found = list(got.values() if isinstance(got, dict) else got)
        except TypeError:
            raise Wrong(f"{what}: expected {n} parts, got {type(got).__name__}.") from None
        if len(found) != n and isinstance(got, np.ndarray):
            raise Wrong(f"{what}: expected {n} parts, got one of shape {got.shape}.")
        if len(found) != n:
            raise Wrong(f"{what}: expected {n} parts, got {len(found)}.")
        self.n_passed += 1
        return found

    def _numbers(self, got, what, expected):
        if got is None or got is Ellipsis:
            raise Missing(f"{what} is {got}; expected {expected}.")
        try:
            return words.as_numbers(got)
        except ValueError as error:
            if "NaN" in str(error):
                raise Wrong(f"{what}: there are {error}.") from None
            raise Wrong(f"{what}: expected {expected}, got {error}.") from None


def _own(namespace):
    """The names of checks in a namespace: they are no data."""
    return [name for name, value in namespace.items() if isinstance(value, Checks)]
