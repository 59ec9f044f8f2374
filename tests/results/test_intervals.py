import numpy as np
import pytest

from lowrankweights.results import error_interval, paired_interval


def test_the_interval_covers_the_true_difference_as_often_as_it_says():
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(100):
        n = 400
        a = [np.flatnonzero(rng.random(n) < 0.10) for _ in range(3)]
        b = [np.flatnonzero(rng.random(n) < 0.07) for _ in range(3)]
        _, low, high = paired_interval(a, b, n, n_draws=200, rng=rng)
        covered += low <= 0.03 <= high
    assert covered >= 88


def test_errors_on_the_same_items_cancel():
    hard = np.arange(50)
    mean, low, high = paired_interval([hard, hard], [hard, hard[:-1]], 1000)
    assert mean == pytest.approx(0.0005) and high - low < 0.004
    apart = paired_interval([hard, hard], [hard + 100, hard + 100], 1000)
    assert apart[0] == 0 and apart[2] - apart[1] > 0.01


def test_seeds_must_pair():
    with pytest.raises(ValueError, match="^wrong_b: expected as many seeds"):
        paired_interval([[1], [2]], [[1]], 10)


def test_the_interval_of_one_model_is_that_against_a_model_without_errors():
    wrong = [np.arange(30), np.arange(40)]
    mean, low, high = error_interval(wrong, 1000)
    assert mean == pytest.approx(0.035) and low < mean < high
    assert (mean, low, high) == paired_interval(wrong, [[], []], 1000, n_draws=500)
