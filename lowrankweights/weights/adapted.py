"""Weights that are known but for a few numbers: a frozen W_0 and what is added to it.

In this project's words LoRA learns both factors of what is added, as ``LowRank`` does of W itself, and VeRA
fixes both at random, as ``Predicted`` fixes U. Beyond the paper.
"""

import numpy as np

from .. import _checks
from . import packing
from .parametrisations import Parametrisation
from .streams import hashed_places, seed_of

KINDS = ("lora", "vera")
BEGIN = 0.1  # of each entry of d


class Adapted(Parametrisation):
    r"""A frozen W_0, and what is learned beside it: W = W_0 + scale U V, or W_0 + scale U diag(d) V diag(e).

    With "lora" both factors are learned: U (n_v, rank) begins at random, V (rank, n_h) at zero, so that W
    begins at W_0. With "vera" both are random and fixed, and two vectors are learned: d (rank,) begins at
    0.1, e (n_h,) at zero. (Kopiczko et al. call e b, which here is the bias.)

    Parameters
    ----------
    W0 : array, (n_v, n_h)
        The weights to be adapted; never altered.
    rank : int
    kind : "lora" or "vera"
    scale : float
        Of what is added; LoRA's alpha / rank.
    rng : seed or numpy.random.Generator
        Of the fixed factors of "vera".

    Raises
    ------
    ValueError
        If an argument does not fit.

    Notes
    -----
    E. Hu et al., LoRA: low-rank adaptation of large language models, ICLR 2022; D. Kopiczko, T. Blankevoort
    and Y. Asano, VeRA: vector-based random matrix adaptation, ICLR 2024. Weight decay is on what is learned,
    so it holds W near W_0, not near 0.

    Examples
    --------
    >>> lora, vera = (Adapted(np.ones((100, 50)), rank=4, kind=kind) for kind in KINDS)
    >>> lora.n_dynamic, vera.n_dynamic, bool(np.all(lora.expand(lora.init(rng=0)) == 1))
    (600, 54, True)
    """

    arguments = ("W0", "rank", "kind", "scale", "rng")

    def __init__(self, W0, rank=4, kind="lora", scale=1.0, rng=0):
        self.W0 = _checks.array("W0", W0, ndim=2, dtype=np.float64).copy()
        if not self.W0.size:
            _checks.fail("W0", "at least one weight", f"shape {self.W0.shape}")
        self.W0.setflags(write=False)
        super().__init__(*self.W0.shape)
        self.rank = _checks.integer("rank", rank, at_least=1, at_most=min(self.n_v, self.n_h))
        self.kind = _checks.choice("kind", kind, KINDS)
        self.scale = _checks.number("scale", scale, above=0)
        self.rng = seed_of(rng, _checks.generator(rng))
        if kind == "lora":
            self.shapes = {"U": (self.n_v, self.rank), "V": (self.rank, self.n_h)}
            self.n_static = self.W0.size
        else:
            self.shapes = {"d": (self.rank,), "e": (self.n_h,)}
            self._U, self._V = self._factors(np.random.default_rng(self.rng))
            self.n_static = self.W0.size + self._U.size + self._V.size
        self.composing_multiplications = 3 * self.n_v * self.rank * self.n_h

    def _factors(self, rng):
        """U and V at random, so that v U has v's variance, and U V about that of U."""
        U = rng.normal(scale=self.n_v**-0.5, size=(self.n_v, self.rank))
        return U, rng.normal(scale=self.rank**-0.5, size=(self.rank, self.n_h))

    def factors(self, p):
        """U (n_v, rank) and V (rank, n_h), learned or fixed, in p's dtype."""
        if self.kind == "lora":
            return tuple(self.unpack(p).values())
        return tuple(factor.astype(p.dtype, copy=False) for factor in (self._U, self._V))

    def init(self, rng, variance=None):
        """Initial p, with which W is W_0, whatever the variance."""
        U, V = self._factors(_checks.generator(rng))
        if self.kind == "lora":
            return packing.pack([U, np.zeros_like(V)])
        return packing.pack([np.full(self.rank, BEGIN), np.zeros(self.n_h)])

    def expand(self, p):
        if self.kind == "lora":
            # W = W_0 + scale U V
            U, V = self.unpack(p).values()
            return self.W0.astype(p.dtype) + self._times_scale(U @ V)
        # W = W_0 + scale U diag(d) V diag(e)
        (U, V), (d, e) = self.factors(p), self.unpack(p).values()
        return self.W0.astype(p.dtype) + self._times_scale((U * d) @ V * e)

    def pull_back(self, dW, p):
        dW = self._times_scale(dW)
        if self.kind == "lora":
            # dU = scale dW V^T, dV = scale U^T dW
            U, V = self.unpack(p).values()
            return packing.pack([dW @ V.T, U.T @ dW])
        # G = scale U^T dW; dd_k = sum_j G_kj V_kj e_j, de_j = sum_k d_k V_kj G_kj
        d, e = self.unpack(p).values()
        GV = (self._U.astype(dW.dtype, copy=False).T @ dW) * self._V.astype(dW.dtype, copy=False)
        return packing.pack([GV @ e, d @ GV])

    def _times_scale(self, a):
        return a if self.scale == 1 else a * a.dtype.type(self.scale)


class Hashed(Parametrisation):
    """Each weight is one of a few values, drawn by a hash of its place: W_ij = sign_ij p_place(i, j).

    Nothing of it is stored: places and signs are a function of the seed.

    Parameters
    ----------
    n_v, n_h : int
    n_values : int
        Numbers that are learned, at most n_v n_h.
    rng : seed or numpy.random.Generator

    Notes
    -----
    W. Chen, J. Wilson, S. Tyree, K. Weinberger and Y. Chen, Compressing neural networks with the hashing
    trick, ICML 2015.

    Examples
    --------
    >>> W = Hashed(20, 10, n_values=3, rng=0).expand(np.array([1.0, 2.0, 3.0]))
    >>> np.unique(np.abs(W))
    array([1., 2., 3.])
    """

    arguments = ("n_v", "n_h", "n_values", "rng")

    def __init__(self, n_v, n_h, n_values, rng=0):
        super().__init__(n_v, n_h)
        most = self.n_v * self.n_h
        self.n_values = _checks.integer("n_values", n_values, at_least=1, at_most=most)
        self.rng = seed_of(rng, _checks.generator(rng))
        self.shapes = {"values": (self.n_values,)}
        self._places, self._signs = hashed_places(self.rng, most, self.n_values)

    def init(self, rng, variance=None):
        variance = self.glorot_variance() if variance is None else variance
        return _checks.generator(rng).normal(scale=variance**0.5, size=self.n_values)

    def expand(self, p):
        # W_ij = sign_ij p_place(i, j)
        return (p[self._places] * self._signs.astype(p.dtype)).reshape(self.n_v, self.n_h)

    def pull_back(self, dW, p):
        # dp_k = sum of sign_ij dW_ij over the places that have k
        dp = np.bincount(self._places, self._signs * dW.ravel(), minlength=self.n_values)
        return dp.astype(dW.dtype, copy=False)
