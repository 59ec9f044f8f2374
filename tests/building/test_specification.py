import dataclasses
import warnings

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.building import GivenKernel, LayerSpec, Local, Uniform, layer_specs

USUAL = {"n_v": 64, "dictionary": "covariance", "proportion": 0.25, "n_columns": 2}


def specs(sizes=(20, 12), **changes):
    return layer_specs(sizes, **{**USUAL, **changes})


def test_a_specification_cannot_be_changed_and_equal_ones_are_one_key():
    first, again = specs(input_shape=(8, 8)), specs(input_shape=[8, 8])
    assert first == again and hash(first) == hash(again) and len({*first, *again}) == 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        first[0].n_h = 3
    changes = {
        "dictionary": "squared_covariance", "proportion": 0.5, "n_columns": 3, "ridge": 0.5,
        "activation": "tanh", "index_sets": "local", "pretrain": True, "input_shape": (4, 16),
    }  # fmt: skip
    for name, value in changes.items():
        assert specs(**{"input_shape": (8, 8), "pretrain_iter": 5, name: value})[0] != first[0], name


def test_what_a_strategy_does_not_use_is_no_part_of_the_specification():
    assert specs(length_scale=2.0) == specs(length_scale=3.0) == specs(pretrain_iter=9)


def test_one_value_for_all_layers_or_one_for_each():
    first, second = specs(proportion=(0.1, 0.2), ridge=(None, 0.3), n_columns=[1, 4])
    assert (first.proportion, second.proportion) == (0.1, 0.2)
    assert (first.dictionary.relative_ridge, second.dictionary.relative_ridge) == (1e-3, 0.3)
    assert (first.n_columns, second.n_columns) == (1, 4)
    assert [spec.n_h for spec in specs(7)] == [7]
    assert [spec.n_h for spec in specs(np.array([7, 3]))] == [7, 3]


def test_hidden_units_have_no_places():
    first, second = specs(input_shape=(8, 8), index_sets="local")
    assert first.points == lrw.Grid((8, 8)) and second.points is None
    assert first.dictionary.index_set == Local() and second.dictionary.index_set == Uniform()


def test_points_of_any_kind_are_the_places_of_the_first_layer():
    sensors = np.random.default_rng(0).random((64, 3))
    for points in (lrw.Grid((4, 4, 4)), lrw.Grid((32,), 2), lrw.Points(sensors)):
        first, second = specs(points=points, index_sets="local", dictionary=("squared_exponential", "pca"))
        assert first.points == points and second.points is None and first.dictionary.index_set == Local()
    assert specs(points=sensors) == specs(points=lrw.Points(sensors))
    assert specs(input_shape=(64,)) == specs(points=lrw.Grid((64,)))


@pytest.mark.parametrize("name", ["input_shape", "patch_shape"])
def test_a_shape_that_may_be_meant_as_a_volume_is_warned_of_once(name):
    with pytest.warns(UserWarning, match=rf"^{name}: \(4, 2, 8\) is read as 8 channels of 4 x 2") as said:
        specs(input_shape=(4, 2, 8), shape_name=name)
    text = str(said[0].message)
    assert len(said) == 1 and "points=Grid((4, 2, 8))" in text and f"{name}=Grid((4, 2), channels=8)" in text
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for meant in ((4, 16, 1), (4, 8, 2), (4, 4, 4), lrw.Grid((4, 2), channels=8), (8, 8), (64,), None):
            specs(input_shape=meant)
        specs(n_v=48, input_shape=(4, 4, 3))
        specs(points=lrw.Grid((4, 2, 8)))


EMP = lrw.EmpiricalCovariance(np.random.default_rng(0).random((9, 64)))
SE = lrw.SquaredExponential(2.0)


@pytest.mark.parametrize("kernel", [SE, EMP, lambda a, b: a @ b.T])
def test_a_kernel_of_one_layers_input_is_not_meant_for_all(kernel):
    with pytest.raises(
        ValueError, match=r"^dictionary: expected one .* dictionary=\(kernel, 'covariance'\), got"
    ):
        specs(dictionary=kernel, input_shape=(8, 8))
    first, second = specs(dictionary=(kernel, "covariance"), input_shape=(8, 8), ridge=(0.5, None))
    assert isinstance(first.dictionary, GivenKernel) and first.dictionary.relative_ridge == 0.5
    assert second.dictionary.name == "covariance"
    (alone,) = specs(9, dictionary=kernel, input_shape=(8, 8))
    assert alone.dictionary.relative_ridge == 1e-2


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"dictionary": (SE, "covariance")}, "another than SquaredExponential.* input_shape or points"),
        ({"dictionary": (SE, SE), "input_shape": (8, 8)}, "another than SquaredExponential"),
        ({"dictionary": ("covariance", EMP)}, "a kernel of the 20 units of hidden layer 1, got .* 64"),
        ({"dictionary": (EMP, "none"), "n_v": 63}, "a kernel of the 63 units of X, got .* made of 64"),
    ],
)
def test_a_kernel_that_does_not_fit_is_named_before_a_layer_is_built(changes, text):
    with pytest.raises(ValueError, match=f"^dictionary: expected {text}"):
        specs(**changes)


def test_pre_training_is_of_layers_that_have_a_dictionary_or_every_weight():
    assert [s.pretrain_iter for s in specs(pretrain=True, pretrain_iter=7)] == [7, 7]
    assert [s.pretrain_iter for s in specs(pretrain=False, pretrain_iter=7)] == [None, None]
    with pytest.warns(UserWarning, match="low_rank layer is not pre-trained"):
        found = specs(dictionary=("low_rank", "none"), pretrain=True, pretrain_iter=7)
    assert [s.pretrain_iter for s in found] == [None, 7]


def test_the_autoencoders_filters_are_trained_as_long_as_a_layer_is_pre_trained():
    for pretrain in (False, True):
        (spec,) = specs(9, dictionary="autoencoder", pretrain=pretrain, pretrain_iter=7, activation="tanh")
        assert (spec.dictionary.max_iter, spec.dictionary.activation) == (7, "tanh")
    (spec,) = specs(9, dictionary="autoencoder")  # its own
    assert (spec.dictionary.max_iter, spec.dictionary.activation) == (50, "sigmoid")


def test_columns_are_of_dictionaries_only():
    assert [s.n_columns for s in specs((5, 5), dictionary=("none", "low_rank"), n_columns=10)] == [10, 10]


def test_few_hidden_units_have_a_column_each():
    """Ten is the default, which nobody asked for; another number was meant."""
    assert [s.n_columns for s in specs((5, 30), n_columns=10)] == [5, 10]
    for given in (lambda: LayerSpec(5, "covariance", 0.5, n_columns=12), lambda: specs((5,), n_columns=12)):
        with pytest.raises(ValueError, match=r"^n_columns: expected at most one a hidden unit \(5\), got 12"):
            given()


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"sizes": ()}, "hidden_layer_sizes"),
        ({"sizes": None}, "hidden_layer_sizes"),
        ({"sizes": (10, 0)}, "hidden_layer_sizes"),
        ({"dictionary": "covarianc"}, "dictionary"),
        ({"dictionary": ("none",) * 3}, "dictionary"),
        ({"proportion": 0}, "proportion"),
        ({"proportion": (0.1, 1.5)}, "proportion"),
        ({"n_columns": 0}, "n_columns"),
        ({"ridge": -1.0}, "ridge"),
        ({"ridge": (0.1, 0.1, 0.1)}, "ridge"),
        ({"length_scale": 0}, "length_scale"),
        ({"activation": "relux"}, "activation"),
        ({"index_sets": "lokal"}, "index_sets"),
        ({"index_sets": "local"}, "index_sets"),
        ({"pretrain_iter": -1}, "pretrain_iter"),
        ({"pretrain": True}, "pretrain_iter"),
        ({"pretrain_iter": 0, "dictionary": "autoencoder"}, r"pretrain_iter \(for 'autoencoder'\)"),
        ({"input_shape": (7, 8)}, "input_shape"),
        ({"input_shape": (63,)}, "input_shape"),
        ({"points": lrw.Grid((8, 9))}, "points"),
        ({"points": np.zeros((63, 2))}, "points"),
        ({"points": np.zeros((64, 2)), "input_shape": (8, 8)}, "points"),
        ({"input_shape": (7, 8), "shape_name": "patch_shape"}, "patch_shape"),
    ],
)
def test_an_error_names_the_public_argument_once(changes, name):
    with pytest.raises(ValueError, match=f"^{name}: expected .*, got ") as error:
        specs(**changes)
    assert str(error.value).count(f"{name}: ") <= 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("n_h", 0), ("dictionary", "x"), ("n_columns", 6), ("pretrain_iter", -1), ("activation", "x")],
)
def test_a_specification_by_hand_is_checked_too(name, value):
    with pytest.raises(ValueError, match=f"^{name}: expected"):
        LayerSpec(**{"n_h": 5, "dictionary": "covariance", "proportion": 0.5, name: value})
