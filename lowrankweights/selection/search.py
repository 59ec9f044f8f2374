"""The search: for the best network at a budget, or for the smallest that loses no more than so much."""

import math

import numpy as np

from .. import _checks
from ..building.specification import layer_sizes
from .fold import Folds
from .halving import Contestant, Race, kept
from .report import SelectionReport, tried_of
from .space import FIRST_DECAY, SHARES, choices_for, every_weight, like, shares_for, smallest_budget

FEW, SOME, MANY, MOST = (30, 40, 60, 100)  # iterations of the rounds; each goes on from the one before
FEWEST_ROWS = 300
DECAYS = (0.2, 5.0, 50.0)  # times the weight decay that a candidate has
NEAR = (0.25, 4.0)  # the same, of those that come far
LARGER = 4.0  # times the largest weight decay, where that was the best
SURE = 1.28  # standard errors that a loss must stay below the margin: nine times in ten it is
N_KINDS, N_LAST = 2, 3  # kinds whose sizes are tried, and networks of a budget's last round
N_SIZES = 2  # of a kind that stay where rows are many: on few rows smaller layers seem better than they are
FIRST_SHARE = 0.1  # at which kinds of networks are compared, before their sizes


def select_network(
    X, Y, loss, *, budget=None, max_loss=None, hidden=(100,), points=None, activation="sigmoid",
    weight_decay=FIRST_DECAY, weight=None, standardize=False, max_iter=MANY + MOST, tol=1e-6,
    kind=None, rng=0, tell=lambda line: None, n_threads=None,
):  # fmt: skip
    """Choose depth, width, share, columns, dictionary and weight decay together.

    Parameters
    ----------
    X : array, (n, n_v)
    Y : array, (n, n_out)
        One-hot rows, zeros and ones, or real numbers.
    loss : str
        Of the networks; they have no dropout, and are not pre-trained.
    budget : int, optional
        Numbers that may be learned in all.
    max_loss : float, optional
        How much validation error may be lost against every weight of the network of sizes ``hidden``; then
        the smallest network that loses no more is chosen (within the budget, if there is one).
    hidden : tuple of int
        Of the network whose every weight is learned.
    points : Grid, Points or None
    activation : str
    weight_decay : float
        Where the search begins, and that of every weight. With a budget alone the search begins at 5e-5 too,
        if ``weight_decay`` is far from it.
    weight : array, (n,), optional
        Of the rows.
    standardize : bool
        As in the estimators.
    max_iter : int
        L-BFGS iterations of every weight and of what is held against it: as many as the network will have,
        since few weights are learned in fewer iterations than many.
    tol : float
        Of the gradient, at which any training ends earlier, as in the estimators.
    kind : "classes", "labels" or "values", optional
        What Y is: an error is then the most probable class's, the share of the labels that are wrong, or the
        squared error over the variance. None: what the loss is usually for.
    rng : seed or numpy.random.Generator
    tell : function
        Called with a line before each round.
    n_threads : int, optional
        Networks that are tried at a time; the choice is the same for any number.

    Returns
    -------
    report : SelectionReport

    Raises
    ------
    ValueError
        If nothing can meet the budget or the margin: the smallest that can is named. If X and Y are not of as
        many rows, or of fewer than five.

    Notes
    -----
    Ours. Successive halving on samples that grow; validation rows alone decide, a fifth of the rows, or where
    these would be few the held-out rows of up to five folds. How sure a loss is follows from the differences
    row by row, and from how far the folds are apart, in each of which the known weights are drawn anew.
    """
    folds = Folds(X, Y, loss, points, rng, kind=kind, weight=weight, standardize=standardize)
    race = Race(folds, activation, tol, tell, n_threads)
    max_iter = _checks.integer("max_iter", max_iter, at_least=0)
    n_v, n_out, hidden = folds.n_v, folds.n_out, layer_sizes("hidden", hidden)
    space = {"points": points, "n_rows": folds.n_rows, "n_varying": folds.n_varying}
    space |= {"weight_decay": weight_decay}

    def at(budget):
        return choices_for(budget, n_v, n_out, **space)

    if max_loss is None and budget is None:
        _checks.fail("budget", "a number, or max_loss", "neither")
    choices = None if budget is None else at(budget)  # an error where it is too small
    if max_loss is None:
        found, gone = _best(race, choices)
        return SelectionReport(tried_of(found[0]), _sorted([*found, *gone]), **_about(race))
    max_loss, reference = _margin(max_loss), every_weight(hidden, n_v, n_out, weight_decay)
    smallest = smallest_budget(n_out, points)
    budgets = {max(round(share * reference.n_dynamic), smallest) for share in SHARES}
    budgets = sorted(budgets if budget is None else {*(b for b in budgets if b < budget), budget})
    first = max(smallest, round(FIRST_SHARE * reference.n_dynamic))
    kinds, gone = _kinds(race, at(first if budget is None else min(first, budget)))
    decays = {kind.choice.dictionary: kind.choice.weight_decay for kind in kinds}
    sizes = [[like(at(b), kind.choice) for kind in kinds[:N_KINDS]] for b in budgets]
    sizes = [[c.with_decay(decays[c.dictionary]) for c in of_size if c is not None] for of_size in sizes]
    return _smallest(race, sizes, reference, max_loss, gone + kinds, max_iter, budget)


def select_share(
    X, Y, loss, specs, *, max_loss, activation="sigmoid", weight_decay=FIRST_DECAY, weight=None,
    standardize=False, max_iter=MANY + MOST, tol=1e-6, kind=None, rng=0, tell=lambda line: None,
    n_threads=None,
):  # fmt: skip
    """Choose the share of each filter alone: the smallest with which no more than ``max_loss`` is lost.

    Parameters
    ----------
    specs : sequence of LayerSpec
        The hidden layers; their proportions are what is chosen.
    max_loss : float

    The others, what is returned and raised are as in ``select_network``.
    """
    if not specs:
        _checks.fail("specs", "at least one hidden layer", "none")
    folds = Folds(X, Y, loss, specs[0].points, rng, kind=kind, weight=weight, standardize=standardize)
    race = Race(folds, activation, tol, tell, n_threads)
    max_iter = _checks.integer("max_iter", max_iter, at_least=0)
    hidden, strategies = ([getattr(spec, name) for spec in specs] for name in ("n_h", "dictionary"))
    reference = every_weight(hidden, folds.n_v, folds.n_out, weight_decay)
    if "low_rank" in strategies or all(strategy == "none" for strategy in strategies):
        expected = "one whose share can be chosen, where proportion is 'auto'"
        _checks.fail("dictionary", expected, ", ".join(map(repr, strategies)))
    sizes = [[choice] for choice in shares_for(specs, reference, folds.n_varying)]
    return _smallest(race, sizes, reference, _margin(max_loss), [], max_iter)


def _margin(max_loss):
    return _checks.number("max_loss", max_loss, at_least=-1, at_most=1)


def _kind(contestant):
    return contestant.choice.dictionary


def _kinds(race, choices, n_sizes=1, decays=DECAYS):
    """Two rounds on few rows: the best of the three best kinds of networks; and who left."""
    n, entered = race.n_rows, [Contestant(choice) for choice in choices]
    found = race.run(entered, max(FEWEST_ROWS, n // 9), FEW, n_folds=1)
    on = kept(found, max(4, math.ceil(len(found) / 4)), _kind, n_sizes)
    on += [c.with_decay(f) for c in on[:3] for f in decays]
    found = race.run(on, max(FEWEST_ROWS, n // 3), SOME, n_folds=1)
    best = kept(found, 0, _kind, n_sizes)[: 3 * n_sizes]
    return best, [c for c in dict.fromkeys([*entered, *on]) if c not in best]


def _best(race, choices):
    """The networks of the last round at one budget, from the best on; and who left."""
    begin, (found, gone) = choices[0].weight_decay, _best_upwards(race, choices)
    if begin == 0 or NEAR[0] * FIRST_DECAY <= begin <= NEAR[1] * FIRST_DECAY:
        return found, gone
    again, others = _best_upwards(race, [choice.with_decay(FIRST_DECAY) for choice in choices])
    if again[0].score >= found[0].score:
        return found, [*gone, *again, *others]
    return again, [*gone, *found, *others]


def _best_upwards(race, choices):
    """The same, from the weight decay that the choices have.

    While the largest weight decay wins all rounds are raced anew from a larger one: where a network learns
    its rows by heart, other kinds and sizes seem good than with the weight decay that it needs.
    """
    found, gone = _best_near(race, choices)
    while _has_largest_decay(found[0], [*found, *gone], choices[0].weight_decay):
        decay = float(f"{LARGER * found[0].choice.weight_decay:.3g}")
        choices = [choice.with_decay(decay) for choice in choices]
        again, others = _best_near(race, choices)
        if again[0].score >= found[0].score:
            return found, [*gone, *again, *others]
        found, gone = again, [*gone, *found, *others]
    return found, gone


def _has_largest_decay(best, tried, first):
    decay = best.choice.weight_decay
    return decay > first and decay == max(c.choice.weight_decay for c in tried)


def _best_near(race, choices):
    """All rounds, with weight decays near the one that the choices have."""
    if race.folds.usual == 1:
        return _best_of_many_rows(race, choices)
    best, gone = _kinds(race, choices)
    others = sorted((c for c in gone if c.round == race.n_rounds), key=lambda c: c.score)[:2]
    found = race.run([*best, *others], race.n_rows, MANY)
    return _last(race, found, N_LAST, gone)


def _best_of_many_rows(race, choices):
    """The same where one fold can tell sizes apart, and weight decays of those that come far."""
    best, gone = _kinds(race, choices, N_SIZES, decays=())
    found = race.run(best, race.n_rows, MANY)
    first = found[:N_LAST]
    again = race.run([*first, *(c.with_decay(f) for c in first for f in NEAR)], race.n_rows, MANY)
    return _last(race, again, N_LAST - 1, [*gone, *found])


def _last(race, found, n, gone):
    """The n best after a last round; and who left."""
    last = race.run(found[:n], race.n_rows, MOST, n_folds=race.folds.most)
    return last, [c for c in dict.fromkeys([*gone, *found]) if c not in last]


def _smallest(race, sizes, reference, max_loss, gone, max_iter, budget=None):
    """The smallest size, by bisection, that surely loses no more than the margin against every weight."""
    every, tried, lost = Contestant(reference), [], {}
    race.run([every], race.n_rows, max_iter)
    sizes_of_folds = [len(fold.X_held_out) for fold in race.folds.first(race.folds.usual)]

    def at_most(contestant):
        """What is lost, SURE standard errors more than it seems."""
        mean, error = lost.setdefault(contestant, _lost(contestant.errors - every.errors, sizes_of_folds))
        return mean + SURE * error

    low, high = 0, len(sizes)
    while low < high:
        middle = (low + high) // 2
        met = False
        for choice in sizes[middle]:  # from the best kind on: another only where it does not meet the margin
            tried += race.run([Contestant(choice)], race.n_rows, max_iter)
            met = at_most(tried[-1]) <= max_loss
            if met:
                break
        low, high = (low, middle) if met else (middle + 1, high)
    able = [c for c in [*tried, every] if at_most(c) <= max_loss]
    chosen = min(able, key=lambda c: (_size(c), c.score), default=None)
    if chosen is None or (budget is not None and _size(chosen) > budget):
        _refuse(max_loss, budget, chosen, min([*tried, every], key=at_most), at_most)
    tried = _sorted([*tried, every, *dict.fromkeys(gone)])
    more = {"reference": tried_of(every), "loss": lost[chosen][0], "loss_error": lost[chosen][1]}
    return SelectionReport(tried_of(chosen), tried, **_about(race), **more, max_loss=max_loss)


def _refuse(max_loss, budget, smallest, best, at_most):
    """The ``ValueError`` where nothing meets the margin, or nothing so small; it names what comes nearest."""
    if smallest is None:
        least = f"the least that is surely not exceeded is {at_most(best):.4f}, by {best.choice}"
        _checks.fail("max_loss", "a margin that a network meets", f"{max_loss:g}; {least}")
    named = f"the smallest found that meets max_loss = {max_loss:g}, {smallest.choice}"
    _checks.fail("budget", f"at least {_size(smallest)}, {named}", budget)


def _size(contestant):
    return contestant.choice.n_dynamic


def _lost(apart, sizes_of_folds):
    """Mean of the differences in error, row by row, and its standard error in a network drawn anew.

    In each of n_folds folds the known weights are drawn anew: with d_k a fold's mean and v_k its variance,

        error^2 = var(apart) / n  +  max(var(d_k) - mean(v_k), 0) (1 + 1 / n_folds)
    """
    folds = np.split(apart, np.cumsum(sizes_of_folds)[:-1])
    error2 = apart.var() / len(apart)
    if len(folds) > 1:
        v = np.mean([fold.var() / len(fold) for fold in folds])
        error2 += max(np.var([fold.mean() for fold in folds], ddof=1) - v, 0.0) * (1 + 1 / len(folds))
    return float(apart.mean()), float(np.sqrt(error2))


def _about(race):
    judges = sum(len(fold.X_held_out) for fold in race.folds.first(race.n_folds))
    name = "error (1 - R2)" if race.folds.kind == "values" else "error"
    return {"n_rounds": race.n_rounds, "n_rows": race.n_rows, "n_judging": judges, "error_name": name}


def _sorted(contestants):
    return sorted(map(tried_of, contestants), key=lambda t: (t.choice.n_dynamic, -t.round, t.error))
