"""What a strategy is: how a layer's dictionaries are made from its input, and repeated from a recipe."""

import abc
import dataclasses
from typing import Any, NamedTuple

import numpy as np

from ... import _checks
from ..._blas import one_blas_thread
from .index_choices import checked_index_set
from .settings import check_settings, own_class, plain, settings_of


class Strategy(abc.ABC):
    """Base class: looks at a layer's input once, then draws a dictionary for each column.

    A subclass has a ``draw`` and, where something is made once for all columns, a ``look``. Its
    settings, if it has any, are the fields of a frozen dataclass: equal ones then share built layers,
    and a recipe holds them. It may be given wherever a dictionary's name is expected, as an object (its own
    settings hold) or as a class: then the estimator's are handed on to fields of the names
    ``length_scale``, ``relative_ridge`` (the estimators' ``ridge``), ``index_set`` (``index_sets``),
    ``activation`` and ``max_iter`` (``pretrain_iter``).

    Attributes
    ----------
    name : str
        In errors and recipes; of the package's own also the public name. Default: the class's.
    needs_data : bool
        False where places and chance are enough. Of the package's own strategies a recipe can then stand for
        the dictionary in a file.
    sees : tuple of "weight" and "targets"
        Which of these, of a ``LayerInput``, change the dictionary: a recipe asks for them.

    Examples
    --------
    Vertical stripes of random frequency, up to a highest one:

    >>> @dataclasses.dataclass(frozen=True)
    ... class Stripes(Strategy):
    ...     name = "stripes"
    ...     highest: float = np.pi
    ...     def draw(self, seen, n_alpha, rng, column, n_columns):
    ...         x = seen.grid(self.name).coordinates[:, 1]
    ...         return np.cos(np.outer(x, rng.uniform(0, self.highest, n_alpha))), None
    >>> from lowrankweights import Grid, LowRankMLPClassifier
    >>> from lowrankweights.building import LayerInput
    >>> drawn = Stripes(highest=1.5).prepare(LayerInput(None, Grid((8, 8)))).draw(n_alpha=5, rng=0)
    >>> drawn.U.shape, drawn.recipe["settings"]
    ((64, 5), {'highest': 1.5})
    >>> model = LowRankMLPClassifier((20,), dictionary=Stripes(), input_shape=(8, 8))
    """

    name = ""
    needs_data, sees = True, ()
    varying = "atoms"  # what limits their number, in warnings

    def __init_subclass__(cls, **others):
        super().__init_subclass__(**others)
        cls.name = cls.name or cls.__name__

    def look(self, layer_input, rng, **resources):
        """Make what all columns share.

        Parameters
        ----------
        layer_input : LayerInput
        rng : numpy.random.Generator
            The only source of chance; a recipe keeps its state, so do not ``spawn`` from it.
        **resources
            ``n_threads`` and ``engine``, for a strategy that learns; they change no bit.

        Returns
        -------
        seen : object
            What ``draw`` is handed; the layer's input itself, unless a subclass says otherwise.

        Raises
        ------
        ValueError
            If there are no data, or no points, and the dictionary is made of them.
        """
        return layer_input

    @abc.abstractmethod
    def draw(self, seen, n_alpha, rng, column, n_columns):
        """Draw the dictionary of one column.

        Parameters
        ----------
        seen : object
            What ``look`` returned.
        n_alpha : int
            Atoms, all channels counted.
        rng : numpy.random.Generator
            As in ``look``.
        column, n_columns : int
            Which of the layer's columns this is, counted from 0.

        Returns
        -------
        U : ndarray, (n_v, n_alpha)
        alpha : ndarray of int, (n_alpha,), or None
            None where no index set is drawn.

        Raises
        ------
        ValueError
            If there are not so many atoms.
        """

    def n_atoms(self, seen):
        """How many atoms a column can have at most; None: one for each weight."""
        return None

    def parts(self, seen):
        """Kernel, points and ridge that dictionaries are of, a ``KernelRidge``; None without a kernel."""
        return None

    def prepare(self, layer_input, rng=0, **resources):
        """The strategy after its look at a layer's input, a ``PreparedStrategy``.

        ``rng`` is a seed or a Generator; the others as in ``look``.
        """
        return PreparedStrategy(self, layer_input, _checks.generator(rng), resources)

    def settings(self):
        """The dataclass's fields by name, as plain data: what a recipe holds."""
        return settings_of(self)

    @property
    def draws_index_sets(self):
        """Whether there is a choice of alpha among the settings."""
        return hasattr(self, "index_set")


class PreparedStrategy:
    """A strategy that has looked at a layer's input; ``draw`` gives each column its dictionary.

    Attributes
    ----------
    strategy : Strategy
    seen : object
        What its ``look`` returned, for instance a kernel taken apart (``KernelRidge``).
    n_atoms : int
        How many atoms a column can have at most.
    """

    @one_blas_thread
    def __init__(self, strategy, layer_input, rng, resources):
        check_settings(strategy, "dictionary")
        self.strategy, self.n_v = strategy, layer_input.n_v
        self._given = [name for name in strategy.sees if getattr(layer_input, name) is not None]
        self._look_seed = generator_state(rng)
        self.seen = strategy.look(layer_input, rng, **resources)
        most = strategy.n_atoms(self.seen)
        self.n_atoms = self.n_v if most is None else most
        if self.n_atoms == 0:
            _checks.fail(layer_input.name, f"{strategy.varying}, for {strategy.name!r}", "none")

    @one_blas_thread
    def draw(self, n_alpha, rng=0, column=0, n_columns=1):
        """Draw the dictionary of one column.

        Parameters
        ----------
        n_alpha : int
        rng : seed or numpy.random.Generator
        column, n_columns : int
            Which of the layer's columns this is, counted from 0.

        Returns
        -------
        drawn : DrawnDictionary

        Raises
        ------
        ValueError
            As the strategy does, or if what it returns is not a finite array (n_v, n_alpha) and an index
            set or None.
        """
        rng = _checks.generator(rng)
        recipe = {
            "strategy": self.strategy.name,
            **own_class(self.strategy),
            "settings": self.strategy.settings(),
            "n_alpha": int(n_alpha),
            "column": int(column),
            "n_columns": int(n_columns),
            "given": list(self._given),
            "seed": {"look": self._look_seed, "draw": generator_state(rng)},
        }
        returned = self.strategy.draw(self.seen, n_alpha, rng, column, n_columns)
        U, alpha = self._checked(returned, n_alpha)
        parts = self.strategy.parts(self.seen)
        return DrawnDictionary(U, alpha, recipe, None if parts is None else parts.unexplained(alpha), parts)

    def _checked(self, returned, n_alpha):
        """U and alpha of what the strategy returned."""
        what = f"dictionary (what {self.strategy.name} returned)"
        U, alpha = _checks.two(what, returned, "U and alpha (None where there is none)")
        U = _checks.array(what, U, dtype=np.float64)
        if U.shape != (self.n_v, n_alpha):
            _checks.fail(what, f"shape {(self.n_v, n_alpha)}", U.shape)
        if alpha is not None:
            alpha = checked_index_set(alpha, self.n_v, n_alpha, f"{what}, its alpha")
        return U, alpha


@dataclasses.dataclass(frozen=True, eq=False)
class DrawnDictionary:
    """A column's dictionary, its index set, and the recipe that gives the same U to the bit.

    Attributes
    ----------
    U : ndarray, (n_v, n_alpha)
    alpha : ndarray of int, (n_alpha,), or None
    recipe : dict
        Plain data that JSON can hold; see ``from_recipe``.
    unexplained : Unexplained or None
    parts : KernelRidge or None
        Where the dictionary is of kernel ridge.
    """

    U: np.ndarray
    alpha: np.ndarray | None
    recipe: dict
    unexplained: "Unexplained | None" = None
    parts: Any = None


class Unexplained(NamedTuple):
    """Shares of the prior variance, the sum of k(i, i), in [0, 1].

    Attributes
    ----------
    left : float
        The sum of ``predictive_variance``, given the known weights and the ridge.
    bound : float or None
        What the leading eigenvectors of K, as many, leave over without a ridge; None of very many units.
    """

    left: float
    bound: float | None


def generator_state(rng):
    """A Generator's state as plain data: a seed from which another goes on as it would have."""
    return plain(rng.bit_generator.state)
