import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lowrankweights import speech
from lowrankweights.speech import front_end

RATE = 16_000
RNG = np.random.default_rng(0)
SOUND = np.cumsum(RNG.normal(size=RATE)) / 100 + RNG.normal(size=RATE)


@pytest.mark.parametrize("rate", [16_000, 8_000])
def test_mfccs_are_librosas_on_the_same_settings(rate):
    """To 1e-4 of the largest; librosa is in single precision, and centres a frame in its longer FFT."""
    librosa = pytest.importorskip("librosa", reason="librosa is not installed")
    n_fft, width, step = front_end.fft_length(rate), rate // 40, rate // 100
    raised, around = front_end.pre_emphasised(SOUND), (front_end.fft_length(rate) - rate // 40) // 2
    how = {"sr": rate, "n_fft": n_fft, "win_length": width, "hop_length": step, "window": np.hamming(width)}
    bands = librosa.feature.melspectrogram(
        y=np.pad(raised, (around, n_fft)), center=False, power=2, n_mels=26, htk=True, norm=None, **how,
    )  # fmt: skip
    theirs = librosa.feature.mfcc(S=np.log(np.maximum(bands, front_end.FLOOR)), n_mfcc=13, dct_type=2)[1:].T
    ours = front_end.static_features(SOUND, rate)[:, :12]
    assert len(ours) == 1 + (len(SOUND) - width) // step
    assert np.abs(ours - theirs[: len(ours)]).max() < 1e-4 * np.abs(ours).max()


@pytest.mark.parametrize("hertz", [300, 1000, 3000])
def test_a_tone_is_in_the_band_that_holds_it(hertz):
    tone = np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE)
    spectra = front_end.power_spectra(speech.frames(tone, RATE), RATE)
    filters = speech.mel_filters(26, 512, RATE)
    edges = 700 * (10 ** (np.linspace(0, front_end.mel(8000), 28) / 2595) - 1)
    loudest = (spectra @ filters).argmax(axis=1)
    assert (edges[loudest] < hertz).all() and (hertz < edges[loudest + 2]).all()


def test_mel_filters_add_up_to_one_between_the_first_and_the_last_centre():
    filters = speech.mel_filters(26, 512, RATE)
    f = np.arange(257) * RATE / 512
    edges = 700 * (10 ** (np.linspace(0, front_end.mel(8000), 28) / 2595) - 1)
    inside = (f >= edges[1]) & (f <= edges[-2])
    assert np.allclose(filters[inside].sum(axis=1), 1) and (filters >= 0).all()


def test_differences_of_a_line_are_its_slope_and_of_a_constant_nothing():
    t = np.arange(20.0)[:, None]
    assert np.allclose(speech.differences(3 * t + 1)[2:-2], 3)
    assert np.allclose(speech.differences(np.full((20, 2), 7.0)), 0)
    # the parabola's slope, at each frame, up to the ends
    assert np.allclose(speech.differences(t**2)[2:-2], 2 * t[2:-2])


def test_second_differences_are_the_first_ones_of_the_first():
    features = speech.mfcc(SOUND, RATE, normalise=False)
    first, second = features[:, 13:26], features[:, 26:]
    assert np.allclose(speech.differences(features[:, :13].astype(float)), first, atol=1e-4)
    assert np.allclose(speech.differences(first.astype(float)), second, atol=1e-4)


def test_normalised_features_do_not_know_how_loud_it_was():
    one, louder = speech.mfcc(SOUND, RATE), speech.mfcc(30 * SOUND, RATE)
    assert np.allclose(one, louder, atol=1e-4)
    assert np.allclose(one.mean(axis=0), 0, atol=1e-5) and np.allclose(one.std(axis=0), 1, atol=1e-4)


@given(st.integers(1, 30), st.sampled_from([1, 3, 11]))
@settings(max_examples=30, deadline=None)
def test_a_frame_in_context_has_its_neighbours_beside_it(n, width):
    features = np.arange(2.0 * n).reshape(n, 2)
    wide = speech.in_context(features, width).reshape(n, width, 2)
    for t in range(n):
        for k in range(width):
            assert np.array_equal(wide[t, k], features[np.clip(t + k - width // 2, 0, n - 1)])


@pytest.mark.parametrize(
    ("signal", "rate", "said"),
    [
        (np.zeros(RATE), RATE, "signal: expected a sound, got 16000 samples of 0, which is silence"),
        (SOUND[:399], RATE, "signal: expected at least a frame of 25 ms, got 399 samples at 16000 Hz"),
        (np.where(np.arange(RATE) == 5, np.nan, SOUND), RATE, "signal: expected finite"),
        (SOUND[None], RATE, "signal: expected"),
        (SOUND, 0, "rate: expected"),
    ],
)
def test_what_holds_no_speech_is_refused(signal, rate, said):
    with pytest.raises(ValueError, match=f"^{said}"):
        speech.mfcc(signal, rate)


def test_an_even_context_is_refused():
    with pytest.raises(ValueError, match="^n_frames: expected an odd number"):
        speech.in_context(np.zeros((5, 2)), 4)
