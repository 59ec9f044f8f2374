r"""From a waveform to 39 numbers every 10 ms: mel-frequency cepstra, energy, and how fast they change.

    signal -> pre-emphasis -> frames of 25 ms, every 10 ms, times a Hamming window -> power spectrum
    -> energies in 26 mel bands -> log -> cosine transform: 12 cepstra, and the frame's log energy (13)
    -> first and second differences by regression (39) -> each number less its mean, over its deviation

S. Davis and P. Mermelstein, IEEE Transactions on Acoustics, Speech and Signal Processing 28, 1980; paper,
section 4.1, which names windows, order and differences. What it leaves open is chosen here as in HTK (The HTK
Book, chapter 5), but for the normalisation, which is of each utterance.
"""

import numpy as np
from scipy import fft

from .. import _checks

WIDTH, STEP = 0.025, 0.010  # seconds of a frame, and from one to the next
PRE_EMPHASIS = 0.97
N_BANDS, N_CEPSTRA = 26, 12
WITHIN = 2  # frames before and after, over which a difference is taken
N_CONTEXT = 11
BLOCK = 256  # frames at a time, which stay in the cache
FLOOR = 1e-10  # of an energy, before its logarithm


def mfcc(signal, rate, normalise=True):
    """39 numbers for each frame: 12 cepstra and log energy, their first and their second differences.

    Parameters
    ----------
    signal : array, (n_samples,)
        Sound pressure, in any unit.
    rate : float
        Samples a second.
    normalise : bool
        Whether each of the 39 has mean 0 and variance 1 over the utterance, which takes off what microphone
        and loudness add to all frames.

    Returns
    -------
    features : ndarray, (n_frames, 39), float32
        Frame k begins 10 k ms after the signal; what is left at its end is dropped.

    Raises
    ------
    ValueError
        If the signal is shorter than a frame, silent throughout, or not finite.

    Examples
    --------
    >>> t = np.arange(16000) / 16000
    >>> mfcc(np.sin(2 * np.pi * 440 * t**2), rate=16000).shape
    (98, 39)
    """
    signal = check_signal(signal, rate)
    static = static_features(signal, rate)
    first = differences(static)
    features = np.hstack([static, first, differences(first)])
    if normalise:
        features = normalised(features)
    return features.astype(np.float32)


def check_signal(signal, rate):
    """The signal in float64; a ``ValueError`` where it holds no speech."""
    signal = _long_enough(_checks.array("signal", signal, ndim=1, dtype=np.float64), rate)
    if signal.min() == signal.max():
        _checks.fail("signal", "a sound", f"{len(signal)} samples of {signal[0]:g}, which is silence")
    return signal


def _long_enough(signal, rate):
    """The signal; a ``ValueError`` where it is shorter than a frame."""
    rate = _checks.number("rate", rate, at_least=1 / STEP)
    if len(signal) < samples(WIDTH, rate):
        got = f"{len(signal)} samples at {rate:g} Hz"
        _checks.fail("signal", f"at least a frame of {1000 * WIDTH:g} ms", got)
    return signal


def static_features(signal, rate):
    """12 cepstra and the log energy of each frame, (n_frames, 13)."""
    pieces = frames(pre_emphasised(signal).astype(np.float32), rate)
    filters = mel_filters(N_BANDS, fft_length(rate), rate).astype(np.float32)
    blocks = [pieces[i : i + BLOCK] for i in range(0, len(pieces), BLOCK)]
    bands = np.vstack([power_spectra(block, rate) @ filters for block in blocks])
    # sum of x^2 over each frame
    energy = np.einsum("tn,tn->t", frames(signal, rate), frames(signal, rate))
    return np.column_stack([cepstra_of(bands), log(energy)])


def pre_emphasised(signal):
    """The signal with its high frequencies raised, which speech has less of: x_t - 0.97 x_(t-1)."""
    return np.append(signal[0] * (1 - PRE_EMPHASIS), signal[1:] - PRE_EMPHASIS * signal[:-1])


def samples(seconds, rate):
    """So many seconds in samples."""
    return round(seconds * rate)


def frames(signal, rate):
    """Overlapping pieces of 25 ms, one every 10 ms: a view of floats (n_frames, n_samples of a frame)."""
    signal = _long_enough(_checks.array("signal", signal, ndim=1), rate)
    windows = np.lib.stride_tricks.sliding_window_view(signal, samples(WIDTH, rate))
    return windows[:: samples(STEP, rate)]


def power_spectra(pieces, rate):
    """|FFT|^2 of each frame times a Hamming window, (n_frames, n_fft / 2 + 1)."""
    n_fft = fft_length(rate)
    # w_n = 0.54 - 0.46 cos(2 pi n / (N - 1)): without it a frame's ends would look like clicks
    spectra = fft.rfft(pieces * np.hamming(pieces.shape[1]).astype(pieces.dtype), n_fft, axis=1)
    return np.square(spectra.real) + np.square(spectra.imag)


def fft_length(rate):
    """The power of two that a frame fits into."""
    return 1 << (samples(WIDTH, rate) - 1).bit_length()


def mel(frequency):
    """Hertz in mel, steps of which sound equally large: 2595 log10(1 + f / 700)."""
    return 2595 * np.log10(1 + np.asarray(frequency) / 700)


def mel_filters(n_bands, n_fft, rate):
    """Triangles that overlap by half, equally wide in mel, from 0 to rate / 2: (n_fft / 2 + 1, n_bands).

    >>> mel_filters(26, 512, 16000).shape
    (257, 26)
    """
    n_bands = _checks.integer("n_bands", n_bands, at_least=1)
    n_fft = _checks.integer("n_fft", n_fft, at_least=2)
    edges = np.linspace(0, mel(_checks.number("rate", rate, above=0) / 2), n_bands + 2)
    hertz = 700 * (10 ** (edges / 2595) - 1)
    f = np.arange(n_fft // 2 + 1)[:, None] * rate / n_fft
    left, centre, right = hertz[:-2], hertz[1:-1], hertz[2:]
    # up from the left edge to the centre, down to the right one
    return np.maximum(0, np.minimum((f - left) / (centre - left), (right - f) / (right - centre)))


def cepstra_of(bands):
    """The cosine transform of the log energies of the bands, coefficients 1 to 12: (n_frames, 12).

    c_k = sqrt(2 / B) sum_b log(E_b) cos(pi k (b + 1/2) / B): neighbouring bands are alike, these are less so.
    """
    return fft.dct(log(bands), type=2, norm="ortho", axis=1)[:, 1 : 1 + N_CEPSTRA]


def log(energy):
    """The logarithm of energies, those below a floor at the floor."""
    return np.log(np.maximum(energy, FLOOR))


def differences(features):
    """How fast each number changes, as the slope of a line through five frames: same shape.

    d_t = sum_k k (c_(t+k) - c_(t-k)) / (2 sum_k k^2), k = 1, 2; the first and the last frame go on.
    """
    features = check_features(features)
    n, wide = len(features), np.pad(features, ((WITHIN, WITHIN), (0, 0)), mode="edge")
    steps = range(1, WITHIN + 1)
    slope = sum(k * (wide[WITHIN + k :][:n] - wide[WITHIN - k :][:n]) for k in steps)
    return slope / (2 * sum(k * k for k in steps))


def check_features(features):
    """The features of at least one frame, (n_frames, n_features), as floats."""
    features = _checks.array("features", features, ndim=2)
    if not features.size:
        _checks.fail("features", "at least one frame, (n_frames, n_features)", f"shape {features.shape}")
    return features


def normalised(features):
    """Each column less its mean, over its standard deviation; what does not vary becomes 0."""
    deviation = features.std(axis=0)
    return (features - features.mean(axis=0)) / np.where(deviation > 1e-8, deviation, 1.0)


def in_context(features, n_frames=N_CONTEXT):
    """Each frame between its neighbours: (n, n_frames * n_features), earlier frames first.

    The first and the last frame stand for those that are not there. ``n_frames`` is odd.

    >>> in_context(np.array([[1.0], [2.0], [3.0]]), 3)
    array([[1., 1., 2.],
           [1., 2., 3.],
           [2., 3., 3.]])
    """
    n_frames = _checks.integer("n_frames", n_frames, at_least=1)
    if n_frames % 2 == 0:
        _checks.fail("n_frames", "an odd number: as many frames before as after", n_frames)
    features, half = check_features(features), n_frames // 2
    wide = np.pad(features, ((half, half), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(wide, n_frames, axis=0)  # (n, n_features, n_frames)
    return np.ascontiguousarray(windows.swapaxes(1, 2)).reshape(len(features), -1)


def n_frames_of(n_samples, rate):
    """How many frames a signal of so many samples has."""
    return max(0, 1 + (n_samples - samples(WIDTH, rate)) // samples(STEP, rate))
