"""An autoencoder with tied weights, through the factored layer (paper, section 3.5).

    h = g(v W + b),  r = d(h W^T + c),  W = U w_alpha or any other parametrisation,

with the loss 1/2 |r - v|^2, the mean over the rows. W appears twice, so its gradient is a sum
of two: dW = v^T dz + dr^T h. The decoder's d is the sigmoid or the identity; the squared error
with a sigmoid is the authors'.
"""

import numpy as np

from .. import _checks
from ..networks.activations import ACTIVATIONS
from ..networks.losses import LOSSES
from ..speed.buffers import matmul
from ..speed.products import ComposeFirst, cheapest
from ..weights import packing
from ..weights.parametrisations import Parametrisation

DECODERS = ("sigmoid", "identity")


def decoder_for(V):
    """ "sigmoid" for data in [0, 1], else "identity"."""
    return "sigmoid" if V.min() >= 0 and V.max() <= 1 else "identity"


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

    Notes
    -----
    It has the methods that ``Objective`` calls on a ``Network``; its targets are its inputs.
    """

    def __init__(self, parametrisation, activation="sigmoid", decoder="sigmoid"):
        if not isinstance(parametrisation, Parametrisation):
            _checks.fail("parametrisation", "a Parametrisation (Full, Predicted, ...)", repr(parametrisation))
        self.parametrisation = parametrisation
        self.activation = _checks.choice("activation", activation, ACTIVATIONS)
        self.decoder = _checks.choice("decoder", decoder, DECODERS)
        self.n_v, self.n_h = parametrisation.n_v, parametrisation.n_h
        self.n_dynamic = parametrisation.n_dynamic + self.n_h + self.n_v
        self.n_static = parametrisation.n_static

    def init(self, rng=0):
        """Initial theta: p as the parametrisation says, b = 0, c = 0."""
        rng = _checks.generator(rng)
        return np.concatenate([self.parametrisation.init(rng), np.zeros(self.n_h + self.n_v)])

    def split(self, theta):
        """p, b (n_h,) and c (n_v,), as views."""
        return packing.split(theta, [self.parametrisation.n_dynamic, self.n_h, self.n_v])

    def encode(self, theta, V):
        """h = g(v W + b), (n, n_h), for any number of rows."""
        p, b, _ = self.split(self.check_theta(theta).astype(V.dtype))
        z = V @ self.parametrisation.expand(p)
        return ACTIVATIONS[self.activation].forward(z, b)

    def decode(self, theta, H):
        """r = d(h W^T + c), (n, n_v)."""
        p, _, c = self.split(self.check_theta(theta).astype(H.dtype))
        z = H @ self.parametrisation.expand(p).T
        return ACTIVATIONS[self.decoder].forward(z, c)

    def loss_and_grad(self, theta, V, Y=None, weight_decay=0.0):
        """The mean reconstruction error and its gradient; Y is what to reconstruct, default V."""
        theta = self.check_theta(theta)
        V, Y = self.check_data(V, V if Y is None else Y)
        products = [ComposeFirst(self.parametrisation)]
        arrays = self.prepare(theta.astype(V.dtype), products)
        loss, gradients = self.sum_over_rows(arrays, V, Y, products)
        return self.finish(loss, gradients, theta, len(V), products, weight_decay)

    def plan(self, n_rows):
        """The order of the encoder's product; the decoder composes W."""
        return AutoencoderPlan(self, n_rows)

    def prepare(self, theta, products):
        p, b, c = self.split(theta)
        return [products[0].prepare(p), [self.parametrisation.expand(p), b, c]]

    def sum_over_rows(self, arrays, V, Y, products):
        """Loss summed over rows, and gradients of the encoder's arrays and of W (decoder), b, c."""
        encoder, (W, b, c) = arrays
        g, d = ACTIVATIONS[self.activation], ACTIVATIONS[self.decoder]
        # h = g(v W + b)
        z, cache = products[0].multiply(V, encoder)
        h = g.forward(z, b)
        # r = d(h W^T + c)
        z = matmul(h, W.T)
        r = d.forward(z, c)
        loss, dr = LOSSES["squared_error"].summed(r, Y)
        # through d: dr d'
        dr = d.backward(dr, r)
        # dh = dr W, and through g: dz = dh g'
        dh = matmul(dr, W)
        dz = g.backward(dh, h)
        # dW = v^T dz + dr^T h
        d_encoder, _ = products[0].pull_back(dz, cache, encoder, need_dv=False)
        return loss, [d_encoder, [matmul(dr.T, h), dz.sum(axis=0), dr.sum(axis=0)]]

    def finish(self, loss, gradients, theta, n, products, weight_decay):
        """Mean loss and gradient from sums over n rows, with the weight decay on p."""
        d_encoder, (dW, db, dc) = gradients
        p = self.split(theta)[0]
        cast = p.astype(dW.dtype, copy=False)
        dp = products[0].finish(d_encoder, cast) + self.parametrisation.pull_back(dW, cast)
        grad = np.concatenate([dp, db, dc]).astype(np.float64, copy=False) / n
        grad[: p.size] += weight_decay * p
        return float(loss) / n + 0.5 * weight_decay * float(p @ p), grad

    def check_theta(self, theta):
        return _checks.array("theta", theta, shape=(self.n_dynamic,), dtype=np.float64)

    def check_data(self, X, Y):
        """V and what to reconstruct, as arrays of one dtype."""
        X = _checks.array("X", X, shape=(None, self.n_v))
        if len(X) == 0:
            _checks.fail("X", "at least one row", f"shape {X.shape}")
        return X, _checks.array("Y", Y, shape=(len(X), self.n_v), dtype=X.dtype)


class AutoencoderPlan:
    """The encoder's cheapest product; see ``Plan``."""

    def __init__(self, autoencoder, n_rows):
        q = autoencoder.parametrisation
        self.n_rows = n_rows
        self.products = [cheapest(q, n_rows, need_dv=False, poolable=True)]
        encoder = self.products[0].multiplications(n_rows, need_dv=False)
        # decoder: h W^T, dr W, dr^T h
        self.multiplications = encoder + q.composing_multiplications + 3 * n_rows * q.n_v * q.n_h
