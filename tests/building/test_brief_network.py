import numpy as np
import pytest

from lowrankweights.building import Targets
from lowrankweights.building.brief_network import brief_filters

RNG = np.random.default_rng(0)
V = RNG.normal(size=(300, 12))
TARGETS = Targets(np.eye(2)[(V[:, 3] > 0).astype(int)], "softmax_cross_entropy")
HOW = {"activation": "sigmoid", "weight_decay": 1e-3}


def test_filters_look_at_the_input_that_matters():
    W = brief_filters(V, TARGETS, 6, 40, rng=0, **HOW)
    share = (W**2).sum(axis=1) / (W**2).sum()
    assert W.shape == (12, 6) and share.argmax() == 3 and share[3] > 0.6


def test_nearly_zero_weights_at_the_start_leave_nothing_of_chance():
    first, second = (brief_filters(V, TARGETS, 6, 2, rng=0, initial=s, **HOW) for s in (1.0, 1e-3))
    assert np.linalg.norm(second) < 0.7 * np.linalg.norm(first)


def test_the_same_seed_and_any_number_of_threads_give_the_same_filters():
    first = brief_filters(V, None, 6, 5, rng=3, **HOW, n_threads=1)
    assert np.array_equal(first, brief_filters(V, None, 6, 5, rng=3, **HOW, n_threads=2))
    assert not np.array_equal(first, brief_filters(V, None, 6, 5, rng=4, **HOW))


def test_rows_of_weight_two_are_there_twice():
    weight = np.arange(300) % 3
    twice = np.repeat(np.arange(300), weight)
    found = brief_filters(V, TARGETS, 6, 3, rng=0, weight=weight, **HOW)
    wanted = brief_filters(V[twice], TARGETS._replace(Y=TARGETS.Y[twice]), 6, 3, rng=0, **HOW)
    assert found == pytest.approx(wanted, abs=1e-8)
