import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lowrankweights import speech
from lowrankweights.speech.decoding import best_scores, best_scores_in_numpy


def random_task(seed, n_frames, n_phones, n_states):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n_frames, n_phones * n_states)), np.log(
        rng.dirichlet(np.ones(n_phones), n_phones)
    )


def score_of(states, log_likelihood, log_bigram, n_states, penalty):
    """The score of a path through states, or -inf if a step is not allowed."""
    total = log_likelihood[0, states[0]] - np.log(len(log_bigram)) if states[0] % n_states == 0 else -np.inf
    for t, (a, b) in enumerate(itertools.pairwise(states), start=1):
        step = -np.inf
        if a % n_states == n_states - 1 and b % n_states == 0:
            step = log_bigram[a // n_states, b // n_states] - penalty
        if a == b or (b == a + 1 and b % n_states):
            step = max(step, 0.0)
        total += step + log_likelihood[t, b]
    return total if states[-1] % n_states == n_states - 1 else -np.inf


@given(st.integers(0, 1000), st.integers(1, 3), st.integers(1, 3), st.integers(0, 3), st.floats(-1, 3))
@settings(max_examples=60, deadline=None)
def test_the_path_is_the_best_of_all(seed, n_phones, n_states, more, penalty):
    n_frames = n_states + more if n_phones * n_states < 7 else n_states + min(more, 1)
    log_likelihood, log_bigram = random_task(seed, n_frames, n_phones, n_states)
    phones, segments = speech.viterbi(log_likelihood, log_bigram, n_states, penalty)
    paths = itertools.product(range(n_phones * n_states), repeat=n_frames)
    best = max(paths, key=lambda path: score_of(path, log_likelihood, log_bigram, n_states, penalty))
    assert phones.tolist() == [s // n_states for s in best]
    assert [s.phone for s in segments for _ in range(s.start, s.end)] == phones.tolist()
    assert segments[0].start == 0 and segments[-1].end == n_frames


@pytest.mark.parametrize("n_states", [1, 2, 3])
def test_compiled_scores_are_numpys(n_states):
    score, log_bigram = random_task(n_states, 400, 20, n_states)
    ways = []
    for way in (best_scores, best_scores_in_numpy):
        back = np.zeros(score.shape, dtype=np.intp)
        ways.append((way(score.copy(), log_bigram, back), back))
    assert np.array_equal(ways[0][0], ways[1][0]) and np.array_equal(ways[0][1][1:], ways[1][1][1:])


def test_on_long_chains_the_path_is_hmmlearns():
    hmmc = pytest.importorskip("hmmlearn._hmmc", reason="hmmlearn is not installed")
    n_phones, n_states, n_frames = 12, 3, 2000
    log_likelihood, log_bigram = random_task(3, n_frames, n_phones, n_states)
    n = n_phones * n_states
    # as one matrix between all states; what is impossible has probability 0
    steps = np.eye(n)
    for p, s in itertools.product(range(n_phones), range(n_states - 1)):
        steps[p * n_states + s, p * n_states + s + 1] = 1
    steps[n_states - 1 :: n_states, ::n_states] = np.exp(log_bigram)
    begins = np.zeros(n)
    begins[::n_states] = 1 / n_phones
    log_likelihood[-1, np.arange(n) % n_states != n_states - 1] = -1e9  # it ends in a last state
    _, path = hmmc.viterbi(begins, steps, log_likelihood)
    phones, _ = speech.viterbi(log_likelihood, log_bigram, n_states)
    assert np.array_equal(phones, np.asarray(path) // n_states)


def test_a_penalty_leaves_fewer_phones():
    log_likelihood, log_bigram = random_task(0, 300, 8, 3)
    counts = [len(speech.viterbi(log_likelihood, log_bigram, penalty=p)[1]) for p in (-2, 0, 2, 5)]
    assert counts == sorted(counts, reverse=True) and counts[0] > counts[-1]


def test_a_phone_may_follow_itself():
    """Twice through three states, and not once with a long stay in the last."""
    once = np.eye(3)[[0, 1, 2, 0, 1, 2]] * 10
    _, segments = speech.viterbi(once, np.zeros((1, 1)))
    assert [(s.start, s.end) for s in segments] == [(0, 3), (3, 6)]


def test_a_bigrams_rows_sum_to_one_and_it_counts():
    bigram = speech.Bigram([[0, 1, 1], [0, 2]], n_phones=3, smoothing=0.5)
    assert np.allclose(np.exp(bigram.log_next).sum(axis=1), 1)
    assert np.exp(bigram.log_next[0]).tolist() == pytest.approx([0.5 / 3.5, 1.5 / 3.5, 1.5 / 3.5])
    assert np.exp(bigram.log_initial).tolist() == pytest.approx([2.5 / 3.5, 0.5 / 3.5, 0.5 / 3.5])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((np.zeros((5, 5)), np.zeros((2, 2))), "log_likelihood: expected shape .*6"),
        ((np.zeros((2, 6)), np.zeros((2, 2))), "log_likelihood: expected at least 3 frames"),
        ((np.zeros((5, 6)), np.zeros((2, 3))), "log_bigram: expected shape"),
        ((np.full((5, 6), np.nan), np.zeros((2, 2))), "log_likelihood: expected numbers, or -inf"),
        ((np.full((5, 6), -np.inf), np.zeros((2, 2))), "log_likelihood: expected a path that is possible"),
    ],
)
def test_what_cannot_be_decoded_is_named(arguments, said):
    with pytest.raises(ValueError, match=f"^{said}"):
        speech.viterbi(*arguments)


def test_phone_error_rate_by_hand():
    """sil aa m sil, said; sil m m n sil, decoded: aa became m, n is too many."""
    said, decoded = ["h#", "aa", "em", "pau"], ["h#", "m", "m", "nx", "epi"]
    assert speech.phone_error_rate([said], [decoded]) == 2 / 4
    assert speech.edits([said, said], [decoded, said]) == [(2, 4), (0, 4)]
    assert speech.phone_error_rate([said], [said]) == 0
    assert speech.phone_error_rate([["q", "aa"]], [["aa"]]) == 0  # q is left out
    with pytest.raises(ValueError, match="^hypotheses: expected one for each reference"):
        speech.phone_error_rate([said], [])
    with pytest.raises(ValueError, match="^references: expected at least one phone"):
        speech.phone_error_rate([["q"]], [["aa"]])
