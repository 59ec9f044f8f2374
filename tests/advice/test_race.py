import os

import numpy as np
import pytest

from lowrankweights.advice import race as racing
from lowrankweights.advice.candidates import approaches, candidates_for

pytestmark = pytest.mark.skipif(
    "LOWRANKWEIGHTS_ADVICE" not in os.environ, reason="takes a minute: make test-advice"
)


def race_on(X, y, n_out, standardize=True):
    return racing.Race(X.astype(np.float32), y, n_out, None, standardize, np.random.default_rng(0))


def parity(n=240, n_v=12, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, n_v))
    return X, (X[:, 0] * X[:, 1] > 0).astype(int)


def candidates(names, budget=300, n_v=12, n_out=2):
    return candidates_for(approaches(names, None, n_v)[0], budget, n_v, n_out)


def test_every_row_is_held_out_once_and_every_class_in_every_fold():
    X, y = parity()
    y = np.where(np.arange(len(y)) < 8, 2, y)  # a rare class
    race = race_on(np.column_stack([np.arange(len(y)), X]), y, 3, standardize=False)
    held_out = [race.fold(len(y), k) for k in range(racing.FOLDS)]
    rows = np.concatenate([fold.v_held_out[:, 0] for fold in held_out])
    np.testing.assert_array_equal(np.sort(rows), np.arange(len(y)))
    for fold in held_out:
        assert not set(fold.v[:, 0]) & set(fold.v_held_out[:, 0])
        assert set(fold.y) == {0, 1, 2}


def test_rows_held_out_do_not_scale_the_columns():
    X, y = parity()
    fold = race_on(X, y, 2).fold(len(y), 0)
    np.testing.assert_allclose(fold.v.std(axis=0), 1, rtol=1e-5)
    assert np.abs(fold.v_held_out.std(axis=0) - 1).max() > 1e-3


def test_of_a_regression_the_error_is_one_less_the_share_explained():
    X = parity()[0]
    y = 1e3 + 50 * X[:, :1]
    (entry,) = [racing.Entry(c, 1e-4) for c in candidates(["none"], n_out=1)]
    losses, errors = race_on(X, y, 1).run(entry, len(X), range(racing.FOLDS), 100)
    assert losses.shape == (240,) and (losses == errors).all() and errors.mean() < 0.1


def test_a_loss_lies_between_0_and_1_and_an_error_is_0_or_1():
    X, y = parity()
    (entry,) = [racing.Entry(c, 1e-3) for c in candidates(["none"])]
    losses, errors = race_on(X, y, 2).run(entry, len(X), range(2), 20)
    assert losses.min() >= 0 and losses.max() <= 1 and set(errors) == {0.0, 1.0}


def test_every_weight_is_in_the_last_round_and_all_rows_are_judged():
    X, y = parity(120)
    race = race_on(X, y, 2)
    found = racing.run(race, candidates(["none", "random_connections"]))
    for _, number, losses, errors in found.values():
        assert number == len(race.rounds()) and losses.shape == errors.shape == (3 * 120,)


def test_of_many_approaches_the_best_stay_and_plain_rivals_until_they_are_clearly_worse():
    names = ["none", "low_rank", "pca", "random_connections", "random_projection", "covariance"]
    entries = {c.name: racing.Entry(c, 1e-3) for c in candidates(names)}
    noise = np.random.default_rng(0).normal(size=100)
    worse = {
        "covariance": 0,
        "random_projection": 0.1,
        "random_connections": 0.2,
        "low_rank": 0.3,
        "pca": 9,
        "none": 9,
    }
    found = [(entries[name], by + 2 * noise * (name != "covariance"), None) for name, by in worse.items()]
    kept = racing._kept(found, 2)
    assert [e.candidate.name for e in kept] == ["covariance", "random_projection", "low_rank", "none"]


@pytest.mark.parametrize(("n", "n_v", "n_rounds"), [(150, 13, 4), (10_000, 54, 4), (10_000, 784, 3)])
def test_large_data_are_judged_once(n, n_v, n_rounds):
    rounds = race_on(np.zeros((n, n_v), np.float32), np.zeros(n, int), 2).rounds()
    assert len(rounds) == n_rounds and rounds[-1][0] == n
    assert [of[0] for of in rounds] == sorted(of[0] for of in rounds)


def test_constant_columns_become_zero():
    X = np.column_stack([np.full(9, 1e6 / 3), np.arange(9.0)])
    scaled = racing.standardised(X, X)
    assert (scaled[:, 0] == 0).all() and abs(scaled[:, 1].std() - 1) < 1e-6
