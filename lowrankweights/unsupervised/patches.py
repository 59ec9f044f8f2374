"""Random patches of images, their contrast normalisation and ZCA whitening.

A patch is one row, in the order (row * width + column) * n_channels + channel. Images are arrays
(height, width) in grey or (height, width, n_channels), any number in a list or one array, with
pixels in [0, 1].

In which space are filters predicted? In that of the patches that a model was trained on. RICA is
usually trained on whitened patches, and then W = U w_alpha is predicted in *whitened pixels*: the
response to a raw patch is ((patch - mean) whitening) W. ZCA whitening is the one that stays as
close to pixels as possible, so a whitened patch is still a picture, and neighbours in it are still
neighbours: that is what the squared exponential needs. ``ZCAWhitening.filters_in_pixels`` gives the
same filters as they act on pixels; they are not what is predicted.
"""

import numpy as np
from scipy import linalg
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from .. import _checks
from .._blas import one_blas_thread
from ..dictionaries.moments import covariance, varying_units
from ..dictionaries.points import image_grid


def random_patches(images, shape, n_patches, rng=0):
    """Patches cut out at random: first an image, then a place in it, both uniformly.

    Parameters
    ----------
    images : list of arrays, or array (n, height, width[, n_channels])
        Floats are taken as they are, integers from 0 to 255 as levels in [0, 1]. An array of three axes,
        the last of 3 or 4, is one colour image, not a stack.
    shape : (height, width) or (height, width, n_channels), or a Grid of two axes
        Of a patch; channels must be those of the images.
    n_patches : int
    rng : seed or numpy.random.Generator

    Returns
    -------
    patches : ndarray, (n_patches, n_v), float32

    Raises
    ------
    ValueError
        When a patch is larger than an image, an image is grey where colour is expected or the other way
        round, or floats are levels up to 255.

    Examples
    --------
    >>> images = np.linspace(0, 1, 30).reshape(2, 3, 5)
    >>> random_patches(images, (2, 2), n_patches=3, rng=0).shape
    (3, 4)
    """
    shape = image_grid(shape).input_shape
    n_patches = _checks.integer("n_patches", n_patches, at_least=1)
    rng = _checks.generator(rng)
    if not hasattr(images, "__len__") or len(images) == 0:
        _checks.fail(
            "images", "at least one image", "none" if hasattr(images, "__len__") else type(images).__name__
        )
    same = isinstance(images, np.ndarray)  # one array holds images of one shape: look at the first only
    images = _checks.stack("images", images) if same else [np.asarray(image) for image in images]
    for i, image in enumerate(images[:1] if same else images):
        _check_image(image, shape, i)
    height, width = shape[:2]
    patches = np.empty((n_patches, *shape), np.float32)
    for patch, i in zip(patches, rng.integers(len(images), size=n_patches), strict=True):
        image = images[i]
        top = rng.integers(image.shape[0] - height + 1)
        left = rng.integers(image.shape[1] - width + 1)
        cut = image[top : top + height, left : left + width]
        patch[...] = cut if cut.dtype.kind == "f" else _checks.levels("images", cut)
    return _checks.levels("images", patches).reshape(n_patches, -1)


@one_blas_thread
def normalise_contrast(patches, regularisation=10 / 255**2, out=None):
    """Each patch less its mean, divided by its contrast: x = (x - mean) / sqrt(var + regularisation).

    Parameters
    ----------
    patches : array, (n, n_v)
        Pixels in [0, 1], or integers from 0 to 255, which are divided by 255. Mean and variance are over
        all pixels and channels of a patch.
    regularisation : float
        Keeps flat patches flat, and noise small; Coates, Ng and Lee (2011) take 10 for pixels up to 255.
    out : array, optional
        Where to write, for instance ``patches`` itself.

    Returns
    -------
    normalised : ndarray, (n, n_v)

    Examples
    --------
    >>> normalise_contrast(np.array([[0.0, 1.0], [0.5, 0.5]]), regularisation=0)
    Traceback (most recent call last):
    ValueError: regularisation: expected > 0, or patches without constant ones, got 0 and 1 constant patch(es)
    >>> normalise_contrast(np.array([[0.0, 1.0], [0.5, 0.5]])).round(2)
    array([[-1.,  1.],
           [ 0.,  0.]])
    """
    patches = _checks.array("patches", _checks.levels("patches", patches), ndim=2)
    patches = _checks.in_range("patches", patches)
    regularisation = _checks.number("regularisation", regularisation, at_least=0)
    out = np.subtract(patches, patches.mean(axis=1, keepdims=True), out=out)
    variance = np.einsum("ij,ij->i", out, out) / patches.shape[1]
    if regularisation == 0 and not variance.all():
        constant = f"0 and {np.sum(variance == 0)} constant patch(es)"
        _checks.fail("regularisation", "> 0, or patches without constant ones", constant)
    out /= np.sqrt(variance + regularisation, dtype=out.dtype)[:, None]
    return out


class ZCAWhitening(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Zero-phase whitening: x -> (x - mean) C, C = Q (D + regularisation I)^-1/2 Q^T.

    Q D Q^T is the covariance of the training rows (eigenvectors and eigenvalues). Afterwards the
    pixels are uncorrelated, except where the regularisation kept small eigenvalues small.

    Parameters
    ----------
    regularisation : float
        In squared units of X, > 0. Coates et al. take 0.1 after contrast normalisation. Directions
        of smaller variance, in photographs the highest frequencies, are damped, not blown up.

    Attributes
    ----------
    mean_ : ndarray, (n_v,)
    whitening_, unwhitening_ : ndarray, (n_v, n_v)
        C and its inverse; symmetric.

    Notes
    -----
    Bell and Sejnowski, Vision Research 37, 1997; Coates, Ng and Lee, AISTATS 2011, section 3.1.2.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(500, 3)) * [1, 2, 3]
    >>> white = ZCAWhitening(regularisation=1e-9).fit(X)
    >>> bool(np.allclose(np.cov(white.transform(X).T), np.eye(3)))
    True
    """

    def __init__(self, regularisation=0.1):
        self.regularisation = regularisation

    @one_blas_thread
    def fit(self, X, y=None):
        """Learn mean and covariance from X (n, n_v)."""
        X = validate_data(self, X, dtype=[np.float64, np.float32], ensure_min_samples=2)
        check_rows_vary(_checks.in_range("X", X))
        regularisation = _checks.number("regularisation", self.regularisation, above=0)
        mean, values, Q = X.mean(axis=0, dtype=np.float64), *linalg.eigh(covariance(X))
        scale = np.sqrt(np.maximum(values, 0) + regularisation)
        # C = Q (D + regularisation I)^-1/2 Q^T, and its inverse
        self.mean_ = mean.astype(X.dtype)
        self.whitening_ = ((Q / scale) @ Q.T).astype(X.dtype)
        self.unwhitening_ = ((Q * scale) @ Q.T).astype(X.dtype)
        return self

    @one_blas_thread
    def transform(self, X):
        """Whitened rows, (x - mean) C."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        return (X - self.mean_) @ self.whitening_

    @one_blas_thread
    def inverse_transform(self, X):
        """Rows as they were before whitening, x C^-1 + mean."""
        check_is_fitted(self)
        return _checks.array("X", X, shape=(None, len(self.mean_))) @ self.unwhitening_ + self.mean_

    @one_blas_thread
    def filters_in_pixels(self, W):
        """Filters of whitened patches as they act on pixels: (x - mean) (C W)."""
        check_is_fitted(self)
        return self.whitening_ @ _checks.array("W", W, shape=(len(self.mean_), None))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def check_rows_vary(X):
    """A ``ValueError`` unless X has as many rows as columns, and not all of them are equal."""
    if len(X) < max(X.shape[1], 1):
        _checks.fail("X", f"at least as many rows as columns ({X.shape[1]})", f"{len(X)} row(s)")
    if len(varying_units(X)) == 0:
        _checks.fail("X", "rows that vary", "equal ones")


@one_blas_thread
def to_grey(images):
    """Grey images from colour ones, the luma 0.299 R + 0.587 G + 0.114 B of the last axis.

    One image (height, width, 3), or a stack. Integers from 0 to 255 become levels in [0, 1].

    >>> to_grey(np.ones((1, 2, 2, 3))).shape
    (1, 2, 2)
    """
    if np.ndim(images) not in (3, 4) or np.shape(images)[-1] != 3:
        _checks.fail("images", "three channels, last: ([n, ]height, width, 3)", f"shape {np.shape(images)}")
    images = _checks.levels("images", images)
    return images @ np.array([0.299, 0.587, 0.114], dtype=images.dtype)


def as_images(X, shape):
    """Rows as images, (n, *shape); the inverse is ``images.reshape(len(images), -1)``."""
    X = _checks.array("X", X, ndim=2)
    return X.reshape(len(X), *image_grid(shape, n_v=X.shape[1]).input_shape)


def _check_image(image, shape, i):
    channels = shape[2:]
    if image.ndim < 2 or tuple(image.shape[2:]) != channels:
        what = f"{channels[0]} channels" if channels else "no channels (grey)"
        _checks.fail("images", f"(height, width{', channels' * len(channels)}) arrays with {what}, as the "
                     "patches have", f"shape {image.shape} in image {i}")  # fmt: skip
    if image.shape[0] < shape[0] or image.shape[1] < shape[1]:
        size = " x ".join(map(str, shape[:2]))
        _checks.fail("shape", f"patches no larger than the images ({image.shape[0]} x {image.shape[1]} "
                     f"in image {i})", size)  # fmt: skip
