"""Activation functions: h = g(z), and g'(z) written in terms of h, so that no z need be kept.

To add one: a line in ``ACTIVATIONS``. That is all; for speed, a loop in ``speed/compiled.py``
(``IN_PLACE``), and for worked numbers its slope in words (``SLOPES`` in ``teaching/worked/numbers.py``).

Maxout is not entry by entry, and so not in the table: ``Dense`` alone has it.
"""

from typing import NamedTuple

import numpy as np

from .. import _checks

MAXOUT = "maxout"
STEP, NEAR = 1e-5, 1e-4  # of the slope that an activation's derivative is held against


class Activation(NamedTuple):
    """``value(z)`` is h = g(z), ``derivative(h)`` is g'(z); both of any shape, entry by entry."""

    value: callable
    derivative: callable


class Maxout(NamedTuple):
    """h_j = max_k z_jk: a unit j has ``n_pieces`` columns of z, side by side, and is the largest of them.

    I. Goodfellow, D. Warde-Farley, M. Mirza, A. Courville and Y. Bengio, Maxout networks, ICML 2013.

    >>> maxout, z = Maxout(n_pieces=2), np.array([[1.0, 3.0, 2.0, 2.0]])
    >>> h, k = maxout.forward(z)
    >>> h, maxout.backward(np.array([[5.0, 7.0]]), k)
    (array([[3., 2.]]), array([[0., 5., 7., 0.]]))
    """

    n_pieces: int

    def forward(self, z):
        """h (n, n_h), and the piece k (n, n_h) that was the largest, of z (n, n_h n_pieces)."""
        z = z.reshape(len(z), -1, self.n_pieces)
        # h_j = max_k z_jk; of equal ones the first is meant
        k = z.argmax(axis=2)[..., None]
        return np.take_along_axis(z, k, axis=2)[..., 0], k[..., 0]

    def backward(self, dh, k):
        """dz (n, n_h n_pieces) from dh and k."""
        # dz_jk = dh_j where piece k was the largest, else 0
        dz = np.zeros((*dh.shape, self.n_pieces), dh.dtype)
        np.put_along_axis(dz, k[..., None], dh[..., None], axis=2)
        return dz.reshape(len(dh), -1)


def sigmoid(z):
    """1 / (1 + exp(-z)), without overflow for any z.

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    # exp(-z) where z >= 0; elsewhere exp(z) / (1 + exp(z)), which is the same
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def check_activation(name, argument="activation", others=()):
    """The name, or a ``ValueError``: there is none, it is not entry by entry, or not its own derivative.

    ``others`` are names, of activations that are not entry by entry, which may be there too.
    """
    if callable(name):
        expected = "a name in networks.ACTIVATIONS: put Activation(value, derivative) there under a name"
        _checks.fail(argument, expected, repr(name))
    if _checks.choice(argument, name, [*ACTIVATIONS, *others]) in others:
        return name
    g = ACTIVATIONS[name]
    if not isinstance(g, Activation):
        expected = "networks.Activation(value, derivative) in the table, with derivative(h) = g'(z)"
        _checks.fail(f"{argument} ({name!r})", expected, repr(g))
    with np.errstate(all="ignore"):
        z = np.array([[-1.1, 0.5, 2.0]] * 2)
        h = g.value(z)
        shapes = np.shape(h), np.shape(h) == z.shape and np.shape(g.derivative(h))
    if shapes != (z.shape, z.shape):
        expected = "value(z) and derivative(h) of the shape that they are given"
        got = f"from shape {z.shape} shape {shapes[1] or shapes[0]}"
        _checks.fail(f"{argument} ({name!r})", expected, got)
    _check_derivative(g, z[0], f"{argument} ({name!r})")
    return name


def _check_derivative(g, z, argument):
    """A ``ValueError`` unless derivative(h) is the slope of value, here (g(z + e) - g(z - e)) / 2 e."""
    with np.errstate(all="ignore"):
        slopes, derivatives = (g.value(z + STEP) - g.value(z - STEP)) / (2 * STEP), g.derivative(g.value(z))
    for z_i, slope, derivative in zip(z, slopes, derivatives, strict=True):
        if abs(slope - derivative) > NEAR * max(1, abs(slope)):
            expected = f"derivative(h) = {slope:.4g} where h = g({z_i:g}), the slope of value there"
            _checks.fail(argument, expected, f"{derivative:.4g}")


ACTIVATIONS = {
    # h = z, g' = 1
    "identity": Activation(lambda z: z, lambda h: np.ones_like(h)),
    # h = 1 / (1 + exp(-z)), g' = h (1 - h)
    "sigmoid": Activation(sigmoid, lambda h: h * (1 - h)),
    # h = tanh(z), g' = 1 - h^2
    "tanh": Activation(np.tanh, lambda h: 1 - h * h),
    # h = max(z, 0), g' = 1 where h > 0, else 0
    "relu": Activation(lambda z: np.maximum(z, 0), lambda h: (h > 0).astype(h.dtype)),
}
