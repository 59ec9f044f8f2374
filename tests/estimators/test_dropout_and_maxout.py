import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.building import LayerSpec, build, layer_specs
from lowrankweights.estimators.perceptron.training.schedule import REDRAW, stages_of
from lowrankweights.networks import Dropout

RNG = np.random.default_rng(0)
X, y = RNG.random((90, 12)), np.arange(90) % 3
X[np.arange(90), y] += 0.7


def classifier(**changes):
    how = {"dictionary": "covariance", "n_columns": 2, "max_iter": 30, "random_state": 0, "dropout": 0.3}
    return lrw.LowRankMLPClassifier((8, 6), **{**how, **changes})


def test_each_hidden_layer_is_followed_by_a_layer_that_drops_units_with_a_seed_of_its_own():
    model = classifier().fit(X, y)
    dropped = [layer for layer in model.network_.layers if isinstance(layer, Dropout)]
    assert [type(layer).__name__ for layer in model.network_.layers] == ["Dense", "Dropout"] * 2 + ["Dense"]
    assert [layer.rate for layer in dropped] == [0.3, 0.3] and dropped[0].rng != dropped[1].rng
    assert [d[0].shape[0] for d in model.dictionaries_] == [12, 8]


def test_without_dropout_nothing_changes():
    model = classifier(dropout=0.0).fit(X, y)
    assert [type(layer).__name__ for layer in model.network_.layers] == ["Dense"] * 3 and model.n_stages_ == 1


def test_the_initial_network_is_that_without_dropout_and_so_are_its_predictions():
    with_it, without = (classifier(dropout=rate, max_iter=0).fit(X, y) for rate in (0.6, 0.0))
    assert np.array_equal(with_it.theta_, without.theta_)
    assert np.array_equal(with_it.predict_proba(X), without.predict_proba(X))
    assert all(np.array_equal(a, b) for a, b in zip(with_it.filters_, without.filters_, strict=True))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_fit_has_the_same_bits_for_any_number_of_threads(dtype):
    models = [classifier(n_threads=n, dtype=dtype).fit(X, y) for n in (1, 3)]
    assert np.array_equal(models[0].theta_, models[1].theta_)


def test_masks_are_drawn_anew_at_each_stage():
    net, theta, _ = build(layer_specs((5,), n_v=12, dictionary="none", proportion=1.0, n_columns=1,
                                      activation="tanh"), X, 3, "softmax_cross_entropy",
                          np.random.default_rng(0), dropout=0.5)  # fmt: skip
    objective = lrw.Objective(net, X, np.eye(3)[y])
    stages = stages_of(None, objective, 2 * REDRAW + 1, None, redrawn=True)
    assert [k for _, k in stages] == [17, 17, 17] and len({fun(theta)[0] for fun, _ in stages}) == 3
    rng = np.random.default_rng(0)
    grown = stages_of([(30, 2), (90, 3)], objective, 0, rng, redrawn=True, first=4)
    assert [fun.work.rows.stage for fun, _ in grown] == [4, 5] and [k for _, k in grown] == [2, 3]
    assert [fun.n_rows for fun, _ in grown] == [30, 90]
    assert [k for _, k in stages_of(None, objective, 300, None)] == [300]


def test_a_warm_start_goes_on_with_new_masks():
    model = classifier(warm_start=True, max_iter=5, weight_decay=0.0, standardize=False)
    theta = model.fit(X, y).theta_
    of_stages = [lrw.Objective(model.network_, X, np.eye(3)[y]).at_stage(k)(theta)[0] for k in range(2)]
    assert model.n_stages_ == 1 and model.loss_ == of_stages[0]
    model.fit(X, y)
    assert model.n_stages_ == 2 and model.loss_curve_[0] == of_stages[1] != of_stages[0]
    with pytest.raises(ValueError, match=r"^dropout: expected 0.3, as in the network that goes on"):
        model.set_params(dropout=0.1).fit(X, y)


def test_dropout_keeps_a_large_network_from_learning_labels_by_heart():
    rng = np.random.default_rng(1)
    few = rng.normal(size=(40, 12))
    labels = (few[:, 0] + rng.normal(size=40) > 0).astype(int)
    losses = [
        classifier(dropout=rate, dictionary="none", n_columns=1, max_iter=100, weight_decay=0.0)
        .fit(few, labels)
        .predict_proba(few)[np.arange(40), labels]
        for rate in (0.0, 0.5)
    ]
    assert -np.log(losses[1]).mean() > 10 * -np.log(losses[0]).mean()


def test_a_saved_model_predicts_the_same_and_learns_on(tmp_path):
    model = classifier(activation="maxout", n_pieces=3, warm_start=True).fit(X, y)
    loaded = lrw.load(lrw.save(tmp_path / "model", model))
    assert np.array_equal(loaded.predict_proba(X), model.predict_proba(X))
    assert loaded.get_params() == model.get_params() and loaded.n_stages_ == model.n_stages_
    assert [d.shape for d in loaded.dictionaries_[0]] == [d.shape for d in model.dictionaries_[0]]
    assert np.array_equal(loaded.fit(X, y).theta_, model.fit(X, y).theta_)
    again = lrw.load(tmp_path / "model.npz").set_params(warm_start=False).fit(X, y)
    fresh = classifier(activation="maxout", n_pieces=3).fit(X, y)
    assert np.array_equal(again.theta_, fresh.theta_)


@pytest.mark.parametrize("dictionary", ["none", "low_rank", "covariance", "random_projection", "autoencoder"])
def test_maxout_units_have_their_pieces_in_one_column(dictionary):
    model = classifier(activation="maxout", n_pieces=3, dictionary=dictionary, n_columns=3).fit(X, y)
    first = model.network_.layers[0]
    assert first.out_shape == (8,) and model.filters_[0].shape == (12, 24)
    if len(first.parametrisation.leaves) == 3:
        assert [leaf.n_h for leaf in first.parametrisation.leaves] == [9, 9, 6]
    assert model.score(X, y) > 0.6


def test_maxout_learns_a_regression_of_standardised_columns():
    targets = np.abs(X[:, 0] - 0.5)
    model = lrw.LowRankMLPRegressor((10,), dictionary="none", activation="maxout", dropout=0.0,
                                    max_iter=200, random_state=0).fit(100 * X, targets)  # fmt: skip
    assert model.score(100 * X, targets) > 0.9


def test_the_length_scale_of_trained_filters_is_found_with_maxout():
    images = RNG.random((60, 4, 4))
    model = classifier(activation="maxout", dictionary=("squared_exponential", "covariance"),
                           length_scale="auto", max_iter=3).fit(images, np.arange(60) % 2)  # fmt: skip
    assert model.length_scale_ > 0


WRONG = [
    ({"dropout": 1.0}, "dropout: expected a finite number >= 0 and < 1, got 1.0"),
    ({"dropout": -0.1}, "dropout: expected a finite number >= 0 and < 1"),
    ({"dropout": "half"}, "dropout: expected a finite number"),
    ({"activation": "maxout", "n_pieces": 0}, "n_pieces: expected an integer >= 1, got 0"),
    ({"activation": "maxout", "n_pieces": 1.5}, "n_pieces: expected an integer"),
    ({"activation": "maxout", "pretrain": True}, "pretrain: expected False where activation is 'maxout'"),
    ({"activation": "maxuot"}, r"activation: expected one of .* \(did you mean 'maxout'\?\)"),
]


@pytest.mark.parametrize(("changes", "text"), WRONG)
def test_what_cannot_be_is_named(changes, text):
    with pytest.raises(ValueError, match=f"^{text}"):
        classifier(**changes).fit(X, y)


def test_pieces_are_no_part_of_what_other_units_are():
    assert LayerSpec(4, "none", 1.0, n_pieces=5) == LayerSpec(4, "none", 1.0)
    assert LayerSpec(4, "none", 1.0, activation="maxout", n_pieces=5).n_filters == 20
