import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from lowrankweights import LowRankMLPClassifier
from lowrankweights.advice.candidates import APPROACHES, ON_REQUEST, approaches, candidates_for
from lowrankweights.building import NAMES, SquaredExponentialRidge
from lowrankweights.dictionaries import Grid


def every(budget, n_v=64, n_out=3, points=None, **others):
    chosen, _ = approaches(None, points, n_v)
    return candidates_for(chosen, budget, n_v, n_out, **others)


@pytest.mark.parametrize("budget", [100, 1300, 9000])
def test_all_learn_as_many_numbers_up_to_half_a_hidden_unit(budget):
    found = every(budget, points=Grid((8, 8)))
    assert {c.name for c in found} >= set(APPROACHES) - set(ON_REQUEST) - {"low_rank", "none"}
    for c in found:
        of_a_unit = c.n_alpha + 1 + c.n_out
        assert abs(c.n_dynamic - budget) <= of_a_unit / 2


def test_the_estimator_learns_what_a_candidate_says():
    grid, rng = Grid((4, 4), channels=3), np.random.default_rng(0)
    X, y = rng.random((60, 48)), np.arange(60) % 3
    for c in every(1500, n_v=48, points=grid, n_channels=3, length_scales={12: 2.0, 24: 1.0}):
        model = LowRankMLPClassifier(**c.parameters(), input_shape=grid, max_iter=1, random_state=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(X, y)
        assert model.n_dynamic_ == c.n_dynamic, c
        assert c.name != "pca" or c.n_columns == 1
        assert len(model.dictionaries_[0]) == (0 if c.name in ("none", "low_rank") else c.n_columns)


def test_a_length_scale_is_a_parameter_and_a_strategy_of_ones_own_stays_an_object():
    own = SquaredExponentialRidge(length_scale=3.0, relative_ridge=0.5)
    (named, *_), (kept, *_) = (
        candidates_for({"squared_exponential": s}, 500, 64, 3)
        for s in (SquaredExponentialRidge(length_scale=3.0), own)
    )
    assert named.parameters()["dictionary"] == "squared_exponential"
    assert named.parameters()["length_scale"] == 3.0
    assert kept.parameters()["dictionary"] == own


def test_the_smallest_budget_is_named_and_is_enough():
    with pytest.raises(ValueError, match="budget: expected at least 10: one hidden unit of 3"):
        every(9)
    assert all(c.n_h == 1 for c in every(10))


def test_every_name_of_a_dictionary_has_its_place():
    assert sorted(APPROACHES) == sorted(NAMES)


def test_what_is_left_out_says_why():
    chosen, left_out = approaches(None, None, 600)
    assert "needs input_shape" in left_out["dct"] and "slow" in left_out["kmeans"]
    assert not set(chosen) & set(left_out)
    chosen, _ = approaches(["kmeans"], None, 600)
    assert list(chosen) == ["none", "kmeans"]
