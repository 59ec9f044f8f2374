"""The search tries what can be built, judges by what the estimator predicts, and says what it counted."""

import warnings

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.networks import LOSSES
from lowrankweights.selection import choices_for, select_network, select_share
from lowrankweights.selection.fold import Folds
from lowrankweights.selection.halving import Contestant
from lowrankweights.selection.space import smallest_budget

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(60, 9))
SOFTMAX = "softmax_cross_entropy"


def test_values_are_judged_by_squared_error_whatever_is_learned(monkeypatch):
    usual = LOSSES["squared_error"]
    monkeypatch.setitem(
        LOSSES, "log_cosh", usual._replace(terms=lambda z, Y: (np.log(np.cosh(z - Y)), np.tanh(z - Y)))
    )
    y = 10 + ROWS[:, 0]
    model = lrw.LowRankMLPRegressor((8,), loss="log_cosh", max_loss=0.05, max_iter=100, random_state=0)
    report = model.fit(ROWS, y).selection_
    assert report.error_name == "error (1 - R2)" and 0 < report.reference.error < 0.5
    assert model.n_dynamic_ > 4  # one unit that says 10 whatever comes would be "right" about y > 1/2


def test_classes_are_judged_by_the_most_probable_one_with_the_squared_error_too():
    y = (ROWS[:, 0] > 0).astype(int) + (ROWS[:, 1] > 0)
    folds = Folds(ROWS, np.eye(3)[y], "squared_error", None, 0, kind="classes")
    assert not folds.first(1)[0].learns_scaled
    model = lrw.LowRankMLPClassifier((8,), loss="squared_error", max_loss=0.3, max_iter=60, random_state=0)
    report = model.fit(ROWS, y).selection_
    errors = report.reference.error * 60
    assert report.error_name == "error" and abs(errors - round(errors)) < 1e-9  # of whole rows


def test_a_length_scale_is_trained_before_the_share_is_chosen():
    images = RNG.normal(size=(80, 6, 6)).cumsum(axis=1).cumsum(axis=2)
    y = (images[:, 2, 2] > 0).astype(int)
    how = {"dictionary": "squared_exponential", "length_scale": "auto", "random_state": 0, "max_iter": 20}
    scales = [
        lrw.LowRankMLPClassifier((4,), n_columns=1, proportion=p, max_loss=loss, **how)
        .fit(images, y)
        .length_scale_
        for p, loss in ((0.5, None), ("auto", 0.9))
    ]
    assert scales[0] != 1.0 and scales[1] != 1.0


def test_a_search_that_begins_far_from_a_good_weight_decay_finds_one():
    from sklearn.datasets import load_iris

    X, y = load_iris(return_X_y=True)
    report = select_network(X, np.eye(3)[y], SOFTMAX, budget=60, standardize=True, weight_decay=10.0, rng=0)
    assert report.chosen.error < 0.1 and report.chosen.choice.weight_decay < 0.1


def test_from_no_weight_decay_some_is_tried_and_no_network_twice():
    choice = choices_for(100, 9, 2, weight_decay=0.0)[0]
    contestant = Contestant(choice)
    assert contestant.with_decay(5.0).choice.weight_decay == pytest.approx(2.5e-4)
    assert len({contestant.with_decay(f).choice for f in (0.2, 5.0, 50.0)} | {choice}) == 4
    y = np.eye(2)[(ROWS[:, 0] > 0).astype(int)]
    report = select_network(ROWS, y, SOFTMAX, budget=100, weight_decay=0.0, tol=10.0, rng=0)
    assert len({t.choice for t in report.tried}) == len(report.tried)


def test_a_warm_start_has_the_weight_decay_that_is_asked_for():
    y = (ROWS[:, 0] > 0).astype(int)
    model = lrw.LowRankMLPClassifier((6,), max_loss=0.9, warm_start=True, max_iter=30, random_state=0)
    chosen = model.fit(ROWS, y).chosen_["weight_decay"]
    assert model.fit(ROWS, y).chosen_["weight_decay"] == chosen
    large = np.abs(model.filters_[-1]).sum()
    for decay in (10.0, 10.0):
        model.set_params(weight_decay=decay, max_iter=100).fit(ROWS, y)
        assert model.chosen_["weight_decay"] == 10.0 and np.abs(model.filters_[-1]).sum() < large / 1000


def test_units_that_do_not_vary_are_not_counted():
    X = np.zeros((60, 50))
    X[:, :5] = ROWS[:, :5]
    y = (ROWS[:, 0] > 0).astype(int)
    with warnings.catch_warnings(action="error", category=UserWarning):
        model = lrw.LowRankMLPClassifier(budget=300, max_iter=5, random_state=0, tol=10.0).fit(X, y)
    assert model.n_dynamic_ == model.chosen_["n_dynamic"] > 250
    how = {
        "proportion": "auto",
        "max_loss": 0.9,
        "n_columns": 1,
        "max_iter": 5,
        "random_state": 0,
        "tol": 10.0,
    }
    with warnings.catch_warnings(action="error", category=UserWarning):
        model = lrw.LowRankMLPClassifier((9,), **how).fit(X, y)
    assert model.n_dynamic_ == model.chosen_["n_dynamic"]
    assert all(t.choice.n_alpha[0] <= 5 or t == model.selection_.reference for t in model.selection_.tried)


@pytest.mark.parametrize(
    ("budget", "n_v", "n_out", "points"),
    [(300, 200, 100, None), (24, 48, 10, lrw.Grid((4, 4), channels=3)), (203, 200, 100, None)],
)
def test_there_is_always_something_to_try(budget, n_v, n_out, points):
    choices = choices_for(budget, n_v, n_out, points, n_rows=600)
    assert choices and all(c.n_dynamic <= budget for c in choices)
    least = smallest_budget(n_out, points)
    assert choices_for(least, n_v, n_out, points)[0].n_dynamic == least
    with pytest.raises(ValueError, match=f"^budget: expected at least {least}, got {least - 1}"):
        choices_for(least - 1, n_v, n_out, points)


def test_channels_are_known_together_in_the_first_layer_alone():
    points = lrw.Grid((2,), channels=20)
    rows = RNG.normal(size=(60, 40))
    spec = lrw.building.layer_specs(
        (8, 6),
        n_v=40,
        dictionary=("squared_exponential", "covariance"),
        proportion=0.5,
        points=points,
        n_columns=1,
    )
    report = select_share(rows, np.eye(2)[(rows[:, 0] > 0).astype(int)], SOFTMAX, spec, max_loss=0.9, rng=0)
    first, second = report.chosen.choice.n_alpha
    assert first % 20 == 0 and 1 <= second <= 8


def test_what_cannot_be_searched_is_refused_by_name():
    y = (ROWS[:, 0] > 0).astype(int)
    for how in ({"budget": 60}, {"max_loss": 0.1}, {"proportion": "auto"}):
        with pytest.raises(ValueError, match="^activation: expected that of one filter a unit"):
            lrw.LowRankMLPClassifier((4,), activation="maxout", **how).fit(ROWS, y)
    for how in ({"proportion": "auto"}, {"length_scale": "auto"}):
        with pytest.raises(ValueError, match="^(proportion|length_scale): expected numbers, of a convolut"):
            lrw.LowRankConvNetClassifier((2,), 2, **how).fit(ROWS.reshape(-1, 3, 3), y)
    with pytest.raises(ValueError, match="^specs: expected at least one hidden layer"):
        select_share(ROWS, np.eye(2)[y], SOFTMAX, [], max_loss=0.1)
    with pytest.raises(ValueError, match="^Y: expected a column for each class"):
        select_network(ROWS, y[:, None], SOFTMAX, budget=60)


@pytest.mark.parametrize(
    ("name", "value"),
    [("ridge", -1.0), ("index_sets", "foo"), ("dictionary", "foo"), ("proportion", -3.0), ("n_columns", "a")],
)
def test_what_does_not_count_is_checked_all_the_same(name, value):
    y = (ROWS[:, 0] > 0).astype(int)
    with pytest.raises(ValueError, match=f"^{name}"):
        lrw.LowRankMLPClassifier(budget=150, **{name: value}).fit(ROWS, y)


def test_a_misspelt_length_scale_is_not_auto():
    model = lrw.LowRankMLPClassifier(
        dictionary="squared_exponential", input_shape=(3, 3), proportion="auto", length_scale="foo"
    )
    with pytest.raises(ValueError, match="^length_scale"):
        model.fit(ROWS, (ROWS[:, 0] > 0).astype(int))


def test_what_is_searched_needs_nothing_of_what_does_not_count():
    y = (ROWS[:, 0] > 0).astype(int)
    how = {"ridge": (0.1,), "length_scale": 70.0, "max_iter": 5, "tol": 10.0}
    for seed in range(2):
        model = lrw.LowRankMLPClassifier(budget=150, random_state=seed, **how).fit(ROWS, y)
        assert model.n_dynamic_ <= 150


def test_dropout_is_said_not_to_be_searched_with():
    y = (ROWS[:, 0] > 0).astype(int)
    model = lrw.LowRankMLPClassifier(budget=60, dropout=0.3, max_iter=5, random_state=0)
    with pytest.warns(UserWarning, match="^dropout: the networks that are compared are trained without"):
        model.fit(ROWS, y)


def test_rows_that_do_not_count_do_not_judge():
    y = np.eye(2)[(ROWS[:, 0] > 0).astype(int)]
    weight = (np.arange(60) < 15).astype(float)
    spec = lrw.building.layer_specs((6,), n_v=9, dictionary="covariance", proportion=0.5, n_columns=1)
    report = select_share(ROWS, y, SOFTMAX, spec, max_loss=0.9, weight=weight, rng=0)
    alone = select_share(ROWS[:15], y[:15], SOFTMAX, spec, max_loss=0.9, weight=np.ones(15), rng=0)
    assert report.n_judging == 15 and report.chosen.error == alone.chosen.error
