"""The passes of the models in which W appears twice: the tied autoencoder and RICA, as named lines."""

from types import SimpleNamespace

import numpy as np

from ... import _checks
from ...networks.activations import ACTIVATIONS
from ...networks.losses import LOSSES
from ...weights.parametrisations import Full, Predicted
from .passes import LINES, Block, Pass, composed_decay, expand, pull_back, run_line, weight_blocks

TIED_LINES = {
    **LINES,
    # through the decoder's d: dr d'
    "dr": lambda s: s.dr * s.d.derivative(s.r),
    # dh = dr W
    "dh": lambda s: s.dr @ s.W,
    # dW = v^T dz + dr^T h
    "dW": lambda s: s.v.T @ s.dz + s.dr.T @ s.h,
    "dc": lambda s: s.dr.sum(axis=0),
}

RICA_LINES = {
    **LINES,
    # dW = X^T (R W) + R^T z + sparsity X^T (z / sqrt(z^2 + eps)), R = z W^T - X
    "dW": lambda s: s.X.T @ (s.R @ s.W) + s.R.T @ s.z + s.X.T @ s.dz,
    "dz": lambda s: s.sparsity * s.z / np.sqrt(s.z**2 + s.eps),
    # V = U w, W = V / |V|: dV = (dW - W (W . dW)) / |V|
    "unit norm": lambda s: (s.dW - s.W * (s.W * s.dW).sum(axis=0)) / s.norm,
}


class TiedPass(Pass):
    """The pass of a ``TiedAutoencoder``; Y is what to reconstruct, default X."""

    needs_targets = False

    def __init__(self, model):
        self.model, self.n_dynamic = model, model.n_dynamic
        self.blocks = list(weight_blocks(model.parametrisation, 0, ""))
        self.blocks.append(Block("b (hidden)", (0, None, "b"), (model.n_h,), False))
        self.blocks.append(Block("c (reconstruction)", (0, None, "c"), (model.n_v,), False))

    def raw(self, theta, X, Y=None, fault=None):
        model, Y = self.model, X if Y is None else Y
        p, b, c = model.split(theta)
        s = expand(model.parametrisation, p, (0,), fault)
        s.v, s.g, s.d = X, ACTIVATIONS[model.activation], ACTIVATIONS[model.decoder]
        s.z = X @ s.W + b
        s.h = run_line("h", s, fault)
        s.r = s.d.value(s.h @ s.W.T + c)
        terms, s.dr = LOSSES["squared_error"].terms(s.r, Y)
        loss = terms.sum()
        s.dr = run_line("dr", s, fault, TIED_LINES)
        s.dh = run_line("dh", s, fault, TIED_LINES)
        s.dz = run_line("dz", s, fault)
        s.dW = run_line("dW", s, fault, TIED_LINES)
        arrays, dWs = pull_back(s, fault)
        arrays[0, None, "b"] = run_line("db", s, fault)
        arrays[0, None, "c"] = run_line("dc", s, fault, TIED_LINES)
        found = {"loss": loss, "arrays": arrays, "dWs": dWs, "composed": composed_decay(s)}
        return SimpleNamespace(**found, n=len(X), n_out=X.shape[1])


class RicaCost:
    """What ``diagnose`` needs to know of a RICA cost; theta is w, (n_v or n_alpha, n_components) ravelled.

    cost = (1/n) [1/2 |X W W^T - X|^2 + sparsity sum sqrt(z^2 + eps)], z = X W, W = U w with each
    column scaled to unit norm.

    Parameters
    ----------
    n_v, n_components : int
    U : array, (n_v, n_alpha), optional
        The dictionary; None: every weight is learned.
    sparsity, eps : float

    Examples
    --------
    >>> RicaCost(n_v=4, n_components=3).n_dynamic
    12
    """

    def __init__(self, n_v, n_components, U=None, sparsity=0.1, eps=1e-2):
        if U is None:
            self.parametrisation = Full(n_v, n_components)
        else:
            U = _checks.array("U", U, shape=(_checks.integer("n_v", n_v, at_least=1), None))
            self.parametrisation = Predicted(U, n_components)
        self.sparsity = _checks.number("sparsity", sparsity, at_least=0)
        self.eps = _checks.number("eps", eps, above=0)
        self.n_v, self.n_dynamic = self.parametrisation.n_v, self.parametrisation.n_dynamic

    def init(self, rng=0):
        """Initial theta."""
        return self.parametrisation.init(rng)


class RicaPass(Pass):
    """The pass of a ``RicaCost``."""

    needs_targets = False

    def __init__(self, model):
        self.model, self.n_dynamic = model, model.n_dynamic
        self.blocks = list(weight_blocks(model.parametrisation, 0, ""))

    def raw(self, theta, X, Y=None, fault=None):
        s = expand(self.model.parametrisation, theta, (0,), fault)
        s.sparsity, s.eps, s.X = self.model.sparsity, self.model.eps, X
        s.norm = np.sqrt((s.W**2).sum(axis=0))
        if not s.norm.all():
            _checks.fail("theta", "no column of W that is zero", "at least one")
        s.W = s.W / s.norm
        s.z = X @ s.W
        s.R = s.z @ s.W.T - X
        loss = 0.5 * np.sum(s.R**2) + s.sparsity * np.sum(np.sqrt(s.z**2 + s.eps))
        s.dz = run_line("dz", s, fault, RICA_LINES)
        s.dW = run_line("dW", s, fault, RICA_LINES)
        s.dW = run_line("unit norm", s, fault, RICA_LINES)
        arrays, dWs = pull_back(s, fault)
        found = {"loss": loss, "arrays": arrays, "dWs": dWs, "composed": composed_decay(s)}
        return SimpleNamespace(**found, n=len(X), n_out=X.shape[1])
