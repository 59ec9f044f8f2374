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
    with pytest.raises(ValueError, match="^static: expected 'arrays', or dictionaries that need no data"):
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
    assert found.scores[64] == model.score(DIGITS.X_test, DIGITS.y_test)
    assert abs(found.scores[16] - found.scores[64]) < 0.02
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
