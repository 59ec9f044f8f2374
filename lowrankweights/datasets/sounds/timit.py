"""TIMIT: sentences read aloud, with the phones that were said; from a folder that the user has."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from ...speech.phones import PHONES, Segment
from ..sources import DataFileError, DataNotFound, DataSet, bad_file
from .sound_files import read_sound

RATE = 16_000
CORE_SPEAKERS = (
    "mdab0 mwbt0 felc0 mtas1 mwew0 fpas0 mjmp0 mlnt0 fpkt0 mlll0 mtls0 fjlm0 "
    "mbpm0 mklt0 fnlp0 mcmj0 mjdh0 fmgd0 mgrt0 mnjm0 fdhc0 mjln0 mpam0 fmld0"
)
CORE_TEST = frozenset(CORE_SPEAKERS.split())
SAMPLE_FOLDER = re.compile(r"dr[1-8]-[fm][a-z]{3}\d", re.IGNORECASE)


def sound_files(folder):
    """All .wav files below a folder, in any case, sorted by their names in small letters."""
    found = (p for p in Path(folder).rglob("*") if p.suffix.lower() == ".wav" and p.is_file())
    return sorted(found, key=lambda p: str(p).lower())


TIMIT = DataSet(
    name="timit",
    title="TIMIT: 6,300 sentences of 630 speakers with their phones, or the sample of 16 speakers in NLTK.",
    license="LDC User Agreement (LDC93S1), for members and licensees; NLTK's sample: CC BY-NC-SA",
    homepage="https://catalog.ldc.upenn.edu/LDC93S1",
    size=440_000_000,
    folder="timit",
    also=("TIMIT", "timit/TIMIT", "TIMIT/TIMIT"),
    present=lambda folder: folder.is_dir() and next(iter(sound_files(folder)), None) is not None,
    known_as="TRAIN and TEST as the LDC has them, or folders like dr1-fvmh0",
)


@dataclass(frozen=True)
class Utterance:
    """A sentence of TIMIT.

    Attributes
    ----------
    speaker, sentence : str
        Such as "fvmh0" and "si1466".
    part : str
        "train", "core test" (24 speakers), "test" (the other speakers of TEST), or "sample".
    path : Path
        Of the sound.
    segments : tuple of Segment
        Phones, from sample to sample, in order.
    """

    speaker: str
    sentence: str
    part: str
    path: Path
    segments: tuple

    def sound(self):
        """The signal, (n_samples,), at 16,000 samples a second; raises as ``read_sound``."""
        return checked_sound(self.path)

    @property
    def phones(self):
        """The phones said, a list of str."""
        return [segment.phone for segment in self.segments]


def fetch_timit(folder=None, *, skip_bad=False):
    """TIMIT, or its sample, from a folder of one's own; it is never downloaded.

    The folder holds TRAIN and TEST as the LDC distributes them (in any case, the sounds as NIST SPHERE or
    WAV), or folders like ``dr1-fvmh0`` as NLTK's sample. The two sentences that all speakers read (SA) are
    left out.

    Parameters
    ----------
    folder : str or Path, optional
        Default: the folder ``timit`` of ``LOWRANKWEIGHTS_DATA``.
    skip_bad : bool
        Whether a file that is wrong is left out and listed, or raised.

    Returns
    -------
    timit : sklearn.utils.Bunch
        ``utterances``, a list of ``Utterance``; ``skipped``, a list of what was wrong with others, in words;
        ``folder``, ``license`` and ``DESCR``.

    Raises
    ------
    DataNotFound
        When there is no such folder, or no sound in it.
    DataFileError
        When a sound has no phones or is not TIMIT's 16 kHz and one channel, phones are unknown, out of order
        or beyond the end of their sound: the file, and what to do.
    """
    from sklearn.utils import Bunch

    folder = TIMIT.locate() if folder is None else Path(folder).expanduser()
    paths = sound_files(folder) if folder.is_dir() else []
    if not paths:
        what = "no .wav file in it" if folder.is_dir() else "no such folder"
        wanted = "TRAIN and TEST as the LDC has them, or folders like dr1-fvmh0"
        raise DataNotFound(f"timit: expected {wanted} in {folder}, got {what}")
    utterances, skipped = [], []
    for path in paths:
        if path.stem.lower().startswith("sa"):
            continue
        try:
            utterances.append(_utterance(path))
        except DataFileError as error:
            if not skip_bad:
                raise
            skipped.append(str(error))
    if not utterances:
        raise DataNotFound(f"timit: expected sentences other than SA in {folder}, got none that can be used")
    about = {"folder": folder, "license": TIMIT.license, "DESCR": TIMIT.describe()}
    return Bunch(utterances=utterances, skipped=skipped, **about)


def _utterance(path):
    """An utterance, its files read through once, so that what is wrong is said at once."""
    phn = next((p for p in path.parent.iterdir() if p.name.lower() == f"{path.stem.lower()}.phn"), None)
    if phn is None:
        raise bad_file(path, f"{path.stem}.phn beside it", "none", "copy it there, or take the sound away")
    segments = read_phones(phn, len(checked_sound(path)))
    return Utterance(*_speaker_and_part(path), path, segments)


def _speaker_and_part(path):
    speaker, sentence = path.parent.name.lower(), path.stem.lower()
    if SAMPLE_FOLDER.fullmatch(speaker):
        return speaker.split("-")[1], sentence, "sample"
    above = {part.lower() for part in path.parts[-4:-2]}
    part = "test" if "test" in above else "train" if "train" in above else "sample"
    return speaker, sentence, "core test" if part == "test" and speaker in CORE_TEST else part


def checked_sound(path):
    """A sound's samples; a ``DataFileError`` unless it is of 16 kHz."""
    signal, rate = read_sound(path)
    if rate != RATE:
        remedy = f"resample it (sox FILE -r {RATE} OUT)"
        raise bad_file(path, f"{RATE:,} samples a second", f"{rate:,}", remedy)
    return signal


def read_phones(path, n_samples=None):
    """The segments of a .phn file, lines of "start end phone".

    Parameters
    ----------
    path : str or Path
    n_samples : int, optional
        Of the sound; no phone may begin beyond its end.

    Returns
    -------
    segments : tuple of Segment

    Raises
    ------
    DataFileError
        With the line, if it is none of these, a phone is unknown, out of order or beyond the end.
    """
    segments, path = [], Path(path)
    try:
        lines = path.read_bytes().removeprefix(codecs.BOM_UTF8).decode("latin-1").splitlines()
    except OSError as error:
        raise bad_file(path, "a file of phones", f"none that can be read ({error})") from error
    for number, line in enumerate(lines, start=1):
        if not (parts := line.split()):
            continue
        try:
            start, end, phone = int(parts[0]), int(parts[1]), parts[2].lower()
        except (ValueError, IndexError):
            raise bad_file(path, "start, end, phone", f"{' '.join(parts)!r} in line {number}") from None
        if phone not in PHONES:
            raise bad_file(
                path, "one of TIMIT's 61 phones", f"{phone!r} in line {number}", "correct the line"
            )
        before = segments[-1].end if segments else 0
        if not before <= start < end:
            got = f"{start} to {end} in line {number}, after {before}"
            raise bad_file(path, "phones in order of time", got, "sort or correct the lines")
        if n_samples is not None and (start >= n_samples or end > n_samples + RATE // 10):
            got = f"{phone!r} up to {end:,} of {n_samples:,} samples"
            raise bad_file(path, "phones within their sound", got, "is it the .phn of another sentence?")
        segments.append(Segment(start, end, phone))
    if not segments:
        raise bad_file(path, "phones", "an empty file")
    return tuple(segments)
