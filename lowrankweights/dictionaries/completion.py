"""The paper's Figure 1: features, a few of their weights at random, and the features predicted from these.

The length scale is the one that makes the known weights most probable: the others are not looked at.

Where nothing is known nearby the prediction is 0. For a network's features that is right, as their
weights are around 0: they are predicted as they are. Levels of an image are not: it is ``centred`` first.
"""

import numpy as np

from .. import _checks
from .._blas import one_blas_thread
from .index_sets import check_index_set, count_known, sample_index_set
from .kernels import SquaredExponential
from .length_scales import choose_length_scale, default_bounds
from .points import Grid
from .ridge import kernel_ridge

RIDGE = 1e-2
CONSTANT = (
    1e-12  # what varies by less, relative to its largest entry, varies by rounding; as in comparison.js
)


@_checks.renamed("share", "proportion")
@one_blas_thread
def complete(W, shape, proportion, rng=0, length_scale=None):
    """Predict features from some of their weights.

    Parameters
    ----------
    W : array, (n_v, n_features)
    shape : (n,), (height, width) or (height, width, n_channels), or a Grid
    proportion : float
        n_alpha / n_v, of the weights that are known, in (0, 1].
    rng : seed or numpy.random.Generator
    length_scale : float, optional
        In pixels; default: by the marginal likelihood of the known weights.

    Returns
    -------
    completion : dict
        ``W``, ``alpha``, ``U``, ``length_scale``, whether it was ``chosen`` here and is ``at_bound``
        of what was tried, and ``correlation`` (n_features,) with the prediction, see ``correlation``.

    Raises
    ------
    ValueError
        If ``shape`` does not fit W, or another argument is out of bounds.

    Examples
    --------
    >>> waves = np.sin(Grid((12, 12)).coordinates / 2)
    >>> bool((complete(waves, (12, 12), proportion=0.3)["correlation"] > 0.9).all())
    True
    """
    W = _checks.in_range("W", _checks.array("W", W, ndim=2, dtype=np.float64))
    grid = Grid.of_image(shape, "shape", n_v=len(W))
    n_alpha = count_known(proportion, len(W), grid.n_channels)
    alpha = sample_index_set(len(W), n_alpha, rng, grid.n_channels)
    chosen = length_scale is None
    if chosen:
        length_scale = choose_length_scale(W[alpha], grid, alpha, RIDGE)
    low, high = default_bounds(grid)
    at_bound = chosen and not 1.01 * low < length_scale < high / 1.01
    U = kernel_ridge(SquaredExponential(length_scale), grid, alpha, RIDGE)
    return {
        "W": W, "alpha": alpha, "U": U, "length_scale": length_scale, "chosen": chosen,
        "at_bound": at_bound, "correlation": correlation(W, U @ W[alpha], alpha),
    }  # fmt: skip


def correlation(W, W_hat, alpha):
    """How much features resemble their predictions: the correlation over the weights that are not known.

    Known weights do not count: to predict them is no achievement.

    Parameters
    ----------
    W, W_hat : array, (n_v, n_features)
        Features and their predictions, one a column.
    alpha : array of int, (n_alpha,)
        Indices of the known weights; there may be none.

    Returns
    -------
    correlations : ndarray, (n_features,)
        In [-1, 1]. nan where no correlation exists: a feature or its prediction is constant over the
        unknown weights, or none is unknown.

    Raises
    ------
    ValueError
        If ``W_hat`` has another shape, or ``alpha`` is no index set.

    Examples
    --------
    >>> W = np.array([[9.0, 1.0], [1.0, 1.0], [2.0, 1.0], [4.0, 1.0]])
    >>> correlation(W, W**3, alpha=[0]).round(2)
    array([0.97,  nan])
    """
    W = _checks.array("W", W, ndim=2, dtype=np.float64)
    W_hat = _checks.array("W_hat", W_hat, shape=W.shape, dtype=np.float64)
    known = check_index_set(alpha, len(W)) if np.size(alpha) else []
    unknown = np.delete(np.arange(len(W)), known)
    if len(unknown) == 0:
        return np.full(W.shape[1], np.nan)
    (A, A_varies), (B, B_varies) = _deviations(W[unknown]), _deviations(W_hat[unknown])
    # r = sum(a b) / sqrt(sum(a^2) sum(b^2)), of deviations a and b from the mean
    r = (A * B).sum(axis=0) / np.sqrt((A * A).sum(axis=0) * (B * B).sum(axis=0))
    return np.where(A_varies & B_varies, r.clip(-1, 1), np.nan)


def _deviations(A):
    """Each column less its mean, the largest deviation 1, and whether the column varies."""
    size, deviations = np.abs(A).max(axis=0), A - A.mean(axis=0)
    varies = np.ptp(A, axis=0) > CONSTANT * size
    deviations[:, ~varies] = 1.0
    return deviations / np.abs(deviations).max(axis=0), varies


def centred(image):
    """An image as a feature: its levels less their mean, in colour less each channel's own.

    The mean is over all pixels: one number a channel more that is known of an image.

    Parameters
    ----------
    image : array, (height, width) or (height, width, n_channels)
        In any unit.

    Returns
    -------
    feature : ndarray, shaped like ``image``

    Examples
    --------
    >>> centred([[1, 2], [3, 6]])
    array([[-2., -1.],
           [ 0.,  3.]])
    """
    image = _checks.array("image", image, ndim=(2, 3), dtype=np.float64)
    return image - image.mean(axis=(0, 1))


def describe(completion, unit="pixels"):
    """What was known, what was chosen, and how good the prediction is, in one line; ``unit``: of lengths."""
    n_v, n_alpha = completion["U"].shape
    at_bound = ", at the end of what was tried" if completion["at_bound"] else ""
    chosen = f" (marginal likelihood of the known weights{at_bound})" if completion["chosen"] else ""
    return (
        f"{n_alpha} of {n_v} weights known ({n_alpha / n_v:.0%}); length scale "
        f"{completion['length_scale']:.2f} {unit}{chosen}; {correlations(completion)}"
    )


def correlations(completion):
    """How much the predictions resemble what was not known, in words."""
    r = completion["correlation"]
    if len(completion["alpha"]) == len(completion["W"]):
        return "no weight was unknown"
    found, n_without = r[~np.isnan(r)], np.isnan(r).sum()
    if len(r) == 1 and n_without:
        return "no correlation: the feature or its prediction is constant over the unknown weights"
    if len(r) == 1:
        return f"correlation with the unknown weights {r[0]:.2f}"
    without = f"{n_without} of {len(r)} without a correlation: constant over the unknown weights"
    if len(found) == 0:
        return without
    low, middle, high = np.quantile(found, [0, 0.5, 1])
    text = f"correlation with the unknown weights {middle:.2f} (median), {low:.2f} to {high:.2f}"
    return f"{text}; {without}" if n_without else text


def strongest(W, n):
    """The n features of the largest norm: those that matter most to the layer above."""
    return W[:, np.argsort(-np.square(W).sum(axis=0), kind="stable")[:n]]
