import warnings

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

import lowrankweights as lrw

ESTIMATORS = [
    lrw.RICA(),
    lrw.RICA(7, dictionary="none", random_state=0),
    lrw.RICA(2, dictionary="random_projection", proportion=1.0, max_iter=20, random_state=0),
    lrw.ZCAWhitening(),
]
SENSORS = np.random.default_rng(1).random((48, 3))


@parametrize_with_checks(ESTIMATORS)
def test_scikit_learn_conventions(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(estimator)


def patches(n=400, dtype=np.float64):
    return np.random.default_rng(0).laplace(size=(n, 48)).astype(dtype)


def fitted(**changes):
    settings = {"patch_shape": (4, 4, 3), "proportion": 0.25, "max_iter": 5, "random_state": 0}
    return lrw.RICA(10, **{**settings, **changes}).fit(patches())


def test_fitted_attributes_describe_the_model():
    model = fitted()
    ((alpha,),), ((U,),) = model.index_sets_, model.dictionaries_
    assert len(alpha) == 12 and (alpha.reshape(-1, 3) % 3 == [0, 1, 2]).all()  # tied across channels
    assert U.shape == (48, 12) and model.n_dynamic_ == 120 and model.n_static_ == 48 * 12
    W = model.components_.T
    assert np.allclose(np.linalg.norm(W, axis=0), 1)
    assert np.allclose(U @ np.linalg.lstsq(U, W, rcond=None)[0], W)  # in the span of U
    assert np.allclose(model.transform(patches()), patches() @ W)
    assert len(model.loss_curve_) == model.n_iter_ + 1 and model.loss_curve_[-1] < model.loss_curve_[0]
    assert "max_iter" in model.stop_report_
    assert model.get_feature_names_out()[:2].tolist() == ["rica0", "rica1"]


def test_every_weight_learned():
    model = fitted(dictionary="none")
    assert model.index_sets_ == model.dictionaries_ == [[]]
    assert model.n_dynamic_ == 480 and model.n_static_ == 0


def test_every_proportion_starts_from_the_same_full_filters():
    few, all_ = (fitted(dictionary=name, max_iter=0) for name in ("random_connections", "none"))
    alpha = few.index_sets_[0][0]
    a, b = few.components_[:, alpha], all_.components_[:, alpha]
    assert np.allclose(a / np.linalg.norm(a, axis=1)[:, None], b / np.linalg.norm(b, axis=1)[:, None])


def test_the_default_dictionary_depends_on_whether_there_are_patches():
    grid = lrw.grid_coordinates((4, 4, 3))
    alpha = fitted().index_sets_[0][0]
    U = lrw.dictionaries.kernel_ridge(lrw.SquaredExponential(1.0), grid, alpha, 1e-2)
    assert np.allclose(fitted().dictionaries_[0][0], U)
    assert not np.allclose(fitted(patch_shape=None).dictionaries_[0][0], U)


@pytest.mark.parametrize(
    "points", [lrw.Grid((3, 4, 4)), lrw.Grid((48,)), np.random.default_rng(1).random((48, 3))]
)
def test_points_take_the_place_of_a_patch_shape(points):
    model = fitted(patch_shape=None, points=points)
    ((alpha,),), ((U,),) = model.index_sets_, model.dictionaries_
    places = points if isinstance(points, lrw.Grid) else lrw.Points(points)
    assert np.allclose(U, lrw.dictionaries.kernel_ridge(lrw.SquaredExponential(1.0), places, alpha, 1e-2))
    with pytest.raises(ValueError, match="^points: expected None beside patch_shape"):
        fitted(points=points)


def test_a_signal_has_a_shape_of_one_entry():
    assert np.array_equal(
        fitted(patch_shape=(48,)).components_, fitted(patch_shape=None, points=lrw.Grid((48,))).components_
    )


def test_float32_in_float32_out_and_in_a_pipeline():
    X = patches(dtype=np.float32)
    model = make_pipeline(lrw.ZCAWhitening(), lrw.RICA(5, max_iter=3, random_state=0)).fit(X)
    assert model.transform(X).dtype == model[-1].components_.dtype == np.float32


def test_a_callback_can_stop():
    def stop(info):
        raise StopIteration

    assert fitted(callbacks=[stop]).n_iter_ == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"patch_shape": (4, 4)}, r"^patch_shape: .*48"),
        ({"dictionary": "low_rank"}, "^dictionary: .*fixed U"),
        ({"dictionary": "covarianc"}, "did you mean 'covariance'"),
        ({"proportion": 0}, "^proportion: "),
        ({"length_scale": 0}, "^length_scale: "),
        ({"ridge": -1}, "^ridge: "),
    ],
)
def test_bad_parameters_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        fitted(**change)
