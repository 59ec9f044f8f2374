"""A trained network adapted with few numbers, and the ordinary network that an adapted one is."""

import numpy as np

from .. import _checks
from ..networks import Dense, Network
from ..weights import Adapted, Full


def adapted(net, theta, rank=4, kind="lora", scale=1.0, layers=None, rng=0):
    """A network whose layers' weights are ``Adapted`` at a trained network's W, and where its theta begins.

    It begins as the trained network: the same predictions. Biases are learned, and begin where they were.

    Parameters
    ----------
    net : Network
    theta : array, (net.n_dynamic,)
        What it has learned.
    rank : int
        Of what is added to each W; where W has fewer rows or columns, as many as these.
    kind, scale
        As of ``Adapted``: "lora" or "vera", and what the addition is multiplied by.
    layers : list of int, optional
        Which layers, counted from 0; default: every ``Dense`` one. The others stay as they are, and
        go on learning what they have learned so far.
    rng : seed or numpy.random.Generator
        Of the factors.

    Returns
    -------
    net : Network
    theta : ndarray, (net.n_dynamic,)

    Raises
    ------
    ValueError
        If theta has another length, a layer is not ``Dense``, or another argument does not fit.

    Notes
    -----
    E. Hu et al., LoRA: low-rank adaptation of large language models, ICLR 2022; D. Kopiczko, T. Blankevoort
    and Y. Asano, VeRA: vector-based random matrix adaptation, ICLR 2024.

    Examples
    --------
    >>> trained = Network([Dense(Full(20, 30), "tanh"), Dense(Full(30, 2))], "softmax_cross_entropy")
    >>> theta, X = trained.init(rng=0), np.ones((1, 20))
    >>> lora, start = adapted(trained, theta, rank=2)
    >>> trained.n_dynamic, lora.n_dynamic, np.allclose(lora.predict(start, X), trained.predict(theta, X))
    (692, 196, True)
    """
    parts = _network(net).split(net.check_theta(theta))
    if layers is not None and not np.iterable(layers):
        _checks.fail("layers", "numbers of layers, such as [0]", repr(layers))
    dense = [i for i, layer in enumerate(net.layers) if isinstance(layer, Dense)]
    chosen = dense if layers is None else [_checks.integer("layers", i, at_least=0) for i in layers]
    if not chosen or not set(chosen) <= set(dense):
        _checks.fail("layers", f"at least one of the Dense ones, {dense}", chosen)
    rank, rng = _checks.integer("rank", rank, at_least=1), _checks.generator(rng)
    made, start = list(net.layers), [np.array(part) for part in parts]
    for i in chosen:
        p, b = net.layers[i].split(parts[i])
        W0 = net.layers[i].parametrisation.expand(p)
        q = Adapted(W0, min(rank, *W0.shape), kind, scale, int(rng.integers(2**63)))
        made[i], start[i] = net.layers[i].with_weights(q), np.concatenate([q.init(rng), b])
    return Network(made, net.loss, net.in_shape), np.concatenate(start)


def merged(net, theta):
    """The same network with every ``Dense`` layer's W put together once, and its theta.

    It predicts the same and costs what an ordinary network costs, whatever its weights were made of.

    Parameters
    ----------
    net : Network
    theta : array, (net.n_dynamic,)

    Returns
    -------
    net : Network
        Its dense layers are ``Full``; layers of other kinds stay as they are.
    theta : ndarray, (net.n_dynamic,)

    Raises
    ------
    ValueError
        If theta has another length.

    Examples
    --------
    >>> trained = Network([Dense(Full(20, 30), "tanh"), Dense(Full(30, 2))], "softmax_cross_entropy")
    >>> whole, theta = merged(*adapted(trained, trained.init(rng=0), rank=2))
    >>> whole.n_dynamic, np.allclose(theta, trained.init(rng=0))
    (692, True)
    """
    made, parts = [], []
    for layer, part in zip(_network(net).layers, net.split(net.check_theta(theta)), strict=True):
        if isinstance(layer, Dense):
            p, b = layer.split(part)
            W = layer.parametrisation.expand(p)
            layer, part = layer.with_weights(Full(*W.shape)), np.concatenate([W.ravel(), b])
        made.append(layer)
        parts.append(part)
    return Network(made, net.loss, net.in_shape), np.concatenate(parts)


def _network(net):
    """The network; a ``ValueError`` for what has no layers, such as a ``RandomSubspace``."""
    if not isinstance(net, Network):
        _checks.fail("net", "a Network", type(net).__name__)
    return net
