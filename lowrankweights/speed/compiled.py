"""Every Numba function of the package, each beside its NumPy meaning, which is the definition's formula.

The loops say the same in one pass over the memory; they run for float32 arrays of some size when
Numba is there, and are compiled at their first call, then kept in a cache for later processes.
Float64 stays with NumPy: there exactness counts.
"""

import math
from typing import NamedTuple

import numpy as np

from ..networks import ACTIVATIONS, LOSSES
from ..networks.activations import Maxout
from ..networks.losses import terms_and_dz
from ..weights import streams
from .buffers import empty
from .numba_or_numpy import compiled

# tanh(x) = x P(x^2) / Q(x^2) on [-9, 9], beyond which it is 1 in float32: our own weighted
# least-squares fit, error 4e-7, half of it in the sigmoid. Products and sums only, so that
# LLVM vectorises it.
_P = tuple(map(np.float32, (1.0, 0.1338101476, 3.495574929e-3, 2.060888437e-5, 1.335441979e-8)))
_Q = tuple(map(np.float32, (1.0, 0.4671432973, 2.587692998e-2, 3.285614075e-4, 7.776452549e-7)))
_P0, _P1, _P2, _P3, _P4 = _P
_Q0, _Q1, _Q2, _Q3, _Q4 = _Q
_ZERO, _HALF, _ONE, _NINE = map(np.float32, (0, 0.5, 1, 9))


def _value(name):
    """z = g(z + b), in place."""
    g = ACTIVATIONS[name].value
    return lambda z, b: _put(z, g(np.add(z, b, out=z)))


def _slope(name):
    """dh = dh g'(z), in place, with g' written in h."""
    derivative = ACTIVATIONS[name].derivative
    return lambda dh, h: np.multiply(dh, derivative(h), out=dh)


def _put(out, values):
    np.copyto(out, values)
    return out


@compiled(meaning=_value("sigmoid"))
def bias_sigmoid(z, b):
    """z = sigmoid(z + b)."""
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            x = min(max(_HALF * (z[i, j] + b[j]), -_NINE), _NINE)
            s = x * x
            p = x * ((((_P4 * s + _P3) * s + _P2) * s + _P1) * s + _P0)
            q = (((_Q4 * s + _Q3) * s + _Q2) * s + _Q1) * s + _Q0
            z[i, j] = _HALF + _HALF * min(max(p / q, -_ONE), _ONE)
    return z


@compiled(meaning=_value("tanh"))
def bias_tanh(z, b):
    """z = tanh(z + b)."""
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            x = min(max(z[i, j] + b[j], -_NINE), _NINE)
            s = x * x
            p = x * ((((_P4 * s + _P3) * s + _P2) * s + _P1) * s + _P0)
            q = (((_Q4 * s + _Q3) * s + _Q2) * s + _Q1) * s + _Q0
            z[i, j] = min(max(p / q, -_ONE), _ONE)
    return z


@compiled(meaning=_value("relu"))
def bias_relu(z, b):
    """z = max(z + b, 0)."""
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            z[i, j] = max(z[i, j] + b[j], _ZERO)
    return z


@compiled(meaning=_slope("sigmoid"))
def sigmoid_backward(dh, h):
    """dh = dh h (1 - h)."""
    for i in range(h.shape[0]):
        for j in range(h.shape[1]):
            dh[i, j] *= h[i, j] * (_ONE - h[i, j])
    return dh


@compiled(meaning=_slope("tanh"))
def tanh_backward(dh, h):
    """dh = dh (1 - h^2)."""
    for i in range(h.shape[0]):
        for j in range(h.shape[1]):
            dh[i, j] *= _ONE - h[i, j] * h[i, j]
    return dh


@compiled(meaning=_slope("relu"))
def relu_backward(dh, h):
    """dh = dh where h > 0, else 0."""
    for i in range(h.shape[0]):
        for j in range(h.shape[1]):
            dh[i, j] = dh[i, j] if h[i, j] > _ZERO else _ZERO
    return dh


def _largest_pieces(h, k, z, b):
    h[...], k[...] = Maxout(z.shape[1] // h.shape[1]).forward(np.add(z, b, out=z))
    return h


@compiled(meaning=_largest_pieces)
def largest_pieces(h, k, z, b):
    """h_j = max_k (z_jk + b_jk), and which k: the first of equal ones; z may be overwritten.

    h and k are (n, n_h), z (n, n_h n_pieces) and b (n_h n_pieces,).
    """
    n_pieces = z.shape[1] // h.shape[1]
    for i in range(h.shape[0]):
        for j in range(h.shape[1]):
            first = j * n_pieces
            largest, piece = z[i, first] + b[first], 0
            for part in range(1, n_pieces):
                x = z[i, first + part] + b[first + part]
                piece = part if x > largest else piece
                largest = max(largest, x)
            h[i, j], k[i, j] = largest, piece
    return h


def _to_pieces(dz, dh, k):
    return _put(dz, Maxout(dz.shape[1] // dh.shape[1]).backward(dh, k))


@compiled(meaning=_to_pieces)
def to_pieces(dz, dh, k):
    """dz_jk = dh_j where piece k was the largest, else 0; shapes as in ``largest_pieces``."""
    n_pieces = dz.shape[1] // dh.shape[1]
    for i in range(dh.shape[0]):
        for j in range(dh.shape[1]):
            for part in range(n_pieces):
                dz[i, j * n_pieces + part] = dh[i, j] if k[i, j] == part else _ZERO
    return dz


def maxout(z, b, n_pieces):
    """h (n, n_h) and k, of z (n, n_h n_pieces) less the bias, which is overwritten."""
    shape = len(z), z.shape[1] // n_pieces
    k = empty(shape, np.intp)
    return largest_pieces(empty(shape, z.dtype), k, z, b), k


def maxout_backward(dh, k, n_pieces):
    """dz (n, n_h n_pieces) from dh and k."""
    return to_pieces(empty((len(dh), dh.shape[1] * n_pieces), dh.dtype), dh, k)


def _softmax_cross_entropy(dz, z, Y):
    terms, dz[...] = LOSSES["softmax_cross_entropy"].terms(z, Y)
    return terms.sum(dtype=np.float64)


@compiled(meaning=_softmax_cross_entropy)
def softmax_cross_entropy(dz, z, Y):
    """dz = softmax(z) sum_k Y_k - Y; returns -sum Y log softmax(z), in float64."""
    loss = 0.0
    for i in range(z.shape[0]):
        highest = z[i, 0]
        for j in range(1, z.shape[1]):
            highest = max(highest, z[i, j])
        total, weight, linear = 0.0, 0.0, 0.0
        for j in range(z.shape[1]):
            shifted = z[i, j] - highest
            linear += Y[i, j] * shifted
            weight += Y[i, j]
            dz[i, j] = np.exp(shifted)
            total += dz[i, j]
        loss += weight * np.log(total) - linear
        for j in range(z.shape[1]):
            dz[i, j] = np.float32(dz[i, j] * (weight / total)) - Y[i, j]
    return loss


def _smooth_absolute(z, eps):
    root = np.sqrt(z * z + eps)
    np.divide(z, root, out=z)
    return root.sum(dtype=np.float64)


# A sum in any order, so that it is vectorised: the same order in every run. With "arcp" one
# reciprocal square root takes the place of a root and a division, each as slow as ten products.
@compiled(meaning=_smooth_absolute, fastmath={"reassoc", "arcp"})
def smooth_absolute(z, eps):
    """z = z / sqrt(z^2 + eps); returns the sum of sqrt(z^2 + eps), rows added in float64."""
    total = 0.0
    for i in range(z.shape[0]):
        row = _ZERO
        for j in range(z.shape[1]):
            square = z[i, j] * z[i, j] + eps
            inverse = _ONE / np.sqrt(square)
            row += square * inverse
            z[i, j] *= inverse
        total += row
    return total


def _rectify_and_pool(out, z, region, t):
    for k in range(out.shape[1]):
        here = z[:, region == k]
        out[:, k, 0] = np.maximum(here - t, 0).sum(axis=1)
        out[:, k, 1] = np.maximum(-here - t, 0).sum(axis=1)
    return out


@compiled(meaning=_rectify_and_pool)
def rectify_and_pool(out, z, region, t):
    """out[i, k] = sums of max(z - t, 0) and of max(-z - t, 0) over the places of region k in image i.

    z is (n, n_places, n_h), region (n_places,) and out (n, n_regions, 2, n_h).
    """
    out[...] = _ZERO
    for i in range(z.shape[0]):
        for p in range(z.shape[1]):
            k = region[p]
            for j in range(z.shape[2]):
                out[i, k, 0, j] += max(z[i, p, j] - t, _ZERO)
                out[i, k, 1, j] += max(-z[i, p, j] - t, _ZERO)
    return out


def _drop_units(v, keys, smallest, factor):
    kept = streams.uniform(keys.view(np.uint64), v.shape[1]) * 2.0**streams.BITS >= smallest[0]
    return np.multiply(v, kept * factor, out=v)


_STEP, _FIRST, _SECOND, _UNUSED = streams.STEP, streams.FIRST, streams.SECOND, np.uint64(64 - streams.BITS)
_30, _27, _31 = map(np.uint64, (30, 27, 31))


@compiled(meaning=_drop_units)
def drop_units(v, keys, smallest, factor):
    """v = v factor where the first bits of the unit's number, as an integer, are >= smallest, else v 0.

    v is (n, n_units), keys (n,); smallest and factor have one entry.
    """
    for i in range(v.shape[0]):
        for j in range(v.shape[1]):
            z = np.uint64(keys[i]) + np.uint64(j + 1) * _STEP
            z = (z ^ (z >> _30)) * _FIRST
            z = (z ^ (z >> _27)) * _SECOND
            kept = np.int64((z ^ (z >> _31)) >> _UNUSED) >= smallest[0]
            v[i, j] *= factor[0] if kept else _ZERO
    return v


def drop(v, keys, rate):
    """v mask / (1 - rate) for rows v (n, ...) with their ``Dropout.keys``, in v's memory where it can be."""
    smallest = np.array([math.ceil(rate * 2**streams.BITS)], np.intp)
    factor = np.array([1 / (1 - rate)], v.dtype)
    return drop_units(v.reshape(len(v), -1), keys.view(np.int64), smallest, factor).reshape(v.shape)


class InPlace(NamedTuple):
    """g in place: ``forward(z, b)`` is g(z + b), ``backward(dh, h)`` is dh g'(z)."""

    forward: callable
    backward: callable


IN_PLACE = {
    "identity": InPlace(lambda z, b: np.add(z, b, out=z), lambda dh, h: dh),
    "sigmoid": InPlace(bias_sigmoid, sigmoid_backward),
    "tanh": InPlace(bias_tanh, tanh_backward),
    "relu": InPlace(bias_relu, relu_backward),
}


def in_place(activation):
    """g in place: compiled where there are loops for it, else as it is defined."""
    if activation in IN_PLACE:
        return IN_PLACE[activation]
    return InPlace(_value(activation), _slope(activation))


def loss_and_dz(name, z, Y, rows=None):
    """The loss summed over rows (with their weights, if any) and outputs, in float64, and dz."""
    if name == "softmax_cross_entropy":
        # linear in Y, so a row's weight may go there
        dz = np.empty_like(z)
        return softmax_cross_entropy(dz, z, Y if rows is None else rows.weighted(Y)), dz
    terms, dz = terms_and_dz(name, z, Y)
    if rows is not None:
        terms, dz = rows.weighted(terms), rows.weighted(dz)
    return np.sum(terms, dtype=np.float64), dz
