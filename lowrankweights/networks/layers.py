"""Layers: forward and backward pass side by side, the equation above its line.

A layer keeps no state: ``forward`` returns what ``backward`` needs, and its parameters come as its own
part of theta, a flat vector.
"""

import abc
import math

import numpy as np

from .. import _checks
from ..weights import check_parametrisation
from .activations import ACTIVATIONS, MAXOUT, Maxout, check_activation


class Layer(abc.ABC):
    """What a network asks of a layer; one's own is a subclass with ``forward`` and ``backward``.

    It works in ``Network`` and ``Objective`` (docs/network.md); the estimators build ``Dense`` layers only.

    One that learns also has ``n_dynamic`` and ``init``, and says in ``decayed`` what weight decay acts on (by
    default nothing). To be saved, its class names the arguments that it is made from in ``arguments``.

    Attributes
    ----------
    in_shape, out_shape : tuple
        Of one row, going in and coming out: (n_v,) and (n_h,), or those of an image. Layers on images have
        none until ``on`` says what comes in.
    n_dynamic, n_static : int
        Numbers that it learns, and numbers that it has fixed; 0 unless a subclass says otherwise.

    Examples
    --------
    Of one's own: an image is laid out flat.

    >>> class Flatten(Layer):
    ...     def __init__(self, in_shape):
    ...         self.in_shape, self.out_shape = in_shape, (math.prod(in_shape),)
    ...     def forward(self, theta, v, rows):
    ...         return v.reshape(len(v), -1), None
    ...     def backward(self, theta, cache, dh):
    ...         return np.zeros(0), dh.reshape(len(dh), *self.in_shape)
    >>> Flatten((2, 3)).forward(None, np.ones((5, 2, 3)), None)[0].shape
    (5, 6)
    """

    in_shape = out_shape = None
    n_dynamic = 0
    n_static = 0
    activation = "identity"

    def on(self, in_shape):
        """The layer for rows of this shape: itself, where its shapes are its own; a network asks each."""
        return self

    def init(self, rng):
        """Initial parameters (n_dynamic,)."""
        return np.zeros(0)

    @abc.abstractmethod
    def forward(self, theta, v, rows):
        """Return h (n, *out_shape), and a cache of whatever ``backward`` needs.

        Parameters
        ----------
        theta : array, (n_dynamic,)
            The layer's own part, in v's dtype.
        v : array, (n, *in_shape)
            Not to be changed.
        rows : Rows
            The rows' weights and numbers, and whether the pass trains.
        """

    @abc.abstractmethod
    def backward(self, theta, cache, dh):
        """Return dtheta (n_dynamic,) and dv (n, *in_shape), from dh (n, *out_shape)."""

    def decayed(self, theta):
        """The part of theta that weight decay acts on, as a view."""
        return theta[:0]

    def unpack(self, theta):
        """The learned arrays by name."""
        return {}

    @property
    def n_v(self):
        """Numbers of one row that go in."""
        return math.prod(self.in_shape)

    @property
    def n_h(self):
        """Numbers of one row that come out."""
        return math.prod(self.out_shape)


def forward(layer, theta, v, rows):
    """``layer.forward``: h and a cache; a ``ValueError`` that names the layer if h has another shape."""
    h, cache = _two(layer, "forward", layer.forward(theta, v, rows), "h and a cache")
    return _checks.returned(layer, "forward (its h)", h, (len(v), *layer.out_shape)), cache


def backward(layer, theta, cache, dh, need_dv=True):
    """``layer.backward``: dtheta and dv, with the same checks; dv may be anything where it is not needed."""
    dtheta, dv = _two(layer, "backward", layer.backward(theta, cache, dh), "dtheta and dv")
    _checks.returned(layer, "backward (its dtheta)", dtheta, (layer.n_dynamic,))
    if need_dv:
        _checks.returned(layer, "backward (its dv)", dv, (len(dh), *layer.in_shape))
    return dtheta, dv


def _two(layer, method, value, expected):
    return _checks.two(f"{type(layer).__name__}.{method}", value, expected)


class Weighted(Layer):
    """What ``Dense`` and ``Conv2d`` share: W from any parametrisation, a bias a filter, an activation."""

    maxout = None

    def __init__(self, parametrisation, activation, other_activations=()):
        self.parametrisation = check_parametrisation(parametrisation)
        for q in (parametrisation, *parametrisation.leaves):
            if "b" in q.shapes:  # ``unpack`` would lose it
                expected = "learned arrays by other names than 'b', which is the layer's bias"
                _checks.fail("parametrisation", expected, f"{', '.join(q.shapes)} of {type(q).__name__}")
        self.activation = check_activation(activation, others=other_activations)
        # the bias is learned too
        self.n_dynamic = parametrisation.n_dynamic + parametrisation.n_h
        self.n_static = parametrisation.n_static

    def init(self, rng):
        """Initial parameters of the layer: p as the parametrisation says, b = 0."""
        return np.concatenate([self.parametrisation.init(rng), np.zeros(self.parametrisation.n_h)])

    def split(self, theta):
        """The weights' p and the bias b, one a filter, as views."""
        return theta[: -self.parametrisation.n_h], theta[-self.parametrisation.n_h :]

    def dz(self, dh, h_or_k):
        """dL/dz from dh and what ``forward`` kept of g."""
        if self.maxout:
            # dz_jk = dh_j where piece k was the largest, else 0
            return self.maxout.backward(dh, h_or_k)
        # dz = dh g'(z)
        return dh * ACTIVATIONS[self.activation].derivative(h_or_k)

    def decayed(self, theta):
        """p: all but the bias."""
        return self.split(theta)[0]

    def unpack(self, theta):
        """The learned arrays by name (w_alpha, or U and V), and, always by these names, W composed and b."""
        p, b = self.split(theta)
        return {**self.parametrisation.unpack(p), "W": self.parametrisation.expand(p), "b": b}


class Dense(Weighted):
    """h = g(v W + b), with W from any parametrisation (paper, section 2).

    Parameters
    ----------
    parametrisation : Parametrisation
        ``Full``, ``Predicted``, ``LowRank`` or ``Columns``; W is (n_v, n_h).
    activation : "identity", "sigmoid", "tanh", "relu" or "maxout"
        g. The last layer of a network has "identity": losses take its z. A unit of "maxout" is the largest of
        ``n_pieces`` columns of z, which are side by side: h has n_h / n_pieces units.
    n_pieces : int
        Of a unit of "maxout"; of others it says nothing.

    Raises
    ------
    ValueError
        If the parametrisation is none, does not keep to its shapes or has an array called b, there is no
        such activation, or the pieces do not divide the filters.

    Notes
    -----
    Here W is composed first, v (U w_alpha): a forward and backward pass over n rows takes 2 n n_v n_h +
    2 n_v n_alpha n_h multiplications, without dv. The same numbers come from pooling first, (v U) w_alpha
    (section 3.3), with n n_alpha (n_v + 2 n_h), or 2 n n_alpha n_h where v U is kept: cheaper while n_alpha
    is small. ``speed`` counts, and takes the cheaper; dw_alpha = U^T (v^T dz) = (v U)^T dz is why it may.
    """

    def __init__(self, parametrisation, activation="identity", n_pieces=2):
        super().__init__(parametrisation, activation, other_activations=(MAXOUT,))
        self.n_pieces = _checks.integer("n_pieces", n_pieces, at_least=1)
        self.maxout = Maxout(self.n_pieces) if activation == MAXOUT else None
        n_h = self.n_z = parametrisation.n_h
        if self.maxout:
            if n_h % n_pieces:
                _checks.fail("n_pieces", f"a divisor of the parametrisation's n_h = {n_h} filters", n_pieces)
            n_h //= n_pieces
        self.in_shape, self.out_shape = (parametrisation.n_v,), (n_h,)

    def with_weights(self, parametrisation):
        """The same layer with W from another parametrisation."""
        return Dense(parametrisation, self.activation, self.n_pieces)

    def forward(self, theta, v, rows=None):
        p, b = self.split(theta)
        # W = U w_alpha, or whatever else W is made of
        W = self.parametrisation.expand(p)
        # z = v W + b
        z = v @ W + b
        if self.maxout:
            # h_j = max_k z_jk, and which k
            h, k = self.maxout.forward(z)
            return h, (v, W, k)
        # h = g(z)
        h = ACTIVATIONS[self.activation].value(z)
        return h, (v, W, h)

    def backward(self, theta, cache, dh):
        v, W, h_or_k = cache
        dz = self.dz(dh, h_or_k)
        # db = sum of dz over the rows
        db = dz.sum(axis=0)
        # dW = v^T dz, and from it dL/dp: dw_alpha = U^T dW
        dW = v.T @ dz
        dp = self.parametrisation.pull_back(dW, self.split(theta)[0])
        # dv = dz W^T
        dv = dz @ W.T
        return np.concatenate([dp, db]), dv
