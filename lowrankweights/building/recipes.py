"""Recipes: how a dictionary was made, as plain data, and the same dictionary again.

A recipe is a dict: the strategy's name, its settings, n_alpha, which column of how many, and the
seed. The columns of a layer draw from one generator, one after the other; the seed of a column is
therefore that generator's state (whole numbers, of up to 128 bits), before the strategy looked at the
layer's input and before this column was drawn.
"""

import numpy as np

from .. import _checks
from .layer_input import LayerInput
from .strategies import strategy_of

BIT_GENERATORS = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")


def from_recipe(recipe, v=None, points=None, strategy=None):
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
    strategy : Strategy or callable, optional
        Where it is not one of the package's: the object or the function with which the recipe was made.

    Returns
    -------
    drawn : DrawnDictionary
        U and alpha are the same to the bit.

    Raises
    ------
    ValueError
        If the recipe lacks something, the strategy is not known, or what it needs is not given.

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
    chosen = recipe["strategy"] if strategy is None else strategy
    strategy = strategy_of(chosen, name="recipe (its strategy)", **recipe["settings"])
    look, draw = (generator_from(recipe["seed"][step]) for step in ("look", "draw"))
    prepared = strategy.prepare(LayerInput(v, points), look)
    return prepared.draw(recipe["n_alpha"], draw, recipe["column"], recipe["n_columns"])


def generator_from(state):
    """A Generator in the state that ``generator_state`` returned.

    >>> from lowrankweights.building.strategy import generator_state
    >>> rng = np.random.default_rng(3)
    >>> again = generator_from(generator_state(rng))
    >>> bool(rng.integers(1000) == again.integers(1000))
    True
    """
    name = _checks.choice("recipe (its seed)", state["bit_generator"], BIT_GENERATORS)
    bit_generator = getattr(np.random, name)()
    bit_generator.state = state
    return np.random.Generator(bit_generator)
