"""Strategies that predict by kernel ridge: a kernel, a choice of alpha and a ridge, each for itself.

To add a kernel: a subclass of ``KernelStrategy`` with a ``kernel``, and an entry in ``STRATEGIES``.
"""

import abc
import functools
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ... import _checks, dictionaries
from ...dictionaries.kernels import (
    Deviations,
    EmpiricalCovariance,
    Kernel,
    SquaredCovariance,
    SquaredExponential,
    as_kernel,
)
from ...dictionaries.length_scales import pixel_of
from ...dictionaries.points import Grid
from ..layer_input import refuse_without_places
from .index_choices import UNIFORM, IndexSetChoice
from .strategy import Strategy, Unexplained

MOST_UNITS = 1500  # of which all eigenvalues are computed
FAR = 3  # length scales, beyond which k(i, j) < 0.011


@dataclass(frozen=True, eq=False)
class KernelRidge:
    """A kernel strategy taken apart: ``kernel_ridge(kernel, points, alpha, ridge)`` is U.

    Attributes
    ----------
    kernel : Kernel
    points : Points or ndarray
        What the kernel is called with.
    ridge : float
        Absolute: relative_ridge times the mean of k(i, i) over the candidates.
    candidates : ndarray of int or None
        Units among which alpha is chosen; None: all.
    layer_input : LayerInput
    """

    kernel: Kernel
    points: Any
    ridge: float
    candidates: np.ndarray | None
    layer_input: Any

    def unexplained(self, alpha):
        """What known weights leave of the variance of all, ``Unexplained``.

        Without a bound where units are more than ``MOST_UNITS``: their eigenvalues would take too long.
        """
        left = dictionaries.predictive_variance(self.kernel, self.points, alpha, self.ridge).sum()
        prior = self.kernel.diagonal(self.points).sum()
        if len(self.points) > MOST_UNITS:
            return Unexplained(float(left / prior), None)
        bound = self._eigenvalues[: len(self.points) - len(alpha)].sum()
        return Unexplained(float(left / prior), float(bound / prior))

    @functools.cached_property
    def _eigenvalues(self):
        return np.maximum(np.linalg.eigvalsh(self.kernel(self.points, self.points)), 0.0)


@dataclass(frozen=True)
class KernelStrategy(Strategy):
    """U = k_alpha^T (K_alpha + ridge I)^-1: a kernel, a choice of alpha and a ridge, each for itself.

    A subclass says its kernel (paper, section 3.1), and ``layer_input.places`` or ``.data`` what the kernel
    needs. Settings of its own are more fields: it is a ``@dataclass(frozen=True)`` then.

    Parameters
    ----------
    relative_ridge : float
        ridge / mean of k(i, i) over the units that vary; >= 0.
    index_set : IndexSetChoice

    Examples
    --------
    Smooth on two scales, for pixels; hidden units, which have no places, are refused:

    >>> @dataclass(frozen=True)
    ... class TwoScales(KernelStrategy):
    ...     name = "two scales"
    ...     near: float = 1.0
    ...     far: float = 4.0
    ...     def kernel(self, layer_input):
    ...         layer_input.places(self.name)
    ...         return 0.5 * SquaredExponential(self.near) + 0.5 * SquaredExponential(self.far)
    >>> from lowrankweights import Grid
    >>> from lowrankweights.building import LayerInput
    >>> layer_input, strategy = LayerInput(None, Grid((8, 8))), TwoScales(relative_ridge=1e-3, far=3.0)
    >>> drawn = strategy.prepare(layer_input).draw(n_alpha=9)
    >>> parts = strategy.take_apart(layer_input)
    >>> U = dictionaries.kernel_ridge(parts.kernel, parts.points, drawn.alpha, parts.ridge)
    >>> np.array_equal(drawn.U, U)
    True
    """

    varying = "units that vary"  # what errors call the units that the kernel knows something of

    relative_ridge: float = 1e-2
    index_set: IndexSetChoice = UNIFORM

    @abc.abstractmethod
    def kernel(self, layer_input):
        """The kernel for this layer's input: whatever ``dictionaries.as_kernel`` takes.

        A kernel with an attribute ``varying`` knows nothing of other units: alpha is chosen among these.

        Raises
        ------
        ValueError
            If the kernel is made of data or of points that are not there.
        """

    def look(self, layer_input, rng, **resources):
        return self.take_apart(layer_input)

    def take_apart(self, layer_input):
        """The kernel, its points and the ridge for this layer's input, a ``KernelRidge``."""
        kernel, points = as_kernel(self.kernel(layer_input)), layer_input.kernel_points
        candidates = getattr(kernel, "varying", None)
        if candidates is not None and len(candidates) == 0:
            _checks.fail(layer_input.name, f"{self.varying}, for {self.name!r}", "none")
        varying = points if candidates is None else points[candidates]
        # lambda = relative_ridge * mean of k(i, i), so that it does not depend on the data's units
        variance = kernel.diagonal(varying).mean()
        if not variance > 0:
            expected = "a kernel with k(i, i) > 0, the variance of a weight"
            _checks.fail(f"dictionary ({self.name!r})", expected, f"{variance:g} on average")
        return KernelRidge(kernel, points, self.relative_ridge * variance, candidates, layer_input)

    def n_atoms(self, seen):
        return None if seen.candidates is None else len(seen.candidates)

    def draw(self, seen, n_alpha, rng, column, n_columns):
        layer_input, n_v = seen.layer_input, seen.layer_input.n_v
        n_candidates = self.n_atoms(seen) or n_v
        if n_alpha > n_candidates:
            whose = f"as {layer_input.name} has {n_candidates} {self.varying} ({self.name!r})"
            got = f"{n_alpha / n_v:.3g} ({n_alpha} of {n_v})"
            _checks.fail("proportion", f"at most {n_candidates / n_v:.3f}, {whose}", got)
        how = {"kernel": seen.kernel, "ridge": seen.ridge, "candidates": seen.candidates}
        alpha = self.index_set.chosen(layer_input, n_alpha, rng, **how, column=column, n_columns=n_columns)
        return dictionaries.kernel_ridge(seen.kernel, seen.points, alpha, seen.ridge), alpha

    def parts(self, seen):
        return seen


@dataclass(frozen=True)
class GivenKernel(KernelStrategy):
    """The user's own kernel, as it was given for a name.

    Parameters
    ----------
    given : Kernel, function k(points_a, points_b) or scikit-learn kernel
        Whatever ``as_kernel`` takes.

    Examples
    --------
    >>> from lowrankweights import Grid
    >>> from lowrankweights.building import LayerInput
    >>> strategy = GivenKernel(given=0.5 * SquaredExponential(1.0) + 0.5 * SquaredExponential(4.0))
    >>> strategy.prepare(LayerInput(None, Grid((8, 8)))).draw(n_alpha=9).U.shape
    (64, 9)
    """

    name = "kernel"
    given: Kernel = field(kw_only=True)

    def __post_init__(self):
        object.__setattr__(self, "given", as_kernel(self.given))

    def kernel(self, layer_input):
        self.check(layer_input.n_v, layer_input.points, layer_input.name)
        return self.given

    @property
    def is_of_one_input(self):
        """Whether it fits one layer's input only: by its places, or by the data that it is made of."""
        return self.given.needs_places or self.given.n_units is not None

    def check(self, n_v, points, layer):
        """A ``ValueError`` if the kernel is made of other units than the layer's n_v, or lacks places."""
        if self.given.n_units not in (None, n_v):
            got = f"{self.given!r}, which is made of {self.given.n_units}"
            _checks.fail("dictionary", f"a kernel of the {n_v} units of {layer}", got)
        if self.given.needs_places and points is None:
            refuse_without_places(self.given)


@dataclass(frozen=True)
class SquaredExponentialRidge(KernelStrategy):
    """SE: the squared exponential of the distance in pixels; hidden units have none (paper, section 3.2)."""

    name = "squared_exponential"
    needs_data = False
    length_scale: float = 1.0

    def kernel(self, layer_input):
        self._look_for_neighbours(layer_input.places(self.name))
        return SquaredExponential(self.length_scale)

    def _look_for_neighbours(self, points):
        """A warning where most points are so far from all others that nothing can be predicted."""
        if isinstance(points, Grid) or len(points) < 2:
            return
        nearest, length_scale = pixel_of(points), np.max(self.length_scale)
        if nearest > FAR * length_scale:
            _checks.warn(
                f"length_scale: most points are further than {FAR} length scales from the next one, half of "
                f"them {nearest:.3g} or more, where length_scale is {length_scale:g}: their "
                "weights are predicted as 0. An estimator's length_scale='auto' finds another."
            )


@dataclass(frozen=True)
class CovarianceRidge(KernelStrategy):
    """Emp: the covariance of the layer's input units; alpha is of units that vary, channels are not tied."""

    name, sees = "covariance", ("weight",)
    relative_ridge: float = 1e-3

    def kernel(self, layer_input):
        return EmpiricalCovariance(layer_input.data(self.name), layer_input.weight)


@dataclass(frozen=True)
class SquaredCovarianceRidge(KernelStrategy):
    """Emp2: the covariance of the squares of the layer's input units."""

    name, sees = "squared_covariance", ("weight",)
    varying = "units whose square varies"
    relative_ridge: float = 1e-3

    def kernel(self, layer_input):
        return SquaredCovariance(layer_input.data(self.name), layer_input.weight)


@dataclass(frozen=True)
class TaperedCovarianceRidge(KernelStrategy):
    """Emp x SE: the covariance of the input units, less between distant ones (ours).

    A covariance of pixels is as unsure far away as nearby, and large there by chance. Where units have no
    places it is the covariance.

    Parameters
    ----------
    taper : float
        Length scale of the squared exponential that it is multiplied by, in pixels (of scattered points: in
        median distances to the next one); channels covary.
    """

    name, sees = "tapered_covariance", ("weight",)
    relative_ridge: float = 1e-3
    taper: float = 4.0

    def kernel(self, layer_input):
        emp = EmpiricalCovariance(layer_input.data(self.name), layer_input.weight)
        if layer_input.points is None:
            return emp
        taper = self.taper * pixel_of(layer_input.points)
        return emp * SquaredExponential(taper, between_channels=1.0)


@dataclass(frozen=True)
class ScaledSquaredExponentialRidge(SquaredExponentialRidge):
    """sd_i SE(i, j) sd_j: smooth in pixel space, and as large as each unit's standard deviation (ours)."""

    name, sees = "scaled_squared_exponential", ("weight",)
    needs_data = True

    def kernel(self, layer_input):
        deviations = Deviations(layer_input.data(self.name), layer_input.weight)
        return deviations * super().kernel(layer_input)


def kernel_strategy_of(of, name="of"):
    """The strategy with a kernel that is meant by a setting: a ``KernelStrategy``, a kernel or a name.

    A dict is what a recipe says of one.
    """
    from .by_name import strategy_of  # which knows all strategies

    settings = dict(of) if isinstance(of, dict) else {"name": of}
    strategy = strategy_of(settings.pop("name", None), name, **settings)
    if not isinstance(strategy, KernelStrategy):
        _checks.fail(name, "a kernel, or a strategy with one", repr(of))
    if type(strategy).look is not KernelStrategy.look:
        _checks.fail(name, "one whose kernel needs no training of its own", repr(strategy.name))
    return strategy
