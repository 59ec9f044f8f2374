"""Dictionaries from directions: what explains most comes first, and is shared by all columns, or by none.

To add one: a subclass of ``Directions`` with a ``look``, and an entry in ``STRATEGIES``.
"""

import abc
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ... import _checks
from ...dictionaries import bases
from ...dictionaries.index_sets import draw_pivots
from ...dictionaries.kernels import Tabulated
from ...dictionaries.moments import covariance, varying_units
from ..brief_network import brief_filters, sample_of
from .kernel_strategies import TaperedCovarianceRidge, kernel_strategy_of
from .strategy import Strategy

REST = ("sketch", "pivoted")
WEIGHT_DECAY = 5e-5
TAPERED = TaperedCovarianceRidge()  # what the usual eigenvectors are of


class Ranked(NamedTuple):
    """Directions from the most important to the least: orthonormal (n_v, n_atoms), and their variances."""

    atoms: np.ndarray
    values: np.ndarray


@dataclass(frozen=True)
class Directions(Strategy):
    """Atoms from a ranking of directions: the first few in all columns, others of each column's own (ours).

    Of one column the leading directions are the dictionary; several reach more directions where each has some
    of its own. U is orthonormal.

    Parameters
    ----------
    shared : float
        Share of the atoms that are leading directions, the same in all columns, in [0, 1]; of one column all.
    rest : "sketch" or "pivoted"
        How a column's own atoms are drawn from the other directions: random combinations, each direction
        weighted by its variance (Halko, Martinsson and Tropp, SIAM Review, 2011); or columns of their
        covariance, by randomly pivoted Cholesky.
    """

    varying = "directions with a variance"
    shared: float = 0.5
    rest: str = "sketch"

    def __post_init__(self):
        _checks.number("shared", self.shared, at_least=0, at_most=1)
        _checks.choice("rest", self.rest, REST)

    @abc.abstractmethod
    def look(self, layer_input, rng, **resources):
        """The directions, ``Ranked``."""

    def n_atoms(self, seen):
        return len(seen.values)

    def draw(self, seen, n_alpha, rng, column, n_columns):
        if n_alpha > len(seen.values):
            _checks.fail("n_alpha", f"at most the {len(seen.values)} {self.varying}", n_alpha)
        n_shared = n_alpha if n_columns == 1 else round(self.shared * n_alpha)
        first = seen.atoms[:, :n_shared]
        if n_shared < n_alpha:
            others = Ranked(seen.atoms[:, n_shared:], seen.values[n_shared:])
            own = self._own(others, n_alpha - n_shared, rng)
            first = np.hstack([first, np.linalg.qr(own)[0]])
        return np.ascontiguousarray(first), None

    def _own(self, others, n, rng):
        """n directions of a column's own, (n_v, n), within the span of the others Q."""
        Q, values = others
        if self.rest == "sketch":
            # K G = Q diag(values) Q^T G, where Q^T G is as random as G
            return Q @ (values[:, None] * rng.normal(size=(len(values), n)))
        K = (Q * values) @ Q.T
        return K[:, draw_pivots(Tabulated(K), np.arange(len(K)), n, rng).order]


@dataclass(frozen=True)
class PrincipalComponents(Directions):
    """PCA: the leading eigenvectors of the covariance of the layer's input (ours, as a rival).

    With one column v U are v's principal components, up to their means, so that the layer is an ordinary
    one on these. As all atoms are shared, more columns than one add nothing.

    Parameters
    ----------
    whitening : float
        Each atom is divided by its component's standard deviation to this power, and all by one number, so
        that they are of unit length in the mean: 0, U is orthonormal; 1, the components have equal variances.
        What is between lets L-BFGS come further in as many iterations (a change of the metric it works in).

    Examples
    --------
    >>> from lowrankweights.building import LayerInput
    >>> v = np.random.default_rng(0).normal(size=(500, 3)) * [1, 10, 100]
    >>> U = PrincipalComponents(whitening=1.0).prepare(LayerInput(v)).draw(n_alpha=2).U
    >>> np.allclose(np.std(v @ U, axis=0) / np.std(v @ U), 1, atol=0.01)
    True
    """

    name, sees = "pca", ("weight",)
    varying = "principal components with a variance"
    shared: float = 1.0
    whitening: float = 0.0

    def __post_init__(self):
        super().__post_init__()
        _checks.number("whitening", self.whitening, at_least=0, at_most=1)

    def look(self, layer_input, rng, **resources):
        v, weight = layer_input.data(self.name), layer_input.weight
        if not len(varying_units(v, weight)):
            return Ranked(np.empty((v.shape[1], 0)), np.empty(0))
        basis = bases.pca_basis(v, weight)
        # var(v Q) = Q^T C Q, on its diagonal
        return Ranked(basis, np.einsum("ia,ia->a", basis, covariance(v, weight) @ basis))

    def draw(self, seen, n_alpha, rng, column, n_columns):
        U, alpha = super().draw(seen, n_alpha, rng, column, n_columns)
        if self.whitening:
            # var(v u) = u^T Q diag(values) Q^T u
            scale = (seen.values @ (seen.atoms.T @ U) ** 2) ** (-self.whitening / 2)
            U = U * (scale / np.sqrt(np.mean(scale**2)))
        return U, alpha


@dataclass(frozen=True)
class KernelEigenvectors(Directions):
    """The leading eigenvectors of a kernel's matrix: no n atoms explain more of its variance (ours).

    Parameters
    ----------
    of : KernelStrategy, kernel, or name of a strategy with a kernel
        Default: "tapered_covariance". With "covariance" they are the principal components.

    Examples
    --------
    >>> from lowrankweights import Grid, SquaredExponential
    >>> from lowrankweights.building import LayerInput
    >>> smooth = KernelEigenvectors(of=SquaredExponential(2.0))
    >>> U = smooth.prepare(LayerInput(None, Grid((8, 8)))).draw(n_alpha=5).U
    >>> U.shape, bool(np.allclose(U.T @ U, np.eye(5)))
    ((64, 5), True)
    """

    name = "kernel_eigenvectors"
    of: Any = TAPERED

    def __post_init__(self):
        super().__post_init__()
        object.__setattr__(self, "of", kernel_strategy_of(self.of))

    @property
    def sees(self):
        return self.of.sees

    def look(self, layer_input, rng, **resources):
        parts = self.of.take_apart(layer_input)
        return Ranked(*bases.leading_directions(parts.kernel(parts.points, parts.points)))


@dataclass(frozen=True)
class NetworkDirections(Directions):
    """Leading directions of a network with every weight, of one hidden layer, that is trained briefly (ours).

    What its filters W have in common is what the long training will want; they are ranked by the variance of
    the pre-activations v W: with Q the eigenvectors of W^T C W, C the covariance of v, they span W Q.

    Parameters
    ----------
    n_hidden, n_iter, n_rows : int
        Filters, L-BFGS iterations, and the most rows that are learned from.
    rank_by : "pre_activations" or "filters"
        The second: by the singular values of W itself.
    activation : str
        Of the hidden units.
    """

    name, sees = "network_directions", ("weight", "targets")
    varying = "directions of the brief network"
    n_hidden: int = 200
    n_iter: int = 60
    n_rows: int = 20_000
    rank_by: str = "pre_activations"
    activation: str = "sigmoid"

    def __post_init__(self):
        super().__post_init__()
        if self.activation == "maxout":
            _checks.fail("activation", "that of one filter a unit, for 'network_directions'", "'maxout'")
        _checks.choice("rank_by", self.rank_by, ("pre_activations", "filters"))
        for name in ("n_hidden", "n_iter", "n_rows"):
            _checks.integer(name, getattr(self, name), at_least=1)

    def look(self, layer_input, rng, n_threads=None, **resources):
        layer_input.data(self.name)
        if not len(varying_units(layer_input.v, layer_input.weight)):
            return Ranked(np.empty((layer_input.n_v, 0)), np.empty(0))
        v, targets, weight = sample_of(layer_input, self.n_rows, rng)
        how = {"activation": self.activation, "weight_decay": WEIGHT_DECAY, "weight": weight}
        W = brief_filters(v, targets, self.n_hidden, self.n_iter, rng, **how, n_threads=n_threads)
        variance = covariance(v, weight) if self.rank_by == "pre_activations" else np.eye(len(W))
        Q, values = bases.leading_directions(W.T @ variance @ W)
        return Ranked(np.linalg.qr(W @ Q)[0][:, : len(W)], values[: len(W)])
