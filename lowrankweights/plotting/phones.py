"""What was said: a spectrogram, the probabilities of phones, and the phones decoded."""

import numpy as np

from ..speech import N_STATES, PHONES
from ..speech.front_end import STEP, WIDTH, frames, power_spectra, pre_emphasised

LEAST = 0.15  # a phone is shown that is so probable somewhere
FLOOR = 60  # decibels below the loudest


def phones_of_a_sound(signal, rate, probabilities, segments, said=None, axes=None):
    """Three pictures above each other, with one axis of time.

    Parameters
    ----------
    signal : array, (n_samples,)
    rate : float
        Samples a second.
    probabilities : array, (n_frames, 183)
        Of the states; those of a phone are summed. Phones are shown that are probable somewhere.
    segments : sequence of Segment
        Decoded, in frames.
    said : sequence of Segment, optional
        In samples.
    axes : three of matplotlib's Axes, optional

    Returns
    -------
    axes : ndarray of Axes, (3,)
    """
    import matplotlib.pyplot as plt

    if axes is None:
        size = {"height_ratios": (4, 5, 1.6), "hspace": 0.06}
        _, axes = plt.subplots(3, 1, figsize=(11, 7.2), sharex=True, gridspec_kw=size, layout="constrained")
    top, middle, bottom = axes
    seconds = len(signal) / rate
    _spectrogram(top, signal, rate)
    _probabilities(middle, probabilities)
    decoded = [(s.start * STEP + WIDTH / 2, s.end * STEP + WIDTH / 2, s.phone) for s in segments]
    rows = {"decoded": decoded}
    if said is not None:
        rows["said"] = [(s.start / rate, s.end / rate, s.phone) for s in said]
    for y, pieces in enumerate(rows.values()):
        _row(bottom, -y, pieces, seconds)
    bottom.set_yticks([-y for y in range(len(rows))], list(rows))
    bottom.set(xlabel="seconds", ylim=(0.5 - len(rows), 0.5), xlim=(0, seconds))
    bottom.spines[["left"]].set_visible(False)
    bottom.tick_params(left=False)
    return axes


def _spectrogram(ax, signal, rate):
    spectra = power_spectra(frames(pre_emphasised(np.asarray(signal, float)), rate), rate)
    decibels = 10 * np.log10(np.maximum(spectra, 1e-12))
    end = len(spectra) * STEP + WIDTH / 2
    where = (WIDTH / 2, end, 0, rate / 2000)
    high = decibels.max()
    ax.imshow(
        decibels.T, origin="lower", aspect="auto", cmap="Greys", extent=where, vmin=high - FLOOR, vmax=high
    )
    ax.set(ylabel="kHz")


def _probabilities(ax, probabilities):
    of_phones = np.asarray(probabilities).reshape(len(probabilities), -1, N_STATES).sum(axis=2)
    shown = np.flatnonzero(of_phones.max(axis=0) >= LEAST)
    where = (WIDTH / 2, len(of_phones) * STEP + WIDTH / 2, len(shown) - 0.5, -0.5)
    image = ax.imshow(of_phones[:, shown].T, aspect="auto", cmap="Blues", extent=where, vmin=0, vmax=1)
    ax.set_yticks(range(len(shown)), [PHONES[k] for k in shown], fontsize=6 if len(shown) > 25 else 7.5)
    ax.set(ylabel="phone")
    ax.figure.colorbar(image, ax=ax, label="probability", pad=0.01)


def _row(ax, y, pieces, seconds):
    """Phones as boxes with their names."""
    from .style import EDGES, FILLS

    for i, (start, end, phone) in enumerate(pieces):
        fill = FILLS["learned"] if i % 2 else FILLS["data"]
        ax.barh(y, end - start, left=start, height=0.8, color=fill, edgecolor=EDGES["data"], lw=0.5)
        narrow = end - start < 0.009 * len(phone) * seconds
        how = {"rotation": 90, "fontsize": 5.5} if narrow else {"fontsize": 6.5}
        ax.text((start + end) / 2, y, phone, ha="center", va="center", clip_on=True, **how)
