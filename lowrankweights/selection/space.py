"""What may be tried at a number of learned numbers: sizes, shares, columns and dictionaries together."""

import dataclasses
import math

from .. import _checks
from ..building import (
    CovarianceRidge,
    KernelEigenvectors,
    NetworkDirections,
    Pivoted,
    TaperedCovarianceRidge,
    strategy_of,
)
from ..dictionaries.index_sets import count_known
from ..dictionaries.points import Points, tied_channels
from .choice import Choice
from .fold import USUAL_SHARE

ATOMS = (1, 3, 6, 10, 18, 30, 50, 90, 160)
N_COLUMNS = 8
FIRST_DECAY = 5e-5
MANY_ROWS, FEW_ATOMS = 3000, 3
LONG_ROWS = 30_000  # from which on a longer training finds better directions (measured on MNIST)
BRIEF = {  # from so many rows on
    0: NetworkDirections(n_hidden=100, n_iter=100),
    MANY_ROWS: NetworkDirections(n_iter=100),
    LONG_ROWS: NetworkDirections(n_iter=250, n_rows=60_000),
}
SHARES = (0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6)  # of the numbers of every weight, or of each filter
SLOW = 2000  # inputs, above which the eigenvectors of a kernel take longer than they are worth
OF_ROWS = ("pca", "network_directions")
WIDEST, NARROWEST = 12, 1 / 3  # hidden units for each atom: at most, and at least
MOST_UNITS = 5000  # a larger budget is not used up


def channels_together(points):
    """How many weights of a filter are known together."""
    return 1 if points is None else tied_channels(points)


def smallest_budget(n_out, points=None):
    """Numbers learned by the smallest network: one hidden unit, with one learned weight a channel."""
    return channels_together(points) + 1 + 2 * n_out


def choices_for(budget, n_v, n_out, points=None, n_rows=None, weight_decay=FIRST_DECAY, n_varying=None):
    """Networks with as many learned numbers as a budget allows.

    Parameters
    ----------
    budget : int
        Numbers learned in all, biases and output layer included; at most ``MOST_UNITS`` hidden units use it.
    n_v, n_out : int
        Inputs and outputs.
    points : Grid, Points or None
        Where the inputs are.
    n_rows : int, optional
        Of the data: directions of a brief network are tried where there are some hundreds.
    weight_decay : float
    n_varying : int, optional
        How many of the inputs vary; None: all.

    Returns
    -------
    choices : list of Choice
        One hidden layer of each dictionary and number of atoms, from which its width follows; two where
        there is room; and every weight of a narrower network.

    Raises
    ------
    ValueError
        If the budget is too small for a network; the smallest is named.

    Notes
    -----
    With n_alpha atoms and n_h hidden units, budget = n_alpha n_h + n_h + (n_h + 1) n_out.

    Examples
    --------
    >>> for choice in choices_for(300, n_v=13, n_out=3)[:3]:
    ...     print(choice, choice.n_dynamic)
    59 units, pca 1 298
    29 units, pca 6 293
    21 units, pca 10 297
    """
    n_v, n_out = (_checks.integer(k, v, at_least=1) for k, v in (("n_v", n_v), ("n_out", n_out)))
    n_rows = None if n_rows is None else _checks.integer("n_rows", n_rows, at_least=1)
    weight_decay = _checks.number("weight_decay", weight_decay, at_least=0)
    if points is not None and not isinstance(points, Points):
        _checks.fail("points", "a Grid, Points or None", type(points).__name__)
    step, smallest = channels_together(points), smallest_budget(n_out, points)
    if _checks.integer("budget", budget, at_least=1) < smallest:
        learned = "one learned weight" if step == 1 else f"{step} learned weights, one a channel"
        got = f"{budget}: one hidden unit with {learned}, and {n_out} output(s), have {smallest}"
        _checks.fail("budget", f"at least {smallest}", got)
    most = n_v if n_varying is None else min(n_v, _checks.integer("n_varying", n_varying, at_least=1))
    atoms = sorted({min(n_v, max(step, step * round(a / step))) for a in ATOMS if a <= most})
    if n_rows is not None and n_rows < MANY_ROWS:
        # validation could not tell more of them apart: those with which atoms and units are about as many
        atoms = sorted(sorted(atoms, key=lambda a: abs(math.log(a * a / budget)))[:FEW_ATOMS])
    found, dictionaries = [], list(_dictionaries(points, n_v, n_rows))
    for dictionary, n_columns in dictionaries:
        able = [a for a in atoms if a <= _most_atoms(dictionary, most, n_rows)]
        for a in able:
            found += _one_layer(budget, dictionary, a, n_columns, n_v, n_out)
        for a in able:
            found += _two_layers(budget, dictionary, a, n_columns, n_v, n_out)
    found += _one_layer(budget, "none", n_v, 1, n_v, n_out)
    if not found:  # outputs take so much of the budget that no usual shape is left
        found = [
            c for d, n in dictionaries for c in _one_layer(budget, d, step, n, n_v, n_out, any_shape=True)
        ]
    return [choice.with_decay(weight_decay) for choice in dict.fromkeys(found)]


def _dictionaries(points, n_v, n_rows):
    """(strategy, columns) of first layers."""
    yield strategy_of("pca"), 1
    if n_rows is None or n_rows >= 500:
        yield BRIEF[max(n for n in BRIEF if n <= (n_rows or MANY_ROWS))], 1
    kernel = CovarianceRidge if points is None else TaperedCovarianceRidge
    yield kernel(index_set=Pivoted()), N_COLUMNS
    if points is not None and n_v <= SLOW:
        yield KernelEigenvectors(), N_COLUMNS


def _most_atoms(dictionary, n_varying, n_rows):
    """What a dictionary can have: directions are no more than the rows that a fold learns from, less one."""
    most = min(n_varying, getattr(dictionary, "n_hidden", n_varying))
    if n_rows is None or dictionary.name not in OF_ROWS:
        return most
    return max(1, min(most, n_rows - math.ceil(n_rows / USUAL_SHARE) - 1))


def _one_layer(budget, dictionary, a, n_columns, n_v, n_out, any_shape=False):
    n_h = min((budget - n_out) // (a + 1 + n_out), MOST_UNITS)
    usual = any_shape or dictionary == "none" or a == 1 or a * NARROWEST <= n_h <= WIDEST * a
    if n_h < 1 or not usual:
        return []
    return [Choice((n_h,), (dictionary,), (a,), (min(n_columns, n_h),), FIRST_DECAY, n_v, n_out)]


def _two_layers(budget, dictionary, a, n_columns, n_v, n_out):
    """Every weight of the second layer, as many units in both."""
    # n_h^2 + (a + 2 + n_out) n_h + n_out = budget
    b = a + 2 + n_out
    n_h = int((math.sqrt(b * b + 4 * (budget - n_out)) - b) / 2)
    if not max(4, n_out, a / 2) <= n_h <= 3 * a:
        return []
    columns = (min(n_columns, n_h), 1)
    return [Choice((n_h, n_h), (dictionary, "none"), (a, n_h), columns, FIRST_DECAY, n_v, n_out)]


def every_weight(hidden, n_v, n_out, weight_decay=FIRST_DECAY):
    """The network of these sizes whose every weight is learned."""
    inputs = (n_v, *hidden[:-1])
    return Choice(
        tuple(hidden), ("none",) * len(hidden), inputs, (1,) * len(hidden), weight_decay, n_v, n_out
    )


def shares_for(specs, reference, n_varying):
    """Networks of these layers that learn so many shares of each filter, from the smallest on.

    ``reference``: the network of the same sizes whose every weight is learned.
    """
    strategies, first = tuple(spec.dictionary for spec in specs), specs[0].points
    columns = tuple(1 if spec.dictionary == "none" else spec.n_columns for spec in specs)
    found = []
    for share in SHARES:
        atoms = list(reference.inputs)
        for i, (strategy, n) in enumerate(zip(strategies, reference.inputs, strict=True)):
            step = 1 if i else channels_together(first)  # hidden units have no channels
            most = n_varying if i == 0 and getattr(strategy, "needs_data", False) else n
            if strategy != "none":
                atoms[i] = min(count_known(share, n, step), max(step, most - most % step))
        found.append(
            dataclasses.replace(reference, dictionary=strategies, n_alpha=tuple(atoms), n_columns=columns)
        )
    return list(dict.fromkeys(found))


def like(choices, choice):
    """Of the choices with the same dictionaries the one whose layer is most alike in shape, or None."""
    same = [c for c in choices if c.dictionary == choice.dictionary]
    ratio = math.log(choice.hidden[0] / choice.n_alpha[0])
    return min(same, key=lambda c: abs(math.log(c.hidden[0] / c.n_alpha[0]) - ratio), default=None)
