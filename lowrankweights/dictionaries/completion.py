"""The paper's Figure 1: features, a few of their weights at random, and the features predicted from these.

The length scale is the one that makes the known weights most probable: the others are not looked at.
"""

import numpy as np

from .. import _checks
from .._blas import one_blas_thread
from .index_sets import count_known, sample_index_set
from .kernels import SquaredExponential
from .length_scales import choose_length_scale, default_bounds
from .points import Grid
from .ridge import kernel_ridge

RIDGE = 1e-2


@_checks.renamed("share", "proportion")
@one_blas_thread
def complete(W, shape, proportion, rng=0, length_scale=None):
    """Predict features from some of their weights.

    Parameters
    ----------
    W : array, (n_v, n_features)
    shape : (height, width) or (height, width, n_channels), or a Grid
    proportion : float
        n_alpha / n_v, of the weights that are known, in (0, 1].
    rng : seed or numpy.random.Generator
    length_scale : float, optional
        In pixels; default: by the marginal likelihood of the known weights.

    Returns
    -------
    completion : dict
        ``W``, ``alpha``, ``U``, ``length_scale``, whether it was ``chosen`` here and is ``at_bound``
        of what was tried, and ``correlation`` (n_features,) of each feature with its prediction,
        over the weights that were not known (nan where all are).

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
    unknown = np.setdiff1d(np.arange(len(W)), alpha)
    correlation = _correlations(W[unknown], (U @ W[alpha])[unknown])
    return {
        "W": W, "alpha": alpha, "U": U, "length_scale": length_scale, "chosen": chosen,
        "at_bound": at_bound, "correlation": correlation,
    }  # fmt: skip


def describe(completion):
    """What was known, what was chosen, and how good the prediction is, in one line."""
    n_v, n_alpha = completion["U"].shape
    at_bound = ", at the end of what was tried" if completion["at_bound"] else ""
    chosen = f" (marginal likelihood of the known weights{at_bound})" if completion["chosen"] else ""
    return (
        f"{n_alpha} of {n_v} weights known ({n_alpha / n_v:.0%}); length scale "
        f"{completion['length_scale']:.2f} pixels{chosen}; {correlations(completion)}"
    )


def correlations(completion):
    """How much the predictions resemble what was not known."""
    r = completion["correlation"]
    if np.isnan(r).all():
        return "no weight was unknown"
    if len(r) == 1:
        return f"correlation with the unknown weights {r[0]:.2f}"
    low, middle, high = np.nanquantile(r, [0, 0.5, 1])
    return f"correlation with the unknown weights {middle:.2f} (median), {low:.2f} to {high:.2f}"


def strongest(W, n):
    """The n features of the largest norm: those that matter most to the layer above."""
    return W[:, np.argsort(-np.square(W).sum(axis=0), kind="stable")[:n]]


def _correlations(A, B):
    """Correlation of each column of A with that of B."""
    if len(A) < 2:
        return np.full(A.shape[1], np.nan)
    A, B = A - A.mean(axis=0), B - B.mean(axis=0)
    size = np.sqrt((A * A).sum(axis=0) * (B * B).sum(axis=0))
    return (A * B).sum(axis=0) / np.maximum(size, np.finfo(float).tiny)
