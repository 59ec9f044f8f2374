"""How a column's known weights are chosen: a choice of its own, beside the kernel.

To add one: a subclass of ``IndexSetChoice`` with a ``choose``, and an entry in ``INDEX_SETS``.
"""

import abc
import dataclasses
from dataclasses import dataclass

import numpy as np

from ... import _checks
from ...dictionaries.index_sets import (
    check_index_set,
    column_centres,
    local_index_set,
    pivoted_index_set,
    sample_index_set,
    spread_index_set,
)
from .settings import check_settings

UNIFORM_ELSE = "'uniform' where neither input_shape nor points are given"


class IndexSetChoice(abc.ABC):
    """Base class of all choices of alpha.

    A subclass has a ``choose``; settings, if it has any, are the fields of a frozen dataclass, so
    that equal choices are equal and a recipe can hold them.

    Attributes
    ----------
    name : str
        In recipes, and as the public ``index_sets``. Default: the class's.
    needs_places : bool
        Deep layers have none: there ``Uniform`` is taken instead. In a first layer it is an error.
    needs_kernel : bool
        A dictionary without a kernel refuses it.

    Examples
    --------
    The units on which the kernel has most variance, among those that vary; for strategies with a kernel:

    >>> import numpy as np
    >>> class Loudest(IndexSetChoice):
    ...     name = "loudest"
    ...     def choose(self, layer_input, n_alpha, rng, *, kernel, candidates, **others):
    ...         variance = kernel.diagonal(layer_input.kernel_points[candidates])
    ...         return np.sort(candidates[np.argsort(-variance, kind="stable")[:n_alpha]])
    >>> from lowrankweights.building import CovarianceRidge, LayerInput
    >>> v = np.random.default_rng(0).normal(size=(50, 4)) * [1.0, 5.0, 2.0, 9.0]
    >>> CovarianceRidge(index_set=Loudest()).prepare(LayerInput(v)).draw(n_alpha=2).alpha
    array([1, 3])
    """

    name = ""
    needs_places = needs_kernel = False

    def __init_subclass__(cls, **others):
        super().__init_subclass__(**others)
        cls.name = cls.name or cls.__name__

    @abc.abstractmethod
    def choose(
        self, layer_input, n_alpha, rng, *, kernel=None, ridge=0.0, candidates=None, column=0, n_columns=1
    ):
        """Choose the index set of one column.

        Parameters
        ----------
        layer_input : LayerInput
        n_alpha : int
            How many, all channels counted; a multiple of the channels where ``candidates`` is None.
        rng : numpy.random.Generator
            The only source of chance.
        kernel : Kernel, optional
            Called with ``layer_input.kernel_points``; None where the dictionary has no kernel.
        ridge : float
            With which the weights will be predicted, absolute.
        candidates : array of int, optional
            Choose among these units only: the others never vary.
        column, n_columns : int
            Which of the layer's columns this is, counted from 0.

        Returns
        -------
        alpha : ndarray of int, (n_alpha,), sorted and unique

        Raises
        ------
        ValueError
            If there are fewer candidates than ``n_alpha``, or no places where they are needed.
        """

    def chosen(self, layer_input, n_alpha, rng, **where):
        """What ``choose`` returns, checked: a ``ValueError`` that names the choice if it is no index set."""
        if self.needs_kernel and where.get("kernel") is None:
            expected = "'uniform', 'local' or 'spread' where the dictionary has no kernel"
            _checks.fail("index_sets", expected, repr(self.name))
        alpha = self.choose(layer_input, n_alpha, rng, **where)
        return checked_index_set(alpha, layer_input.n_v, n_alpha, f"index_sets (what {self.name} chose)")


@dataclass(frozen=True)
class Uniform(IndexSetChoice):
    """Uniformly at random (paper, section 3.2); pixels are tied across channels where all units vary."""

    name = "uniform"

    def choose(self, layer_input, n_alpha, rng, *, candidates=None, **others):
        n_channels = layer_input.n_channels if candidates is None else 1
        return sample_index_set(layer_input.n_v, n_alpha, rng, n_channels, candidates)


@dataclass(frozen=True)
class Local(IndexSetChoice):
    """Dense around a place of the column's own, sparse elsewhere (paper, section 3.4)."""

    name = "local"
    needs_places = True

    def choose(self, layer_input, n_alpha, rng, *, candidates=None, column=0, n_columns=1, **others):
        points = layer_input.points
        if points is None:
            _checks.fail("index_sets", UNIFORM_ELSE, "'local'")
        centre = column_centres(points, n_columns)[column]
        return local_index_set(points, n_alpha, centre, rng, candidates)


@dataclass(frozen=True)
class Spread(IndexSetChoice):
    """Evenly over the points, by a low-discrepancy sequence; each column is shifted otherwise (ours)."""

    name = "spread"
    needs_places = True

    def choose(self, layer_input, n_alpha, rng, *, candidates=None, **others):
        if layer_input.points is None:
            _checks.fail("index_sets", UNIFORM_ELSE, "'spread'")
        return spread_index_set(layer_input.points, n_alpha, rng, candidates)


@dataclass(frozen=True)
class Pivoted(IndexSetChoice):
    """By the kernel: each pivot is drawn by how much the weights before it leave unexplained (ours).

    Parameters
    ----------
    greedy : bool
        Take the largest instead: nothing is drawn, and all columns have the same.
    """

    name = "pivoted"
    needs_kernel = True
    greedy: bool = False

    def choose(self, layer_input, n_alpha, rng, *, kernel=None, ridge=0.0, candidates=None, **others):
        n_channels = layer_input.n_channels if candidates is None else 1
        how = {"ridge": ridge, "candidates": candidates, "greedy": self.greedy}
        return pivoted_index_set(kernel, layer_input.kernel_points, n_alpha, rng, n_channels, **how)


UNIFORM = Uniform()  # a strategy's own choice
INDEX_SETS = {choice.name: choice for choice in (Uniform, Local, Pivoted, Spread)}


def index_set_choice(index_sets, name="index_sets"):
    """The choice of this name, or that a recipe describes, or the choice itself; else a ``ValueError``."""
    if isinstance(index_sets, IndexSetChoice):
        check_settings(index_sets, name)
        return index_sets
    settings = {"name": index_sets}
    if isinstance(index_sets, dict):
        name, settings = "recipe (its index_set)", dict(index_sets)
    if "class" in settings:
        _checks.fail(name, "a choice of the package, or the strategy given with its own", settings["class"])
    kind = INDEX_SETS[_checks.choice(name, settings.pop("name", None), INDEX_SETS)]
    known = [field.name for field in dataclasses.fields(kind)]
    for setting in settings:
        if not known:
            _checks.fail(name, f"no settings with {kind.name!r}", repr(setting))
        _checks.choice(f"{name}, a setting of {kind.name!r}", setting, known)
    return kind(**settings)


def checked_index_set(alpha, n_v, n_alpha, name):
    """alpha as an int array; a ``ValueError`` unless it is sorted, and n_alpha different units of n_v."""
    alpha = check_index_set(alpha, n_v, name)
    if len(alpha) != n_alpha or (np.diff(alpha) < 0).any():
        _checks.fail(name, f"{n_alpha} sorted indices", alpha.tolist())
    return alpha
