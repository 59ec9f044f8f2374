"""Successive halving: all candidates on few rows, the better ones on more, from where they had come to.

Jamieson and Talwalkar, AISTATS 2016. A sample grows, and each network goes on from its theta. Rows and
iterations are fixed beforehand, no clock is looked at, so that the same seed chooses the same network with
the same kernels of BLAS; others round otherwise, and of two that are nearly as good may choose the other.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from .. import _checks
from .._blas import one_blas_thread
from ..networks.activations import MAXOUT
from ..speed.blocks import available_processors
from .space import FIRST_DECAY


@dataclass(eq=False)
class Contestant:
    """A candidate, and how far it has come.

    Attributes
    ----------
    choice : Choice
    thetas, nets, done : list
        Of each fold; the last, iterations so far.
    n_iter : int
        Iterations in all rounds: a fold that it has not learned from catches up.
    round, n_rows : int
        The last round that it took part in, from 1, and the rows that it learned from there; 0: none.
    losses, errors : ndarray, (n_held_out,)
        Of the rows held out in all folds, after that round.
    seconds : float
        Of a processor, in all rounds.
    """

    choice: object
    nets: list = field(default_factory=list)
    thetas: list = field(default_factory=list)
    done: list = field(default_factory=list)
    n_iter: int = 0
    round: int = 0
    n_rows: int = 0
    losses: np.ndarray = None
    errors: np.ndarray = None
    seconds: float = 0.0

    @property
    def score(self):
        return float(self.losses.mean())

    def with_decay(self, factor):
        """A contestant that goes on from the same theta with another weight decay."""
        begin = self.choice.weight_decay or FIRST_DECAY  # 0 times a factor is 0
        choice = self.choice.with_decay(float(f"{factor * begin:.3g}"))
        return Contestant(
            choice, list(self.nets), [t.copy() for t in self.thetas], list(self.done), self.n_iter
        )


class Race:
    """Candidates on the same folds.

    Parameters
    ----------
    folds : Folds
    activation : str
    tol : float
        Of the gradient, at which a training ends before its iterations.
    tell : function
        Called with a line before each round.
    n_threads : int, optional
        Candidates that run at a time; the result is the same for any number.
    """

    def __init__(self, folds, activation, tol=1e-6, tell=lambda line: None, n_threads=None):
        if activation == MAXOUT:
            _checks.fail("activation", "that of one filter a unit, where a network is chosen", "'maxout'")
        self.folds, self.activation, self.tell = folds, activation, tell
        self.tol = _checks.number("tol", tol, at_least=0)
        self.n_rounds = self.n_folds = 0
        n_threads = available_processors() if n_threads is None else n_threads
        self.n_threads = _checks.integer("n_threads", n_threads, at_least=1)

    @property
    def n_rows(self):
        """Training rows of a fold."""
        return min(len(fold.X) for fold in self.folds.first(self.folds.usual))

    def run(self, contestants, n_rows, n_iter, n_folds=None):
        """A round: each goes on for so many iterations on so many rows, and is judged; from the best on."""
        self.n_rounds += 1
        self.n_folds = n_folds or self.folds.usual
        folds = self.folds.first(self.n_folds)
        n_rows = min(n_rows, self.n_rows)
        networks = f"{len(contestants)} network{'s' if len(contestants) > 1 else ''}"
        self.tell(f"round {self.n_rounds}: {networks}, {n_iter} iterations on {n_rows:,} rows")
        with ThreadPoolExecutor(self.n_threads) as pool:
            done = list(pool.map(lambda c: self._go_on(c, folds, n_rows, n_iter), contestants))
        for contestant in done:
            contestant.round, contestant.n_rows = self.n_rounds, n_rows
        return sorted(done, key=lambda contestant: contestant.score)

    @one_blas_thread
    def _go_on(self, contestant, folds, n_rows, n_iter):
        begun, losses, errors = time.thread_time(), [], []
        contestant.n_iter += n_iter
        for k, fold in enumerate(folds):
            if len(contestant.nets) <= k:
                net, theta = contestant.choice.network(
                    fold, self.activation, np.random.default_rng(fold.seed)
                )
                contestant.nets.append(net)
                contestant.thetas.append(theta)
                contestant.done.append(0)
            net, decay = contestant.nets[k], contestant.choice.weight_decay
            left = contestant.n_iter - contestant.done[k]
            contestant.thetas[k] = fold.learn(
                net, contestant.thetas[k], decay, min(n_rows, len(fold.X)), left, self.tol
            )
            contestant.done[k] = contestant.n_iter
            of_fold = fold.judge(net, contestant.thetas[k])
            losses.append(of_fold[0])
            errors.append(of_fold[1])
        contestant.losses, contestant.errors = np.concatenate(losses), np.concatenate(errors)
        contestant.seconds += time.thread_time() - begun
        return contestant


def kept(contestants, n, kind_of, per_kind=1):
    """The n best, and of each kind the ``per_kind`` best; from the best on."""
    seen, found = {}, []
    for place, contestant in enumerate(contestants):
        kind = kind_of(contestant)
        seen[kind] = seen.get(kind, 0) + 1
        if place < n or seen[kind] <= per_kind:
            found.append(contestant)
    return found
