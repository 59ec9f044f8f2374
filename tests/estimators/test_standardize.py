"""Units of X do not matter where X is a table; pictures and places stay as they are."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import lowrankweights as lrw
from lowrankweights.building import LayerInput, from_recipe
from lowrankweights.building.scale import Scale
from lowrankweights.estimators.perceptron.units import Folding
from lowrankweights.speed import predict

DICTIONARIES = ["covariance", "squared_covariance", "random_projection", "random_connections", "kmeans"]
DICTIONARIES += ["none", "low_rank", "pca", "autoencoder"]


def table(n=120, n_v=8):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, n_v)) @ rng.normal(size=(n_v, n_v))
    return X, (X[:, 0] > 0).astype(int)


def classifier(**changes):
    settings = {"proportion": 0.5, "n_columns": 2, "pretrain_iter": 5, "max_iter": 20, "random_state": 0}
    return lrw.LowRankMLPClassifier((6, 5), **settings | changes)


@pytest.mark.parametrize("dictionary", DICTIONARIES)
def test_the_same_as_a_scaler_before_it(dictionary):
    X, y = table()
    X = X * 10.0 ** np.arange(-3, 5) + 10.0 ** np.arange(8)
    n_columns = 1 if dictionary == "pca" else 2
    model = classifier(dictionary=dictionary, n_columns=n_columns).fit(X, y)
    before = classifier(dictionary=dictionary, n_columns=n_columns, standardize=False)
    before = make_pipeline(StandardScaler(), before).fit(X, y)
    assert np.allclose(model.predict_proba(X), before.predict_proba(X), atol=1e-6)
    # and it needs none: its weights are in units of X
    scaler, inner = before
    assert np.allclose(model.filters_[0] * scaler.scale_[:, None], inner.filters_[0], rtol=1e-6, atol=1e-9)
    assert np.allclose(model.network_.predict(model.theta_, X), model.predict_proba(X), atol=1e-12)


@pytest.mark.parametrize("dictionary", DICTIONARIES)
def test_folding_is_exact_and_can_be_undone(dictionary):
    X, y = table()
    inner = classifier(dictionary=dictionary, standardize=False, n_columns=1, max_iter=3).fit(X, y)
    inputs = Scale(np.linspace(-50, 90, 8), np.logspace(-3, 3, 8))
    folding = Folding(inner.network_, inputs)
    theta, given = folding.fold(inner.theta_), X * inputs.scale + inputs.mean
    z = predict(folding.outer, theta, given)
    assert np.allclose(z, predict(inner.network_, inner.theta_, X), rtol=0, atol=1e-10)
    assert np.allclose(folding.unfold(theta), inner.theta_, rtol=1e-10, atol=1e-10)
    back = Folding.of_outer(folding.outer, inputs).inner
    assert np.allclose(predict(back, inner.theta_, X), predict(inner.network_, inner.theta_, X), atol=1e-10)


@pytest.mark.parametrize(
    ("X", "changes", "expected"),
    [
        (table(n_v=9)[0], {}, True),
        (table(n_v=9)[0], {"input_shape": (3, 3)}, False),
        (table(n_v=9)[0], {"points": np.arange(9.0)}, False),
        (table(n_v=9)[0].reshape(-1, 3, 3), {}, False),
        (table(n_v=9)[0], {"standardize": False}, False),
        (table(n_v=9)[0], {"input_shape": (3, 3), "standardize": True}, True),
    ],
)
def test_auto_standardises_tables_only(X, changes, expected):
    model = classifier(**changes, max_iter=2).fit(X, table()[1])
    assert (model.input_scale_ is not None) == expected


def test_recipes_are_of_the_standardised_columns():
    X, y = table()
    X = 5 + 100 * X
    model = classifier(max_iter=1).fit(X, y)
    v = (X - model.input_mean_) / model.input_scale_
    for U, recipe in zip(model.dictionaries_[0], model.recipes_[0], strict=True):
        assert np.allclose(from_recipe(recipe, v=LayerInput(v).v).U / model.input_scale_[:, None], U)


def test_callbacks_see_the_theta_for_X_as_it_is():
    X, y = table()
    X, losses = 1000 + 50 * X, []
    model = classifier(max_iter=10, weight_decay=0.0)
    model.callbacks = [
        lambda info: losses.append(model.network_.loss_and_grad(info.theta, X, np.eye(2)[y])[0])
    ]
    model.fit(X, y)
    assert np.allclose(losses, model.loss_curve_[1:], atol=1e-9) and losses[-1] < losses[0]


def test_a_constant_column_changes_nothing():
    X, y = table()
    with_constant = np.column_stack([X, np.full(len(X), 1e6)])
    model = classifier(dictionary="none").fit(with_constant, y)
    assert np.isfinite(model.predict_proba(with_constant)).all() and model.input_scale_[-1] == 1


@pytest.mark.parametrize("load", [load_wine, load_breast_cancer])
def test_raw_tables_are_learned_as_well_as_standardised_ones(load):
    X, y = load(return_X_y=True)
    train = np.random.default_rng(0).permutation(len(X)) < 0.7 * len(X)
    model = lrw.LowRankMLPClassifier(random_state=0, max_iter=60)
    assert model.fit(X[train], y[train]).score(X[~train], y[~train]) > 0.93
