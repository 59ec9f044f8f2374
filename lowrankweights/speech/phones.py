"""TIMIT's 61 phones, what a frame is called, and the 39 classes in which errors are counted."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from .. import _checks
from .front_end import STEP, WIDTH, samples

VOWELS = "iy ih eh ey ae aa aw ay ah ao oy ow uh uw ux er ax ix axr ax-h"
STOPS = "b d g p t k dx q bcl dcl gcl pcl tcl kcl"  # a flap, a glottal stop; closures before stops
OTHERS = "jh ch s sh z zh f th v dh m n ng em en eng nx l r w y hh hv el pau epi h#"
PHONES = tuple(f"{VOWELS} {STOPS} {OTHERS}".split())
N_STATES = 3  # of each phone: its beginning, middle and end
FOLDED = {
    "ao": "aa", "ax": "ah", "ax-h": "ah", "axr": "er", "hv": "hh", "ix": "ih", "el": "l", "em": "m",
    "en": "n", "nx": "n", "eng": "ng", "zh": "sh", "ux": "uw",
    **dict.fromkeys(("pcl", "tcl", "kcl", "bcl", "dcl", "gcl", "h#", "pau", "epi"), "sil"),
    "q": None,
}  # fmt: skip


class Segment(NamedTuple):
    """A phone from one sample (or frame) up to another, which is no longer part of it."""

    start: int
    end: int
    phone: str


def fold(phones):
    """Phones in the 39 classes that are told apart in scoring; the glottal stop q is left out.

    K.-F. Lee and H.-W. Hon, IEEE Transactions on Acoustics, Speech and Signal Processing 37, 1989.

    Parameters
    ----------
    phones : iterable of str
        Of ``PHONES``.

    Returns
    -------
    folded : list of str

    Raises
    ------
    ValueError
        For an unknown phone.

    Examples
    --------
    >>> fold(["h#", "ax", "q", "zh"])
    ['sil', 'ah', 'sh']
    """
    phones = as_list("phones", phones)
    classes = (FOLDED.get(_checks.choice("phones", phone, PHONES), phone) for phone in phones)
    return [name for name in classes if name is not None]


def as_list(name, value, expected="a sequence of phones"):
    """A sequence as a list; a str is none, though its letters could be phones."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        _checks.fail(name, expected, repr(value))
    return list(value)


def label_frames(segments, n_frames, rate):
    """The class of each frame: 3 times the phone's number, plus the third of the phone that it is in.

    Parameters
    ----------
    segments : sequence of Segment
        In samples, in order, without gaps.
    n_frames : int
    rate : float
        Samples a second.

    Returns
    -------
    labels : ndarray of int, (n_frames,)
        Of the phone at each frame's middle; below 183.

    Examples
    --------
    >>> label_frames([Segment(0, 2400, "h#"), Segment(2400, 4000, "iy")], 20, 16000)[[0, 5, 12, 14, 19]]
    array([180, 181, 182,   0,   1])
    """
    n_frames = _checks.integer("n_frames", n_frames, at_least=0)
    rate = _checks.number("rate", rate, at_least=1 / STEP)
    segments = as_list("segments", segments, "at least one Segment")
    if not segments or not all(isinstance(s, Segment) for s in segments):
        _checks.fail("segments", "at least one Segment", repr(segments))
    middle = np.arange(n_frames) * samples(STEP, rate) + samples(WIDTH, rate) // 2
    starts, ends = (np.array([getattr(s, name) for s in segments]) for name in ("start", "end"))
    which = np.clip(np.searchsorted(starts, middle, side="right") - 1, 0, len(segments) - 1)
    third = N_STATES * (middle - starts[which]) // np.maximum(ends[which] - starts[which], 1)
    numbers = np.array([PHONES.index(_checks.choice("segments", s.phone, PHONES)) for s in segments])
    return N_STATES * numbers[which] + np.clip(third, 0, N_STATES - 1)
