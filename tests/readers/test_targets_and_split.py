import numpy as np
import pytest

from lowrankweights.readers import Options, read
from lowrankweights.readers.own_data import split


def of(tmp_path, y, **options):
    np.savez(tmp_path / "a.npz", X=np.random.default_rng(0).normal(size=(len(y), 3)), y=y)
    return read(tmp_path / "a.npz", Options(**options))


@pytest.mark.parametrize(
    ("y", "task"),
    [
        (np.arange(100) % 3, "classification"),
        (np.arange(100) % 3 / 1.0, "classification"),
        (np.arange(100) % 3 / 2, "regression"),
        (np.arange(100), "regression"),
        (np.arange(100) % 30, "regression"),  # too many values
        (np.arange(12) % 4, "regression"),  # each too seldom
        (np.arange(100) % 2 == 0, "classification"),
        (np.array(["a", "b"] * 10), "classification"),
    ],
)
def test_few_whole_numbers_text_and_booleans_are_classes(tmp_path, y, task):
    target = of(tmp_path, y).schema["target"]
    assert target["task"] == task
    if task == "classification":
        assert target["classes"] == np.unique(y).tolist()


def test_the_task_can_be_chosen(tmp_path):
    y = np.arange(100) % 3
    assert of(tmp_path, y, task="regression").y_train.dtype == float
    assert of(tmp_path, y / 2, task="classification").schema["target"]["classes"] == [0.0, 0.5, 1.0]


def test_each_class_has_its_share_in_the_test_which_the_seed_fixes():
    y = np.repeat([0, 1, 2], [50, 30, 20])
    train, test = split(y, True, 0.2, seed=3)
    assert np.bincount(y[test]).tolist() == [10, 6, 4]
    assert sorted([*train, *test]) == list(range(100))
    assert (split(y, True, 0.2, seed=3)[1] == test).all() and (split(y, True, 0.2, seed=4)[1] != test).any()


def test_test_rows_may_be_none_or_given(tmp_path):
    y = np.arange(60) % 2
    assert len(of(tmp_path, y, test=0.0).y_test) == 0
    given = tmp_path / "given.npz"
    np.savez(given, X=np.ones((5, 3)), y=np.ones(5, int))
    data = of(tmp_path, y, test=given)
    assert len(data.y_train) == 60 and (data.X_test == 1).all() and data.y_test.tolist() == [1] * 5


def test_a_test_row_of_an_unknown_class_is_an_error(tmp_path):
    np.savez(tmp_path / "given.npz", X=np.ones((5, 3)), y=np.array([0, 1, 5, 1, 0]))
    with pytest.raises(ValueError, match=r"expected a class of the training rows \(0, 1\), got 5 at X\[2\]"):
        of(tmp_path, np.arange(60) % 2, test=tmp_path / "given.npz")
