import numpy as np
import pytest
from made_timit import as_integers, ldc, sample, sphere, write
from scipy.io import wavfile

from lowrankweights import datasets, speech
from lowrankweights.datasets.sounds import read_sound

ONE = speech.babble(1, 1, rng=5)[0]


def test_the_ldcs_layout_has_its_parts_and_no_sa_sentence(tmp_path):
    timit = datasets.fetch_timit(ldc(tmp_path / "TIMIT"))
    parts = {}
    for u in timit.utterances:
        parts.setdefault(u.part, set()).add(u.speaker)
    assert {part: len(speakers) for part, speakers in parts.items()} == {
        "train": 4,
        "core test": 1,
        "test": 2,
    }
    assert parts["core test"] == {"mdab0"} and timit.skipped == []
    assert len(timit.utterances) == 7 * 2 and not any(u.sentence.startswith("sa") for u in timit.utterances)


def test_the_samples_layout_and_what_is_read_is_what_was_written(tmp_path):
    timit = datasets.fetch_timit(sample(tmp_path))
    assert {u.part for u in timit.utterances} == {"sample"} and len(
        {u.speaker for u in timit.utterances}
    ) == 16
    spoken = [u for u in speech.babble(16, 3, rng=1) if u.sentence != "x0"]
    for made, read in zip(spoken, timit.utterances, strict=True):
        assert made.segments == read.segments and made.phones == read.phones
        assert np.allclose(read.sound(), made.signal / np.abs(made.signal).max() * 20_000 / 32_768, atol=1e-4)


def test_small_letters_and_capitals_are_the_same(tmp_path):
    write(tmp_path / "train" / "dr1" / "fabc0", "sx1", ONE, ".wav")
    (u,) = datasets.fetch_timit(tmp_path).utterances
    assert (u.speaker, u.sentence, u.part) == ("fabc0", "sx1", "train")


def test_data_folder_and_nothing_there(tmp_path, monkeypatch):
    monkeypatch.setenv("LOWRANKWEIGHTS_DATA", str(tmp_path))
    with pytest.raises(datasets.DataNotFound, match="timit: expected"):
        datasets.fetch_timit()
    sample(tmp_path / "timit", 1)
    assert len(datasets.fetch_timit().utterances) == 16
    (tmp_path / "empty").mkdir()
    for folder, what in (("empty", "no .wav file in it"), ("nowhere", "no such folder")):
        with pytest.raises(datasets.DataNotFound, match=what):
            datasets.fetch_timit(tmp_path / folder)


def without_phn(path):
    path.with_suffix(".PHN").unlink()


def phn(text):
    return lambda path: path.with_suffix(".PHN").write_text(text)


def content(make):
    return lambda path: path.write_bytes(make())


SAMPLES = as_integers(ONE.signal)
N = len(SAMPLES)
BAD = {
    "no phn": (without_phn, "SX1.WAV: expected SX1.phn beside it, got none"),
    "beyond the end": (phn(f"0 {N} h#\n{N} {N + 9} aa\n"), "SX1.PHN: expected phones within their sound"),
    "far beyond the end": (phn(f"0 {2 * N} h#\n"), "SX1.PHN: expected phones within their sound"),
    "out of order": (phn("0 900 h#\n2000 3000 aa\n900 2000 s\n"), "phones in order of time, got 900 to 2000"),
    "unknown phone": (phn("0 900 h#\n900 2000 xx\n"), "one of TIMIT's 61 phones, got 'xx' in line 2"),
    "half a line": (phn("0 900 h#\n900\n"), "expected start, end, phone, got '900' in line 2"),
    "empty phn": (phn(""), "SX1.PHN: expected phones, got an empty file"),
    "compressed": (
        content(lambda: sphere(SAMPLES, sample_coding="pcm,embedded-shorten-v2.00")),
        "16-bit PCM that is not compressed, got pcm,embedded-shorten.*sph2pipe",
    ),
    "8 kHz": (content(lambda: sphere(SAMPLES, rate=8000)), "expected 16,000 samples a second, got 8,000"),
    "stereo": (content(lambda: sphere(np.column_stack([SAMPLES] * 2))), "one channel, got 2 channels"),
    "silent": (content(lambda: sphere(0 * SAMPLES)), "got .* equal samples, which is silence"),
    "empty": (content(bytes), "SX1.WAV: expected a sound, got an empty file"),
    "cut off": (content(lambda: sphere(SAMPLES)[:-500]), f"expected {N:,} samples, got .*cut off"),
    "no sound": (content(lambda: b"hello" * 99), "expected a WAV or NIST SPHERE file"),
    "half a header": (content(lambda: b"NIST_1A\n   1024\nsample_rate"), "expected a NIST SPHERE header"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_names_the_file_and_a_remedy_or_is_skipped_and_listed(name, tmp_path):
    spoil, said = BAD[name]
    write(tmp_path / "TRAIN" / "DR1" / "FABC0", "sx0", ONE)
    spoil(write(tmp_path / "TRAIN" / "DR1" / "FABC0", "sx1", ONE))
    with pytest.raises(datasets.DataFileError, match=said) as error:
        datasets.fetch_timit(tmp_path)
    timit = datasets.fetch_timit(tmp_path, skip_bad=True)
    assert [u.sentence for u in timit.utterances] == ["sx0"] and timit.skipped == [str(error.value)]
    assert ";" in str(error.value)


@pytest.mark.parametrize("dtype", ["u1", "<i2", "<i4", "<f4"])
def test_wav_files_of_other_numbers_are_the_same_sound(dtype, tmp_path):
    signal = ONE.signal / np.abs(ONE.signal).max() * 0.5
    scale = {"u1": 128, "<i2": 2**15, "<i4": 2**31, "<f4": 1}[dtype]
    samples = signal * scale + (128 if dtype == "u1" else 0)
    wavfile.write(tmp_path / "a.wav", 16_000, samples.astype(dtype))
    read, rate = read_sound(tmp_path / "a.wav")
    assert rate == 16_000 and np.abs(read - signal).max() < 2.0 / min(scale, 2**15) + 1e-6
