"""Speech for the experiments: frames in context with their classes, speakers in folds, and decoding.

Each frame, 39 numbers less their mean over the utterance and over their deviation, stands between five before
and five after it (429 numbers); its class is a third of a phone (183).
"""

import functools
from typing import NamedTuple

import numpy as np
from sklearn.utils import Bunch

from .. import _checks, speech
from ..datasets import fetch_timit
from ..speed import predict

N_FOLDS = {"timit-sample": 4, "timit": 1, "speech-like": 2}
N_DEVELOPMENT = 50  # speakers of TIMIT's test part who are not of the core test
RATE = 16_000


class Sentence(NamedTuple):
    """An utterance: who speaks, 39 numbers a frame, each frame's class, the phones by number."""

    speaker: str
    part: str
    features: np.ndarray
    labels: np.ndarray
    phones: list


@functools.lru_cache(maxsize=1)
def load(name, skip_bad=False):
    """The sentences of "timit-sample", "timit" (a whole one), or "speech-like", which is made by program.

    The first two are in the folder ``timit`` of ``LOWRANKWEIGHTS_DATA``; what was skipped is returned too.
    """
    if name == "speech-like":
        return [_sentence(u) for u in speech.babble(8, 6, rng=0)], []
    timit = fetch_timit(skip_bad=skip_bad)
    if name == "timit" and not {"train", "core test", "test"} <= {u.part for u in timit.utterances}:
        got = f"only {', '.join(sorted({u.part for u in timit.utterances}))}"
        _checks.fail("data", f"TIMIT's parts TRAIN and TEST in {timit.folder}", got)
    return [_sentence(u) for u in timit.utterances], timit.skipped


def _sentence(utterance):
    features = speech.mfcc(utterance.sound(), RATE)
    labels = speech.label_frames(utterance.segments, len(features), RATE)
    phones = [speech.PHONES.index(phone) for phone in utterance.phones]
    return Sentence(utterance.speaker, utterance.part, features, labels, phones)


def folds(name, sentences):
    """(training, validation, test) sentences of each fold, no speaker in two of them.

    Of a whole TIMIT there is one: its training part, some speakers of its test part, and the core test. Else
    speakers, two by two as they come (of the sample a woman and a man of a dialect), are dealt out; of those
    that are not tested in a fold the first two are looked at.
    """
    if name == "timit":
        of_part = {part: [s for s in sentences if s.part == part] for part in ("train", "test", "core test")}
        looked_at = list(dict.fromkeys(s.speaker for s in of_part["test"]))[:N_DEVELOPMENT]
        validation = [s for s in of_part["test"] if s.speaker in looked_at]
        return [(of_part["train"], validation, of_part["core test"])]
    speakers = list(dict.fromkeys(s.speaker for s in sentences))
    found, n = [], N_FOLDS[name]
    for k in range(n):
        tested = [s for i, s in enumerate(speakers) if i // 2 % n == k]
        looked_at, learned = np.split([s for s in speakers if s not in tested], [2])
        parts = (learned, looked_at, tested)
        found.append(tuple([s for s in sentences if s.speaker in part] for part in parts))
    return found


def as_rows(train, validation, test=()):
    """Frames in context as rows, as ``training.fit`` takes them."""
    data = Bunch(input_shape=None)
    for part, sentences in (("train", train), ("validation", validation), ("test", test)):
        if sentences:
            data[f"X_{part}"] = np.vstack([speech.in_context(s.features) for s in sentences])
            data[f"y_{part}"] = np.concatenate([s.labels for s in sentences])
    return data


def probabilities(net, theta, sentences, n_threads):
    """Of the states at each sentence's frames, a list of (n_frames, 183)."""
    return [predict(net, theta, speech.in_context(s.features), n_threads) for s in sentences]


def said(sentences):
    """The phones of each sentence, a list of lists of str."""
    return [[speech.PHONES[k] for k in s.phones] for s in sentences]


def decoder_of(sentences):
    """A ``Decoder`` from training sentences."""
    labels = np.concatenate([s.labels for s in sentences])
    return speech.Decoder.of(labels, [s.phones for s in sentences])


def edits_of_speakers(decoder, found, sentences):
    """(edits, phones said) of each speaker, a dict; ``found`` as of ``probabilities``."""
    total = {}
    for s, (wrong, n) in zip(sentences, decoder.edits(found, said(sentences)), strict=True):
        before = total.get(s.speaker, (0, 0))
        total[s.speaker] = before[0] + wrong, before[1] + n
    return total


def frame_error(found, sentences):
    """The share of frames whose most probable class is another; ``found`` as of ``probabilities``."""
    wrong = [p.argmax(axis=1) != s.labels for p, s in zip(found, sentences, strict=True)]
    return float(np.concatenate(wrong).mean())
