"""Files cut off, or with a byte changed: read, or refused by name; nothing else, whatever the byte."""

import gzip
import io
import json
import struct
import warnings

import numpy as np
import pytest
from made_timit import as_integers, sphere
from PIL import Image
from scipy.io import wavfile

import lowrankweights as lrw
from lowrankweights.commands.complete import _weights
from lowrankweights.datasets.binary import read_idx
from lowrankweights.datasets.sounds import read_phones, read_sound
from lowrankweights.explorer.images import read_image
from lowrankweights.optimisation import load_checkpoint
from lowrankweights.readers.own_data import Options
from lowrankweights.readers.own_data import read as read_own
from lowrankweights.results import files as result_files

RNG = np.random.default_rng(0)
SAMPLES = as_integers(lrw.speech.babble(1, 1, rng=0)[0].signal[:600])
X, y = RNG.normal(size=(40, 4)), np.arange(40) % 2
N_CHANGES = 150


def written(write, *args, **kwargs):
    """The bytes that a function writes to a file."""
    file = io.BytesIO()
    write(file, *args, **kwargs)
    return file.getvalue()


def model():
    with warnings.catch_warnings(action="ignore"):
        fitted = lrw.LowRankMLPClassifier((3,), dictionary="random_projection", max_iter=2, random_state=0)
        return fitted.fit(X, y)


def own(path):
    return read_own(path, Options(target="y"))


def table(encoding):
    lines = [f'{a:.3f},"{b:.3f}",{c}' for (a, b, *_), c in zip(X, y, strict=True)]
    return "\n".join(["a,b,y", *lines]).encode(encoding)


def picture(kind):
    return written(Image.fromarray(RNG.integers(0, 255, (9, 9, 3), dtype=np.uint8)).save, kind)


IDX = struct.pack(">iiii", 0x803, 5, 4, 4) + bytes(range(80))
FILES = {  # what is in it, how its name ends, what reads it
    "wav of integers": (written(wavfile.write, 16_000, SAMPLES), ".wav", read_sound),
    "wav of floats": (written(wavfile.write, 16_000, SAMPLES / np.float32(2**15)), ".wav", read_sound),
    "sphere": (sphere(SAMPLES), ".wav", read_sound),
    "phones": (b"0 90 h#\n90 200 aa\n\n200 600 s\n", ".phn", read_phones),
    "idx": (IDX, "-ubyte", lambda path: read_idx(path, 3)),
    "idx, packed": (gzip.compress(IDX), ".gz", lambda path: read_idx(path, 3)),
    "png": (picture("PNG"), ".png", read_image),
    "jpeg": (picture("JPEG"), ".jpg", read_image),
    "checkpoint": (written(np.savez, theta=X[0], loss=1.0, n_iter=3), ".npz", load_checkpoint),
    "arrays": (written(np.savez_compressed, X=X, y=y), ".npz", own),
    "table": (table("utf-8"), ".csv", own),
    "table in UTF-16": (table("utf-16"), ".csv", own),
    "feature": (written(np.save, RNG.normal(size=(16, 2))), ".npy", lambda path: _weights(path, (4, 4))),
    "results": (b"".join(json.dumps({"seed": i}).encode() + b"\n" for i in range(9)), ".jsonl",
                result_files.read),
}  # fmt: skip


def damaged(content):
    """The content cut off at many places, and with bytes changed."""
    ends = {*range(min(len(content), 40)), *np.linspace(0, len(content) - 1, N_CHANGES).astype(int)}
    yield from (content[:end] for end in sorted(ends))
    rng = np.random.default_rng(0)
    for place in rng.integers(len(content), size=N_CHANGES):
        near = place % min(len(content), 300)  # headers are at the beginning
        for at in (place, near):
            yield content[:at] + rng.bytes(1) + content[at + 1 :]


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_read_or_refused_by_its_name(name, tmp_path):
    content, ending, read = FILES[name]
    path, refused = tmp_path / f"damaged{ending}", 0
    for found in damaged(content):
        path.write_bytes(found)
        try:
            with warnings.catch_warnings(action="ignore"):
                read(path)
        except ValueError as error:  # DataFileError is one
            assert path.name in str(error) and type(error) in (ValueError, lrw.datasets.DataFileError)
            refused += 1
    assert refused > 20


def test_a_damaged_model_is_refused_by_its_name(tmp_path):
    path, refused = tmp_path / "damaged.npz", 0
    lrw.save(path, model())
    for found in damaged(path.read_bytes()):
        path.write_bytes(found)
        try:
            lrw.load(path)
        except ValueError as error:
            assert path.name in str(error) and type(error) is ValueError
            refused += 1
    assert refused > 20
