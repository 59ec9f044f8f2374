"""Weights of rows and of classes, several labels, rows that are images."""

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights import Dense, Full, LowRank, Network, Objective, Predicted, gradient_error
from lowrankweights.networks import Rows

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 6))
Y_OF = {
    "softmax_cross_entropy": np.eye(3)[np.arange(60) % 3],
    "sigmoid_cross_entropy": (RNG.random((60, 3)) < 0.4).astype(float),
    "squared_error": RNG.normal(size=(60, 3)),
}
WEIGHT = RNG.integers(1, 4, 60)
U = lrw.dictionaries.random_projection(6, 3, rng=0)


def networks(loss):
    for first in (Predicted(U, n_h=5), LowRank(6, 5, rank=2), Full(6, 5)):
        yield Network([Dense(first, "tanh"), Dense(Full(5, 3))], loss)


@pytest.mark.parametrize("loss", Y_OF)
def test_a_row_of_weight_two_is_two_rows(loss):
    Y, repeated = Y_OF[loss], np.repeat(np.arange(60), WEIGHT)
    for net in networks(loss):
        theta, rows = net.init(rng=1), Rows.of(60, WEIGHT)
        expected, gradient = net.loss_and_grad(theta, X[repeated], Y[repeated], weight_decay=1e-2)
        for found in (
            net.loss_and_grad(theta, X, Y, weight_decay=1e-2, rows=rows),
            Objective(net, X, Y, 1e-2, rows=rows)(theta),
        ):
            assert found[0] == pytest.approx(expected, rel=1e-12, abs=0)
            assert np.abs(found[1] - gradient).max() <= 1e-12 * np.abs(gradient).max()


@pytest.mark.parametrize("loss", Y_OF)
def test_gradients_of_weighted_rows_are_right(loss):
    for net in networks(loss):
        objective = Objective(net, X, Y_OF[loss], 1e-2, rows=Rows.of(60, RNG.random(60) + 0.1))
        assert gradient_error(objective, net.init(rng=2), rng=0) < 1e-6


def model(kind=lrw.LowRankMLPClassifier, **changes):
    return kind((6,), **{"n_columns": 2, "max_iter": 5, "random_state": 0, **changes})


def test_weights_are_repeated_rows_in_fits_too():
    y, repeated = np.arange(60) % 3, np.repeat(np.arange(60), WEIGHT)
    for dictionary in ("covariance", "squared_covariance", "none", "pca"):
        kind = {"dictionary": dictionary, "n_columns": 1}
        weighted = model(**kind).fit(X, y, sample_weight=WEIGHT)
        expected = model(**kind).fit(X[repeated], y[repeated])
        assert np.allclose(weighted.theta_, expected.theta_, rtol=1e-6, atol=1e-8)
        target = X @ RNG.normal(size=6)
        weighted = model(lrw.LowRankMLPRegressor, **kind).fit(X, target, sample_weight=WEIGHT)
        expected = model(lrw.LowRankMLPRegressor, **kind).fit(X[repeated], target[repeated])
        assert np.allclose(weighted.predict(X), expected.predict(X), rtol=1e-6, atol=1e-8)


def test_rows_of_weight_zero_are_not_there():
    y, weight = np.arange(60) % 3, (np.arange(60) < 45).astype(float)
    some = model().fit(X, y, sample_weight=weight)
    assert np.array_equal(some.theta_, model().fit(X[:45], y[:45], sample_weight=np.ones(45)).theta_)


def test_balanced_classes_count_equally():
    y = (np.arange(60) < 6).astype(int)
    weight = np.where(y == 1, 60 / (2 * 6), 60 / (2 * 54))
    balanced = model(class_weight="balanced").fit(X, y)
    assert np.array_equal(balanced.theta_, model().fit(X, y, sample_weight=weight).theta_)
    given = model(class_weight={0: 60 / (2 * 54), 1: 60 / (2 * 6)}).fit(X, y)
    assert np.array_equal(balanced.theta_, given.theta_)


@pytest.mark.parametrize("weight", [np.ones(59), -np.ones(60), np.zeros(60), np.full(60, np.nan)])
def test_wrong_weights_are_refused(weight):
    with pytest.raises(ValueError, match="sample_weight|weight"):
        model().fit(X, np.arange(60) % 3, sample_weight=weight)


def test_several_labels_a_row():
    Y = np.column_stack([X[:, 0] > 0, X[:, 1] + X[:, 2] > 0, X[:, 3] > 1]).astype(int)
    several = model(max_iter=150, dictionary="none").fit(X, Y)
    assert several.network_.loss == "sigmoid_cross_entropy"
    assert several.predict(X).shape == (60, 3) and (several.predict(X) == Y).mean() > 0.97
    assert not np.allclose(several.predict_proba(X).sum(axis=1), 1)


def test_images_are_taken_as_they_are():
    images, y = RNG.random((40, 6, 4)), np.arange(40) % 2
    model_of_images = model(dictionary="squared_exponential").fit(images, y)
    flat = model(dictionary="squared_exponential", input_shape=(6, 4)).fit(images.reshape(40, 24), y)
    assert np.array_equal(model_of_images.theta_, flat.theta_) and repr(flat.points_) == "Grid((6, 4))"
    assert np.array_equal(model_of_images.predict_proba(images), flat.predict_proba(images.reshape(40, 24)))
    colours = RNG.random((40, 4, 4, 3))
    assert repr(model().fit(colours, y).points_) == "Grid((4, 4), channels=3)"
    volumes = RNG.random((40, 3, 3, 3, 2))
    grid = lrw.Grid((3, 3, 3), channels=2)
    assert model(points=grid, dictionary="squared_exponential").fit(volumes, y).points_ == grid
    with pytest.raises(ValueError, match=r"^X: expected images .*points=Grid\(\(3, 3, 3, 2\)\)"):
        model().fit(volumes, y)
    with pytest.raises(ValueError, match=r"^X: expected rows of shape \(6, 4\), got rows of shape \(4, 6\)"):
        model_of_images.predict(images.transpose(0, 2, 1))


def test_eight_channels_are_told_once():
    voxels, y = RNG.random((30, 8, 8, 8)), np.arange(30) % 2
    for how, given in (({"input_shape": (8, 8, 8)}, voxels.reshape(30, -1)), ({}, voxels)):
        with pytest.warns(UserWarning, match=r"8 channels of 8 x 8\. For a volume give points=Grid") as said:
            model(**how, max_iter=1, dictionary="squared_exponential").fit(given, y)
        assert len([w for w in said if "channels" in str(w.message)]) == 1


def test_there_is_no_partial_fit_and_the_reason_is_given():
    assert not hasattr(model(), "partial_fit")
    with pytest.raises(AttributeError, match="L-BFGS needs the loss of all rows at once.*warm_start"):
        model().partial_fit(X, np.arange(60) % 3)


def test_autoencoder_and_RICA_take_images_too():
    images = RNG.normal(size=(60, 5, 4))
    flat = images.reshape(60, 20)
    for kind, shape in ((lrw.LowRankAutoencoder, "input_shape"), (lrw.RICA, "patch_shape")):
        how = {"n_components": 6, "dictionary": "squared_exponential", "max_iter": 3, "random_state": 0}
        of_images = kind(**how).fit(images)
        expected = kind(**how, **{shape: (5, 4)}).fit(flat)
        assert np.array_equal(of_images.components_, expected.components_)
        assert np.array_equal(of_images.transform(images), expected.transform(flat))
        with pytest.raises(ValueError, match=r"^X: expected rows of shape \(5, 4\)"):
            of_images.transform(images.transpose(0, 2, 1))
