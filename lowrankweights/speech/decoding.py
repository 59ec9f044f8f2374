"""Which phones were said: the best path through three states a phone, with a bigram over phones (Viterbi).

Paper, section 4.1: Viterbi decoding with a bigram language model; three states a phone and a penalty on every
new phone are usual, and ours.
"""

import numpy as np

from .. import _checks
from ..speed.numba_or_numpy import compiled
from .phones import N_STATES, Segment


class Bigram:
    """How often one phone follows another, as logarithms of probabilities.

    Parameters
    ----------
    sequences : iterable of sequences of int
        Phones of each utterance, by number.
    n_phones : int
    smoothing : float
        Added to every count, so that nothing is impossible.

    Attributes
    ----------
    log_initial : ndarray, (n_phones,)
        Of the first phone.
    log_next : ndarray, (n_phones, n_phones)
        Entry (i, j): of j after i; each row's probabilities sum to 1.

    Examples
    --------
    >>> np.exp(Bigram([[0, 1, 0, 1]], 2, smoothing=1.0).log_next).round(2)
    array([[0.25, 0.75],
           [0.67, 0.33]])
    """

    def __init__(self, sequences, n_phones, smoothing=0.1):
        smoothing = _checks.number("smoothing", smoothing, above=0)
        n_phones = _checks.integer("n_phones", n_phones, at_least=1)
        first, pairs = np.full(n_phones, smoothing), np.full((n_phones, n_phones), smoothing)
        for phones in _checks.index_lists("sequences", sequences, n_phones):
            if not len(phones):
                _checks.fail("sequences", "at least one phone in each", "an empty one")
            first[phones[0]] += 1
            np.add.at(pairs, (phones[:-1], phones[1:]), 1)
        self.log_initial = np.log(first / first.sum())
        self.log_next = np.log(pairs / pairs.sum(axis=1, keepdims=True))


def viterbi(log_likelihood, log_bigram, n_states=N_STATES, penalty=0.0, log_initial=None):
    r"""The most probable sequence of phones, and the frames of each.

    A phone is gone through from its first state to its last; in each it may stay. From its last state it goes
    to the first of any phone. The path has the largest sum of

        log_likelihood of its states + log_bigram of its phones - penalty for each new phone.

    Parameters
    ----------
    log_likelihood : array, (n_frames, n_phones * n_states)
        Of each frame in each state: log P(frame | state), up to what all states of a frame share.
    log_bigram : array, (n_phones, n_phones)
        See ``Bigram.log_next``.
    n_states : int
    penalty : float
        The larger, the fewer phones.
    log_initial : array, (n_phones,), optional
        Of the first phone; default: all alike.

    Returns
    -------
    phones : ndarray of int, (n_frames,)
        Of each frame.
    segments : list of Segment
        Start and end in frames, and the number of the phone.

    Raises
    ------
    ValueError
        If shapes do not fit, there are fewer frames than states of a phone, or no path is possible.

    Notes
    -----
    A. Viterbi, IEEE Transactions on Information Theory 13, 1967; L. Rabiner, Proceedings of the IEEE 77,
    1989.

    Examples
    --------
    >>> sure = np.log([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9]])
    >>> viterbi(sure, np.log(np.full((2, 2), 0.5)), n_states=1)[1]
    [Segment(start=0, end=2, phone=0), Segment(start=2, end=3, phone=1)]
    """
    score, entry, initial = _checked(log_likelihood, log_bigram, n_states, penalty, log_initial)
    n_frames, n = score.shape
    first = np.full(n, -np.inf)
    first[::n_states] = initial  # a path begins in a phone's first state
    score[0] += first
    back = np.zeros((n_frames, n), dtype=np.intp)
    score = best_scores(score, entry, back)
    last = np.arange(n_states - 1, n, n_states)
    state = int(last[np.argmax(score[-1, last])])
    if not np.isfinite(score[-1, state]):
        _checks.fail("log_likelihood", "a path that is possible", "none: every one has probability 0")
    states = np.empty(n_frames, dtype=np.intp)
    for t in range(n_frames - 1, -1, -1):
        states[t], state = state, back[t, state]
    return states // n_states, _segments(states, n_states)


def _checked(log_likelihood, log_bigram, n_states, penalty, log_initial):
    """Scores (a copy that may be overwritten), the score of each entry, and of each beginning."""
    n_states = _checks.integer("n_states", n_states, at_least=1)
    entry, score = _logarithms("log_bigram", log_bigram), _logarithms("log_likelihood", log_likelihood)
    if entry.ndim != 2 or entry.shape[0] != entry.shape[1] or not entry.size:
        _checks.fail("log_bigram", "shape (n_phones, n_phones)", f"shape {entry.shape}")
    n_phones = len(entry)
    if score.ndim != 2 or score.shape[1] != n_phones * n_states:
        expected = f"shape (n_frames, {n_phones * n_states}): {n_phones} phones of {n_states} states"
        _checks.fail("log_likelihood", expected, f"shape {score.shape}")
    if len(score) < n_states:
        _checks.fail("log_likelihood", f"at least {n_states} frames, one a state", len(score))
    entry -= _checks.number("penalty", penalty)
    initial = np.full(n_phones, -np.log(n_phones))
    if log_initial is not None:
        initial = _logarithms("log_initial", log_initial)
    if initial.shape != (n_phones,):
        _checks.fail("log_initial", f"shape ({n_phones},)", f"shape {initial.shape}")
    return score, entry, initial


def _logarithms(name, value):
    """A copy, in which there may be -inf."""
    try:
        found = np.array(value, dtype=np.float64, order="C")
    except (TypeError, ValueError):
        _checks.fail(name, "an array of logarithms", type(value).__name__)
    if np.isnan(found).any() or np.isposinf(found).any():
        _checks.fail(name, "numbers, or -inf for what is impossible", "NaN or inf")
    return found


def best_scores_in_numpy(score, entry, back):
    r"""The score of the best path to each state at each frame, in place of ``score`` (n_frames, n).

    With e the log-likelihoods that come in, s a state and q, p phones:

        score_t(s) = e_t(s) + max(score_(t-1)(s), score_(t-1)(s - 1)), and for the first state of p
        score_t(s) = e_t(s) + max(score_(t-1)(s), max_q score_(t-1)(last state of q) + entry(q, p)),

    and ``back`` (n_frames, n) tells which of them it was.
    """
    n_states = score.shape[1] // len(entry)
    here, starts = np.arange(score.shape[1]), np.arange(0, score.shape[1], n_states)
    for t in range(1, len(score)):
        before = score[t - 1]
        come = np.roll(before, 1)  # from the state before
        source = here - 1
        entering = before[n_states - 1 :: n_states, None] + entry
        which = entering.argmax(axis=0)
        come[starts], source[starts] = entering[which, np.arange(len(entry))], which * n_states + n_states - 1
        stays = before >= come
        back[t] = np.where(stays, here, source)
        score[t] += np.where(stays, before, come)
    return score


@compiled(best_scores_in_numpy, dtypes=(np.float64, np.intp))
def best_scores(score, entry, back):
    """``best_scores_in_numpy``, compiled."""
    n_frames, n = score.shape
    n_phones = len(entry)
    n_states = n // n_phones
    best, source = np.empty(n_phones), np.zeros(n_phones, np.intp)
    for t in range(1, n_frames):
        best[:] = -np.inf
        source[:] = n_states - 1
        for q in range(n_phones):
            leaving, state = score[t - 1, q * n_states + n_states - 1], q * n_states + n_states - 1
            for p in range(n_phones):
                if leaving + entry[q, p] > best[p]:
                    best[p], source[p] = leaving + entry[q, p], state
        for s in range(n):
            come, state = (
                (best[s // n_states], source[s // n_states])
                if s % n_states == 0
                else (score[t - 1, s - 1], s - 1)
            )
            if score[t - 1, s] >= come:
                come, state = score[t - 1, s], s
            back[t, s] = state
            score[t, s] += come
    return score


def _segments(states, n_states):
    """Runs of frames of one phone: a new one begins wherever a first state comes after another state."""
    begins = np.flatnonzero((states[1:] != states[:-1]) & (states[1:] % n_states == 0)) + 1
    starts = [0, *begins.tolist()]
    ends = [*begins.tolist(), len(states)]
    return [Segment(a, b, int(states[a]) // n_states) for a, b in zip(starts, ends, strict=True)]
