"""Recipes: how a dictionary was made, as plain data, and the same dictionary again.

A recipe is a dict: the strategy's name (and its class, where it is not one of the package's), its
settings, n_alpha, which column of how many, whether rows had weights and targets, and the seed. The columns
of a layer draw from one generator, one after the other; the seed of a column is therefore that generator's
state (whole numbers, of up to 128 bits), before the strategy looked at the layer's input and before this
column was drawn.
"""

import numpy as np

from .. import _checks
from .layer_input import LayerInput
from .strategies import STRATEGIES, Function, GivenKernel, Strategy, strategy_of
from .strategies.settings import own_class

BIT_GENERATORS = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")


def from_recipe(recipe, v=None, points=None, strategy=None, weight=None, targets=None):
    """Draw a dictionary again.

    Parameters
    ----------
    recipe : dict
        Of a ``DrawnDictionary``, or of an estimator's ``recipes_``.
    v : array, (n, n_v), optional
        The layer's input, as it was: its dtype too. Not needed where the dictionary is made of
        points or of chance.
    points : Grid or Points, optional
        As they were.
    strategy : Strategy, class of a Strategy, kernel, or function, optional
        Where it is not one of the package's: the object, class or function with which the recipe was made.
        A recipe holds of a kernel only what it is called.
    weight : array, (n,), optional
        Of the rows of v, as it was.
    targets : building.Targets, optional
        What the network was to learn, where the dictionary is of a network that was trained briefly.

    Returns
    -------
    drawn : DrawnDictionary
        U and alpha are the same to the bit.

    Raises
    ------
    ValueError
        If the recipe lacks something, the strategy is not known, is of another class than the recipe's or
        has other settings, or what it needs is not given.

    Examples
    --------
    >>> from lowrankweights import Grid
    >>> from lowrankweights.building import LayerInput, SquaredExponentialRidge
    >>> grid = Grid((8, 8))
    >>> drawn = SquaredExponentialRidge(length_scale=2.0).prepare(LayerInput(None, grid)).draw(13, rng=5)
    >>> drawn.recipe["strategy"], drawn.recipe["settings"]["length_scale"]
    ('squared_exponential', 2.0)
    >>> np.array_equal(from_recipe(drawn.recipe, points=grid).U, drawn.U)
    True
    """
    missing = {"strategy", "settings", "n_alpha", "column", "n_columns", "seed"} - set(recipe)
    if missing:
        _checks.fail("recipe", "a recipe of a drawn dictionary", f"one without {', '.join(sorted(missing))}")
    strategy = _strategy(recipe, strategy)
    for name, value in (("weight", weight), ("targets", targets)):
        given = recipe.get("given")  # earlier recipes do not say
        if value is None and name in (given or ()):
            _checks.fail(name, f"those with which this dictionary ({recipe['strategy']}) was made", "None")
        if value is not None and given is not None and name in strategy.sees and name not in given:
            _checks.fail(name, f"None, as this dictionary ({recipe['strategy']}) was made without", "some")
    look, draw = (generator_from(recipe["seed"][step]) for step in ("look", "draw"))
    prepared = strategy.prepare(LayerInput(v, points, weight=weight, targets=targets), look)
    return prepared.draw(recipe["n_alpha"], draw, recipe["column"], recipe["n_columns"])


def _strategy(recipe, given):
    """The strategy of the recipe: the one given, or the package's of its name, with the recipe's settings."""
    name, own = "recipe (its strategy)", recipe.get("class")
    if recipe["strategy"] == Function.name:
        own = own or recipe["settings"].get("function")
    if recipe["strategy"] == GivenKernel.name and given is None:
        kernel = recipe["settings"].get("given")
        _checks.fail(name, f"strategy={kernel}, the kernel with which it was made", "none")
    inside = recipe["settings"].get("of")
    if isinstance(inside, dict) and inside.get("name") == GivenKernel.name and given is None:
        expected = f"strategy=, the one with which it was made, as it is of a kernel ({inside.get('given')})"
        _checks.fail(name, expected, "none")
    if own and given is None:
        _checks.fail(name, f"strategy={_last(own)}, as it is not one of the package's", "none")
    settings = {key: _hashable(value) for key, value in recipe["settings"].items()}
    strategy = strategy_of(recipe["strategy"] if given is None else given, name, **settings)
    if not isinstance(strategy, Strategy):
        _checks.fail("strategy", "the one with which the recipe was made", repr(strategy))
    _check_class(recipe, strategy)
    # a function may have moved to another module
    as_named = _last if isinstance(strategy, Function) else lambda setting: setting
    others = strategy.settings()
    for key, value in recipe["settings"].items():
        if key not in others or as_named(others[key]) != as_named(value):
            got = repr(others[key]) if key in others else f"one without {key}"
            _checks.fail(f"strategy ({strategy.name})", f"{key} = {value!r}, as in the recipe", got)
    return strategy


def _check_class(recipe, strategy):
    """A ``ValueError`` unless the strategy is of the class that the recipe was made with."""
    ours, own = STRATEGIES.get(recipe["strategy"]), own_class(strategy).get("class", strategy.name)
    if "class" in recipe:
        expected, same = _last(recipe["class"]), _last(recipe["class"]) == _last(own)
    elif ours:
        expected, same = f"the package's {ours.__name__}", type(strategy) is ours
    else:  # a function, or of before classes were written down
        expected, same = recipe["strategy"], recipe["strategy"] == strategy.name
    if not same:
        _checks.fail("strategy", f"{expected}, with which the recipe was made", own)


def _last(name):
    """The last part of a class's or a function's name with its module; anything else as it is."""
    return name.rsplit(".", 1)[-1] if isinstance(name, str) else name


def _hashable(value):
    """A list as a tuple."""
    return tuple(map(_hashable, value)) if isinstance(value, list) else value


def generator_from(state):
    """A Generator in the state that ``generator_state`` returned.

    >>> from lowrankweights.building.strategies.strategy import generator_state
    >>> rng = np.random.default_rng(3)
    >>> again = generator_from(generator_state(rng))
    >>> bool(rng.integers(1000) == again.integers(1000))
    True
    """
    name = _checks.choice("recipe (its seed)", state["bit_generator"], BIT_GENERATORS)
    bit_generator = getattr(np.random, name)()
    bit_generator.state = state
    return np.random.Generator(bit_generator)
