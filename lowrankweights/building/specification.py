"""The specification of each hidden layer, made and checked in one place from an estimator's arguments."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import _checks
from ..dictionaries.points import Grid, Points, places_of
from ..networks.activations import MAXOUT, check_activation
from .strategies import AutoencoderFilters, GivenKernel, Strategy, Uniform, strategy_of
from .strategies.index_choices import UNIFORM_ELSE, index_set_choice

USUAL_COLUMNS = 10  # the estimators' default
USUAL_CHANNELS = (1, 2, 3, 4)


@dataclass(frozen=True)
class LayerSpec:
    """What a hidden layer is to be; it cannot be changed, and equal ones are built once.

    Parameters
    ----------
    n_h : int
        Hidden units.
    dictionary : Strategy, "none", "low_rank", or what ``strategy_of`` takes
        The strategy with its settings: kernel, index set and ridge where it has them.
    proportion : float
        n_alpha / n_v, in (0, 1].
    n_columns : int
        At most ``n_h``.
    activation : "identity", "sigmoid", "tanh", "relu" or "maxout"
    pretrain_iter : int, optional
        L-BFGS iterations of pre-training; None: there is none.
    points : Grid or Points, optional
        Where the layer's input lives; hidden units are nowhere.
    n_pieces : int
        Filters of a unit of "maxout", in one column; others have one.

    Raises
    ------
    ValueError
        Naming the argument, what was expected and what came.

    Examples
    --------
    >>> spec = LayerSpec(100, "covariance", proportion=0.1, n_columns=10, activation="sigmoid")
    >>> spec.dictionary.relative_ridge, spec == LayerSpec(100, "covariance", 0.1, 10, "sigmoid")
    (0.001, True)
    """

    n_h: int
    dictionary: Any
    proportion: float
    n_columns: int = 1
    activation: str = "identity"
    pretrain_iter: int | None = None
    points: Points | None = None
    n_pieces: int = 2

    def __post_init__(self):
        is_maxout = check_activation(self.activation, others=(MAXOUT,)) == MAXOUT
        checked = {
            "n_pieces": _checks.integer("n_pieces", self.n_pieces, at_least=1) if is_maxout else 1,
            "n_h": _checks.integer("n_h", self.n_h, at_least=1),
            "dictionary": strategy_of(self.dictionary),
            "proportion": _checks.number("proportion", self.proportion, above=0, at_most=1),
            "n_columns": _checks.integer("n_columns", self.n_columns, at_least=1),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        if self.n_columns > self.n_h and isinstance(self.dictionary, Strategy):
            _checks.fail("n_columns", f"at most one a hidden unit ({self.n_h})", self.n_columns)
        if self.pretrain_iter is not None:
            _checks.integer("pretrain_iter", self.pretrain_iter, at_least=0)
            if is_maxout:
                expected = "False where activation is 'maxout' (in a tied autoencoder each filter is a unit)"
                _checks.fail("pretrain", expected, "True")

    @property
    def n_filters(self):
        """Columns of W."""
        return self.n_h * self.n_pieces


def layer_specs(
    hidden_layer_sizes,
    *,
    n_v,
    dictionary,
    proportion,
    n_columns,
    input_shape=None,
    points=None,
    length_scale=None,
    ridge=None,
    activation=None,
    n_pieces=LayerSpec.n_pieces,
    index_sets="uniform",
    pretrain=False,
    pretrain_iter=None,
    shape_name="input_shape",
):
    """The specification of each hidden layer, from arguments named and meant as in ``LowRankMLPClassifier``.

    Parameters
    ----------
    hidden_layer_sizes : int or tuple of int
    n_v : int
        Columns of X.
    dictionary, proportion, n_columns, ridge
        One value, or a tuple with one for each hidden layer. Where ten columns, the usual number, are
        more than a layer's units, each unit has a column of its own. ``ridge`` is relative; None: each
        strategy's own, and so with ``length_scale``, ``activation`` and ``pretrain_iter``.
    input_shape : (n,), (height, width), (height, width, n_channels), Grid or None
        Three entries of which the last is not a usual number of channels are warned of.
    points : Grid, Points, array (n_v, d) or (n_v,), or None
        Where the columns of X are, in place of ``input_shape``: all columns of an array are positions.
    index_sets : "uniform", "local", "pivoted", "spread" or an IndexSetChoice
    shape_name : str
        What errors call ``input_shape``.

    Returns
    -------
    specs : tuple of LayerSpec

    Raises
    ------
    ValueError
        Everything that can be said to be wrong before the first layer is built: the argument by
        its public name, what was expected and what came.

    Examples
    --------
    >>> first, second = layer_specs((20, 10), n_v=64, dictionary=("squared_exponential", "covariance"),
    ...                             proportion=0.1, n_columns=1, input_shape=(8, 8), ridge=(0.1, None))
    >>> first.dictionary.relative_ridge, second.dictionary.relative_ridge, first.points, second.points
    (0.1, 0.001, Grid((8, 8)), None)
    """
    sizes = layer_sizes("hidden_layer_sizes", hidden_layer_sizes)
    each = {"dictionary": dictionary, "ridge": ridge, "proportion": proportion, "n_columns": n_columns}
    each = {name: one_each(name, value, len(sizes)) for name, value in each.items()}
    points = places_of(input_shape, points, n_v, shape_name)
    _say_how_it_is_read(input_shape, points, shape_name)
    chosen = _index_set_choice(index_sets, points)
    settings = _settings(length_scale, activation, pretrain, pretrain_iter)
    activation = LayerSpec.activation if activation is None else activation
    specs = []
    for i, (n_h, *own) in enumerate(zip(sizes, *each.values(), strict=True)):
        own_dictionary, ridge, proportion, n_columns = own
        index_set = without_places(chosen) if i else chosen
        strategy = _strategy(own_dictionary, ridge, index_set, settings)
        _check_kernel(strategy, dictionary, (n_v, *sizes[:-1]), points, i)
        if isinstance(strategy, Strategy) and n_columns == USUAL_COLUMNS:
            n_columns = min(n_columns, n_h)
        more = {"pretrain_iter": _pretraining(strategy, pretrain, pretrain_iter), "n_pieces": n_pieces}
        more["points"] = None if i else points  # hidden units are nowhere
        specs.append(LayerSpec(n_h, strategy, proportion, n_columns, activation, **more))
    _say_where_it_changes_nothing(index_sets, chosen, specs, each["dictionary"])
    return tuple(specs)


def _say_where_it_changes_nothing(index_sets, chosen, specs, dictionaries):
    """A warning where none of the layers that the choice is for draws index sets."""
    n = 1 if chosen.needs_places else len(specs)
    specs, dictionaries = specs[:n], dictionaries[:n]
    if chosen != Uniform() and not any(getattr(spec.dictionary, "draws_index_sets", False) for spec in specs):
        names, which = ", ".join(map(repr, dictionaries)), "a first layer" if len(specs) == 1 else "layers"
        why = f"{which} with {names}, which draws no index sets"
        _checks.warn(f"index_sets: {index_sets!r} changes nothing in {why}")


def _index_set_choice(index_sets, points):
    """The choice of alpha in the first layer; an error if it needs places and there are none."""
    chosen = index_set_choice(index_sets)
    if chosen.needs_places and points is None:
        _checks.fail("index_sets", UNIFORM_ELSE, repr(index_sets))
    return chosen


def without_places(index_sets):
    """The choice of alpha in a layer of hidden units, which have no places."""
    chosen = index_set_choice(index_sets)
    return Uniform() if chosen.needs_places else chosen


def _say_how_it_is_read(input_shape, grid, shape_name):
    """A warning where three entries may have been meant as a volume."""
    if input_shape is None or isinstance(input_shape, Grid):
        return
    if len(grid.shape) == 2 and grid.channels is None and 1 < grid.shape[1] <= min(4, grid.shape[0] / 4):
        n, channels = grid.shape
        _checks.warn(
            f"{shape_name}: {grid.shape} is read as an image of {n} x {channels} pixels. For {channels} "
            f"numbers at each of {n} moments give points={Grid((n,), channels)!r}; to say that an image is "
            f"meant, {shape_name}={grid!r}."
        )
    if grid.n_channels in USUAL_CHANNELS:
        return
    if grid.shape[0] in (1, 3) and grid.shape[1] > 4:
        first = f"{shape_name}: {grid.input_shape} has its channels first"
        _checks.warn(f"{first}; X.transpose(0, 2, 3, 1) has them last.")
        return
    (height, width), n = grid.shape, grid.n_channels
    volume, meant = Grid((*grid.shape, n)), f"{shape_name}={grid!r}"
    _checks.warn(
        f"{shape_name}: {grid.input_shape} is read as {n} channels of {height} x {width}. "
        f"For a volume give points={volume!r} instead; to say that channels are meant, {meant}."
    )


def layer_sizes(name, sizes, none_of="hidden layer"):
    """An int or a tuple of ints as a tuple; ``none_of``: what there must be one of, "" if none will do."""
    sizes = sizes if isinstance(sizes, (tuple, list, np.ndarray)) else (sizes,)
    if len(sizes) == 0 and none_of:
        _checks.fail(name, f"at least one {none_of}", "()")
    return tuple(_checks.integer(name, n, at_least=1) for n in sizes)


def one_each(name, value, n, of="hidden layers"):
    """A parameter's values for n layers: the entries of a tuple, or the one value for all."""
    if not isinstance(value, (tuple, list)):
        return (value,) * n
    if len(value) != n:
        _checks.fail(name, f"one value, or one for each of {n} {of}", repr(value))
    return tuple(value)


def _settings(length_scale, activation, pretrain, pretrain_iter):
    """What is common to the strategies of all layers; each takes what it has a field for."""
    if isinstance(length_scale, str) and length_scale == "auto":
        who = "estimators make one of 'auto', by building.length_scale_of_trained_filters"
        _checks.fail("length_scale", f"a number ({who})", "'auto'")
    if length_scale is not None:
        length_scale = _checks.number("length_scale", length_scale, above=0)
    if pretrain or pretrain_iter is not None:
        pretrain_iter = _checks.integer("pretrain_iter", pretrain_iter, at_least=0)
    # a strategy that trains an autoencoder has its own activation where there is none of one filter a unit
    activation = None if activation == MAXOUT else activation
    return {"length_scale": length_scale, "activation": activation, "max_iter": pretrain_iter}


def _strategy(dictionary, ridge, index_set, settings):
    """A layer's strategy with its settings; the public ridge is relative."""
    if ridge is not None:
        ridge = _checks.number("ridge", ridge, at_least=0)
    strategy = strategy_of(dictionary, relative_ridge=ridge, index_set=index_set, **settings)
    if isinstance(strategy, AutoencoderFilters):
        _checks.integer("pretrain_iter (for 'autoencoder')", strategy.max_iter, at_least=1)
    return strategy


def _check_kernel(strategy, dictionary, n_inputs, points, i):
    """A ``ValueError`` if layer i's own kernel does not fit its input, before a layer is built."""
    if not isinstance(strategy, GivenKernel):
        return
    if strategy.is_of_one_input and len(n_inputs) > 1 and not isinstance(dictionary, (tuple, list)):
        expected = "one for each hidden layer where a kernel is of one layer's input, such as "
        got = f"{strategy.given!r} for all {len(n_inputs)}"
        _checks.fail("dictionary", f"{expected}dictionary=(kernel, 'covariance')", got)
    layer, places = (f"hidden layer {i}", None) if i else ("X", points)
    strategy.check(n_inputs[i], places, layer)


def _pretraining(strategy, pretrain, pretrain_iter):
    """Iterations of a layer's pre-training, or None where there is none."""
    if pretrain and strategy == "low_rank":
        why = "as in the paper, which found it unstable"
        _checks.warn(f"pretrain: a low_rank layer is not pre-trained ({why})")
        return None
    return pretrain_iter if pretrain else None
