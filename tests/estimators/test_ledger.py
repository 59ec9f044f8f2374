import warnings

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.files import write_npz

DIGITS = lrw.datasets.load_digits()
X, y = DIGITS.X_train[:400], DIGITS.y_train[:400]


def fitted(dictionary, kind=lrw.LowRankMLPClassifier, **settings):
    how = {"proportion": 0.2, "n_columns": 3, "max_iter": 60, "random_state": 0, **settings}
    with warnings.catch_warnings(action="ignore"):
        return kind((20, 10), dictionary=dictionary, **how).fit(X, y)


WITHOUT_DATA = [
    (("squared_exponential", "random_projection"), {"input_shape": (8, 8)}),
    (("squared_exponential", "random_connections"), {"input_shape": (8, 8), "index_sets": "pivoted"}),
    (("dct", "none"), {"input_shape": (8, 8)}),
    ("random_projection", {}),  # standardised columns: its rows are divided
]


@pytest.mark.parametrize(("dictionary", "settings"), WITHOUT_DATA)
def test_a_recipe_gives_the_same_model(dictionary, settings, tmp_path):
    if settings.get("index_sets") == "pivoted":
        with pytest.raises(ValueError, match="^index_sets"):  # random connections have no kernel
            fitted(dictionary, **settings)
        dictionary = ("squared_exponential", "none")
    model = fitted(dictionary, **settings)
    long, short = (lrw.save(tmp_path / static, model, static=static) for static in ("arrays", "recipe"))
    again = lrw.load(short)
    assert np.array_equal(again.predict_proba(X), model.predict_proba(X))
    for a, b in zip(again.dictionaries_, model.dictionaries_, strict=True):
        assert all(np.array_equal(one, two) for one, two in zip(a, b, strict=True))
    assert short.stat().st_size < long.stat().st_size
    assert again.recipes_ == model.recipes_ and again.n_static_ == model.n_static_


def first_columns(v, points, n_alpha, rng):
    return np.eye(v.shape[1])[:, :n_alpha]


@pytest.mark.parametrize("dictionary", ["covariance", "pca", "kmeans", first_columns])
def test_dictionaries_made_of_data_have_no_recipe_in_a_file(dictionary, tmp_path):
    model = fitted((dictionary, "none"))
    with pytest.raises(
        ValueError, match="^static: expected 'arrays', or the package's own dictionaries that need no data"
    ):
        lrw.save(tmp_path / "m", model, static="recipe")
    assert not list(tmp_path.iterdir())


def test_convolutions_are_refused(tmp_path):
    with warnings.catch_warnings(action="ignore"):
        net = lrw.LowRankConvNetClassifier(
            (3,), 3, hidden_layer_sizes=(), n_columns=1, max_iter=1, random_state=0
        )
        net.fit(X.reshape(-1, 8, 8), y)
    with pytest.raises(ValueError, match="^static: expected 'arrays' for a convolutional network"):
        lrw.save(tmp_path / "m", net, static="recipe")


def test_an_autoencoder_has_recipes_too(tmp_path):
    with warnings.catch_warnings(action="ignore"):
        how = {"dictionary": "squared_exponential", "input_shape": (8, 8), "n_columns": 2, "max_iter": 2}
        coder = lrw.LowRankAutoencoder(9, **how, random_state=0).fit(X)
    again = lrw.load(lrw.save(tmp_path / "m", coder, static="recipe"))
    assert np.array_equal(again.transform(X), coder.transform(X))


def test_a_recipe_that_no_longer_gives_the_dictionary_is_refused(tmp_path):
    model = fitted(("squared_exponential", "none"), input_shape=(8, 8))
    model.recipes_[0][1]["settings"]["length_scale"] = 1.01
    path = lrw.save(tmp_path / "m", model, static="recipe")
    with pytest.raises(ValueError, match="^path: expected a recipe that gives the dictionary"):
        lrw.load(path)


@pytest.mark.parametrize(("bits", "close"), [(32, 1e-5), (16, 3e-2)])
def test_fewer_bits_change_predictions_a_little(bits, close, tmp_path):
    for dictionary in ("covariance", ("squared_exponential", "none")):
        model = fitted(dictionary, input_shape=(8, 8))
        whole, narrow = (lrw.save(tmp_path / f"{b}", model, bits=b) for b in (64, bits))
        again = lrw.load(narrow)
        assert again.theta_.dtype == np.float64
        assert np.abs(again.predict_proba(X) - model.predict_proba(X)).max() < close
        assert narrow.stat().st_size < 0.85 * whole.stat().st_size


def test_the_ledger_counts_and_measures():
    model = fitted(("squared_exponential", "none"), input_shape=(8, 8))
    found = lrw.ledger(model, DIGITS.X_test, DIGITS.y_test)
    assert (found.n_dynamic, found.n_static) == (model.n_dynamic_, model.n_static_)
    assert found.scores["arrays", 64] == model.score(DIGITS.X_test, DIGITS.y_test)
    assert abs(found.scores["arrays", 16] - found.scores["arrays", 64]) < 0.02
    sizes = found.sizes
    assert sizes["recipe", 16] < sizes["recipe", 64] < sizes["arrays", 64]
    assert "learned" in str(found) and str(found).count("\n") == 7
    of_data = lrw.ledger(fitted("covariance"))
    assert not any(static == "recipe" for static, _ in of_data.sizes) and of_data.scores == {}


@pytest.mark.parametrize(("how", "said"), [({"static": "none"}, "static"), ({"bits": 8}, "bits")])
def test_bad_arguments_are_named(how, said, tmp_path):
    with pytest.raises(ValueError, match=f"^{said}: expected one of"):
        lrw.save(tmp_path / "m", fitted("none"), **how)


def test_files_are_written_as_before_where_nothing_is_asked_for(tmp_path):
    model = fitted("covariance")
    path = lrw.save(tmp_path / "m", model)
    with np.load(path) as file:
        assert not any(file[name].dtype == np.float16 for name in file.files if name != "header")
    write_npz(tmp_path / "other.npz", a=np.ones(2))
    with pytest.raises(ValueError, match="^path"):
        lrw.load(tmp_path / "other.npz")


@pytest.mark.parametrize("static", ["arrays", "recipe"])
def test_sixteen_bits_are_enough_for_columns_and_targets_of_any_scale(static, tmp_path):
    rows = np.random.default_rng(0).normal(size=(60, 16))
    how = {"dictionary": "random_projection", "n_columns": 1, "proportion": 0.8, "random_state": 0}
    far = 1e6 + rows * np.where(np.arange(16) % 2, 1e4, 1e-1)
    labels = ((rows[:, 1] + rows[:, 3]) > 0).astype(int)
    values = 1e9 * np.column_stack([rows[:, 0] + rows[:, 1] * rows[:, 2] + 3, 1e-12 * rows[:, 4]])
    kinds = ((lrw.LowRankMLPClassifier, labels), (lrw.LowRankMLPRegressor, values))
    for kind, of in kinds:
        with warnings.catch_warnings(action="ignore"):
            model = kind((8,), max_iter=60, **how).fit(far, of)
        again = lrw.load(lrw.save(tmp_path / "m", model, static=static, bits=16))
        assert abs(again.score(far, of) - model.score(far, of)) < 0.02
        assert [U.shape for U in again.dictionaries_[0]] == [U.shape for U in model.dictionaries_[0]]


def test_layers_of_other_scales_keep_their_numbers(tmp_path):
    net = lrw.Network([lrw.Dense(lrw.Full(3, 4)), lrw.Dense(lrw.Full(4, 2))], "softmax_cross_entropy")
    theta = net.init(0)
    theta[:12] *= 1e-9
    theta[16:24] *= 1e9
    model = lrw.LowRankMLPClassifier.from_network(net, theta)
    again = lrw.load(lrw.save(tmp_path / "m", model, bits=16))
    assert np.allclose(again.theta_, theta, rtol=1e-3, atol=0)


def test_fewer_bits_reach_features_and_weights_that_are_kept(tmp_path):
    rows = np.random.default_rng(0).normal(size=(100, 36))
    rica = lrw.RICA(30, dictionary="random_projection", proportion=0.5, max_iter=5, random_state=0).fit(rows)
    sizes = [lrw.save(tmp_path / f"{b}", rica, bits=b).stat().st_size for b in (64, 32, 16)]
    assert sizes[1] < 0.75 * sizes[0] and sizes[2] < 0.75 * sizes[1]
    apart = lrw.load(tmp_path / "16.npz").transform(rows) - rica.transform(rows)
    assert 0 < np.abs(apart).max() < 1e-2 * np.abs(rica.transform(rows)).max()
    adapted = lrw.weights.Adapted(np.random.default_rng(1).normal(size=(36, 20)), rank=2)
    net = lrw.Network([lrw.Dense(adapted), lrw.Dense(lrw.Full(20, 2))], "softmax_cross_entropy")
    model = lrw.LowRankMLPClassifier.from_network(net, net.init(0))
    sizes = [lrw.save(tmp_path / f"a{b}", model, bits=b).stat().st_size for b in (64, 16)]
    assert sizes[1] < 0.7 * sizes[0]
    again = lrw.load(tmp_path / "a16.npz").predict_proba(rows)
    assert np.abs(again - model.predict_proba(rows)).max() < 1e-2


def test_a_pipeline_has_a_ledger_and_recipes(tmp_path):
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    how = {"dictionary": "random_projection", "n_columns": 1, "max_iter": 20, "random_state": 0}
    with warnings.catch_warnings(action="ignore"):
        model = make_pipeline(StandardScaler(), lrw.LowRankMLPClassifier((9,), **how)).fit(X, y)
    found = lrw.ledger(model, X, y)
    first = lrw.RICA(9, dictionary="random_projection", max_iter=2, random_state=0)
    with warnings.catch_warnings(action="ignore"):
        features = make_pipeline(first, lrw.LowRankMLPClassifier((9,), **how)).fit(X, y)
    of_both = lrw.ledger(features)
    assert of_both.n_dynamic == features[0].n_dynamic_ + features[1].n_dynamic_
    with pytest.raises(ValueError, match="^model: expected a fitted one that learns numbers"):
        lrw.ledger(make_pipeline(StandardScaler()).fit(X))
    assert found.n_dynamic == model[-1].n_dynamic_ and found.scores["recipe", 64] == model.score(X, y)
    again = lrw.load(lrw.save(tmp_path / "m", model, static="recipe", bits=16))
    assert again.score(X, y) == found.scores["recipe", 16]


def test_what_cannot_be_kept_or_scored_is_named(tmp_path):
    net = lrw.Network(
        [lrw.Dense(lrw.Predicted(np.eye(64)[:, :4], 6)), lrw.Dense(lrw.Full(6, 10))], "softmax_cross_entropy"
    )
    trained = lrw.LowRankMLPClassifier.from_network(net, net.init(0))
    with pytest.raises(ValueError, match="^static: expected 'arrays' for a model whose dictionaries have no"):
        lrw.save(tmp_path / "m", trained, static="recipe")
    assert set(lrw.ledger(trained).sizes) == {("arrays", bits) for bits in (64, 32, 16)}
    with pytest.raises(ValueError, match="^y: expected both X and y, or neither, got None"):
        lrw.ledger(trained, X)
    with warnings.catch_warnings(action="ignore"):
        coder = lrw.LowRankAutoencoder(4, max_iter=1, random_state=0).fit(X)
    with pytest.raises(ValueError, match="^X: expected None, as LowRankAutoencoder has no score"):
        lrw.ledger(coder, X, y)


def test_a_convolution_whose_dictionary_has_factors_fits_in_fewer_bits(tmp_path):
    images = X[:100].reshape(-1, 8, 8)
    with warnings.catch_warnings(action="ignore"):
        how = {"hidden_layer_sizes": (), "n_columns": 1, "max_iter": 3, "random_state": 0}
        model = lrw.LowRankConvNetClassifier((4,), 3, **how).fit(images, y[:100])
    assert any(layer.parametrisation.factors is not None for layer in model.network_.layers[1:2])
    for bits, close in ((32, 1e-5), (16, 1e-2)):
        again = lrw.load(lrw.save(tmp_path / f"{bits}", model, bits=bits))
        assert np.abs(again.predict_proba(images) - model.predict_proba(images)).max() < close
