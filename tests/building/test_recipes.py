import json
import re
from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.gaussian_process.kernels import RBF

import lowrankweights as lrw
from lowrankweights.building import (
    STRATEGIES,
    CovarianceRidge,
    IndexSetChoice,
    LayerInput,
    LayerSpec,
    Strategy,
    from_recipe,
    predicted_layer,
    strategy_of,
)
from lowrankweights.building.layer_input import Targets
from lowrankweights.building.recipes import generator_from
from lowrankweights.building.strategies.strategy import generator_state

GRID = lrw.Grid((6, 6))
V = np.random.default_rng(0).random((60, 36)).astype(np.float32)
SETTINGS = {"index_set": "local", "relative_ridge": 0.02, "length_scale": 1.3}
SETTINGS |= {"max_iter": 4, "wavelet": "db2"}


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_recipe_gives_the_same_dictionary_to_the_bit(name):
    spec = LayerSpec(7, strategy_of(name, **SETTINGS), proportion=0.25, n_columns=3)
    rng = np.random.default_rng(1)
    rng.random(5)  # a generator that has been used already
    _, drawn = predicted_layer(LayerInput(V, GRID), spec, rng)
    assert len(drawn) == 3
    for d in reversed(drawn):  # one does not need the others
        again = from_recipe(json.loads(json.dumps(d.recipe)), V, GRID)
        assert np.array_equal(again.U, d.U) and again.recipe == d.recipe
        assert np.array_equal(again.alpha, d.alpha) or (again.alpha is None and d.alpha is None)
        assert d.recipe["strategy"] == name


@pytest.mark.parametrize("name", ["covariance", "squared_covariance", "pca", "kmeans", "autoencoder"])
def test_a_recipe_of_weighted_rows_needs_the_weights(name):
    weight = np.arange(60) % 3.0
    drawn = strategy_of(name, max_iter=4).prepare(LayerInput(V, GRID, weight=weight)).draw(5)
    assert np.array_equal(from_recipe(drawn.recipe, V, GRID, weight=weight).U, drawn.U)
    with pytest.raises(ValueError, match="weight: expected those with which this dictionary"):
        from_recipe(drawn.recipe, V, GRID)
    unweighted = strategy_of(name, max_iter=4).prepare(LayerInput(V, GRID)).draw(5)
    assert not np.array_equal(unweighted.U, drawn.U)


def test_a_recipe_asks_for_no_weights_that_change_nothing():
    kernel, weight = lrw.SquaredExponential(2.0), np.arange(60) % 3.0
    for strategy in (strategy_of(kernel), strategy_of("kernel_eigenvectors", of=kernel)):
        drawn = strategy.prepare(LayerInput(V, GRID, weight=weight)).draw(5)
        again = from_recipe(drawn.recipe, points=GRID, strategy=strategy)
        assert np.array_equal(again.U, drawn.U)
    drawn = strategy_of("pca").prepare(LayerInput(V, GRID)).draw(5)
    with pytest.raises(ValueError, match="^weight: expected None, as this dictionary"):
        from_recipe(drawn.recipe, V, GRID, weight=weight)


@pytest.mark.parametrize("name", ["network_directions", "learned_kernel"])
def test_a_recipe_of_a_network_trained_briefly_needs_what_it_learned(name):
    targets = Targets(np.eye(2)[np.arange(60) % 2], "softmax_cross_entropy")
    drawn = strategy_of(name).prepare(LayerInput(V, GRID, targets=targets)).draw(3)
    assert np.array_equal(from_recipe(drawn.recipe, V, GRID, targets=targets).U, drawn.U)
    with pytest.raises(ValueError, match="targets: expected those with which this dictionary"):
        from_recipe(drawn.recipe, V, GRID)


def test_a_recipe_of_ones_own_strategy_or_function_needs_it():
    class Noise(Strategy):
        name = "noise"

        def draw(self, seen, n_alpha, rng, column, n_columns):
            return rng.normal(size=(seen.n_v, n_alpha)) + column, None

    def noise(V, points, n_alpha, rng):
        return rng.normal(size=(len(points), n_alpha))

    for dictionary in (Noise(), noise):
        prepared = strategy_of(dictionary).prepare(LayerInput(V, GRID))
        rng = np.random.default_rng(2)
        for column in range(2):
            drawn = prepared.draw(5, rng, column, n_columns=2)
            recipe = json.loads(json.dumps(drawn.recipe))
            assert np.array_equal(from_recipe(recipe, V, GRID, dictionary).U, drawn.U)
        with pytest.raises(ValueError, match=r"^recipe \(its strategy\): .* strategy=[Nn]oise, .* none"):
            from_recipe(recipe, V, GRID)


def recipe_of(dictionary, **settings):
    drawn = strategy_of(dictionary, **settings).prepare(LayerInput(V, GRID)).draw(5)
    return json.loads(json.dumps(drawn.recipe)), drawn.U


@dataclass(frozen=True)
class Covariance(Strategy):
    """Somebody's own, of a name that is taken; a list in its recipe is a tuple here."""

    name = "covariance"
    sizes: tuple = (1.0, 2.0)

    def draw(self, seen, n_alpha, rng, column, n_columns):
        return np.full((seen.n_v, n_alpha), sum(self.sizes)) + rng.normal(size=n_alpha), None


def test_a_strategy_of_ones_own_is_not_taken_for_ours_of_the_same_name():
    own, U = recipe_of(Covariance())
    ours, _ = recipe_of("covariance")
    with pytest.raises(ValueError, match=r"^recipe \(its strategy\): .* strategy=Covariance, .* none"):
        from_recipe(own, V, GRID)
    with pytest.raises(ValueError, match="^strategy: expected Covariance, with which .*, got covariance"):
        from_recipe(own, V, GRID, CovarianceRidge)
    with pytest.raises(ValueError, match="^strategy: expected the package's CovarianceRidge, .* got .*Cov"):
        from_recipe(ours, V, GRID, Covariance())
    for given in (Covariance(), Covariance):
        assert np.array_equal(from_recipe(own, V, GRID, given).U, U)


def test_a_subclass_of_ours_is_not_taken_for_ours():
    class Shifted(CovarianceRidge):
        def draw(self, *args):
            U, alpha = super().draw(*args)
            return U + 1, alpha

    recipe, U = recipe_of(Shifted())
    with pytest.raises(ValueError, match=r"^recipe \(its strategy\): expected strategy=Shifted"):
        from_recipe(recipe, V, GRID)
    assert np.array_equal(from_recipe(recipe, V, GRID, Shifted).U, U)


def test_a_strategy_with_other_settings_is_named_with_the_recipes():
    recipe, U = recipe_of(Covariance(sizes=(3.0,)))
    with pytest.raises(ValueError, match=r"^strategy .*: expected sizes = \[3.0\], .* got \[1.0, 2.0\]"):
        from_recipe(recipe, V, GRID, Covariance())
    assert np.array_equal(from_recipe(recipe, V, GRID, Covariance).U, U)  # a class takes the recipe's
    recipe, _ = recipe_of("covariance", relative_ridge=0.5)
    with pytest.raises(ValueError, match="^strategy .*: expected relative_ridge = 0.5, .*, got 0.001"):
        from_recipe(recipe, V, GRID, CovarianceRidge())
    recipe["settings"]["colour"] = "red"
    with pytest.raises(ValueError, match="^strategy .*: expected colour = 'red', .*, got one without colour"):
        from_recipe(recipe, V, GRID)


def test_another_function_than_the_recipes_is_refused_but_it_may_have_moved():
    def ones(v, points, n_alpha, rng):
        return np.ones((len(points), n_alpha))

    def zeros(v, points, n_alpha, rng):
        return np.zeros((len(points), n_alpha))

    recipe, U = recipe_of(ones)
    with pytest.raises(ValueError, match="^strategy .*: expected function = '.*ones', .*, got '.*zeros'"):
        from_recipe(recipe, V, GRID, zeros)
    recipe["settings"]["function"] = "elsewhere.ones"
    assert np.array_equal(from_recipe(recipe, V, GRID, ones).U, U)


def inverse(a, b):
    return 1 / (1 + np.abs(a[:, None] - b[None]).sum(axis=-1))


@pytest.mark.parametrize(
    "kernel", [lrw.SquaredExponential(2.5), lrw.EmpiricalCovariance(V), inverse, RBF(1.5)]
)
def test_a_recipe_of_a_kernel_says_its_name_and_needs_it(kernel):
    recipe, U = recipe_of(kernel, relative_ridge=0.3, index_set="local")
    assert recipe["settings"]["relative_ridge"] == 0.3
    called = re.escape(recipe["settings"]["given"])
    with pytest.raises(
        ValueError, match=rf"^recipe \(its strategy\): expected strategy={called}, the kernel"
    ):
        from_recipe(recipe, V, GRID)
    given = strategy_of(kernel, relative_ridge=0.3, index_set="local")
    for again in (kernel, given):
        assert np.array_equal(from_recipe(recipe, V, GRID, again).U, U)
    other = lrw.SquaredExponential(9.0)
    with pytest.raises(ValueError, match=rf"^strategy \(kernel\): expected given = .*{called}.*, got .*=9"):
        from_recipe(recipe, V, GRID, other)
    with pytest.raises(ValueError, match="^strategy: expected kernel, with which the recipe was made"):
        from_recipe(recipe, V, GRID, CovarianceRidge())


def test_a_choice_of_ones_own_is_not_taken_for_ours_of_the_same_name():
    class First(IndexSetChoice):
        name = "uniform"

        def choose(self, layer_input, n_alpha, rng, **others):
            return np.arange(n_alpha)

    recipe, U = recipe_of(CovarianceRidge(index_set=First()))
    with pytest.raises(ValueError, match=r"^recipe \(its index_set\): expected a choice of the .*First"):
        from_recipe(recipe, V, GRID)
    with pytest.raises(ValueError, match="^strategy .*: expected index_set = .*First"):
        from_recipe(recipe, V, GRID, CovarianceRidge())
    assert np.array_equal(from_recipe(recipe, V, GRID, CovarianceRidge(index_set=First())).U, U)


def test_a_recipe_of_before_classes_were_written_down_is_read():
    class Noise(Strategy):
        name = "noise"

        def draw(self, seen, n_alpha, rng, column, n_columns):
            return rng.normal(size=(seen.n_v, n_alpha)), None

    recipe, U = recipe_of(Noise())
    del recipe["class"]
    assert np.array_equal(from_recipe(recipe, V, GRID, Noise()).U, U)
    with pytest.raises(ValueError, match="^strategy: expected noise, with which"):
        from_recipe(recipe, V, GRID, Covariance())
    with pytest.raises(ValueError, match="^strategy: expected the one with which .*, got 'none'"):
        from_recipe(recipe, V, GRID, "none")


def test_estimators_keep_recipes_also_in_files(tmp_path):
    y, how = np.arange(60) % 3, {"proportion": 0.25, "max_iter": 2, "random_state": 0}
    names = ("squared_exponential", "kmeans", "none")
    X = V.astype(float)
    classifier = lrw.LowRankMLPClassifier((6, 5, 4), dictionary=names, n_columns=2, input_shape=(6, 6), **how)
    autoencoder = lrw.LowRankAutoencoder(6, dictionary="autoencoder", n_columns=2, **how)
    rica = lrw.RICA(8, patch_shape=(6, 6), **how)
    for model in (classifier.fit(X, y), autoencoder.fit(X), rica.fit(X)):
        loaded = lrw.load(lrw.save(tmp_path / "m", model))
        assert loaded.recipes_ == model.recipes_
        flat = isinstance(model, lrw.LowRankAutoencoder)
        recipes, Us = loaded.recipes_, loaded.dictionaries_
        recipes, Us = (recipes, Us) if flat else (recipes[0], Us[0])
        for recipe, U in zip(recipes, Us, strict=True):
            assert np.array_equal(from_recipe(recipe, X, None if flat else GRID).U, U)
    assert [len(layer) for layer in classifier.recipes_] == [2, 2, 0]
    assert classifier.recipes_[1][1]["strategy"] == "kmeans"
    assert lrw.RICA(3, dictionary="none", **how).fit(X).recipes_ == [[]]


@pytest.mark.parametrize("kind", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_a_generator_goes_on_from_its_state(kind):
    rng = np.random.Generator(getattr(np.random, kind)(3))
    rng.integers(7, dtype=np.int32)  # leaves half a word behind
    again = generator_from(json.loads(json.dumps(generator_state(rng))))
    assert again.integers(7, dtype=np.int32) == rng.integers(7, dtype=np.int32)
    assert np.array_equal(again.normal(size=9), rng.normal(size=9))


def test_what_a_recipe_lacks_is_named():
    recipe = strategy_of("covariance").prepare(LayerInput(V)).draw(5).recipe
    with pytest.raises(ValueError, match="^dictionary: expected data"):
        from_recipe(recipe, points=GRID)
    with pytest.raises(ValueError, match="^recipe: expected .*, got one without n_alpha, seed"):
        from_recipe({k: v for k, v in recipe.items() if k not in ("seed", "n_alpha")}, V)
    with pytest.raises(ValueError, match=r"^recipe \(its seed\): expected one of"):
        from_recipe({**recipe, "seed": {"look": {"bit_generator": "os"}}}, V)
