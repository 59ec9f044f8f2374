import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.datasets import make_friedman1

import lowrankweights as lrw
from lowrankweights.advice.trial import waves

RNG = np.random.default_rng(0)
NOISE = RNG.normal(size=(300, 12))
CAUSES = RNG.normal(size=(300, 3))
SEEN = CAUSES @ RNG.normal(size=(3, 20)) + 0.05 * RNG.normal(size=(300, 20))
PARITY = (CAUSES[:, 0] * CAUSES[:, 1] > 0).astype(int)
FEW = ["covariance"]


def ask(X, y=None, **others):
    return lrw.predictability(X, y, dictionaries=FEW, **others)


@pytest.fixture(scope="module")
def report():
    return ask(SEEN, PARITY, budget=300)


def test_independent_columns_want_every_weight_of_a_narrower_network():
    found = lrw.predictability(NOISE)
    assert found.recommended == {"hidden_layer_sizes": (54,), "dictionary": "none"}
    assert "weights of these 12 columns can't be predicted from each other" in found.advice


def test_columns_with_few_causes_are_predicted_from_a_share():
    found = lrw.predictability(SEEN)
    assert found.recommended["dictionary"] != "none" and found.recommended["proportion"] <= 0.25
    assert "give y" in found.advice


def test_what_is_recommended_can_be_fitted_at_once(report):
    model = lrw.LowRankMLPClassifier(**report.recommended, random_state=0).fit(SEEN[:200], PARITY[:200])
    assert model.score(SEEN[200:], PARITY[200:]) > 0.8
    assert abs(model.n_dynamic_ - 300) < 15


def test_a_regression_is_told_by_its_targets():
    X, y = make_friedman1(300, n_features=10, random_state=0)
    found = ask(X, y, budget=200)
    assert found.task == "regression"
    model = lrw.LowRankMLPRegressor(**found.recommended, random_state=0).fit(X, y)
    assert model.score(X, y) > 0.8


@pytest.mark.parametrize(
    ("y", "task"),
    [
        (np.arange(300) % 3, "classification"),
        (np.array(["a", "b"])[PARITY], "classification"),
        (PARITY.astype(float), "classification"),
        (np.arange(300) % 40, "regression"),
        (CAUSES[:, 0], "regression"),
    ],
)
def test_classes_and_targets_are_told_apart(y, task):
    assert lrw.advice.inputs.read_targets(y, 300, "auto")[2] == task


def test_the_same_rng_gives_the_same_report_whatever_the_units_of_a_table(report):
    again = ask(SEEN * 2.0 ** np.arange(-10, 10), PARITY, budget=300)
    assert again.trials == report.trials and again.recommended == report.recommended
    assert str(again) == str(report)


def test_columns_are_left_as_they_are_where_that_is_said():
    units = 2.0 ** np.arange(-10, 10)
    raw, scaled = (lrw.predictability(SEEN * units, dictionaries=FEW, standardize=s) for s in (False, "auto"))
    assert raw.recommended["standardize"] is False and "standardize" not in scaled.recommended
    assert raw.explained["covariance"][0] > scaled.explained["covariance"][0] + 0.1  # one column is all


def test_the_table_and_the_words_hold_each_trial_and_each_curve(report):
    text = str(report)
    assert text.endswith(report.advice)
    for trial in report.trials:
        assert report.table[trial["approach"]]["error"] == trial["error"]
        assert f"{100 * trial['error']:.1f} ± {100 * trial['standard_error']:.1f}" in text
    for name, curve in report.explained.items():
        assert list(report.table[name]["explained"].values()) == curve.tolist()


def test_random_is_the_dashed_grey_line_among_one_a_dictionary(report):
    figure, ax = plt.subplots()
    assert report.plot(ax) is ax
    lines = {line.get_label(): line for line in ax.lines}
    assert set(lines) == {"covariance", "random projection", "nothing predicted"}
    assert lines["random projection"].get_linestyle() == "--"
    np.testing.assert_allclose(lines["covariance"].get_xdata(), 100 * report.shares)
    plt.close(figure)


def test_pictures_as_they_are_have_places():
    pictures = lrw.datasets.load_digits().X_train[:120].reshape(-1, 8, 8)
    found = lrw.predictability(pictures, dictionaries=["squared_exponential", "dct"])
    assert found.recommended["input_shape"] == (8, 8)
    assert set(found.explained) == {"squared_exponential", "dct", "random_projection"}
    points = lrw.Grid((8, 8)).coordinates
    sensors = lrw.predictability(
        pictures.reshape(120, -1), points=points, dictionaries=["squared_exponential"]
    )
    assert sensors.recommended["points"] is points


def test_smooth_signals_can_be_predicted_where_neighbours_are_known():
    X, _ = waves(400, 0)
    smooth = lrw.Grid((128,))
    found = lrw.predictability(
        X, input_shape=smooth, dictionaries=["squared_exponential", "random_projection"]
    )
    at = np.argmin(np.abs(found.shares - 0.1))
    assert found.explained["squared_exponential"][at] > 1.5 * found.explained["random_projection"][at]


@pytest.mark.parametrize(
    ("X", "y", "others", "message"),
    [
        (SEEN, np.zeros(300), {}, "y: expected at least two classes, got only"),
        (SEEN, np.arange(300) == 0, {}, "y: expected at least two rows of each class"),
        (SEEN, np.full(300, 0.5), {"task": "regression"}, "y: expected targets of at least two values"),
        (SEEN, PARITY[:9], {}, "y: expected one entry"),
        (SEEN, np.where(PARITY, np.nan, 1.0), {}, "y: expected finite"),
        (SEEN[:9], None, {}, "X: expected at least 20 rows, got 9"),
        (np.where(SEEN > 4, np.nan, SEEN), None, {}, "SimpleImputer.*in row"),
        (np.ones((30, 4)), None, {}, "X: expected at least one column that varies"),
        (np.full((30, 2), "a"), None, {}, "X: expected numbers"),
        (SEEN[:, 0], None, {}, "X: expected rows of numbers"),
        (SEEN, PARITY, {"budget": 5}, "budget: expected at least 6"),
        (SEEN, None, {"input_shape": (3, 3)}, "input_shape"),
        (SEEN, None, {"points": np.ones((3, 2))}, "points"),
        (SEEN, PARITY, {"task": "clustering"}, "task: expected one of"),
        (SEEN, None, {"standardize": "yes"}, "standardize: expected"),
        (SEEN, None, {"max_rows": 5}, "max_rows"),
        (SEEN, PARITY, {"rng": None}, "rng"),
    ],
)
def test_what_does_not_fit_is_named(X, y, others, message):
    with pytest.raises(ValueError, match=message):
        ask(X, y, **others)


def test_a_budget_too_small_for_every_weight_buys_some():
    found = lrw.predictability(NOISE, budget=4)
    assert found.recommended["hidden_layer_sizes"] == (1,) and found.recommended["dictionary"] != "none"
    with pytest.raises(ValueError, match="budget: expected at least 13: one hidden unit of 12"):
        lrw.predictability(NOISE, budget=4, dictionaries=["none"])


def test_columns_of_any_size_are_read():
    times = 1.6e18 + 1e12 * NOISE  # nanoseconds
    assert ask(times).explained["covariance"][2] < 0.5


def test_constant_columns_are_no_hindrance():
    X = np.column_stack([SEEN[:100], np.ones((100, 3))])
    report = lrw.predictability(X, np.column_stack([CAUSES[:100], 1 - CAUSES[:100]]), dictionaries=["pca"])
    assert report.task == "regression" and report.trials[0]["error"] < 0.3


def test_a_dictionary_must_be_one_of_a_list():
    with pytest.raises(ValueError, match="dictionaries: expected None or a list"):
        lrw.predictability(SEEN, dictionaries="pca")
    with pytest.raises(ValueError, match="did you mean 'covariance'"):
        lrw.predictability(SEEN, dictionaries=["covarianc"])
