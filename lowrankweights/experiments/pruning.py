"""Magnitude pruning, a rival: train every weight, keep the largest, train on (Han et al., NIPS 2015)."""

import numpy as np

from .. import _checks
from ..networks import Network
from ..weights import Parametrisation
from .training import fine_tune

N_ROUNDS = 3  # the same part of what is left is kept in each
ROUND_ITER = 50  # L-BFGS iterations between two rounds


class Sparse(Parametrisation):
    """Only the entries of W at ``places`` are learned, all others are 0.

    Parameters
    ----------
    n_v, n_h : int
    places : array of int
        Indices into W laid out flat, row by row; unique. They have to be stored, and count as static.

    Examples
    --------
    >>> Sparse(2, 3, places=[1, 5]).expand(np.array([7.0, 8.0]))
    array([[0., 7., 0.],
           [0., 0., 8.]])
    """

    def __init__(self, n_v, n_h, places):
        super().__init__(n_v, n_h)
        self.places = np.array(places, dtype=np.intp)
        inside = self.places[(self.places >= 0) & (self.places < self.n_v * self.n_h)]
        if self.places.ndim != 1 or len(np.unique(inside)) != self.places.size:
            _checks.fail("places", f"unique indices below {self.n_v * self.n_h}", repr(places))
        self.shapes, self.n_static = {"w": (self.places.size,)}, self.places.size

    def init(self, rng, variance=None):
        """Initial p (n_dynamic,): the learned entries have the variance."""
        variance = self.glorot_variance() if variance is None else variance
        return _checks.generator(rng).normal(scale=variance**0.5, size=self.n_dynamic)

    def expand(self, p):
        W = np.zeros((self.n_v, self.n_h), p.dtype)
        W.flat[self.places] = p
        return W

    def pull_back(self, dW, p):
        return dW.ravel()[self.places]


def keep_largest(net, theta, n_left):
    """The network with so many numbers left, those weights that are largest in magnitude, and all biases.

    All layers are looked at together.

    Parameters
    ----------
    net : Network
        Of dense layers.
    theta : array, (n_dynamic,)
    n_left : int
        Numbers to be learned, biases included; at least one weight in all.

    Returns
    -------
    net : Network
        Its layers' weights are ``Sparse``.
    theta : ndarray, (n_dynamic,)
        Of that network.
    """
    layers, arrays = net.layers, net.unpack(theta)
    n_biases = sum(layer.n_z for layer in layers)
    n_left = _checks.integer("n_left", n_left, at_least=n_biases + 1, at_most=net.n_dynamic)
    sizes = np.concatenate([np.abs(a["W"]).ravel() for a in arrays])
    kept = np.zeros(sizes.size, bool)
    kept[np.argsort(-sizes, kind="stable")[: n_left - n_biases]] = True
    left, parts, start = [], [], 0
    for layer, a in zip(layers, arrays, strict=True):
        places = np.flatnonzero(kept[start : start + a["W"].size])
        left.append(layer.with_weights(Sparse(layer.n_v, layer.n_z, places)))
        parts += [a["W"].ravel()[places], a["b"]]
        start += a["W"].size
    return Network(left, net.loss), np.concatenate(parts)


def prune(spec, data, net, theta, n_dynamic, n_threads):
    """Prune a trained network in rounds, trained on a little after each and to the end after the last.

    Returns as ``training.fit``. In every round the same part of the numbers is kept, so that n_dynamic are
    left after ``N_ROUNDS``.
    """
    n_first = net.n_dynamic
    for i in range(1, N_ROUNDS + 1):
        n_left = round(n_first * (n_dynamic / n_first) ** (i / N_ROUNDS))
        net, theta = keep_largest(net, theta, n_left)
        last = i == N_ROUNDS
        how = spec if last else {**spec, "max_iter": min(ROUND_ITER, spec["max_iter"])}
        result, net, theta = fine_tune(how, data, net, theta, n_threads)
    return result, net, theta
