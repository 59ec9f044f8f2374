"""The question before a long training: can weights be predicted here, and what should be trained?"""

import numpy as np

from .. import _checks
from ..building import Strategy, strategy_of
from ..building.scale import warn_of_scale
from ..dictionaries.index_sets import count_known
from ..selection.fold import spread_order
from . import race as racing
from .candidates import approaches, candidates_for
from .explained import explained_curves
from .inputs import MIN_ROWS, is_scaled, read_inputs, read_targets
from .report import REFERENCE, PredictabilityReport
from .words import advice_by_trials, advice_without_y

EXPLAINED_ROWS = 2000  # half of them make dictionaries, the other half judge


def predictability(
    X,
    y=None,
    *,
    input_shape=None,
    points=None,
    budget=None,
    dictionaries=None,
    task="auto",
    standardize="auto",
    max_rows=10_000,
    rng=0,
    verbose=False,
):
    r"""Can the weights of these inputs be predicted from each other, and what should be trained?

    Parameters
    ----------
    X : array, (n, n_v), or pictures (n, height, width[, n_channels])
    y : array, (n,) or (n, n_outputs), optional
        Without it features in general are judged, not those that y needs.
    input_shape : tuple of int, or a Grid, optional
        As in the estimators. Dictionaries made from places are tried only with it, or with points.
    points : Points, Grid or array (n_v, d), optional
        Where each column is.
    budget : int, optional
        Numbers to be learned in all, biases and output layer included, the same for all that is tried.
        Default: what ``LowRankMLPClassifier()`` learns, half the weights of 100 hidden units.
    dictionaries : list of names and Strategies, optional
        What is tried beside every weight; default: all that the inputs allow.
    task : "auto", "classification" or "regression"
        "auto": a regression where y has several columns, fractions, or whole numbers of more than 30 values.
    standardize : "auto", True or False
        As in the estimators; "auto": only the columns of a table, which has no shape and no points.
    max_rows : int
        The largest sample of rows that is looked at.
    rng : seed or numpy.random.Generator
    verbose : bool
        Print a line before each part of the work.

    Returns
    -------
    report : PredictabilityReport
        ``print(report)``, ``report.advice``, ``report.plot()``; its ``recommended`` are parameters,
        ``LowRankMLPClassifier(**report.recommended)``.

    Raises
    ------
    ValueError
        Naming the argument: too few rows, NaN, one class, a budget too small for a hidden unit.

    Notes
    -----
    Two things are measured. **Explained variance** (``explained_variance``) is how much of a feature v W its
    best prediction v U w_alpha holds, against the share of weights learned, beside random projections.
    Without y a feature is any: independent weights of equal variance. With y features are the filters of a
    briefly trained network of every weight.

    **Trials**, with y: each dictionary in several sizes, principal components, low rank, and a narrower
    network of every weight, all with one hidden layer and the same number of learned parameters, race on a
    sample of rows (``race.run``). Advised is the best in cross-validation or, of those within one standard
    error of it (of the difference, row by row), the simplest, in the order of ``candidates.APPROACHES``.
    Without y the advice is the smallest share by which 95 % are explained.

    Ours. The same rng gives the same report: rows and iterations are fixed, no clock is looked at.

    Examples
    --------
    Twenty columns with three causes:

    >>> rng = np.random.default_rng(0)
    >>> report = predictability(rng.normal(size=(300, 3)) @ rng.normal(size=(3, 20)))
    >>> report.recommended["dictionary"], report.recommended["proportion"]
    ('pca', 0.15)
    """
    rng, tell = _checks.generator(rng), print if verbose else lambda line: None
    X, places, given, scaled = _read(X, input_shape, points, standardize)
    chosen, left_out = approaches(dictionaries, places, X.shape[1])
    y, n_out, task = (None, 0, None) if y is None else read_targets(y, len(X), task)
    budget = usual_budget(X.shape[1], n_out, places) if budget is None else budget
    budget = _checks.integer("budget", budget, at_least=1)
    order = spread_order(X if y is None else y, rng)
    rows = _some(order, _checks.integer("max_rows", max_rows, at_least=MIN_ROWS))
    if y is not None and not scaled:
        warn_of_scale(X[rows])
    race = None if y is None else racing.Race(X[rows], y[rows], n_out, places, scaled, rng)
    sample = _some(order, EXPLAINED_ROWS)
    v = racing.standardised(X[sample], X[rows]) if scaled else X[sample]
    learned = None if race is None else race.targets(y[sample])
    tell(f"explained variance of {len(chosen)} dictionaries")
    shares, curves, failed, found = measured(chosen, v, places, budget, n_out, rng, race, learned)
    inputs = f"these {X.shape[1]:,} {'columns' if places is None else 'inputs'}"
    if race is None:
        settled = advice_without_y(shares, curves, found, given, inputs)
    else:
        best = racing.run(race, found, tell)
        settled = advice_by_trials(best, len(rows), given, task, inputs, race.guess())
    about = {"n_rows": len(rows), "n_v": X.shape[1], "budget": budget, "task": task}
    return PredictabilityReport(
        **settled, shares=shares, explained=curves, left_out=left_out | failed, **about
    )


def _read(X, input_shape, points, standardize):
    """X (n, n_v), where its columns are, the parameters that say so, and whether columns are standardised."""
    X, places, given = read_inputs(X, input_shape, points)
    given |= {} if standardize == "auto" else {"standardize": standardize}
    scaled = is_scaled(standardize, places)
    return X if scaled else X.astype(np.float32), places, given, scaled


def measured(chosen, v, places, budget, n_out, rng, race=None, targets=None):
    """Explained variance of each dictionary, and the candidates that can be had.

    ``race``: how features of a network that learns the targets are had; without one they are v itself.
    Returns shares, curves and left_out as ``explained_curves`` does, and a list of Candidate.
    """
    n_v, n_channels = v.shape[1], 1 if places is None else places.n_channels
    strategies = {name: s for name, s in chosen.items() if isinstance(s, Strategy)}
    strategies.setdefault(REFERENCE, strategy_of(REFERENCE))
    W = None if race is None else race.filters(budget, v, targets)
    atoms, curves, scales, failed = explained_curves(v, places, strategies, rng, W, targets)
    here = {name: s for name, s in chosen.items() if name not in failed}
    found = candidates_for(here, budget, n_v, n_out, n_channels, scales)
    missing = {(name, n) for name, c in curves.items() for n, e in zip(atoms, c, strict=True) if np.isnan(e)}
    found = [c for c in found if (c.name, c.n_alpha) not in missing]
    return np.array(atoms) / n_v, curves, failed, found


def usual_budget(n_v, n_out, places=None):
    """Numbers that ``LowRankMLPClassifier()`` learns: half the weights of 100 hidden units, and the rest."""
    return count_known(0.5, n_v, 1 if places is None else places.n_channels) * 100 + 100 + 101 * n_out


def _some(order, n):
    """n rows (or all, if there are fewer), evenly from an order, sorted."""
    return np.sort(order[np.linspace(0, len(order) - 1, min(n, len(order))).astype(int)])
