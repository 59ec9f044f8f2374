"""Candidates race: all on few rows for few iterations, then fewer on more; the last by cross-validation.

Rows and iterations are fixed beforehand, no clock is looked at: the same seed gives the same advice.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._blas import one_blas_thread
from ..building import LayerInput, Targets
from ..building.brief_network import brief_filters
from ..building.scale import Scale
from ..networks import Dense, Network
from ..optimisation import minimize
from ..selection.fold import spread_order
from ..speed import Objective, predict
from ..speed.blocks import available_processors
from ..weights import Full

WEIGHT_DECAYS = (1e-2, 1e-3, 1e-4)
FIRST = 1e-3  # with which the first round is run
PLAIN = ("none", "low_rank", "pca")  # what a dictionary must be better than
FOLDS = 5
MAX_ITER = 200  # L-BFGS iterations of the last rounds; the estimators' own
NUMBERS = 8e6  # of X in the last round, n n_v: what a minute is enough for
FEW = 4e5  # of X in the first rounds, whose iterations need not be short


@dataclass(frozen=True)
class Entry:
    """A candidate with a weight decay."""

    candidate: Any
    weight_decay: float


class Race:
    """Rows, targets, and how a candidate is judged on them.

    Parameters
    ----------
    X : array, (n, n_v)
    y : array, (n,) of class numbers, or (n, n_out) of targets
    n_out : int
    points : Grid, Points or None
    standardize : bool
        Columns less their mean, over their standard deviation, both of the training rows.
    rng : numpy.random.Generator
    activation : str
    """

    def __init__(self, X, y, n_out, points, standardize, rng, activation="sigmoid"):
        self.X, self.y, self.points, self.standardize = X, y, points, standardize
        self.classes, self.activation = y.ndim == 1, activation
        self.n_out, self.seed = n_out, int(rng.integers(2**31))
        self.std = None if self.classes else y.std(axis=0)
        self.folds, self.lock = {}, threading.Lock()

    def rounds(self):
        """(rows, folds, iterations) of each round; the last two are of all rows, one fold and the others."""
        n, n_v = self.X.shape
        n_folds = int(np.clip(NUMBERS / (n * n_v), 1, FOLDS)) * int(np.clip(1000 // n, 1, 3))
        few, more = (min(n, max(300, int(most / max(1, n_v / 500)))) for most in (1500, 3000))
        of_few = range(2 if n < 1000 else 1)
        first, second = (
            int(np.clip(shortest * FEW / (rows * n_v), shortest, most))
            for rows, shortest, most in ((few, 40, 100), (more, 80, MAX_ITER))
        )
        found = [
            (few, of_few, first),
            (more, of_few, second),
            (n, range(1), MAX_ITER),
            (n, range(1, n_folds), MAX_ITER),
        ]
        return found if n_folds > 1 else found[:3]

    def fold(self, rows, k):
        """The k-th of ``FOLDS`` folds of so many rows, made once; from ``FOLDS`` on rows are dealt anew."""
        with self.lock:
            if (rows, k) not in self.folds:
                self.folds[rows, k] = self._deal(rows, k)
            return self.folds[rows, k]

    def _deal(self, rows, k):
        rng, n = np.random.default_rng(self.seed), len(self.X)
        chosen = np.arange(n)
        if rows < n:
            chosen = np.sort(spread_order(self.y, rng)[np.linspace(0, n - 1, rows).astype(int)])
        part, dealt = np.empty(len(chosen), dtype=int), np.random.default_rng([self.seed, k // FOLDS])
        part[spread_order(self.y[chosen], dealt)] = np.arange(len(chosen)) % FOLDS
        own = part == k % FOLDS
        return _Fold(self, chosen[~own], chosen[own], self.seed + k)

    @one_blas_thread
    def run(self, entry, rows, folds, max_iter):
        """Losses and errors of an entry on the rows held out, fold after fold: two arrays (n_held_out,)."""
        judged = [self.fold(rows, k).run(entry, max_iter) for k in folds]
        return tuple(np.concatenate(parts) for parts in zip(*judged, strict=True))

    def run_all(self, entries, *of_round):
        """(entry, losses, errors) of each, on all processors; the same on any number of them."""
        with ThreadPoolExecutor(available_processors()) as pool:
            found = pool.map(lambda entry: (entry, *self.run(entry, *of_round)), entries)
            return list(found)

    @one_blas_thread
    def filters(self, budget, v, targets):
        """W of a briefly trained network of every weight, 10 to 100 units, on these (scaled) rows."""
        n_v, n_out = v.shape[1], self.n_out
        n_h = int(np.clip((budget - n_out) / (n_v + 1 + n_out), 10, 100))
        how = {"activation": self.activation, "weight_decay": FIRST}
        return brief_filters(v, targets, n_h, 80, self.seed, **how)

    def guess(self):
        """The error of an answer that looks at no input: the commonest class, or the mean."""
        return 1 - np.bincount(self.y).max() / len(self.y) if self.classes else 1.0

    def targets(self, y):
        """What a network learns, ``Targets``: one-hot classes, or targets of mean 0 and variance 1."""
        if self.classes:
            return Targets(np.eye(self.n_out, dtype=np.float32)[y], "softmax_cross_entropy")
        return Targets(standardised(y, y), "squared_error")


class _Fold:
    """Training rows, rows held out, and what strategies saw of the training rows."""

    def __init__(self, race, train, held_out, seed):
        self.race, self.seed, self.seen, self.lock, y = race, seed, {}, threading.Lock(), race.y[train]
        self.v, self.v_held_out, self.y = race.X[train], race.X[held_out], race.y[held_out]
        if race.standardize:
            self.v_held_out = standardised(self.v_held_out, self.v)
            self.v = standardised(self.v, self.v)
        self.Y, self.loss = race.targets(y)
        self.mean, self.std = (0.0, 1.0) if race.classes else (y.mean(axis=0), y.std(axis=0))

    def run(self, entry, max_iter):
        """Train an entry here, and judge it on the rows held out: their losses and their errors."""
        candidate, race = entry.candidate, self.race
        rng = np.random.default_rng(self.seed)
        hidden = Dense(candidate.parametrisation(self.prepared(candidate.dictionary), rng), race.activation)
        net = Network([hidden, Dense(Full(candidate.n_h, candidate.n_out))], self.loss)
        objective = Objective(net, self.v, self.Y, entry.weight_decay, n_threads=1)
        theta = minimize(objective, net.init(rng), max_iter=max_iter, on_interrupt="raise").theta
        return self.judge(predict(net, theta, self.v_held_out, n_threads=1))

    def prepared(self, dictionary):
        """The strategy after its look at the training rows; None where there is none."""
        if isinstance(dictionary, str):
            return None
        with self.lock:
            if dictionary not in self.seen:
                rng = np.random.default_rng(self.seed)
                targets = Targets(self.Y, self.loss)
                self.seen[dictionary] = dictionary.prepare(
                    LayerInput(self.v, self.race.points, targets=targets), rng
                )
            return self.seen[dictionary]

    def judge(self, output):
        """Losses and errors of the rows held out; of targets both are squared error over variance."""
        if self.race.classes:
            Y, wrong = np.eye(output.shape[1])[self.y], (output.argmax(axis=1) != self.y).astype(float)
            brier = np.sum((output - Y) ** 2, axis=1) / 2
            return (brier + wrong) / 2, wrong
        error = np.mean(((output * self.std + self.mean - self.y) / self.race.std) ** 2, axis=1)
        return error, error


def standardised(X, of):
    """(X - mean) / standard deviation, of the columns of ``of``, as the estimators do it."""
    return Scale.of(of).applied_to(X).astype(np.float32, copy=False)


def run(race, candidates, tell=lambda line: None):
    """The race: {approach: (entry, round, losses, errors)}, each one's best entry in the last round it ran.

    Round 1, at one weight decay, chooses sizes, and round 2 the weight decay of six approaches. Round 3, of
    all rows, tries the three best once more, in two sizes, and with a weaker decay, as more rows need less of
    it; round 4 judges by cross-validation, up to three times where rows are few. The plain rivals go on to
    round 3 whatever they did before, as few rows and iterations are unfair to low rank, and to round 4 unless
    they are clearly worse than the best (three standard errors); every weight is in all rounds. Losses decide
    who goes on: of classes the mean of the error and the Brier score, which needs fewer rows to tell two
    apart, but likes networks that are too sure.
    """
    best, entries, rounds, last = {}, [Entry(c, FIRST) for c in candidates], race.rounds(), []
    for number, of_round in enumerate(rounds, start=1):
        tell(f"round {number} of {len(rounds)}: {len(entries)} networks on {of_round[0]:,} rows")
        found = race.run_all(entries, *of_round)
        if number == 4:  # the first fold was judged in round 3
            before = {f[0]: f[1:] for f in last}
            found = [(e, *map(np.concatenate, zip(before[e], own, strict=True))) for e, *own in found]
        found.sort(key=lambda f: f[1].mean())
        for entry, losses, errors in reversed(found):
            best[entry.candidate.name] = (entry, number, losses, errors)
        last = found
        if number == 1:
            chosen = [entry.candidate for entry in _kept(found, 6)]
            chosen += _more_sizes([entry.candidate for entry, *_ in found], chosen)
            entries = [Entry(candidate, w) for candidate in chosen for w in WEIGHT_DECAYS]
        elif number == 2:
            kept = _kept(found, 3, _two_sizes if len(rounds) == 4 else _one)
            entries = [entry for e in kept for entry in (e, *_weaker(e))]
        else:
            entries = _kept(found, 3, _in_doubt, worse=3)
    return best


def _weaker(entry):
    """The same candidate with the next weaker decay, if there is one."""
    after = WEIGHT_DECAYS.index(entry.weight_decay) + 1
    return [Entry(entry.candidate, w) for w in WEIGHT_DECAYS[after : after + 1]]


def _more_sizes(ordered, chosen):
    """Low rank in all its sizes, if it is among the chosen, and the two best of what else there is."""
    others = [c for c in ordered if c not in chosen]
    low_rank = [c for c in others if c.name == "low_rank" and any(d.name == c.name for d in chosen)]
    return low_rank + [c for c in others if c not in low_rank][:2]


def _kept(found, n, which=None, worse=None):
    """Entries of the n best approaches, of every weight, and of the plain rivals.

    ``found``: (entry, losses, errors), from the best on. ``which``: those of an approach that are kept, of
    its own part of ``found``; default: the best. ``worse``: by how many standard errors a plain rival may be;
    default: as it likes.
    """
    approaches, kept = {}, []
    for one in found:
        approaches.setdefault(one[0].candidate.name, []).append(one)
    for place, (name, own) in enumerate(approaches.items()):
        plain = name in PLAIN and (worse is None or not _worse(own[0], found[0], worse))
        if place < n or name == "none" or plain:
            kept += (which or _one)(own)
    return kept


def _worse(one, best, n_errors):
    """Whether its loss is larger by more than so many standard errors of the difference, row by row."""
    apart = one[1] - best[1]
    return apart.mean() > n_errors * apart.std() / np.sqrt(len(apart))


def _one(own):
    return [own[0][0]]


def _two_sizes(own):
    """The best entry, and the best of another size."""
    best = own[0][0]
    return [best, *(e for e, *_ in own if e.candidate != best.candidate)][:2]


def _in_doubt(own):
    """The best entry, and the next if it is not worse by a standard error: both are cross-validated."""
    return [own[0][0], *(one[0] for one in own[1:2] if not _worse(one, own[0], 1))]
