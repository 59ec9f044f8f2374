"""What the pictures of RICA's filters share: whitened patches, index sets that are nested, matching.

Patches are taken as they are, less the mean of all of them, and whitened; brightness is whitened like
everything else. (With each patch's own mean taken off there would be a direction without variance,
into which filters turn at no cost.) Filters are learned and predicted in whitened pixels.
"""

import base64
import functools

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.optimize import linear_sum_assignment

from .. import _checks, datasets, dictionaries
from ..dictionaries.index_sets import count_known
from ..dictionaries.kernels import SquaredExponential
from ..dictionaries.points import grid_coordinates
from ..optimisation.lbfgs import minimize
from ..unsupervised.patches import ZCAWhitening, check_rows_vary, random_patches
from ..unsupervised.rica import rica_objective
from .training import PATIENCE, EarlyStop

RIDGE = 1e-2
EPS = 1e-2


@functools.lru_cache(maxsize=2)
def whitened_patches(data, patch_shape, n_patches, regularisation, seed):
    """Whitened random patches (n_patches, n_v), float32, of data that need no labels; and their source.

    ``data``: "natural-bundled", scikit-learn's two photographs; "natural", those of the data folder,
    else these two; "stl10", the unlabelled images. The other arguments as in ``whiten``.
    """
    images, source = _images(data, len(patch_shape) == 3)
    return whiten(random_patches(images, patch_shape, n_patches, seed), regularisation)[0], source


def whiten(X, regularisation):
    """Whitened patches and the fitted ``ZCAWhitening``.

    Parameters
    ----------
    X : array, (n, n_v)
    regularisation : float
        Relative to the mean variance of a pixel.
    """
    check_rows_vary(X)
    variance = float(X.var(axis=0, dtype=np.float64).mean())
    whitening = ZCAWhitening(regularisation * variance).fit(X)
    return whitening.transform(X), whitening


def _images(data, colour):
    if data == "stl10":
        stl10 = datasets.fetch_stl10(n_unlabelled=5000)
        if len(stl10.X_unlabelled) == 0:
            _checks.fail("data", f"unlabeled_X.bin in {stl10.folder}", "no such file")
        images = stl10.X_unlabelled.reshape(-1, *stl10.input_shape)
        return images, f"{len(images):,} unlabelled images of STL-10"
    folder = {"natural": None, "natural-bundled": "bundled"}[data]
    photographs = datasets.load_natural_images(folder, colour="rgb" if colour else "grey")
    names = photographs.names
    return photographs.images, f"{len(names)} photographs, {names[0]} to {names[-1]}"


def source_of(results):
    """Where the patches of all runs came from; a ``ValueError`` if not from the same images."""
    found = sorted({r["source"] for r in results})
    if len(found) > 1:
        _checks.fail("results", "runs on the same images; begin anew, without --resume", " and ".join(found))
    return found[0]


def nested_index_set(shape, proportion, seed):
    """alpha of a share of the pixels, all channels of each: a larger share contains the smaller ones.

    >>> small, large = (set(nested_index_set((4, 4, 3), p, seed=0)) for p in (0.25, 0.5))
    >>> len(small), len(large), small < large
    (12, 24, True)
    """
    n_channels = shape[2] if len(shape) == 3 else 1
    order = np.random.default_rng(seed).permutation(shape[0] * shape[1])
    n = count_known(proportion, order.size * n_channels, n_channels) // n_channels
    return (np.sort(order[:n])[:, None] * n_channels + np.arange(n_channels)).ravel()


def learn(spec, X, n_threads=None):
    """RICA's filters W (n_v, n_h) with a share of each learned, and results as plain values.

    Every proportion starts from the same full W0 (of ``spec["seed"]``): w_alpha = W0[alpha]. It ends by
    ``spec["ftol"]`` or, where that is given, by ``spec["least_fall"]`` (see ``EarlyStop``).
    """
    shape, alpha, U = tuple(spec["patch_shape"]), None, None
    if spec["dictionary"] != ["none"]:
        alpha = nested_index_set(shape, spec["proportion"], spec["seed"])
        kernel = SquaredExponential(spec["length_scale"])
        U = dictionaries.kernel_ridge(kernel, grid_coordinates(shape), alpha, RIDGE)
    fun = rica_objective(X, spec["n_components"], U, spec["sparsity"], EPS, n_threads=n_threads)
    stop, rule = [], {"ftol": spec.get("ftol")}
    if "least_fall" in spec:
        # one flat step is no end: with many filters the loss is mostly what no filter can change
        stop, rule = [EarlyStop(lambda info: info.loss, spec["least_fall"])], {"ftol": 0.0}
    with fun.one_blas_thread():
        theta = fun.init(np.random.default_rng(spec["seed"]), alpha)
        found = minimize(fun, theta, max_iter=spec["max_iter"], tol=1e-5, callbacks=stop, **rule)
    if found.status == "interrupted":  # a run is whole or is not written down
        raise KeyboardInterrupt
    stopped = found.status
    if stopped == "stopped":
        stopped = f"loss fell by less than {spec['least_fall']:.2%} in {PATIENCE} iterations"
    return fun.weights(found.theta), {
        "n_dynamic": fun.n_dynamic,
        "n_static": fun.n_static,
        "error": None,
        "wrong": [],
        "loss": found.loss,
        "n_iter": found.n_iter,
        "stopped": stopped,
    }


def match(W, full):
    """Columns of W in the order and with the signs of those of ``full`` that they resemble most.

    Returns
    -------
    matched : ndarray, (n_v, n_h)
        One column of W for each of ``full``, none twice: the sum of |cosine| is the largest possible.
    cosine : ndarray, (n_h,)
        |cosine| of each pair.
    """
    cosine = (full / np.linalg.norm(full, axis=0)).T @ (W / np.linalg.norm(W, axis=0))
    rows, columns = linear_sum_assignment(-np.abs(cosine))
    chosen = cosine[rows, columns]
    return W[:, columns] * np.where(chosen < 0, -1, 1), np.abs(chosen)


def energy_in_window(W, shape, size=5):
    """The share of each filter's energy (sum of squares) in its best size x size window, (n_h,).

    >>> energy_in_window(np.eye(144)[:, :2], (12, 12))
    array([1., 1.])
    """
    energy = np.square(np.asarray(W, float)).reshape(*shape[:2], -1, W.shape[1]).sum(axis=2)
    windows = sliding_window_view(energy, (size, size), axis=(0, 1)).sum(axis=(-1, -2))
    return windows.max(axis=(0, 1)) / energy.sum(axis=(0, 1))


def to_text(W):
    """An array as text for a line of results: half precision, base64."""
    return base64.b64encode(np.ascontiguousarray(W, np.float16).tobytes()).decode()


def from_text(text, n_columns):
    """The array (n_rows, n_columns) that ``to_text`` wrote.

    >>> from_text(to_text(np.array([[1.0, 0.5]])), 2)
    array([[1. , 0.5]])
    """
    return np.frombuffer(base64.b64decode(text), np.float16).reshape(-1, n_columns).astype(np.float64)
