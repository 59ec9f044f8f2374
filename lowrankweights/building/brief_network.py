"""Filters of a network that is trained briefly: what is known of filters before the long training."""

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
        Hidden units, and L-BFGS iterations.
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
    W : ndarray, (n_v, n_filters)

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C.
    """
    n_v, first = v.shape[1], Full(v.shape[1], n_filters)
    if targets is None:
        model, Y = TiedAutoencoder(first, activation, "identity"), v
    else:
        last = Dense(Full(n_filters, targets.Y.shape[1]))
        model, Y = Network([Dense(first, activation), last], targets.loss), targets.Y
    theta = model.init(_checks.generator(rng))
    theta[: n_v * n_filters] *= initial
    objective = Objective(model, v, Y, weight_decay, n_threads=n_threads, rows=Rows.of(len(v), weight))
    theta = minimize(objective, theta, max_iter=n_iter, on_interrupt="raise").theta
    return theta[: n_v * n_filters].reshape(n_v, n_filters)
