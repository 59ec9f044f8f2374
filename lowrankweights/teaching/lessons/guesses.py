"""What a lesson's cells call beside its checks: how it begins, its sizes, guesses and what came out."""

import warnings

import numpy as np

from ..._blas import one_blas_thread
from ...environment import switched_on

TINY = "LOWRANKWEIGHTS_TINY"
NO_GUESS = "no guess written down; it is "


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
    """Print a guess, made before, beside what came out.

    Parameters
    ----------
    guess : number, str or None
        A number may be written as text. Words count without their spaces, signs and capitals.
    truth : number, str, bool, or a tuple of two numbers
        Of a tuple everything between the two is right.
    what : str
    factor : float
        Within it of the truth a number is close.
    also : sequence of str
        Other words for the truth.

    Examples
    --------
    >>> compare_guess(3, 10, "filters")
    filters: you guessed 3, it is 10.
    >>> compare_guess("6e-6", 1e-5, "step", factor=3)
    step: you guessed 6e-06, it is 1e-05: close.
    >>> compare_guess("vT dz", "v.T @ dz", "dW")
    dW: you guessed vT dz, and it is.
    >>> compare_guess("SE", "squared_exponential", "the best", also=["SE"])
    the best: you guessed SE, and it is.
    >>> compare_guess("17 %", (15, 20), "share, per cent")
    share, per cent: you guessed 17, and it is between 15 and 20.
    >>> compare_guess(None, 10, "filters")
    filters: no guess written down; it is 10.
    """
    guess, shown = _read(guess), _shown(truth)
    if guess is None or guess is Ellipsis:
        print(f"{what}: {NO_GUESS}{shown}.")
    elif _is_between(guess, truth):
        print(f"{what}: you guessed {_shown(guess)}, and it is {shown}.")
    elif _plain(guess) in [_plain(words) for words in (truth, *also)]:
        print(f"{what}: you guessed {_shown(guess)}, and it is.")
    else:
        close = ": close" if _is_within(guess, truth, factor) else ""
        print(f"{what}: you guessed {_shown(guess)}, it is {shown}{close}.")


def _shown(value):
    """A guess or a truth as text."""
    if isinstance(value, tuple):
        return f"between {_shown(value[0])} and {_shown(value[1])}"
    return f"{value:.3g}" if isinstance(value, float) else str(value).replace("\n", "")


def _read(guess):
    """What was written as text, ``"12"``, ``"12 %"`` or ``"True"``, as what it means; all else as it is."""
    if not isinstance(guess, str):
        return guess.item() if isinstance(guess, np.ndarray) and guess.size == 1 else guess
    if guess.strip().lower() in ("true", "false"):
        return guess.strip().lower() == "true"
    try:
        return float(guess.strip(" %"))
    except ValueError:
        return guess


def _plain(guess):
    """Words without their spaces, signs and capitals; an array as its text."""
    if isinstance(guess, (list, tuple, set)) and all(isinstance(word, str) for word in guess):
        guess = "".join(guess)
    if isinstance(guess, str):
        return guess.lower().translate(str.maketrans("", "", "@ ,-_^.*()"))
    return str(guess) if isinstance(guess, np.ndarray) else guess


def _is_number(value):
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def _is_between(guess, truth):
    return isinstance(truth, tuple) and _is_number(guess) and truth[0] <= guess <= truth[1]


def _is_within(guess, truth, factor):
    numbers = _is_number(guess) and _is_number(truth)
    return numbers and guess * truth > 0 and 1 / factor <= guess / truth <= factor
