import numpy as np
import pytest
from sklearn.base import clone

import lowrankweights as lrw

DIGITS = lrw.datasets.load_digits()
X = DIGITS.X_train[:250].reshape(-1, 8, 8).astype(np.float32)
Y = DIGITS.y_train[:250]


def model(**others):
    how = {"windows": 5, "hidden_layer_sizes": (), "n_columns": 1, "max_iter": 25, "tol": 1e-2}
    return lrw.LowRankConvNetClassifier((6,), **{**how, "random_state": 0, **others})


@pytest.fixture(scope="module")
def fitted():
    return model().fit(X, Y)


def test_it_learns_digits_with_a_quarter_of_each_filter(fitted):
    assert fitted.score(X, Y) > 0.9
    assert [W.shape for W in fitted.filters_] == [(25, 6), (4 * 4 * 6, 10)]
    assert fitted.n_dynamic_ == 6 * 6 + 6 + 96 * 10 + 10  # 6 of 25 pixels are known
    assert fitted.points_ == lrw.Grid((8, 8)) and fitted.index_sets_[0][0].shape == (6,)


def test_images_and_flat_rows_with_their_shape_are_the_same(fitted):
    flat = model(input_shape=(8, 8)).fit(X.reshape(250, -1), Y)
    assert (flat.theta_ == fitted.theta_).all()
    with_channel = fitted.predict_proba(X[..., None])
    np.testing.assert_array_equal(with_channel, fitted.predict_proba(X.reshape(250, -1)))
    np.testing.assert_array_equal(with_channel, flat.predict_proba(X))


def test_it_predicts_what_its_network_says(fitted):
    expected = fitted.network_.predict(fitted.theta_, X.reshape(250, -1))
    np.testing.assert_allclose(fitted.predict_proba(X), expected, atol=1e-5)


def test_a_saved_model_predicts_the_same_bits_in_the_same_order(fitted, tmp_path):
    lrw.save(tmp_path / "model", fitted)
    again = lrw.load(tmp_path / "model.npz")
    np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))
    plans = [[step.chosen.name for step in m.network_.plan(250).steps] for m in (fitted, again)]
    assert plans[0] == plans[1]
    candidates = [c.name for step in again.network_.plan(250).steps for c in step.candidates]
    assert "(v * rows * columns) (B w)" in candidates  # the factors of a dictionary are kept


def test_a_clone_learns_the_same_and_warm_start_goes_on(fitted):
    assert (clone(fitted).fit(X, Y).theta_ == fitted.theta_).all()
    on = model(warm_start=True, max_iter=5).fit(X, Y)
    before = on.loss_
    assert on.fit(X, Y).loss_ < before


def test_rows_of_weight_two_are_two_rows():
    weight = np.where(np.arange(250) < 60, 2.0, 1.0)
    twice = np.concatenate([X, X[:60]]).astype(np.float64), np.concatenate([Y, Y[:60]])
    how = {"dictionary": "none", "max_iter": 3}
    weighted = model(**how).fit(X.astype(np.float64), Y, sample_weight=weight)
    np.testing.assert_allclose(weighted.loss_curve_, model(**how).fit(*twice).loss_curve_, rtol=1e-9)


@pytest.mark.parametrize(("others", "rows", "message"), [
    ({}, X.reshape(250, -1), r"input_shape: expected \(height, width\) or .*, or rows given as images"),
    ({"windows": 9, "padding": "valid"}, X, r"convolution 1, on images of shape \(8, 8, 1\): window"),
    ({"pool": 9}, X, r"convolution 1, .*window: expected no larger than the image, 8 x 8, got \(9, 9\)"),
    ({"padding": "full"}, X, "padding: expected one of"),
    ({"input_shape": (4, 4)}, X.reshape(250, -1), r"input_shape: expected .*64 weights in all, got \(4, 4\)"),
])  # fmt: skip
def test_what_does_not_fit_is_named(others, rows, message):
    with pytest.raises(ValueError, match=message):
        model(**others).fit(rows, Y)


def test_images_of_another_shape_or_a_single_one_are_refused(fitted):
    with pytest.raises(ValueError, match=r"X: expected rows of shape \(8, 8\), got rows of shape \(4, 16\)"):
        fitted.predict(X.reshape(-1, 4, 16))
    with pytest.raises(ValueError, match=r"X: expected several rows, got one: give X\[None\]"):
        fitted.predict(X[0])
