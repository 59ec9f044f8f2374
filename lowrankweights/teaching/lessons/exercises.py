"""Checks of exercises: they say what is missing or wrong, in words, and never raise.

    check = lrw.teaching.Checks()
    with check("dw_alpha") as c:
        c.close(dw_alpha(U, dW), wanted, "dw_alpha(U, dW)")

What a student has not written yet (None, ...) is told from what is wrong.
"""

import warnings

import numpy as np

from ... import _checks
from ..._blas import one_blas_thread
from ...environment import switched_on
from ..doctor.calling import explain_error, students_frame
from ..doctor.diagnosis import diagnose

TINY = "LOWRANKWEIGHTS_TINY"


def sized(full, tiny):
    """``full``, or ``tiny`` where LOWRANKWEIGHTS_TINY is set in the environment: a lesson's sizes.

    >>> sized(full=100, tiny=5) in (100, 5)
    True
    """
    return tiny if switched_on(TINY) else full


def begin():
    """Begin a lesson: for its notebook's process, so call it once, at the top.

    From here on BLAS has one thread: in a lesson's small products others would mostly wait, spinning, and
    slow everything down. And nothing is said of fits that reach ``max_iter``: lessons stop them on purpose.
    """
    one_blas_thread.for_good()
    warnings.filterwarnings("ignore", message="max_iter = ")


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
        self.names, self.results = tuple(names), {}

    def __call__(self, name):
        return Attempt(name, self.results)

    def passed(self, name):
        """Whether an exercise's visible checks have passed: for cells that build on the answer."""
        return self.results.get(name) == "passed"

    def require(self, name):
        """Raise an AssertionError unless passed: for machines that mark."""
        if not self.passed(name):
            raise AssertionError(f"{name}: {self.results.get(name, 'not checked')}")

    def summary(self):
        """Print how far the notebook has been answered."""
        results = {name: "not checked yet" for name in self.names} | self.results
        n = sum(result == "passed" for result in results.values())
        print(f"{n} of {len(results)} exercises pass their visible checks.")
        for name, result in results.items():
            if result != "passed":
                print(f"  {name}: {'not answered yet' if result == 'missing' else result}")


class Attempt:
    """One run of one check. The first thing that is missing or wrong ends it."""

    def __init__(self, name, results):
        self.name, self.results, self.n_passed = name, results, 0

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            result = "passed"
            print(f"{self.name}: visible checks passed ({self.n_passed} of {self.n_passed}).")
        elif issubclass(kind, (Missing, NotImplementedError)):
            result = "missing"
            print(f"{self.name}: not answered yet. {error}".rstrip())
        elif issubclass(kind, Wrong):
            result = "wrong"
            print(f"{self.name}: not yet right.\n{error}")
        elif issubclass(kind, TypeError) and "positional argument" in str(error):
            result = "wrong"
            print(f"{self.name}: not yet right. {error}: keep the function's first line as it was given.")
        elif issubclass(kind, Exception) and students_frame(error) is None:
            result = "missing"
            print(f"{self.name}: could not be checked. {explain_error(error)}. Run the cells above it again.")
        elif issubclass(kind, Exception):
            result = "wrong"
            print(f"{self.name}: not yet right. Your code raised {explain_error(error)}.")
        else:
            return False
        self.results[self.name] = result
        return True

    def close(self, got, wanted, what, tolerance=1e-8):
        """``got`` has the shape and, to a relative tolerance, the numbers of ``wanted``."""
        wanted = np.asarray(wanted, dtype=float)
        expected = f"an array of shape {wanted.shape}" if wanted.ndim else "a number"
        if got is None or got is Ellipsis:
            raise Missing(f"{what} is {got}; expected {expected}.")
        a = self._numbers(got, what, expected)
        if a.shape != wanted.shape:
            turned = " Is a transpose missing, or one too many?" if a.shape == wanted.shape[::-1] else ""
            raise Wrong(f"{what}: expected {expected}, got shape {a.shape}.{turned}")
        gap = np.abs(a - wanted).max(initial=0)
        if not gap <= tolerance * max(np.abs(wanted).max(initial=0), 1e-8):
            raise Wrong(f"{what}: {_apart(a, wanted)}")
        self.n_passed += 1

    def shaped(self, got, shape, what):
        """``got`` is an array of numbers of this shape."""
        if got is None or got is Ellipsis:
            raise Missing(f"{what} is {got}; expected an array of shape {shape}.")
        a = self._numbers(got, what, f"an array of shape {shape}")
        if a.shape != shape:
            raise Wrong(f"{what}: expected an array of shape {shape}, got shape {a.shape}.")
        self.n_passed += 1

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
        try:
            a = np.asarray(got)
        except ValueError:
            raise Wrong(f"{what}: expected {expected}, got arrays of several shapes.") from None
        if a.dtype.kind not in "iuf":
            raise Wrong(f"{what}: expected {expected}, got {type(got).__name__} of {a.dtype}.")
        if not np.isfinite(a).all():
            raise Wrong(f"{what}: there are NaN or infinite numbers.")
        return a.astype(float)


def _apart(a, wanted):
    """In words: how the numbers a differ from those that are wanted."""
    if a.ndim:
        where = np.unravel_index(np.argmax(np.abs(a - wanted)), a.shape)
        place = f"Largest difference at {tuple(map(int, where))}"
        pair = f"yours {a[where]:.4g}, expected {wanted[where]:.4g}"
        return f"the shape is right, the numbers are not. {place}: {pair}."
    ratio = float(a / wanted) if wanted else 0.0
    simple = [r for r in (-1, 2, 0.5, -2, -0.5) if abs(ratio - r) < 1e-3]
    return f"not the number. Yours: {float(a):.4g}" + (
        f", {simple[0]:g} times the right one." if simple else "."
    )


def compare_guess(guess, truth, what, factor=1.1):
    """Print a guess, made before, beside what came out; within ``factor`` of a number it is close.

    >>> compare_guess(3, 10, "filters")
    filters: you guessed 3, it is 10.
    >>> compare_guess(6e-6, 1e-5, "step", factor=3)
    step: you guessed 6e-06, it is 1e-05: close.
    >>> compare_guess("v.T @ dz", "v^T dz", "dW")
    dW: you guessed v.T @ dz, and it is.
    >>> compare_guess(None, 10, "filters")
    filters: no guess written down; it is 10.
    """
    shown = f"{truth:.3g}" if isinstance(truth, float) else str(truth)
    if guess is None or guess is Ellipsis:
        print(f"{what}: no guess written down; it is {shown}.")
    elif _plain(guess) == _plain(truth):
        print(f"{what}: you guessed {guess}, and it is.")
    else:
        close = ": close" if _is_within(guess, truth, factor) else ""
        print(f"{what}: you guessed {guess}, it is {shown}{close}.")


def _plain(guess):
    """A guess in words without its spaces, capitals and ways of writing a product."""
    if not isinstance(guess, str):
        return guess
    return guess.lower().replace(".t", "^t").replace("@", "").replace(" ", "")


def _is_within(guess, truth, factor):
    numbers = all(isinstance(x, (int, float, np.number)) and not isinstance(x, bool) for x in (guess, truth))
    return numbers and guess * truth > 0 and 1 / factor <= guess / truth <= factor


def lesson_number(name):
    """The number in front of a lesson's name, as text: '03' of '03_gradients_by_hand'."""
    number = str(name).split("_")[0]
    return (
        number if number.isdigit() else _checks.fail("lesson", "a name like 03_gradients_by_hand", repr(name))
    )
