import numpy as np
import pytest

from lowrankweights import RICA
from lowrankweights.unsupervised.coates import PatchEncoder
from lowrankweights.unsupervised.filters import whiten
from lowrankweights.unsupervised.patches import (
    ZCAWhitening,
    as_images,
    normalise_contrast,
    random_patches,
    to_grey,
)


def coordinates(height, width, n_channels=None):
    """An image whose pixels tell where they are: (1000 row + 10 column (+ channel)) / 2^13."""
    image = 1000.0 * np.arange(height)[:, None] + 10 * np.arange(width)
    return (image if n_channels is None else image[..., None] + np.arange(n_channels)) / 2**13


@pytest.mark.parametrize("n_channels", [None, 3])
def test_patches_are_cut_out_whole_and_in_order(n_channels):
    shape = (3, 2) if n_channels is None else (3, 2, n_channels)
    patches = as_images(random_patches([coordinates(9, 7, n_channels)] * 2, shape, 200, rng=0), shape)
    places = set()
    for patch in patches:
        top, left = divmod(2**13 * patch.flat[0] / 10, 100)
        assert np.array_equal(patch, coordinates(9, 7, n_channels)[int(top) :, int(left) :][:3, :2])
        places.add((top, left))
    assert len(places) == 7 * 6  # every place, the last row and column included


def test_the_same_seed_gives_the_same_patches_and_all_images_are_used():
    images = np.arange(4.0)[:, None, None] * np.ones((4, 5, 5)) / 4
    patches = random_patches(images, (2, 2), 100, rng=1)
    assert np.array_equal(patches, random_patches(list(images), (2, 2), 100, rng=1))
    assert set(np.unique(patches)) == {0, 0.25, 0.5, 0.75} and patches.dtype == np.float32


@pytest.mark.parametrize(
    ("images", "shape", "message"),
    [
        (
            [np.zeros((5, 9))],
            (6, 6),
            r"^shape: .* no larger than the images \(5 x 9 in image 0\)",
        ),
        ([np.zeros((9, 9)), np.zeros((9, 5))], (6, 6), r"\(9 x 5 in image 1\), got 6 x 6"),
        ([np.zeros((9, 9))], (3, 3, 3), "^images: expected .* with 3 channels.* image 0"),
        ([np.zeros((9, 9, 3))], (3, 3), r"^images: expected .*no channels \(grey\).* image 0"),
        ([], (3, 3), "^images: expected at least one image"),
        ([np.zeros((9, 9))], (3,), "^shape: expected"),
    ],
)
def test_bad_images_are_named(images, shape, message):
    with pytest.raises(ValueError, match=message):
        random_patches(images, shape, 5)


def test_contrast_normalised_patches():
    X = np.random.default_rng(0).random((50, 12)).astype(np.float32)
    Y = normalise_contrast(X, regularisation=0)
    assert np.abs(Y.mean(axis=1)).max() < 1e-6 and np.allclose(Y.std(axis=1), 1, atol=1e-5)
    # neither brightness nor contrast is left
    assert np.allclose(Y, normalise_contrast(0.5 * X + 0.2, regularisation=0), atol=1e-5)
    # (x - mean) / sqrt(var + regularisation)
    wanted = (X - X.mean(axis=1, keepdims=True)) / np.sqrt(X.var(axis=1, keepdims=True) + 0.3)
    assert np.allclose(normalise_contrast(X, 0.3), wanted, atol=1e-6) and Y.dtype == np.float32
    normalise_contrast(X, 0.3, out=X)
    assert np.allclose(X, wanted, atol=1e-6)


def test_patches_of_levels_up_to_255_are_normalised_like_those_in_0_to_1():
    levels = np.random.default_rng(0).integers(0, 256, (9, 12)).astype(np.uint8)
    assert np.allclose(normalise_contrast(levels), normalise_contrast(levels / 255))
    with pytest.raises(ValueError, match="^patches: expected levels in"):
        normalise_contrast(levels.astype(float))


def test_constant_patches_stay_flat_or_are_an_error():
    assert np.array_equal(normalise_contrast(np.full((2, 4), 0.7)), np.zeros((2, 4)))
    with pytest.raises(ValueError, match=r"^regularisation: .* 2 constant patch\(es\)"):
        normalise_contrast(np.full((2, 4), 0.5), regularisation=0)


def correlated(n=4000):
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, 5)) @ rng.normal(size=(5, 5)) + 3


@pytest.mark.parametrize(
    ("X", "said"),
    [
        (np.ones((20, 4)), "X: expected rows that vary, got equal ones"),
        (np.eye(3, 5), r"X: expected at least as many rows as columns \(5\), got 3 row"),
    ],
)
@pytest.mark.parametrize("fit", [ZCAWhitening().fit, RICA(dictionary="none").fit, lambda X: whiten(X, 0.1)])
def test_rows_that_cannot_be_learned_from_are_an_error(fit, X, said):
    with pytest.raises(ValueError, match=said):
        fit(X)


@pytest.mark.parametrize("shape", [48, (47,), "44"])
def test_a_shape_that_is_none_is_named(shape):
    with pytest.raises(ValueError, match=r"^patch_shape: expected \(n,\), \(height, width\)"):
        RICA(patch_shape=shape).fit(np.random.default_rng(0).normal(size=(60, 48)))
    with pytest.raises(ValueError, match=r"^shape: expected \(height, width\)"):
        random_patches(np.zeros((1, 50, 50)), shape, 1)


def test_whitened_data_are_uncorrelated_and_come_back():
    X = correlated()
    white = ZCAWhitening(1e-10).fit(X)
    Z = white.transform(X)
    assert np.allclose(np.cov(Z.T), np.eye(5), atol=1e-6) and np.abs(Z.mean(axis=0)).max() < 1e-10
    assert np.allclose(white.inverse_transform(Z), X)


def test_regularised_whitening_damps_small_variances():
    X = correlated()
    C, D = np.cov(X.T), np.cov(ZCAWhitening(0.5).fit_transform(X).T)
    values, V = np.linalg.eigh(C)
    assert np.allclose(V.T @ D @ V, np.diag(values / (values + 0.5)))


def test_zca_is_symmetric_and_leaves_white_data_alone():
    Q = np.linalg.qr(np.random.default_rng(1).normal(size=(400, 5)) - 0.0)[0]
    Q = np.linalg.qr(Q - Q.mean(axis=0))[0] * np.sqrt(399)
    assert np.allclose(ZCAWhitening(1e-12).fit_transform(Q), Q, atol=1e-6)  # a rotation would also be white
    white = ZCAWhitening(0.1).fit(correlated())
    assert np.allclose(white.whitening_, white.whitening_.T)


def test_filters_in_pixels_respond_alike():
    X, W = correlated(), np.random.default_rng(2).normal(size=(5, 3))
    white = ZCAWhitening(0.2).fit(X)
    assert np.allclose(white.transform(X) @ W, (X - white.mean_) @ white.filters_in_pixels(W))


def test_conversions():
    colour = np.zeros((2, 3, 3, 3), np.float32)
    colour[..., 1] = 1
    assert np.allclose(to_grey(colour), 0.587) and to_grey(colour).dtype == np.float32
    with pytest.raises(ValueError, match="^images: expected three channels"):
        to_grey(colour[..., :2])
    with pytest.raises(ValueError, match="^images: expected three channels"):
        to_grey(colour[0, 0])  # a grey image three pixels wide
    with pytest.raises(ValueError, match=r"^shape: .*12 weights in all"):
        as_images(np.zeros((2, 12)), (3, 3))


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.uint16])
def test_integers_from_0_to_255_are_levels(dtype):
    images = np.random.default_rng(0).integers(0, 256, size=(2, 6, 6, 3)).astype(dtype)
    grey = to_grey(images)
    assert np.allclose(grey, images / 255 @ np.array([0.299, 0.587, 0.114])) and grey.max() <= 1
    cut, wanted = (random_patches(x, (3, 3, 3), 5, rng=0) for x in (images, images / 255))
    assert np.allclose(cut, wanted) and cut.max() > 0.5
    encoder = PatchEncoder(np.eye(27), (3, 3, 3))
    assert np.allclose(encoder.transform(images), encoder.transform(images / 255), atol=1e-4)


def test_booleans_are_black_and_white():
    assert np.allclose(to_grey(np.array([[[True, True, True], [False, False, False]]])), [[1, 0]])


@pytest.mark.parametrize("content", [300, -1, 200.0, 127.5, np.float16(90), "a"])
def test_what_are_no_levels_is_refused_by_name(content):
    images = np.full((1, 5, 5, 3), content)
    encoder = PatchEncoder(np.eye(27), (3, 3, 3))
    for use in (to_grey, lambda x: random_patches(x, (3, 3, 3), 5), encoder.transform):
        with pytest.raises(ValueError, match="^images: expected"):
            use(images)


@pytest.mark.parametrize("n_channels", [3, 4])
def test_one_colour_image_is_no_stack_of_grey_ones(n_channels):
    photo = np.random.default_rng(0).random((40, 50, n_channels))
    encoder = PatchEncoder(np.eye(4), (2, 2))
    for use in (lambda x: random_patches(x, (2, 2), 5), encoder.transform):
        with pytest.raises(ValueError, match=r"^images: expected several images.*images\[None\]"):
            use(photo)


def test_grey_images_three_pixels_wide_are_given_with_their_channel_or_in_a_list():
    narrow = np.random.default_rng(0).random((4, 6, 3))
    cut = [random_patches(x, shape, 9, rng=0) for x, shape in
           ((list(narrow), (2, 2)), (narrow[..., None], (2, 2, 1)))]  # fmt: skip
    assert np.array_equal(*cut) and np.isin(cut[0], narrow.astype(np.float32)).all()
    encoder = PatchEncoder(np.eye(4), (2, 2, 1))
    assert encoder.transform(narrow[..., None]).shape == (4, 32)


def test_a_list_of_images_is_encoded_like_their_array():
    images = np.random.default_rng(0).random((3, 6, 7)).astype(np.float32)
    encoder = PatchEncoder(np.eye(9), (3, 3))
    assert np.array_equal(encoder.transform(list(images)), encoder.transform(images))
    with pytest.raises(ValueError, match="^images: expected images of one shape"):
        encoder.transform([images[0], images[1, 1:]])
