"""An autoencoder with tied weights, through the factored layer (paper, section 3.5).

    h = g(v W + b),  r = d(h W^T + c),  W = U w_alpha or any other parametrisation,

with the loss 1/2 |r - v|^2, the mean over the rows. The decoder's d is the sigmoid or the identity;
the squared error with a sigmoid is the authors'. ``TiedAutoencoder.loss_and_grad`` is this definition,
line by line; ``TiedTwin`` gives the same numbers, fast.
"""

import numpy as np

from .. import _checks
from .._blas import one_blas_thread
from ..networks import ACTIVATIONS
from ..networks.activations import check_activation
from ..speed import ModelTwin, Plan, model_twin
from ..speed.blocks import in_blocks
from ..speed.buffers import matmul
from ..speed.compiled import in_place, loss_and_dz
from ..speed.objective import pooled
from ..speed.orders import MatrixProduct, orders
from ..speed.plan import Step
from ..weights import check_parametrisation, packing

DECODERS = ("sigmoid", "identity")


def decoder_for(v):
    """ "sigmoid" for data in [0, 1], else "identity"."""
    return "sigmoid" if v.min() >= 0 and v.max() <= 1 else "identity"


class TiedAutoencoder:
    """Loss and gradient of an autoencoder as a function of theta = [p, b, c].

    Parameters
    ----------
    parametrisation : Parametrisation
        Of W (n_v, n_h).
    activation : "sigmoid", "tanh", "relu" or "identity"
        g, of the hidden units.
    decoder : "sigmoid" or "identity"
        d; the sigmoid is for data in [0, 1].

    Raises
    ------
    ValueError
        If the parametrisation is none or does not keep to its shapes, or there is no such function.
    """

    def __init__(self, parametrisation, activation="sigmoid", decoder="sigmoid"):
        self.parametrisation = check_parametrisation(parametrisation)
        self.activation = check_activation(activation)
        self.decoder = _checks.choice("decoder", decoder, DECODERS)
        self.n_v, self.n_h = parametrisation.n_v, parametrisation.n_h
        self.n_dynamic = parametrisation.n_dynamic + self.n_h + self.n_v
        self.n_static = parametrisation.n_static

    def loss_and_grad(self, theta, v, Y=None, weight_decay=0.0):
        """The mean reconstruction error and its gradient, with the weight decay on p.

        Parameters
        ----------
        theta : array, (n_dynamic,)
        v : array, (n, n_v)
        Y : array, (n, n_v), optional
            What to reconstruct; default: v.
        weight_decay : float
        """
        theta = self.check_theta(theta)
        v, Y = self.check_data(v, v if Y is None else Y)
        g, d = ACTIVATIONS[self.activation], ACTIVATIONS[self.decoder]
        p, b, c = self.split(theta.astype(v.dtype))
        W = self.parametrisation.expand(p)
        # h = g(v W + b), r = d(h W^T + c)
        h = g.value(v @ W + b)
        r = d.value(h @ W.T + c)
        # da = (r - Y) d'(a) / n, where a = h W^T + c
        da = (r - Y) * d.derivative(r) / len(v)
        # dh = da W, dz = dh g'(z)
        dz = da @ W * g.derivative(h)
        # W appears twice, so its gradient is a sum of two: dW = v^T dz + da^T h
        dW = v.T @ dz + da.T @ h
        # db and dc: sums over the rows
        dp = self.parametrisation.pull_back(dW, p)
        grad = np.concatenate([dp, dz.sum(axis=0), da.sum(axis=0)]).astype(np.float64)
        loss = 0.5 * float(np.sum((r - Y) ** 2, dtype=np.float64)) / len(v)
        # + weight_decay / 2 |p|^2
        p = self.split(theta)[0]
        grad[: p.size] += weight_decay * p
        return loss + 0.5 * weight_decay * float(p @ p), grad

    def init(self, rng=0):
        """Initial theta: p as the parametrisation says, b = 0, c = 0."""
        rng = _checks.generator(rng)
        return np.concatenate([self.parametrisation.init(rng), np.zeros(self.n_h + self.n_v)])

    def split(self, theta):
        """p, b (n_h,) and c (n_v,), as views."""
        return packing.split(theta, [self.parametrisation.n_dynamic, self.n_h, self.n_v])

    def plan(self, n_rows=10_000):
        """In which order the encoder's product is computed fastest; the decoder composes W."""
        q = self.parametrisation
        encode, decode = orders(q, poolable=True), [Decoder(q)]
        full = q.n_v * q.n_h
        encoder = Step.choose("encoder", f"{q.n_v} x {q.n_h}", encode, n_rows, False, 2 * full)
        decoder = Step.choose("decoder", f"{q.n_h} x {q.n_v}", decode, n_rows, True, 3 * full)
        return Plan([encoder, decoder], n_rows)

    @one_blas_thread
    def encode(self, theta, v, n_threads=None):
        """h = g(v W + b), (n, n_h), for any number of rows."""
        p, b, _ = self.split(self.check_theta(theta).astype(v.dtype))
        g, W = in_place(self.activation), self.parametrisation.expand(p)
        return in_blocks(lambda rows: g.forward(v[rows] @ W, b), len(v), n_threads)

    @one_blas_thread
    def decode(self, theta, h, n_threads=None):
        """r = d(h W^T + c), (n, n_v)."""
        p, _, c = self.split(self.check_theta(theta).astype(h.dtype))
        d, W = in_place(self.decoder), self.parametrisation.expand(p)
        return in_blocks(lambda rows: d.forward(h[rows] @ W.T, c), len(h), n_threads)

    def check_theta(self, theta):
        """theta as a float64 vector of the right length."""
        return _checks.array("theta", theta, shape=(self.n_dynamic,), dtype=np.float64)

    def check_data(self, v, Y):
        """v and what to reconstruct, as arrays of one dtype."""
        v = _checks.array("X", v, shape=(None, self.n_v))
        if len(v) == 0:
            _checks.fail("X", "at least one row", f"shape {v.shape}")
        return v, _checks.array("Y", Y, shape=(len(v), self.n_v), dtype=v.dtype)


class Decoder:
    """The decoder as a step of a plan: W is composed, then h W^T, dr W and dr^T h."""

    name, pooled = "h W^T", False

    def __init__(self, parametrisation):
        self.parametrisation = parametrisation
        self.n_v = self.input_width = parametrisation.n_h

    def matrix_products(self, n, need_dv=True):
        n_v, n_h = self.parametrisation.n_v, self.parametrisation.n_h
        layouts = (("NT", n, n_h, n_v), ("NN", n, n_v, n_h), ("TN", n_v, n, n_h))
        return [MatrixProduct(*layout) for layout in layouts]

    def multiplications(self, n, need_dv=True):
        products = sum(q.multiplications for q in self.matrix_products(n))
        return self.parametrisation.composing_multiplications + products

    duration = multiplications


@model_twin.register(TiedAutoencoder)
class TiedTwin(ModelTwin):
    """The passes of ``TiedAutoencoder`` in place, block by block."""

    def __init__(self, model, n_rows):
        self.model, self.plan = model, model.plan(n_rows)
        self.order = self.plan.twins[0]

    def pool(self, X, n_threads=None):
        return pooled(self.order, X, n_threads)

    def prepare(self, theta):
        p, b, c = self.model.split(theta)
        return [self.order.prepare(p), [self.model.parametrisation.expand(p), b, c]]

    def sum_over_rows(self, arrays, X, Y, rows):
        """Loss summed over rows, and gradients of the encoder's arrays and of W (decoder), b, c."""
        encoder, (W, b, c) = arrays
        g, d = in_place(self.model.activation), in_place(self.model.decoder)
        # h = g(v W + b)
        z, cache = self.order.multiply(X, encoder)
        h = g.forward(z, b)
        # r = d(h W^T + c)
        r = d.forward(matmul(h, W.T), c)
        loss, dr = loss_and_dz("squared_error", r, Y, None if rows.weight is None else rows)
        # da = dr d', dh = da W, dz = dh g'
        da = d.backward(dr, r)
        dz = g.backward(matmul(da, W), h)
        # dW = v^T dz + da^T h
        d_encoder, _ = self.order.pull_back(dz, cache, encoder, need_dv=False)
        return loss, [d_encoder, [matmul(da.T, h), dz.sum(axis=0), da.sum(axis=0)]]

    def finish(self, loss, gradients, theta, total, weight_decay):
        d_encoder, (dW, db, dc) = gradients
        p, q = self.model.split(theta)[0], self.model.parametrisation
        cast = p.astype(dW.dtype, copy=False)
        dp = self.order.finish(d_encoder, cast) + q.pull_back(dW, cast)
        grad = np.concatenate([dp, db, dc]).astype(np.float64, copy=False) / total
        grad[: p.size] += weight_decay * p
        return float(loss) / total + 0.5 * weight_decay * float(p @ p), grad
