"""Speech-like sounds made by program, so that nothing has to be downloaded: a source and resonances (ours).

A vowel is a train of pulses, as many a second as the voice is high, through three resonances of the mouth
(formants); a fricative is noise through one; before a stop it is silent. That is enough for a network to have
something to tell apart, and not enough to be understood. G. Fant, Acoustic Theory of Speech Production, 1960.
"""

from dataclasses import dataclass

import numpy as np
from scipy import signal as filters

from .. import _checks
from .phones import Segment, as_list

RATE = 16_000
# Hertz of three formants (of a man's voice, after Peterson and Barney, 1952), or of a noise and its width
VOICED = {
    "iy": (270, 2290, 3010), "ih": (390, 1990, 2550), "eh": (530, 1840, 2480), "ae": (660, 1720, 2410),
    "aa": (730, 1090, 2440), "ah": (640, 1190, 2390), "uw": (300, 870, 2240), "er": (490, 1350, 1690),
    "m": (250, 1000, 2200), "n": (250, 1500, 2500), "l": (360, 1100, 2600), "w": (300, 700, 2200),
}  # fmt: skip
NOISY = {"s": (6000, 1500), "sh": (3000, 1200), "f": (5500, 5000), "k": (2000, 900), "t": (4500, 2500)}
SILENT = ("h#", "tcl", "kcl")
SOUNDS = (*VOICED, *NOISY, *SILENT)
SYLLABLES = tuple(
    (*onset, vowel)
    for onset in (("s",), ("sh",), ("f",), ("tcl", "t"), ("kcl", "k"), ("m",), ("n",), ("l",), ("w",))
    for vowel in ("iy", "ih", "eh", "ae", "aa", "ah", "uw", "er")
)
CODAS = ((), (), ("n",), ("s",), ("l",))
BANDWIDTHS = (80, 110, 160)
VOLUMES = {"voiced": 0.3, "noisy": 0.06, "silent": 0.002}


@dataclass(frozen=True)
class Voice:
    """Who speaks.

    Attributes
    ----------
    pitch : float
        Pulses a second.
    mouth : float
        Factor of all formants; above 1 for a shorter mouth than that of a man in the mean.
    pace : float
        Factor of all durations.
    """

    pitch: float = 120.0
    mouth: float = 1.0
    pace: float = 1.0


@dataclass(frozen=True)
class Spoken:
    """A sentence that was made: as ``datasets.sounds.Utterance``, its signal at hand."""

    speaker: str
    sentence: str
    part: str
    segments: tuple
    signal: np.ndarray

    def sound(self):
        """The signal, (n_samples,), at 16,000 samples a second."""
        return self.signal

    @property
    def phones(self):
        """The phones said, a list of str."""
        return [segment.phone for segment in self.segments]


def synthesise(phones, voice=None, rng=0):
    """A sound of these phones, and where each of them is.

    Parameters
    ----------
    phones : sequence of str
        Of ``SOUNDS``.
    voice : Voice, optional
    rng : seed or numpy.random.Generator
        Of durations, noise and small differences.

    Returns
    -------
    signal : ndarray, (n_samples,)
        16,000 samples a second.
    segments : tuple of Segment

    Raises
    ------
    ValueError
        For a phone that has no sound here.

    Examples
    --------
    >>> signal, segments = synthesise(["h#", "s", "iy", "h#"])
    >>> [s.phone for s in segments], segments[-1].end == len(signal)
    (['h#', 's', 'iy', 'h#'], True)
    """
    rng, voice = _checks.generator(rng), Voice() if voice is None else voice
    if not isinstance(voice, Voice):
        _checks.fail("voice", "a Voice or None", repr(voice))
    pieces, segments, start = [np.empty(0)], [], 0
    for phone in as_list("phones", phones):
        pieces.append(_sound(_checks.choice("phones", phone, SOUNDS), voice, rng))
        segments.append(Segment(start, start + len(pieces[-1]), phone))
        start += len(pieces[-1])
    if not segments:
        _checks.fail("phones", "at least one phone", "none")
    return np.concatenate(pieces), tuple(segments)


def _sound(phone, voice, rng):
    """One phone's samples."""
    n = int(RATE * voice.pace * rng.uniform(0.06, 0.13) * (0.6 if phone in ("t", "k") else 1.0))
    if phone in SILENT:
        return VOLUMES["silent"] * rng.normal(size=n)
    if phone in NOISY:
        centre, width = NOISY[phone]
        noise = _resonance(rng.normal(size=n), min(centre * voice.mouth, 7500), width)
        return VOLUMES["noisy"] * _unit(noise) + VOLUMES["silent"] * rng.normal(size=n)
    # pulses through one resonance after the other, louder at the middle: an edge would be a click
    phase = np.cumsum(np.full(n, voice.pitch * rng.uniform(0.95, 1.05) / RATE))
    pulses = np.diff(np.floor(phase), prepend=0.0)
    for formant, bandwidth in zip(VOICED[phone], BANDWIDTHS, strict=True):
        pulses = _resonance(pulses, formant * voice.mouth * rng.uniform(0.97, 1.03), bandwidth)
    swell = 0.5 + 0.5 * np.sin(np.pi * np.linspace(0.1, 0.9, n))
    return VOLUMES["voiced"] * _unit(pulses) * swell + VOLUMES["silent"] * rng.normal(size=n)


def _resonance(x, frequency, bandwidth):
    """x through a resonance: y_t = x_t + 2 r cos(w) y_(t-1) - r^2 y_(t-2)."""
    r, w = np.exp(-np.pi * bandwidth / RATE), 2 * np.pi * frequency / RATE
    return filters.lfilter([1.0], [1.0, -2 * r * np.cos(w), r * r], x)


def _unit(x):
    return x / np.sqrt(np.mean(np.square(x)) + 1e-12)


def babble(n_speakers, n_sentences, rng=0):
    """Sentences of speakers who say syllables at random.

    Parameters
    ----------
    n_speakers, n_sentences : int
        The second: of each speaker.
    rng : seed or numpy.random.Generator

    Returns
    -------
    utterances : list of Spoken
        Speakers are named a0, a1, ...; each has a voice of its own.

    Examples
    --------
    >>> len(babble(2, 3)), babble(1, 1)[0].phones[0]
    (6, 'h#')
    """
    rng, found = _checks.generator(rng), []
    for k in range(_checks.integer("n_speakers", n_speakers, at_least=1)):
        voice = Voice(rng.uniform(90, 230), rng.uniform(0.9, 1.2), rng.uniform(0.85, 1.2))
        for j in range(_checks.integer("n_sentences", n_sentences, at_least=1)):
            phones = ["h#"]
            for _ in range(rng.integers(6, 11)):
                phones += [
                    *SYLLABLES[rng.integers(len(SYLLABLES))],
                    *CODAS[rng.integers(len(CODAS))],
                ]
            signal, segments = synthesise([*phones, "h#"], voice, rng)
            found.append(Spoken(f"a{k}", f"x{j}", "sample", segments, signal))
    return found
