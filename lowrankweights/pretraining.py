"""Layer-wise pre-training: each layer first learns to reconstruct its own input (paper, section 3.5)."""

import numpy as np

from .autoencoder import TiedAutoencoder, decoder_for
from .lbfgs import minimize
from .objective import Objective


def pretrain_layer(
    parametrisation, activation, V, *, max_iter, rng, weight_decay=0.0, n_threads=None, engine=None
):
    """Train a layer as a tied autoencoder.

    Parameters
    ----------
    parametrisation : Parametrisation
    activation : str
    V : array, (n, n_v)
        The layer's input. The decoder is a sigmoid where V lies in [0, 1], else linear.
    max_iter : int
    rng : seed or numpy.random.Generator

    Returns
    -------
    theta : ndarray
        The layer's p and b; the decoder's bias is dropped.
    H : ndarray, (n, n_h)
        The hidden units over the data.
    result : Result
    """
    model = TiedAutoencoder(parametrisation, activation, decoder_for(V))
    objective = Objective(model, V, V, weight_decay, n_threads, engine)
    with objective.one_blas_thread():
        result = minimize(objective, model.init(rng), max_iter=max_iter)
    p, b, _ = model.split(result.theta)
    return np.concatenate([p, b]), model.encode(result.theta, V), result
