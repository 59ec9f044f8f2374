"""Images classified by features of their patches (Coates, Ng and Lee, AISTATS 2011).

    every patch of an image, stride 1 -> contrast normalised, whitened -> z = x W
    -> max(z - t, 0) and max(-z - t, 0) -> summed over the image's quadrants
    -> standardised -> a linear classifier (scikit-learn's logistic regression)

The images go through in chunks, so that only the features, 8 numbers for each filter and image,
are held in memory. Multiplications are in float32.
"""

import sys

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .. import _checks
from .._blas import one_blas_thread
from ..dictionaries.points import image_grid
from ..speed import compiled
from ..speed.blocks import Threads, count_threads
from .patches import normalise_contrast

CHUNK_BYTES = 1 << 23  # of patches or of z, the larger, at a time in each thread
BLOCK_ROWS = 2048  # of features, where a copy of all would need much memory
STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1)


class PatchEncoder:
    """Pooled features of whole images.

    Parameters
    ----------
    W : array, (n_v, n_h)
        Filters, of whitened patches if ``whitening`` is given.
    patch_shape : (height, width) or (height, width, n_channels)
    whitening : fitted ZCAWhitening, optional
        Folded into the filters: (x - mean) C W is computed as x (C W) - mean C W.
    contrast : bool
        Whether patches are contrast normalised first.
    threshold : float
        t, in units of z, >= 0.
    n_threads : int, optional
        Default: the processors that this process may use.
    chunk_bytes : int
        Memory of the patches of the images that are encoded at once, by each thread.

    Examples
    --------
    >>> images = np.random.default_rng(0).random((5, 8, 8)).astype(np.float32)
    >>> PatchEncoder(np.eye(9), (3, 3)).transform(images).shape
    (5, 72)
    """

    @one_blas_thread
    def __init__(
        self,
        W,
        patch_shape,
        whitening=None,
        contrast=True,
        threshold=0.25,
        n_threads=None,
        chunk_bytes=CHUNK_BYTES,
    ):
        self.chunk_bytes = _checks.integer("chunk_bytes", chunk_bytes, at_least=1)
        self.patch_shape = image_grid(patch_shape, "patch_shape").input_shape
        W = _checks.array("W", W, shape=(int(np.prod(self.patch_shape)), None))
        filters = W if whitening is None else whitening.filters_in_pixels(W)
        self.filters = np.ascontiguousarray(filters, dtype=np.float32)
        self.offset = None if whitening is None else (whitening.mean_ @ filters).astype(np.float32)
        self.contrast = contrast
        self.threshold = np.float32(_checks.number("threshold", threshold, at_least=0))
        self.n_threads = count_threads(n_threads)
        self.n_h = W.shape[1]

    @one_blas_thread
    def transform(self, images, progress=False):
        """Features (n, 8 n_h), float32, of images (n, height, width[, n_channels]).

        Levels are floats in [0, 1], or integers from 0 to 255, which are divided by 255. An array
        (height, width, 3) is one colour image, and refused.

        For each quadrant (top left, top right, bottom left, bottom right): the sums of
        max(z - t, 0) of each filter, then those of max(-z - t, 0).
        """
        images = _checks.stack("images", images)
        n, n_across = self._check_images(images)
        features = np.empty((n, 4, 2, self.n_h), np.float32)
        size = max(1, self.chunk_bytes // (4 * n_across[0] * n_across[1] * max(self.filters.shape)))
        chunks = [slice(i, i + size) for i in range(0, n, size)]

        def encode(rows):
            features[rows] = self.encode(images[rows])

        for _ in _shown(Threads(self.n_threads).map(encode, chunks), len(chunks), progress):
            pass
        return features.reshape(n, -1)

    @one_blas_thread
    def encode(self, images):
        """A chunk of images: (n, 4, 2, n_h)."""
        height, width = self.patch_shape[:2]
        images = images if images.dtype.kind == "f" else _checks.levels("images", images)
        windows = sliding_window_view(images, (height, width), axis=(1, 2))
        if len(self.patch_shape) == 3:
            windows = np.moveaxis(windows, 3, -1)
        n, n_down, n_across = windows.shape[:3]
        patches = windows.reshape(n * n_down * n_across, -1).astype(np.float32, copy=False)
        if self.contrast:
            patches = normalise_contrast(patches, out=patches if patches.flags.writeable else None)
        # z = (x - mean) C W
        z = patches @ self.filters
        if self.offset is not None:
            z -= self.offset
        out = np.empty((n, 4, 2, self.n_h), np.float32)
        regions = quadrants(n_down, n_across)
        return compiled.rectify_and_pool(out, z.reshape(n, n_down * n_across, -1), regions, self.threshold)

    def _check_images(self, images):
        """The number of images, and of places of a patch down and across."""
        expected = 1 + len(self.patch_shape)
        if images.ndim != expected or images.shape[3:] != self.patch_shape[2:]:
            wanted = ", ".join(["n", "height", "width", *map(str, self.patch_shape[2:])])
            _checks.fail("images", f"shape ({wanted}), as the patches' {self.patch_shape}", images.shape)
        places = [n - p + 1 for n, p in zip(images.shape[1:3], self.patch_shape[:2], strict=True)]
        if min(places) < 2:
            _checks.fail("images", f"larger than the patches, {self.patch_shape}, to have quadrants",
                         images.shape[1:])  # fmt: skip
        if images.dtype.kind == "f":
            _checks.levels("images", images)
        return len(images), places


def quadrants(n_down, n_across):
    """The quadrant, 0 to 3, of each place in an n_down x n_across grid, row by row.

    >>> quadrants(2, 3)
    array([0, 1, 1, 2, 3, 3])
    """
    down, across = np.arange(n_down) >= n_down // 2, np.arange(n_across) >= n_across // 2
    return (2 * down[:, None] + across).ravel().astype(np.intp)


class FeatureClassifier:
    """Standardisation and multinomial logistic regression, its strength chosen on a validation part.

    Parameters
    ----------
    strengths : tuple of float
        Inverse penalties, scikit-learn's C, to choose from, rising: tried until the error rises.
    n_validation : int or float
        The last rows of the training data (a number, or a proportion) on which the choice is made;
        afterwards the classifier is trained on all rows.
    max_iter : int

    Attributes
    ----------
    strength_ : float
    validation_errors_ : dict
        Validation error of each strength that was tried; empty when there was only one.
    """

    def __init__(self, strengths=STRENGTHS, n_validation=0.2, max_iter=200):
        strengths = tuple(np.ravel(strengths).tolist())
        if not strengths:
            _checks.fail("strengths", "at least one number > 0", "none")
        self.strengths = tuple(_checks.number("strengths", s, above=0) for s in strengths)
        self.n_validation, self.max_iter = n_validation, max_iter

    @one_blas_thread
    def fit(self, features, y):
        """Learn from features (n, n_features) and y (n,).

        To save memory the features are standardised in place: they are not to be used again.
        """
        self.validation_errors_, model = {}, None
        if len(self.strengths) > 1:
            model = self._look(features, y, self._count_held_out(y))
        errors = self.validation_errors_
        self.strength_ = min(errors, key=errors.get) if errors else self.strengths[0]
        self._standardise(features, features)
        self.model_ = self._train(features, y, self.strength_, model)
        return self

    def _look(self, features, y, n_held):
        """Try the strengths on the last rows, which nothing is learned from; returns the best model."""
        model, best, lowest = None, None, np.inf
        self._standardise(features, features[:-n_held])
        for strength in self.strengths:
            model = self._train(features[:-n_held], y[:-n_held], strength, model)
            error = float(np.mean(model.predict(features[-n_held:]) != y[-n_held:]))
            self.validation_errors_[strength] = error
            if error > lowest:
                break
            if error < lowest:
                best, lowest = model, error
        features *= self.scale_  # as they came: the last rows are now learned from too
        features += self.mean_
        return best

    def _standardise(self, features, rows):
        """In place, by mean and scale of some of the rows."""
        self.mean_, self.scale_ = _moments(rows)
        features -= self.mean_
        features /= self.scale_

    @one_blas_thread
    def predict(self, features):
        """Classes (n,) of features (n, n_features), which stay as they are."""
        blocks = (features[i : i + BLOCK_ROWS] for i in range(0, len(features), BLOCK_ROWS))
        return np.concatenate([self.model_.predict((F - self.mean_) / self.scale_) for F in blocks])

    def _count_held_out(self, y):
        n = self.n_validation
        n_held = n if isinstance(n, int) else round(n * len(y))
        n_held = _checks.integer("n_validation", n_held, at_least=1, at_most=len(y) - 1)
        unseen = np.setdiff1d(y[-n_held:], y[:-n_held])
        if len(unseen) and len(self.strengths) > 1:
            rows = (
                f"class(es) {unseen[:5].tolist()} only among the last {n_held}, kept to choose the strength"
            )
            _checks.fail("y", "rows in no order", rows)
        return n_held

    def _train(self, F, y, strength, start):
        import warnings

        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression

        # tol: with 1e-4 the validation error was the same to 0.1 points, in four times the time
        model = LogisticRegression(C=strength, max_iter=self.max_iter, tol=1e-3, warm_start=True)
        if start is not None:  # begin where the weaker one ended
            model.coef_, model.intercept_, model.classes_ = start.coef_, start.intercept_, start.classes_
        with warnings.catch_warnings():  # enough iterations for the error, not for the last digit
            warnings.simplefilter("ignore", ConvergenceWarning)
            return model.fit(F, y)


def _moments(F):
    """Mean and sqrt(var + 0.01) of each feature, float32, without a copy of F (0.01 as in Coates et al.)."""
    mean = F.mean(axis=0, dtype=np.float64)
    blocks = (F[i : i + BLOCK_ROWS] for i in range(0, len(F), BLOCK_ROWS))
    squares = sum(np.square(block - mean).sum(axis=0) for block in blocks)
    return mean.astype(np.float32), np.sqrt(squares / len(F) + 0.01).astype(np.float32)


def _shown(items, total, progress):
    """The items, with a bar on stderr if asked for."""
    if not progress:
        return items
    from tqdm.auto import tqdm

    every = 0.2 if sys.stderr.isatty() else 10
    return tqdm(items, total=total, unit="chunk", desc="features", mininterval=every, maxinterval=every)
