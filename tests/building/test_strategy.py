import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.building import LayerInput, LayerSpec, Strategy, from_recipe, predicted_layer
from lowrankweights.building.strategies import AutoencoderFilters

GRID = lrw.Grid((6, 6))
V = np.random.default_rng(0).random((60, 36))


class Stripes(Strategy):
    name = "stripes"

    def draw(self, seen, n_alpha, rng, column, n_columns):
        x = seen.grid(self.name).coordinates[:, 1]
        return np.cos(np.outer(x, rng.uniform(0, np.pi, n_alpha))), None


def test_a_strategy_of_ones_own_works_in_the_classifier():
    how = {"proportion": 0.25, "n_columns": 2, "input_shape": (6, 6), "max_iter": 2, "random_state": 0}
    model = lrw.LowRankMLPClassifier((6,), dictionary=Stripes(), **how).fit(V, np.arange(60) % 3)
    (Us,), (recipes,) = model.dictionaries_, model.recipes_
    for U, recipe in zip(Us, recipes, strict=True):
        assert np.ptp(U.reshape(6, 6, 9), axis=0).max() == 0  # vertical stripes
        assert np.array_equal(from_recipe(recipe, V, GRID, Stripes()).U, U)
    assert not np.array_equal(*Us)
    assert model.index_sets_ == [[]]


def test_what_a_strategy_returns_is_checked():
    class Thin(Strategy):
        name = "thin"

        def draw(self, seen, n_alpha, rng, column, n_columns):
            return np.ones((3, n_alpha)), None

    text = r"^dictionary \(what thin returned\): expected shape \(36, 4\), got \(3, 4\)"
    with pytest.raises(ValueError, match=text):
        Thin().prepare(LayerInput(V, GRID)).draw(4)


def test_a_strategy_looks_once_and_draws_for_each_column():
    calls = []

    class Counting(AutoencoderFilters):
        def look(self, *args, **resources):
            calls.append("look")
            return super().look(*args, **resources)

        def draw(self, seen, n_alpha, rng, column, n_columns):
            calls.append((column, n_columns))
            return super().draw(seen, n_alpha, rng, column, n_columns)

    spec = LayerSpec(7, Counting(max_iter=2), proportion=0.25, n_columns=3)
    predicted_layer(LayerInput(V), spec, rng=0)
    assert calls == ["look", (0, 3), (1, 3), (2, 3)]


def test_settings_are_the_fields_as_plain_data():
    assert Stripes().settings() == {}
    assert AutoencoderFilters(max_iter=np.int64(3)).settings() == {"activation": "sigmoid", "max_iter": 3}
