"""Units of X and Y: a network learns standardised columns, and is handed over for columns as they are."""

import dataclasses

from ...networks.network import Network
from ...optimisation.lbfgs import checked_callbacks
from ...weights.parametrisations import Columns, Predicted


class Folding:
    """A network that learns standardised columns, and the same network for columns as they are.

    Parameters
    ----------
    inner : Network
        Of dense layers, for (X - mean) / scale; its outputs are (Y - mean) / scale.
    inputs, targets : Scale, optional
        None: those columns are as they are.

    Attributes
    ----------
    outer : Network
        For X and Y as they are. Its theta has the layout of the inner one's.

    Notes
    -----
    With X's m and s, and Y's mean and scale, nothing is lost: z of the first layer, and the output of
    the last one, which is linear, are

        ((x - m) / s) W + b      = x (W / s) + (b - m (W / s)),
        (v W + b) scale + mean   = v (W scale) + (b scale + mean).

    Where W = U w_alpha, it is U whose rows are divided by s: what is learned stays the same. Ours.

    Examples
    --------
    >>> import numpy as np
    >>> from lowrankweights import Dense, Full, Network
    >>> from lowrankweights.building.scale import Scale
    >>> net = Network([Dense(Full(1, 1), "tanh"), Dense(Full(1, 1))], "squared_error")
    >>> of_x, of_y = Scale(np.array([2.0]), np.array([4.0])), Scale(np.array([20.0]), np.array([10.0]))
    >>> folding = Folding(net, of_x, of_y)
    >>> theta = np.array([1.0, 0.5, 3.0, 0.0])  # W, b of each layer
    >>> folding.fold(theta), folding.unfold(folding.fold(theta))
    (array([ 0.25,  0.  , 30.  , 20.  ]), array([1. , 0.5, 3. , 0. ]))
    """

    def __init__(self, inner, inputs=None, targets=None):
        self.inner, self.inputs, self.targets = inner, inputs, targets
        self.outer = inner if inputs is None else with_dictionary_rows(inner, 1 / inputs.scale)

    @classmethod
    def of_outer(cls, outer, inputs=None, targets=None):
        """Of the network for columns as they are, for instance of a fitted estimator."""
        inner = outer if inputs is None else with_dictionary_rows(outer, inputs.scale)
        return cls(inner, inputs, targets)

    def fold(self, theta):
        """theta of the outer network, from that of the inner one; both (n_dynamic,)."""
        theta = theta.copy()
        if self.inputs is not None:
            first = self.outer.layers[0]
            p, b = first.split(self.outer.split(theta)[0])
            _multiply_learned_rows(first.parametrisation, p, 1 / self.inputs.scale)
            b -= self.inputs.mean @ first.parametrisation.expand(p)
        if self.targets is not None:
            W, b = self._last(theta)
            W *= self.targets.scale
            b[:] = b * self.targets.scale + self.targets.mean
        return theta

    def unfold(self, theta):
        """theta of the inner network, from that of the outer one."""
        theta = theta.copy()
        if self.inputs is not None:
            first = self.outer.layers[0]
            p, b = first.split(self.outer.split(theta)[0])
            b += self.inputs.mean @ first.parametrisation.expand(p)
            _multiply_learned_rows(first.parametrisation, p, self.inputs.scale)
        if self.targets is not None:
            W, b = self._last(theta)
            W /= self.targets.scale
            b[:] = (b - self.targets.mean) / self.targets.scale
        return theta

    def seen_by(self, callbacks):
        """The callbacks, so that they see the theta of the outer network."""

        def seen(callback):
            return lambda info: callback(dataclasses.replace(info, theta=self.fold(info.theta)))

        callbacks = checked_callbacks(callbacks)
        return callbacks if self.inputs is None and self.targets is None else [seen(c) for c in callbacks]

    def _last(self, theta):
        """W (n_v, n_out) and b of the last layer, as views."""
        W, b = self.outer.layers[-1].split(self.outer.split(theta)[-1])
        return W.reshape(-1, len(b)), b


def with_dictionary_rows(net, factors):
    """The network with each row of the first layer's dictionaries multiplied; ``factors`` (n_v,)."""
    first = net.layers[0]
    q = first.parametrisation
    leaves = [
        Predicted(leaf.U * factors[:, None], leaf.n_h) if isinstance(leaf, Predicted) else leaf
        for leaf in q.leaves
    ]
    q = Columns(leaves) if isinstance(q, Columns) else leaves[0]
    return Network([first.with_weights(q), *net.layers[1:]], net.loss)


def _multiply_learned_rows(q, p, factors):
    """Multiply, in p, each row of what is learned in place of a dictionary: all of W, or a low rank's U."""
    for leaf, part in zip(q.leaves, q.parts(p), strict=True):
        if not isinstance(leaf, Predicted):
            next(iter(leaf.unpack(part).values()))[:] *= factors[:, None]
