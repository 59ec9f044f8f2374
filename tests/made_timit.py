"""Folders laid out as TIMIT's, with speech-like sounds in them."""

import numpy as np
from scipy.io import wavfile

from lowrankweights.speech import babble


def sphere(samples, rate=16_000, **fields):
    """A NIST SPHERE file's bytes."""
    samples = np.asarray(samples, "<i2")
    fields = {
        "sample_count": ("-i", samples.shape[0]), "sample_n_bytes": ("-i", 2), "sample_rate": ("-i", rate),
        "channel_count": ("-i", 1 if samples.ndim == 1 else samples.shape[1]),
        "sample_byte_format": ("-s2", "01"), "sample_coding": ("-s3", "pcm"),
        **{name: ("-s", value) for name, value in fields.items()},
    }  # fmt: skip
    lines = [f"{name} {kind} {value}" for name, (kind, value) in fields.items()]
    header = "\n".join(["NIST_1A", "   1024", *lines, "end_head"]) + "\n"
    return header.encode().ljust(1024) + samples.tobytes()


def as_integers(signal):
    return np.round(signal / np.abs(signal).max() * 20_000).astype("<i2")


def write(folder, name, utterance, ending=".WAV", as_sphere=True):
    """A sound and its phones, ``name`` with the case of ``ending``."""
    folder.mkdir(parents=True, exist_ok=True)
    samples, upper = as_integers(utterance.signal), ending.isupper()
    path = folder / f"{name.upper() if upper else name}{ending}"
    if as_sphere:
        path.write_bytes(sphere(samples))
    else:
        wavfile.write(path, 16_000, samples)
    lines = "".join(f"{s.start} {s.end} {s.phone}\n" for s in utterance.segments)
    path.with_suffix(".PHN" if upper else ".phn").write_text(lines)
    return path


def ldc(root, n_train=4, n_test=3, n_sentences=2):
    """TRAIN and TEST in capitals, with SPHERE headers; one of the test speakers is of the core test."""
    spoken = iter(babble(n_train + n_test, n_sentences + 1, rng=0))
    names = [f"FTR{k}0" for k in range(n_train)] + ["MDAB0"] + [f"FTE{k}0" for k in range(n_test - 1)]
    for k, name in enumerate(names):
        part = "TRAIN" if k < n_train else "TEST"
        for sentence in ["sa1", *(f"sx{j}" for j in range(n_sentences))]:
            write(root / part / f"DR{k % 8 + 1}" / name, sentence, next(spoken))
    return root


def sample(root, n_sentences=2):
    """Folders as NLTK's sample, a woman and a man of each of eight dialects, WAV files."""
    spoken = iter(babble(16, n_sentences + 1, rng=1))
    for dialect in range(1, 9):
        for sex in "fm":
            for sentence in ["sa2", *(f"si{j}" for j in range(n_sentences))]:
                folder = root / f"dr{dialect}-{sex}abc{dialect}"
                write(folder, sentence, next(spoken), ".wav", as_sphere=False)
    return root
