"""The strategies: how a layer's dictionary is made from its input (paper, sections 3.5 and 4.1).

One short class a name, in ``STRATEGIES``; those with a kernel are in ``kernel_strategies``. To add one:
a subclass of ``Strategy``, and an entry in the table.
"""

import dataclasses
import inspect
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ... import _checks, dictionaries
from ...dictionaries import as_kernel, bases
from ...dictionaries.kernels import is_kernel
from ...unsupervised.pretraining import pretrain_layer
from ...weights.parametrisations import Full
from .directions import KernelEigenvectors, NetworkDirections, PrincipalComponents
from .index_choices import UNIFORM, IndexSetChoice, index_set_choice
from .kernel_strategies import (
    CovarianceRidge,
    GivenKernel,
    ScaledSquaredExponentialRidge,
    SquaredCovarianceRidge,
    SquaredExponentialRidge,
    TaperedCovarianceRidge,
)
from .learned_kernel import LearnedKernel
from .settings import check_settings, plain
from .strategy import Strategy

LEARNED = ("none", "low_rank")  # no dictionary: every weight is learned, or both factors


@dataclass(frozen=True)
class RandomConnections(Strategy):
    """RandCon: columns of the identity, U = I[:, alpha]."""

    name = "random_connections"
    needs_data = False
    index_set: IndexSetChoice = UNIFORM

    def draw(self, seen, n_alpha, rng, column, n_columns):
        alpha = self.index_set.chosen(seen, n_alpha, rng, column=column, n_columns=n_columns)
        return dictionaries.identity_atoms(seen.n_v, alpha), alpha


@dataclass(frozen=True)
class RandomProjection(Strategy):
    """RandFixU: independent Gaussian atoms."""

    name = "random_projection"
    needs_data = False

    def draw(self, seen, n_alpha, rng, column, n_columns):
        return dictionaries.random_projection(seen.n_v, n_alpha, rng), None


class Basis(Strategy):
    """A basis from which each column draws its own atoms; ``look`` returns it, (n_v, n_atoms)."""

    def n_atoms(self, seen):
        return seen.shape[1]

    def draw(self, seen, n_alpha, rng, column, n_columns):
        return bases.draw_atoms(seen, n_alpha, rng), None


@dataclass(frozen=True)
class AutoencoderFilters(Basis):
    """AE: filters of a full autoencoder of the layer's input (paper, section 3.5).

    Parameters
    ----------
    activation : str
        Of its hidden units.
    max_iter : int
        L-BFGS iterations of its training.
    """

    name, sees = "autoencoder", ("weight",)
    activation: str = "sigmoid"
    max_iter: int = 50

    def look(self, layer_input, rng, **resources):
        v, n_v = layer_input.data(self.name), layer_input.n_v
        how = {"max_iter": self.max_iter, "rng": rng, "weight": layer_input.weight, **resources}
        theta, _, _ = pretrain_layer(Full(n_v, n_v), self.activation, v, **how)
        return bases.unit_atoms(theta[: n_v * n_v].reshape(n_v, n_v))


@dataclass(frozen=True)
class KMeansCentres(Basis):
    """Centres of k-means on the layer's input (the authors' code).

    Where there are fewer distinct samples than units, random directions take their place (ours). It draws
    from the rows: one of weight 2 is only on average the row twice.
    """

    name, sees = "kmeans", ("weight",)

    def look(self, layer_input, rng, **resources):
        return bases.kmeans_basis(layer_input.data(self.name), layer_input.n_v, rng, layer_input.weight)


class Frequencies(Basis):
    """A basis from low frequencies to high: the lower half of what n_alpha allows, others at random."""

    def draw(self, seen, n_alpha, rng, column, n_columns):
        return bases.draw_atoms(seen, n_alpha, rng, n_first=n_alpha // 2), None


@dataclass(frozen=True)
class Cosines(Frequencies):
    """DCT: cosines on a grid of any number of axes (paper, section 3.1)."""

    name = "dct"
    needs_data = False

    def look(self, layer_input, rng, **resources):
        return bases.dct_basis(layer_input.grid(self.name))


@dataclass(frozen=True)
class Wavelets(Frequencies):
    """Orthogonal wavelets on the pixel grid, by their name in PyWavelets (paper, section 3.1)."""

    name = "wavelet"
    needs_data = False
    wavelet: str = "haar"

    def look(self, layer_input, rng, **resources):
        return bases.wavelet_basis(layer_input.grid(self.name), self.wavelet)


@dataclass(frozen=True)
class Function(Strategy):
    """The user's own f(v, points, n_alpha, rng) -> U, called once a column.

    v is (n, n_v); points an array of positions (n_v, d), the channel last if there are channels, and
    ``np.arange(n_v)`` where units have no places. It does not see weights of rows.
    """

    name = "the function"
    function: Callable

    def settings(self):
        f = self.function
        return {"function": plain(f if hasattr(f, "__qualname__") else type(f))}

    def draw(self, seen, n_alpha, rng, column, n_columns):
        return self.function(seen.v, np.array(seen.kernel_points), n_alpha, rng), None


STRATEGIES = {
    strategy.name: strategy
    for strategy in (
        RandomConnections,
        RandomProjection,
        SquaredExponentialRidge,
        CovarianceRidge,
        SquaredCovarianceRidge,
        AutoencoderFilters,
        Cosines,
        Wavelets,
        KMeansCentres,
        PrincipalComponents,
        KernelEigenvectors,
        NetworkDirections,
        TaperedCovarianceRidge,
        ScaledSquaredExponentialRidge,
        LearnedKernel,
    )
}
NAMES = [*LEARNED, *STRATEGIES]


def strategy_of(dictionary, name="dictionary", **settings):
    """The strategy that is meant by a public ``dictionary``.

    Parameters
    ----------
    dictionary : str, Strategy, class of a Strategy, kernel, or function
        One of ``NAMES``; a ``Kernel``, a scikit-learn kernel, a sum or product of these, or a function
        k(points_a, points_b) -> K of two required arguments, which become a ``GivenKernel``; or
        f(v, points, n_alpha, rng) -> U, of four.
    name : str
        The argument's, for errors.
    **settings
        Those that the strategy has a field for are handed on, None excepted: then its own stand.

    Returns
    -------
    strategy : Strategy, or one of ``LEARNED``

    Raises
    ------
    ValueError
        If it is none of these, or a strategy whose settings are not fields of a frozen dataclass.

    Examples
    --------
    >>> strategy_of("covariance", length_scale=2.0, relative_ridge=None).relative_ridge
    0.001
    >>> strategy_of(lambda a, b: a @ b.T, relative_ridge=0.1).name
    'kernel'
    """
    if isinstance(dictionary, str) and dictionary in LEARNED:
        return dictionary
    if isinstance(dictionary, Strategy):
        check_settings(dictionary, name)
        return dictionary
    kind, own = _kind(dictionary, name)
    fields = {f.name for f in dataclasses.fields(kind)} if dataclasses.is_dataclass(kind) else set()
    chosen = {key: value for key, value in settings.items() if key in fields and value is not None}
    if "index_set" in chosen:
        chosen["index_set"] = index_set_choice(chosen["index_set"])
    try:
        strategy = kind(**{**chosen, **own})
    except TypeError as error:
        expected = f"{kind.__name__}(...), an object, where its settings have no defaults"
        _checks.fail(name, expected, f"the class ({error})")
    check_settings(strategy, name)
    return strategy


def _kind(dictionary, name):
    """The class of the strategy that is meant, and the setting that is the object itself, if any."""
    if is_kernel(dictionary):
        return GivenKernel, {"given": _hashable(as_kernel(dictionary), name)}
    if isinstance(dictionary, type):
        if not issubclass(dictionary, Strategy):
            got = f"the class {dictionary.__name__}"
            _checks.fail(name, f"an object, {dictionary.__name__}(...), or the class of a Strategy", got)
        return dictionary, {}
    if not callable(dictionary):
        return STRATEGIES[_checks.choice(name, dictionary, NAMES)], {}
    n_required = _n_required(dictionary)
    if n_required == 2:
        return GivenKernel, {"given": _hashable(as_kernel(dictionary), name)}
    if n_required != 4:
        own = getattr(dictionary, "__name__", None) or repr(dictionary)
        forms = "a kernel k(points_a, points_b) -> K, or f(v, points, n_alpha, rng) -> U"
        expected = f"{forms}, a function of two or of four required arguments"
        _checks.fail(name, expected, f"{own}, {n_required}")
    return Function, {"function": dictionary}


def _n_required(function):
    """How many arguments by position a function requires, or why that is no use."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return "which does not say its arguments"
    required = [p for p in parameters if p.default is p.empty]
    if any(p.kind is p.KEYWORD_ONLY for p in required):
        return "which requires an argument by keyword"
    n = sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in required)
    return n if n in (2, 4) else f"which requires {n}"


def _hashable(kernel, name):
    """The kernel; a ``ValueError`` if it has no hash, by which equal layers are found."""
    try:
        hash(kernel)
    except TypeError:
        _checks.fail(name, "a kernel with a hash, such as a @dataclass(frozen=True)", repr(kernel))
    return kernel
