import warnings

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.building import LayerSpec
from lowrankweights.selection import choices_for, search, select_network, select_share
from lowrankweights.selection.fold import Folds, stride
from lowrankweights.selection.space import MOST_UNITS, every_weight

DIGITS = lrw.datasets.load_digits()
X, Y = DIGITS.X_train[:450], np.eye(10)[DIGITS.y_train[:450]]
GRID = lrw.Grid((8, 8))
SOFTMAX = "softmax_cross_entropy"


@pytest.mark.parametrize("budget", [25, 60, 300, 2500, 40_000])
@pytest.mark.parametrize(
    ("n_v", "n_out", "points"), [(13, 3, None), (784, 10, lrw.Grid((28, 28))), (1, 1, None)]
)
def test_choices_keep_to_the_budget_and_count_what_the_network_learns(budget, n_v, n_out, points):
    choices = choices_for(budget, n_v, n_out, points)
    assert choices and len(set(choices)) == len(choices)
    for choice in choices:
        assert choice.n_dynamic <= budget
        assert all(1 <= a <= n for a, n in zip(choice.n_alpha, choice.inputs, strict=True))
    # one more hidden unit would be too many
    widest = max(choices, key=lambda c: c.n_dynamic)
    if max(widest.hidden) == MOST_UNITS:
        return
    assert widest.n_dynamic + max(widest.n_alpha) + 1 + n_out + 2 * sum(widest.hidden[1:]) > budget


def test_a_budget_that_is_too_large_to_be_used_up_stays_small():
    units = {max(choice.hidden) for choice in choices_for(10**7, 4, 3)}
    assert max(units) == MOST_UNITS


@pytest.mark.parametrize("parameters", [{"budget": 30}, {"max_loss": 0.1}, {"proportion": "auto"}])
def test_too_few_rows_to_judge_are_told(parameters):
    for n in (2, 4):
        with pytest.raises(ValueError, match=r"^X: expected at least 5 rows, of which one judges"):
            lrw.LowRankMLPClassifier(**parameters).fit(X[:n], [0, 1, 1, 0][:n])


def test_what_is_counted_is_what_the_estimator_learns():
    for choice in choices_for(400, 64, 10, GRID)[::3]:
        with warnings.catch_warnings(action="ignore"):
            model = lrw.LowRankMLPClassifier(
                **choice.parameters(), input_shape=(8, 8), max_iter=1, random_state=0
            )
            model.fit(X, Y.argmax(axis=1))
        assert model.n_dynamic_ == choice.n_dynamic


def test_too_small_a_budget_names_the_smallest():
    with pytest.raises(ValueError, match="^budget: expected at least 22, got 21: one hidden unit"):
        choices_for(21, 64, 10)
    assert choices_for(22, 64, 10)
    with pytest.raises(ValueError, match="^budget: expected a number, or max_loss, got neither"):
        select_network(X, Y, SOFTMAX)


def test_a_budgets_choice_is_the_best_of_the_last_round_and_repeats():
    how = {"budget": 500, "points": GRID, "rng": 3}
    report = select_network(X, Y, SOFTMAX, **how, n_threads=1)
    again = select_network(X, Y, SOFTMAX, **how, n_threads=2)
    assert report.chosen.choice == again.chosen.choice and report.chosen.error == again.chosen.error
    last = [t for t in report.tried if t.round == report.n_rounds]
    assert report.chosen in last and report.n_judging == 450 and report.reference is None
    assert report.chosen.error < 0.15 and report.confidence is None
    assert len({id(t) for t in report.tried}) == len(report.tried)
    text = str(report)
    assert "* chosen: " in text and f"{report.chosen.choice.n_dynamic:,} learned numbers" in text


def test_a_margins_choice_loses_no_more_and_half_of_it_would():
    report = select_network(X, Y, SOFTMAX, max_loss=0.02, hidden=(40,), points=GRID, rng=0)
    assert report.loss + 1.28 * report.loss_error <= 0.02 and report.confidence > 0.89
    assert report.reference.choice == every_weight((40,), 64, 10)
    assert report.chosen.choice.n_dynamic < 0.7 * report.reference.choice.n_dynamic
    assert "are not learned" in report.summary()
    looser = select_network(X, Y, SOFTMAX, max_loss=0.2, hidden=(40,), points=GRID, rng=0)
    assert looser.chosen.choice.n_dynamic < report.chosen.choice.n_dynamic


def test_what_nothing_can_meet_is_refused_by_the_name_of_the_argument():
    with pytest.raises(
        ValueError, match="^max_loss: expected a margin that a network meets, got -0.9; the least"
    ):
        select_network(X, Y, SOFTMAX, max_loss=-0.9, hidden=(10,), points=GRID)
    with pytest.raises(ValueError, match="^budget: expected at least .* that meets max_loss = 0.01"):
        select_network(X, Y, SOFTMAX, max_loss=0.01, budget=30, hidden=(30,), points=GRID)
    with pytest.raises(ValueError, match="^max_loss: expected a finite number"):
        select_network(X, Y, SOFTMAX, max_loss=2.0)


def test_a_share_alone():
    spec = LayerSpec(40, "squared_exponential", 0.5, 4, "sigmoid", points=GRID)
    report = select_share(X, Y, SOFTMAX, [spec], max_loss=0.03, rng=0)
    choice = report.chosen.choice
    assert choice.hidden == (40,) and choice.n_columns == (4,) and choice.dictionary == (spec.dictionary,)
    assert choice.n_alpha[0] < 40 and report.loss + 1.28 * report.loss_error <= 0.03
    for dictionary in ("none", "low_rank"):
        with pytest.raises(ValueError, match="^dictionary: expected one whose share can be chosen"):
            select_share(X, Y, SOFTMAX, [LayerSpec(9, dictionary, 1.0)], max_loss=0.1)


def test_what_is_compared_is_trained_as_long_as_it_is_said():
    specs = [LayerSpec(20, "covariance", 0.5, 1, "sigmoid")]
    short, long = (
        select_share(X, Y, SOFTMAX, specs, max_loss=1, rng=0, max_iter=n_iter) for n_iter in (2, 100)
    )
    assert long.reference.error < short.reference.error - 0.1 and long.chosen.error < short.chosen.error - 0.1
    ended = select_share(X, Y, SOFTMAX, specs, max_loss=1, rng=0, max_iter=100, tol=10.0)  # at once
    assert ended.reference.error > long.reference.error + 0.1


def test_folds_hold_out_every_row_once_and_learn_units_from_their_own_rows():
    rows = np.random.default_rng(0).normal(5, 2, (400, 3))
    y = rows @ np.ones((3, 1))
    folds = Folds(rows, y, "squared_error", None, np.random.default_rng(0), standardize=True)
    assert folds.usual == folds.most == 5
    folds = folds.first(5)
    assert len(folds) == 5 and [len(f.X_held_out) for f in folds] == [80] * 5
    for fold in folds:
        assert np.allclose(fold.X.mean(axis=0), 0) and np.abs(fold.X_held_out.mean(axis=0)).max() > 1e-6
    ones, rng = np.ones((3000, 1)), np.random.default_rng(0)
    many = Folds(ones, ones, "squared_error", None, rng)
    assert (many.usual, many.most) == (1, 3)


@pytest.mark.parametrize("n", [1, 2, 7, 100])
def test_a_stride_keeps_all_rows_and_spreads_any_beginning(n):
    order = stride(np.arange(n))
    assert sorted(order.tolist()) == list(range(n))
    if n == 100:
        assert np.diff(np.sort(order[:25])).max() <= 8


def test_rows_of_weight_two_count_twice_in_judging():
    weight = np.where(np.arange(450) < 200, 2.0, 1.0)
    fold = Folds(X, Y, SOFTMAX, GRID, np.random.default_rng(0), weight=weight).first(1)[0]
    choice = choices_for(300, 64, 10, GRID)[0]
    net, theta = choice.network(fold, "sigmoid", np.random.default_rng(0))
    losses, errors = fold.judge(net, theta)
    wrong = net.predict(theta, fold.X_held_out).argmax(axis=1) != fold.Y_held_out.argmax(axis=1)
    assert errors.mean() == pytest.approx(np.average(wrong, weights=fold.held_out_weight))
    assert (losses >= 0).all()


def test_estimators_choose_learn_and_are_saved(tmp_path):
    y = DIGITS.y_train[:450]
    how = {"input_shape": (8, 8), "random_state": 0, "max_iter": 30}
    with warnings.catch_warnings(action="ignore"):
        few = lrw.LowRankMLPClassifier(budget=400, **how).fit(X, y)
        near = lrw.LowRankMLPClassifier((30,), max_loss=0.1, **how).fit(X, y)
        share = lrw.LowRankMLPClassifier((30,), proportion="auto", max_loss=0.1, n_columns=2, **how).fit(X, y)
        plain = lrw.LowRankMLPClassifier((30,), **how).fit(X, y)
    assert few.n_dynamic_ == few.chosen_["n_dynamic"] == few.selection_.chosen.choice.n_dynamic <= 400
    assert near.n_dynamic_ < 30 * 75 and share.filters_[0].shape == (64, 30)
    assert plain.selection_ is None is plain.chosen_
    lrw.save(tmp_path / "m.npz", few)
    again = lrw.load(tmp_path / "m.npz")
    assert again.chosen_ == few.chosen_ and again.selection_ is None
    assert np.array_equal(again.predict(X), few.predict(X))
    again.set_params(warm_start=True, max_iter=2)
    with warnings.catch_warnings(action="ignore"):
        assert again.fit(X, y).n_dynamic_ == few.n_dynamic_


def test_a_regression_with_a_budget():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(500, 6))
    y = np.sin(rows[:, 0]) + rows[:, 1]
    with warnings.catch_warnings(action="ignore"):
        model = lrw.LowRankMLPRegressor(budget=60, random_state=0, max_iter=200).fit(rows[:400], y[:400])
    assert model.n_dynamic_ <= 60 and model.score(rows[400:], y[400:]) > 0.8
    assert "error (1 - R2)" in str(model.selection_)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"budget": 0}, "budget: expected an integer"),
        ({"budget": 12.5}, "budget: expected an integer"),
        ({"budget": 12}, "budget: expected at least 22"),
        ({"max_loss": "few"}, "max_loss: expected"),
        ({"proportion": "automatic"}, "proportion: expected .*or 'auto' for all"),
        (
            {"proportion": ("auto", 0.5), "hidden_layer_sizes": (9, 9)},
            "proportion: expected .*or 'auto' for all",
        ),
    ],
)
def test_bad_parameters_are_named(parameters, said):
    with pytest.raises(ValueError, match=f"^{said}"):
        lrw.LowRankMLPClassifier(**parameters).fit(X, DIGITS.y_train[:450])


def test_all_that_was_tried_is_drawn():
    report = select_network(X, Y, SOFTMAX, max_loss=0.1, hidden=(20,), points=GRID, rng=0)
    ax = lrw.plotting.tried_networks(report)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert {"chosen", "every weight", "on all rows"} <= set(labels) and len(set(labels)) == len(labels)
    ring = next(line for line in ax.lines if line.get_label() == "chosen")
    assert ring.get_xdata()[0] == report.chosen.choice.n_dynamic


def test_how_sure_a_loss_is_covers_a_network_drawn_anew():
    rng = np.random.default_rng(0)

    def below(spread, error_of, n_folds=5, n=80):
        """How often a new draw's loss stays below what is said of five folds, by simulation."""
        found = []
        for *of_folds, new in rng.normal(0, spread, (800, n_folds + 1)):
            u = rng.uniform(size=(n_folds, n))
            m = np.array(of_folds)[:, None] / 2  # 6 % of the rows are wrong with one of them alone
            apart = (u < 0.06 + m).astype(float) - (u > 0.94 + m)
            found.append(new <= apart.mean() + search.SURE * error_of(apart))
        return np.mean(found)

    def said(apart):
        return search._lost(apart.ravel(), [apart.shape[1]] * len(apart))[1]

    def of_rows_alone(apart):
        return apart.std() / np.sqrt(apart.size)

    assert below(0.0, said) > 0.88 and below(0.0, of_rows_alone) > 0.86
    assert below(0.03, said) > 0.8 and below(0.03, of_rows_alone) < 0.76
    assert search._lost(np.tile([0.0, 1.0], 40), [80])[1] == pytest.approx(0.5 / np.sqrt(80))


def test_the_search_begins_anew_while_the_largest_weight_decay_wins():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(2100, 20))
    y = (rows[:, 0] > 0) ^ (rng.uniform(size=2100) < 0.2)  # a fifth cannot be known, and must not be learned
    report = select_network(rows, np.eye(2)[y.astype(int)], SOFTMAX, budget=200, weight_decay=5e-5, rng=0)
    of_all = {t.choice.weight_decay: t.error for t in reversed(report.tried) if t.n_rows == report.n_rows}
    assert 2e-4 < report.chosen.choice.weight_decay < max(of_all)
    assert report.chosen.error < of_all[2e-4] - 0.02
