"""From a network's probabilities of states to phones, with what training sentences say of phones."""

from typing import NamedTuple

import numpy as np

from .. import _checks
from .decoding import Bigram, viterbi
from .phones import N_STATES, PHONES, Segment
from .scoring import edits

N_CLASSES = len(PHONES) * N_STATES
PENALTIES = (-6.0, -4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 11.0, 15.0)
LEAST = 1e-30  # of a probability, before its logarithm


class Decoder(NamedTuple):
    """How often states and phones come, and what a new phone costs.

    Attributes
    ----------
    log_prior : ndarray, (183,)
        Of each state, among frames.
    log_initial, log_next : ndarray, (61,) and (61, 61)
        See ``Bigram``.
    penalty : float
        See ``viterbi``.

    Notes
    -----
    A network says P(state | frame). Viterbi wants P(frame | state), which is P(state | frame) / P(state) up
    to what all states of a frame share (H. Bourlard and N. Morgan, Connectionist Speech Recognition, 1994).
    """

    log_prior: np.ndarray
    log_initial: np.ndarray
    log_next: np.ndarray
    penalty: float = 0.0

    @classmethod
    def of(cls, labels, phones, smoothing=0.1):
        """From the classes of frames, (n_frames,), and the numbers of the phones of each sentence."""
        (labels,) = _checks.index_lists("labels", [labels], N_CLASSES)
        counts = np.bincount(labels, minlength=N_CLASSES) + 1.0
        phones = _checks.index_lists("phones", phones, len(PHONES))
        bigram = Bigram(phones, len(PHONES), smoothing)
        return cls(np.log(counts / counts.sum()), bigram.log_initial, bigram.log_next)

    def decode(self, probabilities):
        """Segments, in frames, with their phones, from probabilities of states (n_frames, 183)."""
        p = _checks.array("probabilities", probabilities, shape=(None, N_CLASSES), dtype=np.float64)
        log_likelihood = np.log(np.maximum(p, LEAST)) - self.log_prior
        _, segments = viterbi(log_likelihood, self.log_next, N_STATES, self.penalty, self.log_initial)
        return [Segment(s.start, s.end, PHONES[s.phone]) for s in segments]

    def edits(self, probabilities, phones):
        """(edits, phones said) of each sentence, in 39 classes, from its frames' probabilities and phones."""
        return edits(phones, [[s.phone for s in self.decode(p)] for p in probabilities])

    def with_best_penalty(self, probabilities, phones):
        """The decoder with the penalty that makes the fewest edits on some sentences; they are not to be
        tested on."""
        decoders = [self._replace(penalty=penalty) for penalty in PENALTIES]
        return min(decoders, key=lambda d: sum(wrong for wrong, _ in d.edits(probabilities, phones)))
