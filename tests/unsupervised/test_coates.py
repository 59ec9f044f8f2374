import numpy as np
import pytest

from lowrankweights.speed import compiled
from lowrankweights.unsupervised.coates import FeatureClassifier, PatchEncoder, quadrants
from lowrankweights.unsupervised.patches import ZCAWhitening, normalise_contrast


def plain_features(images, W, size, whitening, contrast, t):
    """The definition: loops over images and places."""
    n_places = images.shape[1] - size + 1
    half, n_h = n_places // 2, W.shape[1]
    out = np.zeros((len(images), 4, 2, n_h))
    for i, image in enumerate(images):
        for row in range(n_places):
            for column in range(n_places):
                patch = image[row : row + size, column : column + size].reshape(1, -1)
                patch = normalise_contrast(patch) if contrast else patch
                z = (patch if whitening is None else whitening.transform(patch)) @ W
                k = 2 * (row >= half) + (column >= half)
                out[i, k, 0] += np.maximum(z[0] - t, 0)
                out[i, k, 1] += np.maximum(-z[0] - t, 0)
    return out.reshape(len(images), -1)


@pytest.mark.parametrize("shape", [(3, 3), (3, 3, 2)])
@pytest.mark.parametrize(("white", "contrast"), [(False, False), (True, False), (True, True)])
def test_the_fast_form_is_the_definition(shape, white, contrast):
    two_images = 4 * 7 * 7 * 5 * 2
    rng = np.random.default_rng(0)
    images = rng.random((5, 9, 9, *shape[2:]))
    n_v = int(np.prod(shape))
    W = rng.normal(size=(n_v, 5))
    whitening = ZCAWhitening(0.1).fit(rng.random((100, n_v))) if white else None
    encoder = PatchEncoder(W, shape, whitening, contrast, 0.2, chunk_bytes=two_images)
    wanted = plain_features(images, W, 3, whitening, contrast, 0.2)
    got = encoder.transform(images)
    assert got.dtype == np.float32 and np.abs(got - wanted).max() < 1e-4
    assert np.array_equal(
        got, PatchEncoder(W, shape, whitening, contrast, 0.2, n_threads=1).transform(images)
    )


def test_the_images_are_left_as_they_were():
    images = np.random.default_rng(0).random((3, 6, 6)).astype(np.float32)
    before = images.copy()
    PatchEncoder(np.eye(9), (3, 3)).transform(images)
    assert np.array_equal(images, before)


def test_progress_is_shown_when_asked_for(capsys):
    images = np.random.default_rng(0).random((3, 6, 6)).astype(np.float32)
    PatchEncoder(np.eye(9), (3, 3)).transform(images, progress=True)
    assert "features" in capsys.readouterr().err


def test_quadrants_of_an_odd_grid():
    assert quadrants(3, 3).reshape(3, 3).tolist() == [[0, 1, 1], [2, 3, 3], [2, 3, 3]]


def test_loops_say_what_numpy_says():
    pytest.importorskip("numba", reason="Numba is not installed: the NumPy meaning runs")
    z = np.random.default_rng(0).normal(size=(3, 12, 7)).astype(np.float32)
    region = quadrants(4, 3)
    wanted, got = (np.empty((3, 4, 2, 7), np.float32) for _ in range(2))
    compiled.rectify_and_pool.meaning(wanted, z, region, np.float32(0.3))
    compiled.rectify_and_pool.jitted(got, z, region, np.float32(0.3))
    assert np.abs(got - wanted).max() < 1e-5 and wanted.min() >= 0 < wanted.max()


@pytest.mark.parametrize(
    ("change", "images", "message"),
    [
        ({}, np.zeros((2, 6, 6, 3)), r"^images: expected shape \(n, height, width\)"),
        (
            {"W": np.eye(27), "patch_shape": (3, 3, 3)},
            np.zeros((2, 6, 6)),
            r"^images: .*\(n, height, width, 3\)",
        ),
        ({}, np.zeros((2, 3, 6)), "^images: expected larger than the patches"),
        ({"W": np.eye(8)}, np.zeros((2, 6, 6)), r"^W: expected shape \(9, any\)"),
        ({"threshold": -1}, np.zeros((2, 6, 6)), "^threshold: "),
        ({"n_threads": 0}, np.zeros((2, 6, 6)), "^n_threads: "),
    ],
)
def test_bad_arguments_are_named(change, images, message):
    with pytest.raises(ValueError, match=message):
        PatchEncoder(**{"W": np.eye(9), "patch_shape": (3, 3), **change}).transform(images.astype(np.float32))


def separable(n, seed):
    rng = np.random.default_rng(seed)
    y = rng.choice(3, n, p=[0.8, 0.1, 0.1])
    F = (rng.normal(size=(n, 6)) + 5 * np.eye(3, 6)[y]) * 7 + [900, -50, 3, 0, 20, -7]  # each its own mean
    return F.astype(np.float32), y + 1


def test_the_classifier_chooses_its_strength_and_standardises():
    F, y = separable(300, 0)
    model = FeatureClassifier((1e-4, 1.0), n_validation=60).fit(F, y)
    assert model.strength_ == 1.0 and set(model.validation_errors_) == {1e-4, 1.0}
    assert np.abs(F.mean(axis=0)).max() < 1e-4 and np.allclose(F.std(axis=0), 1, atol=1e-2)
    F_test, y_test = separable(300, 1)
    kept = F_test.copy()
    assert np.mean(model.predict(F_test) == y_test) > 0.95
    assert np.array_equal(F_test, kept)


def test_one_strength_needs_no_validation():
    F, y = separable(50, 0)
    model = FeatureClassifier((0.1,)).fit(F, y)
    assert model.strength_ == 0.1 and model.validation_errors_ == {}


@pytest.mark.parametrize("n_validation", [0, 50, 0.0])
def test_a_validation_part_there_must_be(n_validation):
    with pytest.raises(ValueError, match="^n_validation: expected"):
        FeatureClassifier(n_validation=n_validation).fit(*separable(50, 0))


def test_a_class_kept_for_the_choice_alone_is_named():
    F, y = separable(60, 0)
    y, kept = np.sort(y), F.copy()
    with pytest.raises(ValueError, match=r"^y: expected rows in no order, got class\(es\) \[3\]"):
        FeatureClassifier(n_validation=int(np.sum(y == 3))).fit(F, y)
    assert np.array_equal(F, kept)


def test_strengths_are_tried_until_the_error_rises():
    rng = np.random.default_rng(0)
    F, y = rng.normal(size=(200, 100)).astype(np.float32), (rng.random(200) < 0.2).astype(int)
    model = FeatureClassifier((1e-6, 1.0, 10.0), n_validation=60).fit(F, y)  # nothing but noise to learn
    assert set(model.validation_errors_) == {1e-6, 1.0} and model.strength_ == 1e-6


def test_the_last_training_begins_at_the_model_that_was_chosen():
    """A strength that was tried and was worse leaves no trace, though training ends before it converges."""
    rng = np.random.default_rng(0)
    F, y = rng.normal(size=(200, 100)).astype(np.float32), (rng.random(200) < 0.2).astype(int)
    few = {"n_validation": 60, "max_iter": 3}
    more, fewer = (FeatureClassifier(s, **few).fit(F.copy(), y) for s in ((1e-7, 1e-6, 10.0), (1e-7, 1e-6)))
    assert set(more.validation_errors_) == {1e-7, 1e-6, 10.0} and more.strength_ == fewer.strength_
    assert np.allclose(more.model_.coef_, fewer.model_.coef_, rtol=1e-6)


@pytest.mark.parametrize("strengths", [(), (0.0,), ("a",)])
def test_strengths_that_cannot_be_are_named(strengths):
    with pytest.raises(ValueError, match="^strengths: expected"):
        FeatureClassifier(strengths)


def test_nothing_is_learned_from_the_rows_on_which_the_strength_is_chosen():
    """Not even their mean and scale; afterwards all rows count."""
    F, y = separable(300, 0)
    F[-60:] *= 100
    model, given = FeatureClassifier((1e-3, 1e-1), n_validation=60), F.copy()
    kept = {}
    model._train = lambda features, *rest: (
        kept.setdefault(len(features), features.copy()) is None
        or (FeatureClassifier._train(model, features, *rest))
    )
    model.fit(F, y)
    assert np.abs(kept[240].mean(axis=0)).max() < 1e-4 and np.abs(kept[240].std(axis=0) - 1).max() < 0.1
    assert np.allclose(kept[300] * model.scale_ + model.mean_, given, rtol=1e-4, atol=1e-3)
    assert np.abs(kept[300].mean(axis=0)).max() < 1e-3
