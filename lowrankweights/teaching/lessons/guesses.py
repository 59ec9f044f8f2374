"""What a lesson's cells call beside its checks: how it begins, its sizes, guesses and what came out."""

import warnings

import numpy as np

from ..._blas import one_blas_thread
from ...environment import switched_on

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


def compare_guess(guess, truth, what, factor=1.1, also=()):
    """Print a guess, made before, beside what came out; within ``factor`` of a number it is close.

    Words count without their spaces, commas, hyphens and capitals; ``also`` has other words for the truth.

    >>> compare_guess(3, 10, "filters")
    filters: you guessed 3, it is 10.
    >>> compare_guess(6e-6, 1e-5, "step", factor=3)
    step: you guessed 6e-06, it is 1e-05: close.
    >>> compare_guess("v.T @ dz", "v^T dz", "dW")
    dW: you guessed v.T @ dz, and it is.
    >>> compare_guess("SE", "squared_exponential", "the best", also=["SE"])
    the best: you guessed SE, and it is.
    >>> compare_guess("11 %", 10.5, "share")
    share: you guessed 11, it is 10.5: close.
    >>> compare_guess(None, 10, "filters")
    filters: no guess written down; it is 10.
    """
    guess = _as_number(guess)
    shown = f"{truth:.3g}" if isinstance(truth, float) else str(truth)
    if guess is None or guess is Ellipsis:
        print(f"{what}: no guess written down; it is {shown}.")
    elif _plain(guess) in [_plain(words) for words in (truth, *also)]:
        print(f"{what}: you guessed {_shown(guess)}, and it is.")
    else:
        close = ": close" if _is_within(guess, truth, factor) else ""
        print(f"{what}: you guessed {_shown(guess)}, it is {shown}{close}.")


def _shown(guess):
    return f"{guess:g}" if isinstance(guess, float) else guess


def _as_number(guess):
    """A number that was written as text, ``"12"`` or ``"12 %"``, as a number; all else as it is."""
    try:
        return float(guess.strip(" %")) if isinstance(guess, str) else guess
    except ValueError:
        return guess


def _plain(guess):
    """A guess in words without its spaces, commas, hyphens, capitals and ways of writing a product."""
    if isinstance(guess, (list, tuple, set)) and all(isinstance(word, str) for word in guess):
        guess = "".join(guess)
    if not isinstance(guess, str):
        return guess
    return guess.lower().replace(".t", "^t").translate(str.maketrans("", "", "@ ,-_"))


def _is_within(guess, truth, factor):
    numbers = all(isinstance(x, (int, float, np.number)) and not isinstance(x, bool) for x in (guess, truth))
    return numbers and guess * truth > 0 and 1 / factor <= guess / truth <= factor
