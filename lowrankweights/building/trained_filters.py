"""A length scale for filters that are not learned yet: of some that a small network learned briefly."""

import dataclasses

import numpy as np

from .. import _checks
from .._blas import one_blas_thread
from ..dictionaries.kernels import SquaredExponential
from ..dictionaries.length_scales import choose_length_scale, default_bounds, log_marginal_likelihood
from ..dictionaries.moments import varying_units
from ..networks.activations import MAXOUT
from .brief_network import brief_filters
from .layer_input import Targets, refuse_without_places
from .strategies import Strategy, strategy_of

N_FILTERS, N_ROWS, N_UNITS, N_ITERATIONS = 30, 2000, 1000, 30
WEIGHT_DECAY = 1e-2  # so that filters are of what rows have in common, and not of each row's noise
NOISE = (1, 10, 100, 1000)  # times the ridge
NEARLY_ZERO = 1e-3  # of the usual initial weights: what is left of them is small beside what was learned


@one_blas_thread
def length_scale_of_trained_filters(
    X, Y, loss, points, *, ridge, rng, activation="sigmoid", weight=None, n_threads=None
):
    """The length scale of ``SquaredExponential`` that suits filters of a briefly trained network best.

    A network with every weight, of 30 hidden units, is trained on at most 2,000 rows for 30 iterations; its
    first layer begins nearly at zero, so that its filters are what was learned, not what was drawn.

    Parameters
    ----------
    X : array, (n, n_v)
        In any units: less its mean, it is divided by its standard deviation, one number for all columns.
    Y : array, (n, n_out), or None
        None: a tied autoencoder takes the network's place.
    loss : str
        Of the network; not used where Y is None.
    points : Grid or Points, n_v of them
    ridge : float
        Absolute, above 0: that of the dictionary.
    rng : seed or numpy.random.Generator
        Of the rows, the initial weights and, where more than 1,000 units vary, those that are looked at.
    activation : str
        Of the hidden units.
    weight : array, (n,), optional
        Of the rows.
    n_threads : int, optional

    Returns
    -------
    length_scale : float
        In the units of the points. With a warning the shortest that was tried, where weights of neighbours
        do not resemble each other, as in filters of white noise.

    Raises
    ------
    ValueError
        If no column of X varies, or an argument does not fit.
    KeyboardInterrupt
        On Ctrl-C.

    Notes
    -----
    Ours; the marginal likelihood is that of ``dictionaries.choose_length_scale``. What is learned briefly is
    rough where the data are noisy, and roughness must not pass for a short length scale: a larger ridge may
    explain it (``NOISE`` times as large), and the most probable pair of both is taken.

    Examples
    --------
    >>> from lowrankweights import Grid
    >>> waves = np.sin(np.add.outer(np.random.default_rng(0).uniform(0, 6, 200), np.arange(40) / 4))
    >>> 3 < length_scale_of_trained_filters(waves, None, None, Grid((40,)), ridge=1e-2, rng=0) < 12
    True
    """
    rng = _checks.generator(rng)
    X, weight = _checks.array("X", X, ndim=2), _checks.row_weights(weight, len(X))
    rows, units, v = _sample(X, weight, rng)
    targets = None if Y is None else Targets(np.asarray(Y, np.float64)[rows], loss)
    how = {"activation": activation, "weight_decay": WEIGHT_DECAY, "initial": NEARLY_ZERO}
    how |= {"weight": None if weight is None else weight[rows], "n_threads": n_threads}
    W = brief_filters(v, targets, N_FILTERS, N_ITERATIONS, rng, **how)
    length_scale = _most_probable(W[units], points, units, ridge)
    if length_scale < 1.01 * default_bounds(points)[0]:
        _checks.warn(
            f"length_scale: weights of neighbours do not resemble each other in a briefly trained network; "
            f"{length_scale:.2g}, the shortest that was tried, is taken. Another dictionary may predict more."
        )
    return length_scale


def _most_probable(W, points, units, ridge):
    """The length scale of the most probable pair of length scale and ridge."""
    pairs = [(choose_length_scale(W, points, units, noise * ridge), noise * ridge) for noise in NOISE]
    how_probable = [
        log_marginal_likelihood(W, SquaredExponential(scale), points, units, r) for scale, r in pairs
    ]
    return pairs[int(np.argmax(how_probable))][0]


def _sample(X, weight, rng):
    """Some rows (their numbers), some units that vary, and the rows of X in float64, about 0, of size 1."""
    rows = np.arange(len(X)) if weight is None else np.flatnonzero(weight)
    if len(rows) > N_ROWS:
        rows = np.sort(rng.choice(rows, N_ROWS, replace=False))
    v, weight = X[rows].astype(np.float64), None if weight is None else weight[rows]
    units = varying_units(v)
    if len(units) == 0:
        _checks.fail("X", "columns that vary, for length_scale = 'auto'", "none")
    v -= np.average(v, axis=0, weights=weight)
    v /= np.sqrt(np.average(np.square(v[:, units]).mean(axis=1), weights=weight))
    if len(units) > N_UNITS:
        units = np.sort(rng.choice(units, N_UNITS, replace=False))
    return rows, units, v


def takes_length_scale(dictionary):
    """Whether an estimator's ``length_scale`` changes anything for this public ``dictionary``.

    >>> takes_length_scale("squared_exponential"), takes_length_scale("covariance")
    (True, False)
    """
    return not isinstance(dictionary, Strategy) and hasattr(strategy_of(dictionary), "length_scale")


def with_trained_length_scale(spec, X, Y=None, loss=None, *, rng, weight=None, n_threads=None):
    """The specification of a first layer with the length scale of trained filters.

    Parameters
    ----------
    spec : LayerSpec
        Of a strategy with a ``length_scale``; its points, ridge and activation are used.
    X, Y, loss, rng, weight, n_threads
        As in ``length_scale_of_trained_filters``.

    Returns
    -------
    spec : LayerSpec

    Raises
    ------
    ValueError
        If the layer's input has no places, and as ``length_scale_of_trained_filters``.
    """
    if spec.points is None:
        refuse_without_places(spec.dictionary.name)
    ridge = spec.dictionary.relative_ridge  # absolute too, as k(i, i) = 1
    how = {
        "ridge": ridge,
        "rng": rng,
        "activation": "relu" if spec.activation == MAXOUT else spec.activation,  # the maximum of z and 0
        "weight": weight,
        "n_threads": n_threads,
    }
    length_scale = length_scale_of_trained_filters(X, Y, loss, spec.points, **how)
    strategy = dataclasses.replace(spec.dictionary, length_scale=length_scale)
    return dataclasses.replace(spec, dictionary=strategy)
