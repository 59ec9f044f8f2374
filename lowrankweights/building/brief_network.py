"""Filters of a network that is trained briefly: what is known of filters before the long training."""

import numpy as np

from .. import _checks
from .._blas import one_blas_thread
from ..networks import Dense, Network, Rows
from ..optimisation.lbfgs import minimize
from ..speed import Objective
from ..unsupervised.autoencoder import TiedAutoencoder
from ..weights.parametrisations import Full


@one_blas_thread
def brief_filters(
    v, targets, n_filters, n_iter, rng, *, activation, weight_decay, initial=1.0, weight=None, n_threads=None
):
    """Train a network with every weight, of one hidden layer, and return its filters.

    Parameters
    ----------
    v : array, (n, n_v)
    targets : Targets or None
        None: a tied autoencoder with a linear decoder takes the network's place.
    n_filters, n_iter : int
        Hidden units n_h, and L-BFGS iterations.
    rng : seed or numpy.random.Generator
    activation : str
        Of the hidden units.
    weight_decay : float
    initial : float
        The first layer's initial weights are the usual ones times this.
    weight : array, (n,), optional
        Of the rows.
    n_threads : int, optional

    Returns
    -------
    W : ndarray, (n_v, n_h)

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C.
    """
    n_v, Y = v.shape[1], v if targets is None else targets.Y
    model = brief_model(Full(n_v, n_filters), targets, activation)
    theta = model.init(_checks.generator(rng))
    theta[: n_v * n_filters] *= initial
    objective = Objective(model, v, Y, weight_decay, n_threads=n_threads, rows=Rows.of(len(v), weight))
    theta = minimize(objective, theta, max_iter=n_iter, on_interrupt="raise").theta
    return theta[: n_v * n_filters].reshape(n_v, n_filters)


def brief_model(parametrisation, targets, activation):
    """The network of one hidden layer with this parametrisation, or a tied autoencoder without targets."""
    if targets is None:
        return TiedAutoencoder(parametrisation, activation, "identity")
    last = Dense(Full(parametrisation.n_h, targets.Y.shape[1]))
    return Network([Dense(parametrisation, activation), last], targets.loss)


def sample_of(layer_input, n_rows, rng):
    """At most n_rows rows that count, drawn at random: (v, targets, weight) of a ``LayerInput``."""
    v, targets, weight = layer_input.v, layer_input.targets, layer_input.weight
    rows = np.arange(len(v)) if weight is None else np.flatnonzero(weight)
    if len(rows) > n_rows:
        rows = np.sort(rng.choice(rows, n_rows, replace=False))
    elif len(rows) == len(v):
        return v, targets, weight
    targets = None if targets is None else targets._replace(Y=np.asarray(targets.Y)[rows])
    return v[rows], targets, None if weight is None else weight[rows]
