import re

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.building import (
    STRATEGIES,
    CovarianceRidge,
    IndexSetChoice,
    LayerInput,
    LayerSpec,
    Local,
    Uniform,
    predicted_layer,
)
from lowrankweights.building.strategies.by_name import RandomConnections
from lowrankweights.building.strategies.index_choices import index_set_choice
from lowrankweights.dictionaries.index_sets import column_centres

IMAGES = np.random.default_rng(0).random((60, 36))
WITH_INDEX_SETS = [name for name, strategy in STRATEGIES.items() if strategy().draws_index_sets]


def index_sets(strategy, layer_input, n_columns, proportion=0.25):
    _, drawn = predicted_layer(layer_input, LayerSpec(9, strategy, proportion, n_columns), rng=1)
    return [d.alpha for d in drawn]


@pytest.mark.parametrize("name", WITH_INDEX_SETS)
def test_local_columns_look_at_places_of_their_own(name):
    layer_input = LayerInput(IMAGES, lrw.Grid((6, 6)))
    alphas = index_sets(STRATEGIES[name](index_set=Local()), layer_input, 3)
    for alpha, centre in zip(alphas, column_centres((6, 6), 3), strict=True):
        nearest = np.argmin(np.hypot(*(np.stack(np.divmod(np.arange(36), 6)) - centre[:, None])))
        assert nearest in alpha


def test_channels_are_tied_unless_alpha_is_chosen_among_units_that_vary():
    colour = lrw.Grid((4, 4), channels=3)
    V = np.random.default_rng(2).random((40, 48))
    V[:, 0] = 1.0
    for choice in (Uniform(), Local()):
        smooth, connections, covariance = (
            index_sets(STRATEGIES[name](index_set=choice), LayerInput(V, colour), 2)
            for name in ("squared_exponential", "random_connections", "covariance")
        )
        for alpha in (*smooth, *connections):
            assert (alpha.reshape(-1, 3) % 3 == [0, 1, 2]).all()
        assert all(len(alpha) == 12 and 0 not in alpha for alpha in covariance)


def test_a_choice_of_ones_own_sees_the_kernel_and_works_in_the_classifier():
    class Loudest(IndexSetChoice):
        name = "loudest"

        def choose(self, layer_input, n_alpha, rng, *, kernel, **others):
            variance = kernel.diagonal(layer_input.kernel_points)
            return np.sort(np.argsort(-variance, kind="stable")[:n_alpha])

    X = IMAGES * np.linspace(1, 3, 36)
    how = {"proportion": 0.25, "n_columns": 1, "standardize": False, "max_iter": 1, "random_state": 0}
    model = lrw.LowRankMLPClassifier((6,), index_sets=Loudest(), **how).fit(X, np.arange(60) % 2)
    ((alpha,),) = model.index_sets_
    assert set(alpha) == set(np.argsort(-X.var(axis=0))[:9])
    setting = model.recipes_[0][0]["settings"]["index_set"]
    assert setting["name"] == "loudest" and setting["class"].endswith("Loudest")


WRONG = {
    "unsorted": ([5, 2, 7], "3 sorted indices, got [5, 2, 7]"),
    "too few": ([2, 5], "3 sorted indices, got [2, 5]"),
    "twice": ([2, 2, 7], "indices without repetition"),
    "outside": ([2, 5, 36], "indices from 0 to 35, got 2 to 36"),
    "no integers": ([2.0, 5.0, 7.0], "a 1-d array of at least one integer"),
    "nothing": (None, "a 1-d array of at least one integer"),
}


@pytest.mark.parametrize(("alpha", "text"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("strategy", [CovarianceRidge, RandomConnections])
def test_a_choice_that_is_no_index_set_is_named(alpha, text, strategy):
    class Odd(IndexSetChoice):
        def choose(self, layer_input, n_alpha, rng, **others):
            return alpha

    with pytest.raises(ValueError, match="^" + re.escape(f"index_sets (what Odd chose): expected {text}")):
        strategy(index_set=Odd()).prepare(LayerInput(IMAGES)).draw(3)


def test_equal_choices_are_equal_and_a_name_means_one():
    assert CovarianceRidge() == CovarianceRidge(index_set=Uniform()) != CovarianceRidge(index_set=Local())
    assert index_set_choice("local") == Local() == index_set_choice({"name": "local"})
    with pytest.raises(ValueError, match="^index_sets: expected one of 'uniform', 'local', got 'lokal'"):
        index_set_choice("lokal")


def test_local_columns_of_any_points_look_at_places_of_their_own():
    for points in (
        lrw.Grid((36,)),
        lrw.Grid((3, 3, 4)),
        lrw.Points(np.random.default_rng(3).random((36, 2))),
    ):
        alphas = index_sets(CovarianceRidge(index_set=Local()), LayerInput(IMAGES, points), 3)
        for alpha, centre in zip(alphas, column_centres(points, 3), strict=True):
            assert np.linalg.norm(points.coordinates - centre, axis=1).argmin() in alpha


def test_local_without_places_is_an_error():
    with pytest.raises(ValueError, match="^index_sets: expected 'uniform' where neither input_shape"):
        CovarianceRidge(index_set=Local()).prepare(LayerInput(IMAGES)).draw(9)
