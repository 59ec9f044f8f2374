"""Layer-wise pre-training: each layer first learns to reconstruct its own input (paper, section 3.5)."""

import numpy as np

from ..dictionaries.moments import counted_rows
from ..networks import Rows
from ..optimisation.lbfgs import minimize
from ..speed import Objective
from .autoencoder import TiedAutoencoder, decoder_for


def pretrain_layer(
    parametrisation, activation, v, *, max_iter, rng, weight=None, n_threads=None, engine=None
):
    """Train a layer as a tied autoencoder.

    Parameters
    ----------
    parametrisation : Parametrisation
    activation : str
    v : array, (n, n_v)
        The layer's input. The decoder is a sigmoid where v lies in [0, 1], else linear.
    max_iter : int
    rng : seed or numpy.random.Generator
    weight : array, (n,), optional
        How much each row counts in the mean.
    n_threads, engine
        See ``Objective``.

    Returns
    -------
    theta : ndarray
        The layer's p and b; the decoder's bias is dropped.
    h : ndarray, (n, n_h)
        The hidden units over the data.
    result : Result

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C.
    """
    rows = Rows.of(len(v), weight)
    model = TiedAutoencoder(parametrisation, activation, decoder_for(counted_rows(v, rows.weight)))
    objective = Objective(model, v, v, 0.0, n_threads, engine, rows=rows)
    result = minimize(objective, model.init(rng), max_iter=max_iter, on_interrupt="raise")
    p, b, _ = model.split(result.theta)
    return np.concatenate([p, b]), model.encode(result.theta, v, n_threads), result
