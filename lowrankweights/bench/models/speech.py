"""A minute of speech: its 39 numbers a frame against librosa's, Viterbi against hmmlearn's, on one core."""

import importlib.util

import numpy as np

from ... import speech
from ..turns import spread

RATE, SECONDS = 16_000, 60
N_PHONES, N_STATES = len(speech.PHONES), speech.N_STATES


def jobs(with_peers=True, seconds=SECONDS):
    """Functions without arguments by (who, what), for ``in_turn``; values do not matter to the clock."""
    rng = np.random.default_rng(0)
    signal = rng.normal(size=seconds * RATE)
    log_likelihood = rng.normal(size=(100 * seconds, N_PHONES * N_STATES))
    bigram = rng.dirichlet(np.ones(N_PHONES), N_PHONES)
    made = {
        ("ours", "features"): lambda: speech.mfcc(signal, RATE),
        ("ours", "Viterbi"): lambda: speech.viterbi(log_likelihood, np.log(bigram)),
    }
    if with_peers and importlib.util.find_spec("librosa"):
        made["librosa", "features"] = librosa_features(signal.astype(np.float32))
    if with_peers and importlib.util.find_spec("hmmlearn"):
        made["hmmlearn", "Viterbi"] = hmmlearn_viterbi(log_likelihood, bigram)
    return made


def librosa_features(signal):
    """12 cepstra and energy with their first and second differences, the same frames and bands as ours."""
    import librosa

    frames = {"n_fft": 512, "win_length": 400, "hop_length": 160, "center": False}

    def features():
        raised = librosa.effects.preemphasis(signal)
        cepstra = librosa.feature.mfcc(y=raised, sr=RATE, n_mfcc=13, n_mels=26, window="hamming", **frames)
        return np.vstack([cepstra, librosa.feature.delta(cepstra), librosa.feature.delta(cepstra, order=2)])

    return features


def hmmlearn_viterbi(log_likelihood, bigram):
    """The same chain as one matrix between all states."""
    from hmmlearn import _hmmc

    n = N_PHONES * N_STATES
    steps, begins = np.eye(n), np.zeros(n)
    inner = np.arange(n)[np.arange(n) % N_STATES < N_STATES - 1]
    steps[inner, inner + 1] = 1
    steps[N_STATES - 1 :: N_STATES, ::N_STATES] = bigram
    begins[::N_STATES] = 1 / N_PHONES
    return lambda: _hmmc.viterbi(begins, steps, log_likelihood)


def summarise(seconds):
    """Medians and spreads, and how many times as long the others take."""
    found = {f"{who}, {what}": spread(values) for (who, what), values in seconds.items()}
    ratios = {
        f"{who}/ours, {what}": float(np.median(values) / np.median(seconds["ours", what]))
        for (who, what), values in seconds.items()
        if who != "ours"
    }
    return {"seconds": found, "ratios": ratios}


def table(report):
    """The report as text."""
    lines = [f"Speech, {SECONDS} s, {100 * SECONDS:,} frames, {N_PHONES * N_STATES} states, one core:"]
    for name, s in report["seconds"].items():
        lines.append(f"  {name:<22} {s['median']:.4f} s ({s['min']:.4f}-{s['max']:.4f})")
    lines += [f"  {name:<22} {ratio:.1f}" for name, ratio in report["ratios"].items()]
    return "\n".join(lines)
