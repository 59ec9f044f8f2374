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


U = np.ones((36, 4))
RETURNED = {
    "U alone": (U, r"U and alpha .*, got an array of shape \(36, 4\)"),
    "one of two rows": (np.ones((2, 4)), r"U and alpha .*, got an array of shape \(2, 4\)"),
    "nothing": (None, "U and alpha .*, got NoneType"),
    "three things": ((U, None, 0), "U and alpha .*, got 3 things"),
}
ALPHAS = {
    "not sorted": ([3, 1, 2, 5], r"4 sorted indices, got \[3, 1, 2, 5\]"),
    "too many": ([1, 2, 3, 4, 5], "4 sorted indices"),
    "twice the same": ([1, 1, 2, 3], "indices without repetition"),
    "outside": ([1, 2, 3, 36], "indices from 0 to 35"),
    "a mask": (np.arange(36) < 4, "a 1-d array of at least one integer"),
    "floats": ([0.0, 1.0, 2.0, 3.0], "a 1-d array of at least one integer"),
}


def odd(returned):
    class Odd(Strategy):
        def draw(self, seen, n_alpha, rng, column, n_columns):
            return returned

    return Odd()


@pytest.mark.parametrize(("returned", "text"), RETURNED.values(), ids=RETURNED)
def test_a_strategy_returns_u_and_alpha_or_is_named(returned, text):
    with pytest.raises(ValueError, match=rf"^dictionary \(what Odd returned\): expected {text}"):
        odd(returned).prepare(LayerInput(V, GRID)).draw(4)


@pytest.mark.parametrize(("alpha", "text"), ALPHAS.values(), ids=ALPHAS)
def test_an_index_set_is_sorted_different_units_or_is_named(alpha, text):
    with pytest.raises(ValueError, match=rf"^dictionary \(what Odd returned\), its alpha: expected {text}"):
        odd((U, alpha)).prepare(LayerInput(V, GRID)).draw(4)


def test_an_index_set_may_be_a_list_and_comes_out_an_array():
    alpha = odd((U, [1, 2, 5, 7])).prepare(LayerInput(V, GRID)).draw(4).alpha
    assert alpha.dtype == np.intp and alpha.tolist() == [1, 2, 5, 7]


def test_a_strategy_without_a_name_has_its_classs():
    assert odd(None).name == "Odd"
    assert (Stripes.name, AutoencoderFilters.name) == ("stripes", "autoencoder")


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
