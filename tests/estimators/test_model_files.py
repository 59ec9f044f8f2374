import json

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.feature_selection import VarianceThreshold
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

import lowrankweights as lrw
from lowrankweights import datasets
from lowrankweights.estimators import model_files
from lowrankweights.files import write_npz


@pytest.fixture(scope="module")
def digits():
    return datasets.load_digits()


MODELS = {
    "columns": {"dictionary": ("squared_exponential", "covariance"), "n_columns": 12, "input_shape": (8, 8)},
    "one column": {"dictionary": "random_projection"},
    "low rank": {"dictionary": ("low_rank", "none")},
}


@pytest.mark.parametrize("settings", MODELS.values(), ids=MODELS)
def test_a_loaded_model_is_the_saved_one(settings, digits, tmp_path):
    model = lrw.LowRankMLPClassifier((20, 15), proportion=0.2, max_iter=5, random_state=0, **settings)
    model.fit(digits.X_train, digits.y_train)
    path = lrw.save(tmp_path / "model", model, notes={"data": "digits"})
    loaded = lrw.load(path)
    assert path.name == "model.npz"
    assert np.array_equal(loaded.predict_proba(digits.X_test), model.predict_proba(digits.X_test))
    assert loaded.get_params() == model.get_params()
    for name in ("n_dynamic_", "n_static_", "n_iter_", "loss_", "stop_report_", "n_features_in_"):
        assert getattr(loaded, name) == getattr(model, name)
    for name in ("filters_", "loss_curve_", "classes_"):
        assert all(
            np.array_equal(a, b) for a, b in zip(getattr(loaded, name), getattr(model, name), strict=True)
        )
    for name in ("index_sets_", "dictionaries_"):
        for a, b in zip(getattr(loaded, name), getattr(model, name), strict=True):
            assert all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
    assert model_files.read_notes(path) == {"data": "digits"}


def test_a_regressor_and_labels_that_are_words(tmp_path):
    X = np.random.default_rng(0).random((40, 3))
    regressor = lrw.LowRankMLPRegressor((10,), max_iter=5, random_state=0).fit(X, X[:, 0])
    loaded = lrw.load(lrw.save(tmp_path / "r.npz", regressor))
    assert np.array_equal(loaded.predict(X), regressor.predict(X))
    words = np.array(["low", "high"], dtype=object)[(X[:, 0] > 0.5).astype(int)]
    model = lrw.LowRankMLPClassifier((10,), max_iter=5, random_state=0).fit(X, words)
    assert list(lrw.load(lrw.save(tmp_path / "c.npz", model)).predict(X)) == list(model.predict(X))


def test_an_autoencoder(tmp_path):
    X = np.random.default_rng(0).random((40, 6))
    model = lrw.LowRankAutoencoder(4, n_columns=2, max_iter=5, random_state=0).fit(X)
    loaded = lrw.load(lrw.save(tmp_path / "a.npz", model))
    assert np.array_equal(loaded.transform(X), model.transform(X))
    assert np.array_equal(loaded.components_, model.components_)
    assert all(np.array_equal(a, b) for a, b in zip(loaded.index_sets_, model.index_sets_, strict=True))


@pytest.mark.parametrize("dictionary", ["none", "covariance"])
def test_rica(dictionary, tmp_path):
    X = np.random.default_rng(0).normal(size=(60, 6))
    model = lrw.RICA(8, dictionary=dictionary, max_iter=5, random_state=0).fit(X)
    loaded = lrw.load(lrw.save(tmp_path / "r.npz", model))
    assert np.array_equal(loaded.transform(X), model.transform(X))
    assert (loaded.n_dynamic_, loaded.stop_report_) == (model.n_dynamic_, model.stop_report_)
    assert len(loaded.dictionaries_[0]) == (dictionary == "covariance")


def test_a_file_from_before_recipes_is_read(digits, tmp_path):
    model = lrw.LowRankMLPClassifier((10,), max_iter=1, random_state=0).fit(digits.X_train, digits.y_train)
    path = lrw.save(tmp_path / "m", model)
    with np.load(path) as file:
        arrays = dict(file)
    header = json.loads(str(arrays.pop("header")))
    del header["fitted"]["recipes_"]
    for layer in header["network"]["layers"]:
        layer["weights"] = layer.pop("parametrisation")  # its name then
    write_npz(path, header=np.array(json.dumps(header)), **arrays)
    loaded = lrw.load(path)
    assert loaded.recipes_ is None
    assert np.array_equal(loaded.predict_proba(digits.X_test), model.predict_proba(digits.X_test))


class Scaled(lrw.Full):
    """Every weight is learned, in units of ``scale``."""

    arguments = ("n_v", "n_h", "scale")

    def __init__(self, n_v, n_h, scale):
        super().__init__(n_v, n_h)
        self.scale = scale

    def expand(self, p):
        return self.scale * super().expand(p)


def test_a_class_that_names_its_arguments_can_be_saved_and_loaded(digits, tmp_path):
    how = {"dictionary": "none", "max_iter": 1, "random_state": 0}
    model = lrw.LowRankMLPClassifier((10,), **how).fit(digits.X_train, digits.y_train)
    layers = [lrw.Dense(Scaled(64, 10, 3.0), "sigmoid"), model.network_.layers[1]]
    model.network_ = lrw.Network(layers, model.network_.loss)
    path = lrw.save(tmp_path / "m", model)
    loaded = model_files.load(path, classes=[Scaled])
    assert loaded.network_.layers[0].parametrisation.scale == 3.0
    assert np.array_equal(loaded.predict_proba(digits.X_test), model.predict_proba(digits.X_test))
    with pytest.raises(ValueError, match="^path: expected .*classes.*, got Scaled"):
        lrw.load(path)


def test_a_class_that_does_not_name_its_arguments_is_refused(digits, tmp_path):
    class Silent(lrw.Full):
        pass

    how = {"dictionary": "none", "max_iter": 1, "random_state": 0}
    model = lrw.LowRankMLPClassifier((10,), **how).fit(digits.X_train, digits.y_train)
    model.network_.layers[0].parametrisation = Silent(64, 10)
    with pytest.raises(ValueError, match="^estimator: expected .*`arguments`, got Silent"):
        lrw.save(tmp_path / "m", model)


@pytest.mark.parametrize("grid", [lrw.Grid((8, 8)), lrw.Grid((4, 4), channels=4), lrw.Grid((64,))])
def test_a_grid_is_kept_in_the_file(grid, digits, tmp_path):
    how = {"dictionary": "squared_exponential", "proportion": 0.25, "max_iter": 1, "random_state": 0}
    model = lrw.LowRankMLPClassifier((10,), input_shape=grid, **how).fit(digits.X_train, digits.y_train)
    assert lrw.load(lrw.save(tmp_path / "m", model)).input_shape == grid


def test_functions_are_left_out_of_the_file(digits, tmp_path):
    def axes(V, points, n_alpha, rng):
        return np.eye(V.shape[1])[:, :n_alpha]

    model = lrw.LowRankMLPClassifier((10,), dictionary=axes, callbacks=[print], max_iter=1, random_state=0)
    model.set_params(callbacks=[lambda info: None]).fit(digits.X_train, digits.y_train)
    loaded = lrw.load(lrw.save(tmp_path / "m.npz", model))
    assert np.array_equal(loaded.predict(digits.X_test), model.predict(digits.X_test))


def test_nothing_half_written_is_left_behind(digits, tmp_path, monkeypatch):
    model = lrw.LowRankMLPClassifier((10,), max_iter=1, random_state=0).fit(digits.X_train, digits.y_train)
    path = lrw.save(tmp_path / "m.npz", model)
    before = path.read_bytes()

    def full_disk(file, **arrays):
        file.write(b"half")
        raise OSError("no space left on device")

    monkeypatch.setattr(np, "savez", full_disk)
    with pytest.raises(OSError, match="no space"):
        lrw.save(path, model)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["m.npz"]


@pytest.mark.parametrize("damage", ["truncated", "text", "another npz", "empty"])
def test_a_damaged_file_is_named_with_a_remedy(damage, digits, tmp_path):
    model = lrw.LowRankMLPClassifier((10,), max_iter=1, random_state=0).fit(digits.X_train, digits.y_train)
    path = lrw.save(tmp_path / "m.npz", model)
    if damage == "truncated":
        path.write_bytes(path.read_bytes()[:-500])
    elif damage == "text":
        path.write_text("no model")
    elif damage == "another npz":
        np.savez(path, a=np.ones(3))
    else:
        path.write_bytes(b"")
    with pytest.raises(ValueError, match=r"m\.npz.*save the model again"):
        lrw.load(path)


def test_a_missing_file_and_an_unfitted_model(tmp_path):
    with pytest.raises(FileNotFoundError):
        lrw.load(tmp_path / "none.npz")
    with pytest.raises(ValueError, match="not fitted"):
        lrw.save(tmp_path / "m.npz", lrw.LowRankMLPClassifier())


def small(**parameters):
    X = np.random.default_rng(0).random((60, 8))
    settings = {"n_columns": 2, "max_iter": 2, "random_state": 0, **parameters}
    return lrw.LowRankMLPClassifier(**{"hidden_layer_sizes": (6,), **settings}).fit(X, X[:, 0] > 0.5), X


def test_parameters_that_are_numpys_come_back_as_numbers(tmp_path):
    model, _ = small(hidden_layer_sizes=np.array([6, 5]), n_columns=np.int64(2), proportion=np.float32(0.5))
    loaded = lrw.load(lrw.save(tmp_path / "m", model))
    assert loaded.n_columns == 2 and loaded.hidden_layer_sizes == (6, 5) and loaded.proportion == 0.5


def test_a_refit_asks_for_the_dictionary_that_a_file_could_not_hold(tmp_path):
    def own(v, points, n_alpha, rng):
        return rng.normal(size=(v.shape[1], n_alpha))

    model, X = small(dictionary=own)
    loaded = lrw.load(lrw.save(tmp_path / "m", model))
    loaded = lrw.load(lrw.save(tmp_path / "again", loaded))
    assert np.array_equal(loaded.predict_proba(X), model.predict_proba(X))
    with pytest.raises(ValueError, match="^dictionary: .*own.*give it again with set_params"):
        loaded.fit(X, X[:, 0] > 0.5)
    assert loaded.set_params(dictionary=own).fit(X, X[:, 0] > 0.5).n_iter_ == 2


class Subclass(lrw.LowRankMLPClassifier):
    """Somebody's own."""


def test_what_load_would_refuse_is_not_saved(tmp_path):
    model, X = small()
    y = X[:, 0] > 0.5
    searched = GridSearchCV(model, {"proportion": [0.5]}, cv=2).fit(X, y)
    own = Subclass((6,), n_columns=2, max_iter=1).fit(X, y)
    for estimator, remedy in ((searched, "best_estimator_"), (own, "Subclass")):
        with pytest.raises(ValueError, match=f"^estimator: .*{remedy}"):
            lrw.save(tmp_path / "m", estimator)
    assert not list(tmp_path.iterdir())


def classifier():
    return lrw.LowRankMLPClassifier((6,), n_columns=2, max_iter=2, random_state=0)


PIPELINES = {
    "standardised": lambda: [StandardScaler(), classifier()],
    "in a range": lambda: [MinMaxScaler(feature_range=(-1, 2), clip=True), classifier()],
    "main directions": lambda: [PCA(0.9, whiten=True), classifier()],
    "whitened": lambda: [lrw.ZCAWhitening(0.3), classifier()],
    "features learned first": lambda: [lrw.RICA(5, max_iter=2, random_state=0), "passthrough", classifier()],
    "features last": lambda: [StandardScaler(with_std=False), lrw.LowRankAutoencoder(4, max_iter=2)],
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("steps", PIPELINES.values(), ids=PIPELINES)
def test_a_loaded_pipeline_gives_the_same_bits(steps, dtype, tmp_path):
    X = np.random.default_rng(0).normal(size=(80, 8)).astype(dtype) ** 3
    pipeline = make_pipeline(*steps(), verbose=False).fit(X, X[:, 0] > 0.5)
    path = lrw.save(tmp_path / "p", pipeline, notes={"of": "pipes"})
    loaded = lrw.load(path)
    assert type(loaded) is Pipeline and [n for n, _ in loaded.steps] == [n for n, _ in pipeline.steps]
    for method in ("predict_proba", "predict", "transform"):
        if hasattr(pipeline, method):
            here, there = (getattr(p, method)(X) for p in (pipeline, loaded))
            assert here.dtype == there.dtype and np.array_equal(here, there)
    for (_, here), (_, there) in zip(pipeline.steps, loaded.steps, strict=True):
        assert here == there == "passthrough" or repr(here.get_params()) == repr(there.get_params())
    assert model_files.read_notes(path) == {"of": "pipes"}
    refit = loaded.fit(X, X[:, 0] > 0.5)
    assert refit[-1].n_iter_ == pipeline[-1].n_iter_


def test_a_step_that_load_would_not_know_is_named_before_anything_is_written(tmp_path):
    X = np.random.default_rng(0).normal(size=(80, 8))
    pipeline = Pipeline([("select", VarianceThreshold()), ("model", classifier())]).fit(X, X[:, 0] > 0.5)
    with pytest.raises(ValueError, match=r"^estimator \(its step 'select'\): .*PCA.*, got VarianceThreshold"):
        lrw.save(tmp_path / "p", pipeline)
    with pytest.raises(ValueError, match="not fitted"):
        lrw.save(tmp_path / "p", Pipeline([("scale", StandardScaler()), ("model", pipeline[-1])]))
    nested = make_pipeline(pipeline)
    with pytest.raises(ValueError, match=r"^estimator \(its step 'pipeline'\): expected .*, got Pipeline"):
        lrw.save(tmp_path / "p", nested)
    assert not list(tmp_path.iterdir())


def test_notes_come_back_with_their_arrays(tmp_path):
    model, _ = small()
    image = np.arange(6, dtype=np.uint8).reshape(2, 3)
    notes = {"image": image, "mean": np.float32(0.1), "of": [{"X": image.T / 3}, "a", None, True], "n": 3}
    path = lrw.save(tmp_path / "m", model, notes=notes)
    read = model_files.read_notes(path)
    assert np.array_equal(read["image"], image) and read["image"].dtype == np.uint8
    assert np.array_equal(read["of"][0]["X"], image.T / 3) and read["of"][1:] == ["a", None, True]
    assert read["mean"] == np.float32(0.1) and type(read["mean"]) is np.float32 and read["n"] == 3
    assert lrw.load(path).n_iter_ == 2


@pytest.mark.parametrize(
    "note", [object(), {1, 2}, {3: "a key that is no text"}, np.array([object()]), {"array": "alone"}]
)
def test_notes_that_a_file_cannot_hold_are_named_and_nothing_is_written(note, tmp_path):
    model, _ = small()
    with pytest.raises(ValueError, match="^notes: expected "):
        lrw.save(tmp_path / "m", model, notes={"it": [note]})
    assert not list(tmp_path.iterdir())


def test_labels_that_are_objects_stay_what_they_are(tmp_path):
    X = np.random.default_rng(0).random((60, 8))
    years = np.array([1999, 2013])[(X[:, 0] > 0.5).astype(int)]
    model = classifier().fit(X, years)
    model.classes_ = model.classes_.astype(object)
    loaded = lrw.load(lrw.save(tmp_path / "m", model))
    assert set(loaded.predict(X)) <= {1999, 2013}


def test_a_schedule_of_numpys_numbers_is_kept(tmp_path):
    model, _ = small(schedule=[(np.int64(30), np.int64(1)), (60, 1)])
    assert lrw.load(lrw.save(tmp_path / "m", model)).schedule == ((30, 1), (60, 1))
