"""The passes of the models in which W appears twice: the tied autoencoder and RICA, as named lines.

Their letters are those of ``unsupervised/autoencoder.py`` and ``unsupervised/rica.py``.
"""

from types import SimpleNamespace

import numpy as np

from ... import _checks
from ...networks import ACTIVATIONS, LOSSES
from ...weights import Full, Predicted
from .lines import LINES, Block, composed_decay, expand, forward, pull_back, run_line, weight_blocks
from .passes import Pass

TIED_LINES = {
    **LINES,
    # da = dr d'(a), where a = h W^T + c
    "da": lambda s: s.dr * s.d.derivative(s.r),
    # dh = da W
    "dh": lambda s: s.da @ s.W,
    # dW = v^T dz + da^T h
    "dW": lambda s: s.v.T @ s.dz + s.da.T @ s.h,
    # dc = sum of da over the rows
    "dc": lambda s: s.da.sum(axis=0),
}

RICA_LINES = {
    **LINES,
    # dZ = R W + sparsity Z / sqrt(Z^2 + eps), where R = Z W^T - X
    "dZ": lambda s: s.R @ s.W + s.sparsity * s.Z / s.root,
    # dW = X^T dZ + R^T Z
    "dW": lambda s: s.X.T @ s.dZ + s.R.T @ s.Z,
    # W = P / |P|: dP = (dW - W (W . dW)) / |P|
    "dP": lambda s: (s.dW - s.W * (s.W * s.dW).sum(axis=0)) / s.norms,
}


class TiedPass(Pass):
    """The pass of a ``TiedAutoencoder``; Y is what to reconstruct, default X."""

    def __init__(self, model):
        self.model, self.n_dynamic = model, model.n_dynamic
        self.in_shape, self.parametrisations = (model.n_v,), {0: model.parametrisation}
        self.blocks = list(weight_blocks(model.parametrisation, 0, ""))
        self.blocks.append(Block("b (hidden)", (0, None, "b"), (model.n_h,), False))
        self.blocks.append(Block("c (reconstruction)", (0, None, "c"), (model.n_v,), False))

    def states(self, theta, X):
        return [self.encode(theta, X)]

    def encode(self, theta, X, fault=None):
        """The state of the encoder."""
        model, (p, b, _) = self.model, self.model.split(theta)
        return forward(model.parametrisation, model.activation, (p, b), X, (0,), fault)

    def raw(self, theta, X, Y=None, fault=None):
        Y, c = X if Y is None else Y, self.model.split(theta)[2]
        s = self.encode(theta, X, fault)
        s.d = ACTIVATIONS[self.model.decoder]
        s.a = s.h @ s.W.T + c
        s.r = s.d.value(s.a)
        terms, s.dr = LOSSES["squared_error"].terms(s.r, Y)
        s.da = run_line("da", s, fault, TIED_LINES)
        s.dh = run_line("dh", s, fault, TIED_LINES)
        s.dz = run_line("dz", s, fault)
        s.dW = run_line("dW", s, fault, TIED_LINES)
        arrays, dWs = pull_back(s, fault)
        arrays[0, None, "b"] = run_line("db", s, fault)
        arrays[0, None, "c"] = run_line("dc", s, fault, TIED_LINES)
        found = {"loss": terms.sum(), "arrays": arrays, "dWs": dWs, "composed": composed_decay(s)}
        return SimpleNamespace(**found, n=len(X), n_out=X.shape[1])


class RicaModel:
    """What ``diagnose`` needs to know of a RICA cost; theta is w, (n_v or n_alpha, n_components) ravelled.

    cost = (1/n) [1/2 |X W W^T - X|^2 + sparsity sum sqrt(Z^2 + eps)], Z = X W, where W is P = U w with
    each column scaled to unit norm.

    Parameters
    ----------
    n_v, n_components : int
    U : array, (n_v, n_alpha), optional
        The dictionary; None: every weight is learned.
    sparsity, eps : float

    Raises
    ------
    ValueError
        If U has not n_v rows, or a number is out of its bounds.

    Examples
    --------
    >>> RicaModel(n_v=4, n_components=3).n_dynamic
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
    """The pass of a ``RicaModel``."""

    def __init__(self, model):
        self.model, self.n_dynamic = model, model.n_dynamic
        self.in_shape, self.parametrisations = (model.n_v,), {0: model.parametrisation}
        self.blocks = list(weight_blocks(model.parametrisation, 0, ""))

    def states(self, theta, X):
        return []

    def raw(self, theta, X, Y=None, fault=None):
        s = expand(self.model.parametrisation, theta, (0,), fault)
        s.sparsity, s.X, s.P = self.model.sparsity, X, s.W
        s.norms = np.sqrt((s.P**2).sum(axis=0))
        if not s.norms.all():
            _checks.fail("theta", "filters of non-zero length", "at least one of length zero")
        s.W = s.P / s.norms
        s.Z = X @ s.W
        s.R = s.Z @ s.W.T - X
        s.root = np.sqrt(s.Z**2 + self.model.eps)
        loss = 0.5 * np.sum(s.R**2) + s.sparsity * np.sum(s.root)
        s.dZ = run_line("dZ", s, fault, RICA_LINES)
        s.dW = run_line("dW", s, fault, RICA_LINES)
        # P, not W, is what the learned numbers become
        s.dW = run_line("dP", s, fault, RICA_LINES)
        arrays, dWs = pull_back(s, fault)
        found = {"loss": loss, "arrays": arrays, "dWs": dWs, "composed": composed_decay(s)}
        return SimpleNamespace(**found, n=len(X), n_out=X.shape[1])
