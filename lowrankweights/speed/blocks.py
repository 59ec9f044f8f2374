"""A sum over blocks of rows: the same bits whoever takes which block.

Blocks are small enough to stay in the cache. The rows are dealt to a fixed number of groups, each
summed in order by whoever takes it, and the groups' sums are added in order. What *stays* where the
rows are is a ``Work``; what *travels*, at every evaluation, are the numbers that are learned.
"""

import abc
import concurrent.futures
import functools
import itertools
import os
import threading

import numpy as np

from .. import _checks
from .._blas import one_blas_thread
from .buffers import BlockMemory

BLOCK_ROWS = 1000
N_GROUPS = 8


class Work(abc.ABC):
    """What stays: rows, targets, dictionaries, pooled input. Can be pickled, and sent somewhere once."""

    def prepare(self, travels):
        """What every block needs, made once an evaluation from what travels."""
        return travels

    @abc.abstractmethod
    def sum_block(self, arrays, rows):
        """Loss and gradients (a list of lists of arrays) summed over a block, a slice of the rows."""

    @one_blas_thread
    def sum_group(self, arrays, group):
        """The same for a group of blocks, added in order."""

        def blocks():
            for rows in group:
                with BlockMemory.of_thread():  # each block's gradients are added before the next is begun
                    yield self.sum_block(arrays, rows)

        return add_in_order(blocks())


class Engine(abc.ABC):
    """Who runs the groups of a sum. One's own, for instance on a cluster, says how in ``run``.

    Examples
    --------
    >>> class InTurn(Engine):
    ...     def run(self, work, travels, groups):
    ...         arrays = work.prepare(travels)
    ...         return [work.sum_group(arrays, group) for group in groups]
    """

    @abc.abstractmethod
    def run(self, work, travels, groups):
        """The (loss, gradients) of each group, in the order of the groups.

        Parameters
        ----------
        work : Work
            The same object at every call of one sum: it need be sent only once.
        travels : array
            What is learned, as ``work.prepare`` takes it.
        groups : list of list of slice
        """


class Threads(Engine):
    """Threads of this process; none where none can be started, as in a browser's Python."""

    def __init__(self, n_threads):
        self._pool = None
        if n_threads > 1 and threads_can_start():
            self._pool = concurrent.futures.ThreadPoolExecutor(n_threads)

    def run(self, work, travels, groups):
        return self.map(functools.partial(work.sum_group, work.prepare(travels)), groups)

    def map(self, function, items):
        """The function's results, in the order of the items."""
        return map(function, items) if self._pool is None else self._pool.map(function, items)


class Mapped(Engine):
    """Anything with ``map(function, items)``, such as a ``concurrent.futures.Executor``."""

    def __init__(self, executor):
        self.executor = executor

    def run(self, work, travels, groups):
        return self.executor.map(functools.partial(work.sum_group, work.prepare(travels)), groups)


class BlockSum:
    """Sums over blocks of rows; what ``Objective`` and RICA's objective share.

    Parameters
    ----------
    work : Work
    groups : list of list of slice
        From ``deal``.
    n_threads : int, optional
        Default: the processors that this process may use.
    engine : Engine, or object with ``map(function, items)``, optional
        Runs the groups instead of threads.
    """

    def __init__(self, work, groups, n_threads=None, engine=None):
        self.n_threads, self.work, self.groups = count_threads(n_threads), work, groups
        self.engine = Threads(self.n_threads) if engine is None else as_engine(engine)

    @one_blas_thread
    def sum_over_blocks(self, travels):
        """The sum of the work's (loss, gradients) over all blocks."""
        return add_in_order(self.engine.run(self.work, travels, self.groups))


def as_engine(engine):
    """An ``Engine`` of an engine, or of an object with ``map``."""
    if isinstance(engine, Engine):
        return engine
    if not callable(getattr(engine, "map", None)):
        _checks.fail("engine", "an Engine, or an object with map(function, items)", type(engine).__name__)
    return Mapped(engine)


def add_in_order(sums):
    """The sum of (loss, gradients) pairs, in float64 and in the order given."""
    loss, total = 0.0, None
    for part, gradients in sums:
        loss += part
        if total is None:
            total = [[g.astype(np.float64) for g in own] for own in gradients]
        else:
            for t, g in zip(_flat(total), _flat(gradients), strict=True):
                np.add(t, g, out=t)
    return loss, total


def deal(n_rows, block_rows=BLOCK_ROWS, n_groups=N_GROUPS):
    """The rows as groups of blocks (slices), the same for any number of threads.

    >>> deal(5, block_rows=2, n_groups=2)
    [[slice(0, 2, None), slice(2, 4, None)], [slice(4, 5, None)]]
    """
    n_blocks = -(-n_rows // block_rows)
    size = -(-n_rows // n_blocks)
    blocks = [slice(start, min(start + size, n_rows)) for start in range(0, n_rows, size)]
    ends = [-(-len(blocks) * i // n_groups) for i in range(n_groups + 1)]
    return [blocks[a:b] for a, b in itertools.pairwise(ends) if a < b]


def in_blocks(function, n_rows, n_threads=None, block_rows=BLOCK_ROWS):
    """``function(rows)`` for blocks of rows, slices, in threads: its results one below the other.

    >>> in_blocks(lambda rows: np.arange(4)[rows] ** 2, 4)
    array([0, 1, 4, 9])
    """
    if n_rows <= block_rows:
        return function(slice(0, n_rows))
    first, *others = itertools.chain.from_iterable(deal(n_rows, block_rows))
    found = function(first)
    whole = np.empty((n_rows, *found.shape[1:]), found.dtype)
    whole[first] = found

    @one_blas_thread
    def fill(rows):
        whole[rows] = function(rows)

    list(Threads(count_threads(n_threads)).map(fill, others))
    return whole


def count_threads(n_threads):
    """The checked number of threads; None: the processors that this process may use."""
    n_threads = available_processors() if n_threads is None else n_threads
    return _checks.integer("n_threads", n_threads, at_least=1)


def available_processors():
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def threads_can_start():
    """Whether this Python can start a thread; a browser's cannot."""
    try:
        thread = threading.Thread(target=lambda: None)
        thread.start()
    except RuntimeError:
        return False
    thread.join()
    return True


def _flat(nested):
    return [a for own in nested for a in own]
