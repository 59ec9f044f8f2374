import functools
import json
from dataclasses import dataclass, field

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.building import CovarianceRidge, IndexSetChoice, LayerInput, Strategy, strategy_of
from lowrankweights.building.strategies.settings import plain

V = np.random.default_rng(0).random((60, 36))


class Noise(Strategy):
    def draw(self, seen, n_alpha, rng, column, n_columns):
        return rng.normal(size=(seen.n_v, n_alpha)), None


@dataclass
class Thawed(Noise):
    size: float = 1.0


class InInit(Noise):
    def __init__(self, size=1.0):
        self.size = size


class Undecorated(CovarianceRidge):
    size: float = 1.0


@dataclass(frozen=True)
class WithArray(Noise):
    sizes: np.ndarray = field(default_factory=lambda: np.ones(2))


class Choice(IndexSetChoice):
    def __init__(self, first=0):
        self.first = first

    def choose(self, layer_input, n_alpha, rng, **others):
        return self.first + np.arange(n_alpha)


UNFIT = {
    Thawed: r"^dictionary: expected fields of a @dataclass\(frozen=True\), got Thawed, which is not frozen",
    InInit: "^dictionary: expected fields .*, got InInit, whose size is no field",
    Undecorated: "^dictionary: expected fields .*, got Undecorated, whose size is no field",
    WithArray: r"^dictionary \(WithArray\): expected settings that can be hashed.*, got sizes = array",
}


@pytest.mark.parametrize(("kind", "text"), UNFIT.items(), ids=lambda p: getattr(p, "__name__", ""))
def test_settings_that_are_no_fields_of_a_frozen_dataclass_are_named(kind, text):
    with pytest.raises(ValueError, match=text):
        kind().prepare(LayerInput(V))
    for dictionary in (kind, kind()):
        with pytest.raises(ValueError, match=text):
            lrw.LowRankMLPClassifier((6,), dictionary=dictionary).fit(V, np.arange(60) % 2)


def test_a_choices_settings_are_held_to_the_same():
    text = "^index_sets: expected fields .*, got Choice, whose first is no field"
    with pytest.raises(ValueError, match=text):
        lrw.LowRankMLPClassifier((6,), index_sets=Choice()).fit(V, np.arange(60) % 2)


def test_a_strategy_may_keep_something_that_is_no_setting():
    @dataclass(frozen=True)
    class Keeping(Noise):
        size: float = 1.0

        @functools.cached_property
        def double(self):
            return 2 * self.size

        def look(self, layer_input, rng, **resources):
            object.__setattr__(self, "_looked", self.double)
            return layer_input

    strategy = Keeping()
    for _ in range(2):
        assert strategy.prepare(LayerInput(V)).draw(3).U.shape == (36, 3)


def test_a_class_whose_settings_have_no_defaults_is_asked_for_as_an_object():
    @dataclass(frozen=True)
    class Sized(Noise):
        size: float

    with pytest.raises(ValueError, match=r"^dictionary: expected Sized\(...\), an object, .*'size'"):
        strategy_of(Sized)
    assert strategy_of(Sized(2.0)).size == 2.0


def test_a_setting_is_plain_data_that_is_the_same_in_every_process():
    text = json.dumps(plain({"f": np.mean, "of": [np.float32(1), np.arange(2)], "it": object(), "k": str}))
    assert "0x" not in text and json.loads(text)["of"] == [1.0, [0, 1]]
    assert plain(plain) == "lowrankweights.building.strategies.settings.plain"
