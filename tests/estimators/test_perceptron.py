import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.estimator_checks import parametrize_with_checks

import lowrankweights as lrw
from lowrankweights import datasets

FAST = {"max_iter": 100, "random_state": 0}
ESTIMATORS = [
    lrw.LowRankMLPClassifier(),
    lrw.LowRankMLPClassifier((20,), **FAST),
    lrw.LowRankMLPClassifier(
        (10, 10), dictionary=("random_projection", "squared_covariance"), n_columns=2, **FAST
    ),
    lrw.LowRankMLPClassifier((20,), dictionary="none", **FAST),
    lrw.LowRankMLPClassifier((20,), dictionary="low_rank", proportion=1.0, **FAST),
    lrw.LowRankMLPRegressor(),
    lrw.LowRankMLPRegressor((20,), dictionary="none", **FAST),
    lrw.LowRankMLPRegressor((20,), dictionary="covariance", proportion=1.0, ridge=1e-6, **FAST),
    lrw.LowRankMLPClassifier((20,), pretrain=True, pretrain_iter=5, **FAST),
    lrw.LowRankMLPClassifier((20,), max_iter=5, random_state=0),
    lrw.LowRankMLPClassifier((20,), standardize=False, class_weight="balanced", **FAST),
    lrw.LowRankMLPClassifier((20,), warm_start=True, schedule="grow", dtype="float32", **FAST),
    lrw.LowRankMLPRegressor((20,), dictionary="none", max_iter=5, random_state=0),
    lrw.LowRankMLPRegressor((20,), dictionary="pca", n_columns=1, **FAST),
    lrw.LowRankMLPRegressor((20,), early_stopping=True, validation_fraction=0.3, **FAST),
    lrw.LowRankAutoencoder(max_iter=50),
    lrw.LowRankAutoencoder(5, dictionary="none", decoder="identity", **FAST),
]


def beyond(estimator):
    """Checks that an estimator does not pass, with the reason."""
    if getattr(estimator, "warm_start", False):
        goes_on = "these fit the same estimator again and expect the same model; a warm start goes on"
        names = ["check_supervised_y_2d", "check_classifiers_multilabel_representation_invariance"]
        return dict.fromkeys([*names, "check_sample_weight_equivalence_on_dense_data"], goes_on)
    if getattr(estimator, "max_iter", 0) <= 5 or isinstance(estimator, lrw.LowRankAutoencoder):
        return {}
    why = (
        "loss and gradient of weighted and of repeated rows differ by rounding, and five iterations pass; "
        "on a loss that is not convex many iterations magnify rounding beyond 1e-7"
    )
    return {"check_sample_weight_equivalence_on_dense_data": why}


@parametrize_with_checks(ESTIMATORS, expected_failed_checks=beyond)
def test_scikit_learn_conventions(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(estimator)


@pytest.fixture(scope="module")
def digits():
    return datasets.load_digits()


def classifier(**changes):
    settings = {
        "hidden_layer_sizes": (30, 20),
        "dictionary": ("squared_exponential", "covariance"),
        "proportion": 0.25,
        "n_columns": 5,
        "input_shape": (8, 8),
        "max_iter": 60,
        "random_state": 0,
    }
    return lrw.LowRankMLPClassifier(**{**settings, **changes})


def test_a_quarter_of_the_weights_reads_digits(digits):
    model = classifier(max_iter=150, weight_decay=1e-3).fit(digits.X_train, digits.y_train)
    assert model.score(digits.X_test, digits.y_test) > 0.93
    assert np.allclose(model.predict_proba(digits.X_test).sum(axis=1), 1, atol=1e-6)
    assert len(model.loss_curve_) == model.n_iter_ + 1
    assert model.loss_curve_[-1] < 0.2 * model.loss_curve_[0]


def test_fitted_attributes_describe_the_model(digits):
    model = classifier(max_iter=5).fit(digits.X_train, digits.y_train)
    assert [W.shape for W in model.filters_] == [(64, 30), (30, 20), (20, 10)]
    assert [len(layer) for layer in model.index_sets_] == [5, 5]
    assert [len(layer) for layer in model.dictionaries_] == [5, 5]
    n_alpha = (16, round(0.25 * 30))
    for alphas, Us, n_v, n in zip(model.index_sets_, model.dictionaries_, (64, 30), n_alpha, strict=True):
        for alpha, U in zip(alphas, Us, strict=True):
            assert len(alpha) == n and U.shape == (n_v, n)
    assert model.n_dynamic_ == 16 * 30 + 30 + n_alpha[1] * 20 + 20 + 20 * 10 + 10 == model.theta_.size
    assert model.n_static_ == 5 * 64 * 16 + 5 * 30 * n_alpha[1]
    # the first column's filters are U_1 w_1
    w_1 = model.network_.unpack(model.theta_)[0]["w_alpha"][0]
    assert np.allclose(model.filters_[0][:, :6], model.dictionaries_[0][0] @ w_1)


def test_columns_have_index_sets_of_their_own(digits):
    model = classifier(max_iter=1).fit(digits.X_train, digits.y_train)
    sets = [tuple(alpha) for alpha in model.index_sets_[0]]
    assert len(set(sets)) == 5


def test_units_are_divided_so_that_sizes_differ_by_at_most_one(digits):
    model = classifier(hidden_layer_sizes=(17, 20), n_columns=(5, 2), max_iter=1).fit(
        digits.X_train, digits.y_train
    )
    sizes = [c.n_h for c in model.network_.layers[0].parametrisation.columns]
    assert sizes == [4, 4, 3, 3, 3]


def test_low_rank_learns_as_many_numbers_as_the_other_strategies(digits):
    for proportion in (0.1, 0.25, 0.5):
        low_rank = classifier(dictionary="low_rank", proportion=proportion, max_iter=1).fit(
            digits.X_train, digits.y_train
        )
        for layer in low_rank.network_.layers[:-1]:
            q = layer.parametrisation
            assert abs(q.n_dynamic - proportion * q.n_v * q.n_h) <= (q.n_v + q.n_h) / 2


def test_the_same_seed_gives_the_same_model(digits):
    a, b = (classifier(n_threads=n).fit(digits.X_train, digits.y_train) for n in (1, 2))
    assert np.array_equal(a.theta_, b.theta_)
    c = classifier(random_state=1).fit(digits.X_train, digits.y_train)
    assert not np.array_equal(a.theta_, c.theta_)


def test_dtype_auto_is_that_of_X(digits):
    X, y = digits.X_train[:200], digits.y_train[:200]
    seen = []
    for given, dtype in (
        (X, "auto"),
        (X.astype(float), "auto"),
        (X.astype(float), "float32"),
        (X, "float64"),
    ):
        model = classifier(dtype=dtype, max_iter=1).fit(given, y)
        seen.append(model.predict_proba(X).dtype)
    assert seen == [np.float32, np.float32, np.float32, np.float64]


def test_units_that_never_vary_are_legal_for_covariances():
    X, y = load_iris(return_X_y=True)
    X = np.hstack([X, np.full((150, 3), 7.0)])
    model = lrw.LowRankMLPClassifier((10,), dictionary="covariance", proportion=0.4, random_state=0).fit(X, y)
    assert (model.filters_[0][4:] == 0).all()
    assert set(model.index_sets_[0][0]) <= {0, 1, 2, 3}
    with pytest.warns(
        UserWarning, match="^proportion: 7 weights .* X has only 4 units that vary of 7"
    ) as said:
        model = lrw.LowRankMLPClassifier((10,), dictionary="covariance", proportion=1.0).fit(X, y)
    assert len([w for w in said if w.category is UserWarning]) == 1 and {
        len(alpha) for alpha in model.index_sets_[0]
    } == {4}


def test_a_dictionary_of_ones_own_is_called_once_a_column(digits):
    calls = []

    def first_axes(V, points, n_alpha, rng):
        calls.append((V.shape, points.shape, n_alpha))
        return np.eye(V.shape[1])[:, :n_alpha]

    model = classifier(dictionary=(first_axes, "none"), n_columns=3, max_iter=2).fit(
        digits.X_train, digits.y_train
    )
    assert calls == [((1437, 64), (64, 2), 16)] * 3
    assert (model.filters_[0][16:] == 0).all()
    with pytest.raises(ValueError, match="^dictionary .*expected shape"):
        classifier(dictionary=lambda V, points, n, rng: np.ones((3, n))).fit(digits.X_train, digits.y_train)


def test_callbacks_see_the_iterates_and_may_stop(digits):
    seen = []

    def callback(info):
        seen.append(info)
        if info.n_iter == 3:
            raise StopIteration

    model = classifier(callbacks=[callback]).fit(digits.X_train, digits.y_train)
    assert [info.n_iter for info in seen] == [1, 2, 3] and model.n_iter_ == 3
    assert np.array_equal(seen[-1].theta, model.theta_)
    assert not np.array_equal(seen[0].theta, seen[1].theta)
    assert "callback" in model.stop_report_.lower()


@pytest.mark.parametrize("schedule", ["grow", [(200, 20), (10_000, 20)]])
def test_growing_samples_end_with_all_rows(digits, schedule):
    model = classifier(schedule=schedule, max_iter=40, weight_decay=1e-3).fit(digits.X_train, digits.y_train)
    Y = np.eye(10)[digits.y_train]
    loss, _ = model.network_.loss_and_grad(model.theta_, digits.X_train, Y, weight_decay=1e-3)
    assert model.loss_ == pytest.approx(loss, rel=1e-5)
    assert model.n_iter_ == 40 == len(model.loss_curve_) - 1
    assert model.score(digits.X_test, digits.y_test) > 0.7


def test_regressor_with_several_outputs():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 5))
    Y = np.stack([X[:, 0] - X[:, 1], X[:, 2] ** 2], axis=1)
    model = lrw.LowRankMLPRegressor((20,), dictionary="none", max_iter=300, random_state=0).fit(X, Y)
    assert model.predict(X).shape == (200, 2)
    assert model.score(X, Y) > 0.95
    assert clone(model).fit(X, Y[:, 0]).predict(X).shape == (200,)


def test_labels_may_be_words():
    X, y = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    model = lrw.LowRankMLPClassifier((10,), random_state=0).fit(X, names)
    assert set(model.predict(X)) == set(names)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"dictionary": "squared_exponentail"}, "dictionary"),
        ({"dictionary": ("none", "none", "none")}, "dictionary"),
        ({"input_shape": None}, "dictionary"),
        ({"dictionary": "squared_exponential"}, "dictionary"),
        ({"proportion": 0}, "proportion"),
        ({"proportion": 1.5}, "proportion"),
        ({"proportion": (0.1, -1)}, "proportion"),
        ({"n_columns": 31}, "n_columns"),
        ({"n_columns": 0}, "n_columns"),
        ({"input_shape": (7, 8)}, "input_shape"),
        ({"length_scale": 0}, "length_scale"),
        ({"ridge": -1.0}, "ridge"),
        ({"activation": "relux"}, "activation"),
        ({"weight_decay": -1}, "weight_decay"),
        ({"max_iter": -1}, "max_iter"),
        ({"dtype": "float16"}, "dtype"),
        ({"schedule": "shrink"}, "schedule"),
        ({"schedule": [100, 200]}, "schedule"),
        ({"schedule": 5}, "schedule"),
        ({"schedule": []}, "schedule"),
        ({"schedule": [(100, 5)]}, "schedule"),  # the last stage must have all rows
        ({"input_shape": (63,)}, "input_shape"),
        ({"input_shape": (4, 4, 2, 2)}, "input_shape"),
        ({"points": np.zeros((63, 2)), "input_shape": None}, "points"),
        ({"points": np.zeros((64, 2))}, "points"),  # and input_shape
        ({"standardize": "always"}, "standardize"),
        ({"early_stopping": "yes"}, "early_stopping"),
        ({"early_stopping": True, "validation_fraction": 1.0}, "validation_fraction"),
        ({"early_stopping": True, "validation_fraction": 0.001}, "validation_fraction"),
        ({"n_iter_no_change": 0}, "n_iter_no_change"),
        ({"warm_start": 1}, "warm_start"),
        ({"loss": "hinge"}, "loss"),
        ({"class_weight": "even"}, "class_weight"),
        ({"class_weight": {11: 1.0}}, "class_weight"),
        ({"length_scale": "long"}, "length_scale"),
        ({"input_shape": (8, 8.5)}, "input_shape"),
        ({"hidden_layer_sizes": ()}, "hidden_layer_sizes"),
        ({"hidden_layer_sizes": (10, 0)}, "hidden_layer_sizes"),
    ],
)
def test_bad_parameters_are_named(digits, changes, name):
    with pytest.raises(ValueError, match=f"^{name}: expected .*, got "):
        classifier(**changes).fit(digits.X_train, digits.y_train)


def test_an_autoencoder_reconstructs_digits_from_a_quarter_of_the_weights(digits):
    model = lrw.LowRankAutoencoder(
        40, dictionary="squared_exponential", proportion=0.25, n_columns=4, input_shape=(8, 8),
        max_iter=150, random_state=0,
    ).fit(digits.X_train)  # fmt: skip
    H = model.transform(digits.X_test)
    error = np.mean((model.inverse_transform(H) - digits.X_test) ** 2)
    assert H.shape == (360, 40) and error < 0.4 * np.mean((digits.X_test - digits.X_train.mean(axis=0)) ** 2)
    assert model.network_.decoder == "sigmoid" and model.components_.shape == (40, 64)
    assert model.n_dynamic_ == 16 * 40 + 40 + 64 == model.theta_.size
    assert (
        pytest.approx(
            model.dictionaries_[0] @ model.network_.parametrisation.unpack(model.theta_[:640])["w_alpha"][0]
        )
        == model.components_[:10].T
    )
    assert list(model.get_feature_names_out())[:2] == ["lowrankautoencoder0", "lowrankautoencoder1"]


def test_the_autoencoders_decoder_follows_the_data():
    X = np.random.default_rng(0).normal(size=(50, 6))
    assert lrw.LowRankAutoencoder(3, max_iter=2).fit(X).network_.decoder == "identity"
    with pytest.raises(ValueError, match="^decoder: expected"):
        lrw.LowRankAutoencoder(3, decoder="tanh").fit(X)
    with pytest.raises(ValueError, match="^X: expected shape"):
        lrw.LowRankAutoencoder(3, max_iter=2).fit(X).inverse_transform(np.ones((2, 4)))


def test_predictions_are_never_nan():
    X = np.random.default_rng(0).random((20, 4)).astype(np.float32)
    model = lrw.LowRankMLPClassifier((6,), dictionary="none", activation="relu", max_iter=3, random_state=0)
    model.fit(X, np.arange(20) % 2)
    model.theta_ = 100 * model.theta_  # so that the sums overflow
    with pytest.raises(
        ValueError, match="^X: expected numbers for which the network's output is finite in float32, got 3e"
    ):
        model.predict_proba(np.full((1, 4), 3e38, np.float32))


def test_a_refit_that_raises_changes_nothing():
    X = np.random.default_rng(0).random((60, 8))
    words = np.array(["low", "high"])[(X[:, 0] > 0.5).astype(int)]
    model = lrw.LowRankMLPClassifier((6,), n_columns=2, max_iter=3, random_state=0).fit(X, words)
    before, fitted = model.predict_proba(X), set(vars(model))
    model.set_params(proportion=7)
    with pytest.raises(ValueError, match="^proportion"):
        model.fit(X[:, :5], X[:, 0] > 0.2)
    assert model.classes_.tolist() == ["high", "low"] and model.n_features_in_ == 8
    assert np.array_equal(model.predict_proba(X), before) and set(vars(model)) == fitted
    unfitted = lrw.LowRankMLPRegressor((6,), n_columns=50)
    with pytest.raises(ValueError, match="^n_columns"):
        unfitted.fit(X, X[:, 0])
    assert not [name for name in vars(unfitted) if name.endswith("_")]


def test_the_defaults_are_legal_for_any_number_of_hidden_units():
    X, y = load_iris(return_X_y=True)
    for n_h in (1, 2, 5, 10, 11):
        assert (
            lrw.LowRankMLPClassifier((n_h,), max_iter=3, random_state=0).fit(X, y).filters_[0].shape[1] == n_h
        )


def unfinished(warned):
    return [str(w.message) for w in warned if w.category is ConvergenceWarning]


@pytest.mark.parametrize(
    "model",
    [
        lrw.LowRankMLPClassifier((5,), random_state=0),
        lrw.LowRankMLPRegressor((5,), random_state=0),
        lrw.LowRankAutoencoder(3, random_state=0),
        lrw.RICA(3, random_state=0),
    ],
    ids=lambda model: type(model).__name__,
)
def test_a_fit_that_max_iter_ends_warns_and_says_what_to_do(model):
    X, y = load_iris(return_X_y=True)
    with pytest.warns(ConvergenceWarning) as warned:
        model.set_params(max_iter=3).fit(X, y)
    (message,) = unfinished(warned)
    assert message.startswith("max_iter = 3 iterations were not enough") and "Raise max_iter" in message
    assert next(w for w in warned if w.category is ConvergenceWarning).filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.set_params(max_iter=3000, tol=0.05).fit(X, y)
