"""A run of hours goes on where it was killed: theta, and what its stop rule has seen, written now and then.

Each run has a file of its own in a folder beside the results, which is removed when its line is written.
"""

import dataclasses
import hashlib
import json
import time
from pathlib import Path

import numpy as np

from ... import _checks
from ...files import Damaged, open_npz, write_npz

KEPT = ("theta", "n_iter", "best", "best_iter", "lowest", "resumed_at", "seconds")
SAVE_EVERY = 60  # seconds


def path_of(results, spec):
    """The file of a run, beside the file of results."""
    digest = hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()[:16]
    return Path(results).with_suffix(".checkpoints") / f"{digest}.npz"


def remove(path):
    """Once the run's line is written: its files, and the folder with the last one.

    Also ``STEM-K.npz``, where a run has parts, and what was being written when a run was killed.
    """
    for own in (path, *path.parent.glob(f"{path.stem}-*.npz"), *path.parent.glob(f".{path.stem}*")):
        own.unlink(missing_ok=True)
    if path.parent.is_dir() and not any(path.parent.iterdir()):
        path.parent.rmdir()


class Halfway:
    """A callback of ``minimize_stages`` that calls a stop rule, and notes now and then where it is.

    L-BFGS's memory of past steps is not kept (SciPy's cannot be): a run that was killed goes on from its last
    theta, as at the beginning of a stage.

    Parameters
    ----------
    path : Path or None
        None: nothing is kept.
    rule : EarlyStop
        Its state is kept too.
    first : int
        So many iterations the rule does not look at (samples that grow).
    save_every : float
        Seconds.

    Attributes
    ----------
    done : int
        Iterations that were made before.
    resumed_at : list of int
        The iterations at which the run was gone on with.
    seconds : float
        That were spent before.
    """

    def __init__(self, path, rule, first=0, save_every=SAVE_EVERY):
        self.path, self.rule, self.first, self.save_every = path, rule, first, save_every
        self.done, self.resumed_at, self.seconds = 0, [], 0.0
        self._begun = self._saved = time.perf_counter()

    def go_on(self, theta, stages):
        """theta and stages as they are to be gone on with; as they came where nothing was kept."""
        if self.path is None or not self.path.exists():
            return theta, stages
        try:
            with open_npz(self.path) as file:
                kept = {name: file[name] for name in KEPT}
        except Damaged as error:
            expected = "a checkpoint (take it away, and the run begins anew)"
            _checks.fail(str(self.path), expected, f"another file or a damaged one ({error})")
        self.done, self.seconds = int(kept["n_iter"]), float(kept["seconds"])
        self.resumed_at = [*kept["resumed_at"].tolist(), self.done]
        rule = self.rule
        rule.lowest, rule.n_iter = kept["lowest"].tolist(), int(kept["best_iter"])
        if rule.lowest:
            rule.value, rule.theta = rule.lowest[-1], kept["best"]
        return kept["theta"], left(stages, self.done)

    def __call__(self, info):
        """After each iteration, counted from the run's first one."""
        info = dataclasses.replace(info, n_iter=info.n_iter + self.done)
        if info.n_iter > self.first:
            self.rule(info)
        now = time.perf_counter()
        if self.path is not None and now - self._saved >= self.save_every:
            self._saved = now
            best = info.theta if self.rule.theta is None else self.rule.theta
            write_npz(
                self.path, theta=info.theta, n_iter=info.n_iter, best=best, best_iter=self.rule.n_iter,
                lowest=self.rule.lowest, resumed_at=np.array(self.resumed_at, int),
                seconds=self.seconds + now - self._begun,
            )  # fmt: skip


def left(stages, done):
    """The stages (function, iterations) without the iterations that are done; one is always left.

    >>> left([("a", 10), ("b", 20)], 15), left([("a", 10)], 10)
    ([('b', 15)], [('a', 0)])
    """
    todo = []
    for fun, n in stages:
        skipped = min(n, done)
        done -= skipped
        if n > skipped:
            todo.append((fun, n - skipped))
    return todo or [(stages[-1][0], 0)]
