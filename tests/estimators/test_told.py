"""What is wrong with somebody's own data, kernel, activation or file is told in words, with the remedy."""

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process.kernels import RBF, Matern
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

import lowrankweights as lrw
from lowrankweights.networks import ACTIVATIONS, LOSSES, Activation, Loss

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 12))
Y = np.arange(60) % 2


def model(kind=lrw.LowRankMLPClassifier, **changes):
    return kind((6,), **{"n_columns": 2, "max_iter": 3, "random_state": 0, **changes})


IMAGES = X.reshape(60, 4, 3)
TWO_SIZES = [np.zeros((4, 3))] * 5 + [np.zeros((4, 2))]
WRONG = [
    (X, np.where(X[:, :3] > 0, 1, -1), r"^y: expected .*zeros and ones \(n, n_labels\).*\[-1, 1\]"),
    (X, np.arange(180).reshape(60, 3) % 3, r"^y: expected .*zeros and ones.*\[0, 1, 2\]"),
    (X, np.zeros(60), r"^y: expected at least two classes, got one class, \[0.0\]"),
    (X, np.array(["a", None] * 30, dtype=object), "^y: expected labels of one kind, got NoneType and str"),
    (
        np.where(X > 2, np.nan, X),
        Y,
        r"^X: expected finite numbers .*SimpleImputer.*the first in row \d+, column",
    ),
    (TWO_SIZES, Y[:6], r"^X: expected images of one shape, got \(4, 3\) and, image 5, \(4, 2\); resize them"),
    (np.array([*TWO_SIZES, None], dtype=object)[:6], Y[:6], r"^X: expected images of one shape.*image 5"),
    (
        [[1, 2], [1]] * 30,
        Y,
        r"^X: expected rows .*cut, pad.*got 2 entries in row 0, 1 entries in row 1",
    ),
    ([1, [2]] * 30, Y, r"^X: .*a single value in row 0, 1 entries in row 1"),
    (X, [["a", "b"], ["a"]] * 30, "^y: expected rows of one length .*MultiLabelBinarizer"),
    (X, [{"a"}, {"b"}] * 30, "^y: .*MultiLabelBinarizer.*got sets"),
]


@pytest.mark.parametrize(("given", "y", "message"), WRONG)
def test_wrong_rows_and_labels_are_named(given, y, message):
    with pytest.raises(ValueError, match=message):
        model().fit(given, y)


def test_columns_of_a_data_frame_are_named():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.DataFrame(X, columns=[f"c{i}" for i in range(12)])
    with pytest.raises(ValueError, match="row 3, column 'c5'"):
        model().fit(frame.mask((frame.index.values[:, None] == 3) & (np.arange(12) == 5)), Y)
    with pytest.raises(ValueError, match="^X: expected columns of numbers .*, got text or objects in town"):
        model().fit(frame.assign(town="Bonn"), Y)


def test_one_image_is_not_several():
    with pytest.raises(ValueError, match=r"^X: expected several rows, got one: give X\[None\]"):
        model().fit(IMAGES, Y).predict(IMAGES[0])


def test_two_channels_of_a_signal_are_no_second_axis():
    signals = RNG.normal(size=(30, 20, 2))
    with pytest.warns(UserWarning, match=r"20 x 2 pixels.*points=Grid\(\(20,\), channels=2\)"):
        model(max_iter=1).fit(signals, np.arange(30) % 2)
    with pytest.raises(ValueError, match=r"of 2 numbers at each: points=Grid\(\(20,\), channels=2\)"):
        model(input_shape=(20,)).fit(signals, np.arange(30) % 2)
    assert model(points=lrw.Grid((20,), channels=2)).fit(signals, np.arange(30) % 2).points_.n_channels == 2
    with pytest.warns(UserWarning, match=r"channels first; X.transpose\(0, 2, 3, 1\)"):
        model(max_iter=1).fit(RNG.normal(size=(30, 3, 8, 8)), np.arange(30) % 2)


def test_points_in_another_unit_are_told():
    places = 1000 * RNG.normal(size=(12, 3))
    with pytest.warns(UserWarning, match="^length_scale: most points are further than 3 length scales"):
        model(points=places, dictionary="squared_exponential").fit(X, Y)
    with pytest.warns(UserWarning, match=r"standardise X \(standardize=True\)"):
        model(points=np.arange(12.0), dictionary="squared_exponential").fit(1e-6 * X, Y)


def test_an_unknown_class_has_no_weight():
    with pytest.raises(
        ValueError, match=r"^class_weight: expected classes of y, \[0, 1\], got .*with \['rare'\]"
    ):
        model(class_weight={0: 1.0, "rare": 5.0}).fit(X, Y)


@pytest.mark.parametrize("kernel", [RBF(2.0), RBF(1.0) + Matern(2.0), (Matern(2.0),)])
def test_a_model_with_a_kernel_of_scikit_learns_can_be_saved_and_loaded(tmp_path, kernel):
    fitted = model(dictionary=kernel, input_shape=(4, 3)).fit(X, Y)
    loaded = lrw.load(lrw.save(tmp_path / "model", fitted))
    assert np.array_equal(loaded.predict_proba(X), fitted.predict_proba(X))
    with pytest.raises(ValueError, match="give it again with set_params"):
        loaded.fit(X, Y)


def test_kernels_that_are_none_are_told():
    how = {"input_shape": (4, 3)}
    with pytest.raises(ValueError, match=r"k\(i, i\) > 0, the variance of a weight\S*, got -1 on average"):
        model(dictionary=lambda a, b: -np.exp(-((a[:, None] - b[None]) ** 2).sum(axis=2)), **how).fit(X, Y)
    with pytest.raises(ValueError, match="returned of all points"):
        model(dictionary=lambda p, q: float(np.exp(-((p[0] - q[0]) ** 2).sum())), **how).fit(X, Y)


def test_what_is_in_the_tables_is_checked(monkeypatch, tmp_path):
    monkeypatch.setitem(ACTIVATIONS, "bare", np.tanh)
    monkeypatch.setitem(ACTIVATIONS, "wrong", Activation(np.tanh, lambda h: 1 - h))
    monkeypatch.setitem(LOSSES, "bare", (lambda z, Y: (z, Y), lambda z: z))
    for name, message in (
        ("bare", r"Activation\(value, derivative\)"),
        ("wrong", r"derivative\(h\) = 0\.\d+"),
    ):
        with pytest.raises(ValueError, match=rf"^activation \('{name}'\): expected .*{message}"):
            model(activation=name).fit(X, Y)
    with pytest.raises(ValueError, match=r"^activation: expected a name in networks.ACTIVATIONS"):
        model(activation=np.tanh).fit(X, Y)
    with pytest.raises(ValueError, match=r"^loss \('bare'\): expected networks.Loss"):
        model(loss="bare").fit(X, Y)
    monkeypatch.setitem(ACTIVATIONS, "own", Activation(np.tanh, lambda h: 1 - h * h))
    monkeypatch.setitem(LOSSES, "own", Loss(LOSSES["squared_error"].terms, lambda z: z))
    path = lrw.save(tmp_path / "own", model(activation="own", loss="own").fit(X, Y))
    for table, argument in ((ACTIVATIONS, "activation"), (LOSSES, "loss")):
        with monkeypatch.context() as patch:
            patch.delitem(table, "own")
            with pytest.raises(
                ValueError, match=rf"^path: expected a model whose {argument} is in networks\."
            ):
                lrw.load(path)
    assert lrw.load(path).activation == "own"


def test_a_pipeline_that_cannot_be_saved_names_a_way_out(tmp_path):
    with pytest.raises(ValueError, match="joblib.dump"):
        lrw.save(tmp_path / "model", make_pipeline(SimpleImputer(), model()).fit(X, Y))


def test_a_wrong_derivative_of_ones_own_loss_is_told_by_fit():
    """Training that can't begin is no silent success."""
    rng = np.random.default_rng(0)
    X, own = rng.normal(size=(60, 4)), "uphill"
    LOSSES[own] = Loss(lambda z, Y: ((z - Y) ** 2 / 2, Y - z), lambda z: z)
    try:
        with pytest.warns(ConvergenceWarning, match="The gradient is wrong"):
            lrw.LowRankMLPRegressor((5,), loss=own, random_state=0).fit(X, X[:, 0])
    finally:
        del LOSSES[own]


@pytest.mark.parametrize(("factor", "remedy"), [(255, "divide X by 255"), (21.5, "standardise X")])
def test_pictures_in_levels_and_sensors_in_degrees_are_far_from_a_scale_of_1(factor, remedy):
    X = np.round(factor * np.random.default_rng(0).random((60, 4, 4)), 0 if factor == 255 else 3)
    model = lrw.LowRankMLPClassifier((5,), random_state=0, max_iter=1)
    with pytest.warns(UserWarning, match=remedy):
        model.fit(X, X.mean(axis=(1, 2)) > X.mean())
