import re
import warnings

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
    Pivoted,
    Uniform,
    from_recipe,
    layer_specs,
    predicted_layer,
    strategy_of,
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
    with pytest.raises(ValueError, match="^index_sets: expected one of 'uniform', .*, got 'lokal'"):
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


@pytest.mark.parametrize("name", ["squared_exponential", "covariance", "squared_covariance"])
def test_pivoted_columns_explain_more_than_drawn_ones_and_differ(name):
    smooth = IMAGES @ lrw.SquaredExponential(1.5)(lrw.Grid((6, 6)), lrw.Grid((6, 6)))

    def left(choice):
        strategy = strategy_of(name, index_set=choice, length_scale=2.0)
        prepared = strategy.prepare(LayerInput(smooth, lrw.Grid((6, 6))), rng=0)
        drawn = [prepared.draw(9, rng) for rng in range(12)]
        assert all(d.unexplained.bound < d.unexplained.left < 1 for d in drawn)
        return np.median([d.unexplained.left for d in drawn]), len({tuple(d.alpha) for d in drawn})

    choices = Pivoted(), Uniform(), Pivoted(greedy=True)
    (pivoted, n_sets), (drawn, _), (greedy, n_greedy) = map(left, choices)
    assert pivoted < drawn and greedy < drawn and n_sets > 8 and n_greedy == 1


def test_what_is_left_unexplained_is_the_trace_of_the_predictive_variance_and_its_bound_the_eigenvalues():
    grid = lrw.Grid((6, 6))
    prepared = CovarianceRidge(relative_ridge=0.1).prepare(LayerInput(IMAGES, grid), rng=0)
    drawn, kernel = prepared.draw(9, rng=1), lrw.EmpiricalCovariance(IMAGES)
    total = np.trace(kernel.K)
    variance = lrw.predictive_variance(kernel, grid, drawn.alpha, 0.1 * total / 36)
    assert drawn.unexplained.left == pytest.approx(variance.sum() / total)
    assert drawn.unexplained.bound == pytest.approx(np.linalg.eigvalsh(kernel.K)[:-9].sum() / total)
    assert RandomConnections().prepare(LayerInput(None, grid)).draw(9).unexplained is None


def test_designed_choices_in_deep_layers_and_without_a_kernel():
    how = {"hidden_layer_sizes": (9, 8), "n_v": 36, "proportion": 0.25, "n_columns": 1, "input_shape": (6, 6)}
    for choice, deep in (("pivoted", Pivoted()), ("spread", Uniform()), (Pivoted(greedy=True),) * 2):
        specs = layer_specs(**how, dictionary="covariance", index_sets=choice)
        assert specs[1].dictionary.index_set == deep
    with pytest.warns(
        UserWarning, match="^index_sets: 'pivoted' changes nothing in layers with 'pca', 'pca'"
    ):
        layer_specs(**how, dictionary="pca", index_sets="pivoted")
    layer_specs(**how, dictionary=("pca", "covariance"), index_sets="pivoted")
    expected = "^index_sets: expected 'uniform', 'local' or 'spread' where the dictionary has no kernel"
    with pytest.raises(ValueError, match=expected):
        index_sets(RandomConnections(index_set=Pivoted()), LayerInput(IMAGES, lrw.Grid((6, 6))), 1)
    with pytest.raises(ValueError, match="^index_sets: expected 'uniform' where neither"):
        layer_specs(**(how | {"input_shape": None}), dictionary="covariance", index_sets="spread")


@pytest.mark.parametrize("choice", ["pivoted", "spread"])
def test_designed_choices_are_repeated_from_a_recipe_and_serve_rica_autoencoder_and_convolution(choice):
    images, y = IMAGES.reshape(60, 6, 6), np.arange(60) % 2
    small = {"index_sets": choice, "max_iter": 1, "random_state": 0}
    with warnings.catch_warnings(action="ignore"):
        rica = lrw.RICA(9, dictionary="squared_exponential", **small).fit(images)
        coder = lrw.LowRankAutoencoder(5, dictionary="squared_exponential", **small).fit(images)
        net = lrw.LowRankConvNetClassifier((4,), 3, hidden_layer_sizes=(6, 6), n_columns=1, **small)
        net.set_params(dictionary=("squared_exponential", "squared_exponential", "covariance")).fit(images, y)
    recipes = [rica.recipes_[0][0], coder.recipes_[0], net.recipes_[0][0], net.recipes_[1][0]]
    assert [recipe["settings"]["index_set"]["name"] for recipe in recipes] == [choice] * 4
    for recipe, U in zip(recipes, (rica.dictionaries_[0][0], coder.dictionaries_[0]), strict=False):
        assert np.array_equal(from_recipe(recipe, points=lrw.Grid((6, 6))).U, U)
    unexplained = [rica.unexplained_[0][0], coder.unexplained_[0], net.unexplained_[2][0]]
    assert all(pair.bound < pair.left < 1 for pair in unexplained)


@pytest.mark.parametrize(
    ("described", "said"),
    [
        ({}, "expected one of 'uniform'"),
        ({"name": "local", "greedy": 1}, "no settings with .local."),
        ({"name": "pivoted", "gredy": True}, ".*'gredy' .did you mean 'greedy'"),
    ],
)
def test_a_dict_that_describes_no_choice_is_told(described, said):
    with pytest.raises(ValueError, match=r"^recipe \(its index_set\)" + f".*{said}"):
        index_set_choice(described)
