"""The same loss and gradient as ``Network.loss_and_grad``, fast: a sum over blocks of rows.

Blocks are small enough to stay in the cache. Inside a block BLAS runs on one thread; blocks
are spread over threads. The rows are dealt to a fixed number of groups, each summed in order by
whoever takes it, and the groups' sums are added in order: the same bits for any number of threads.
"""

import concurrent.futures
import copy
import functools
import itertools
import os

import numpy as np
from threadpoolctl import ThreadpoolController

from .. import _checks
from .buffers import BlockMemory

BLOCK_ROWS = 1000
N_GROUPS = 8


class BlockSum:
    """Sums over blocks of rows, on threads; what ``Objective`` and RICA's objective share.

    Parameters
    ----------
    groups : list of list of slice
        From ``deal``.
    n_threads : int, optional
        Default: the processors that this process may use.
    engine : object with ``map(function, items)``, optional
        Runs the groups instead of threads and returns their sums in order, for instance a
        ``concurrent.futures.Executor``.
    """

    def __init__(self, groups, n_threads=None, engine=None):
        n_threads = available_processors() if n_threads is None else n_threads
        self.n_threads = _checks.integer("n_threads", n_threads, at_least=1)
        self.engine = engine or concurrent.futures.ThreadPoolExecutor(self.n_threads)
        self.groups = groups
        self._blas = ThreadpoolController()

    def one_blas_thread(self):
        """A context in which BLAS runs on one thread, as the blocks need it.

        Worth it around a whole minimisation: after a vector operation on several threads BLAS's
        own threads wait by spinning, and take the processors from the next blocks.
        """
        return self._blas.limit(limits=1, user_api="blas")

    def sum_over_blocks(self, arrays):
        """The sum of ``sum_block(arrays, rows)``, a (loss, gradients) pair, over all blocks."""
        return add_in_order(self.engine.map(functools.partial(self._sum_group, arrays), self.groups))

    def _sum_group(self, arrays, group):
        def blocks():
            for rows in group:
                with BlockMemory.of_thread():  # each block's gradients are added before the next is begun
                    yield self.sum_block(arrays, rows)

        return add_in_order(blocks())


class Objective(BlockSum):
    """Mean loss and gradient of a network on fixed data: ``objective(theta) -> (loss, grad)``.

    Parameters
    ----------
    net : Network
    X : array, (n, n_v)
        Its dtype, float32 or float64, is that of the arithmetic; sums over blocks are float64.
    Y : array, (n, n_out)
    weight_decay : float
    n_threads, engine : optional
        See ``BlockSum``.

    Attributes
    ----------
    plan : Plan
        The order in which each layer's product is computed. A first layer that is pooled has
        its v U computed here, once.
    """

    def __init__(self, net, X, Y, weight_decay=0.0, n_threads=None, engine=None):
        X, Y = net.check_data(X, Y)
        self.net, self.n_rows, self.dtype = net, len(X), X.dtype
        self.weight_decay = _checks.number("weight_decay", weight_decay, at_least=0)
        super().__init__(deal(self.n_rows), n_threads, engine)
        self.plan = net.plan(self.n_rows)
        first = self.plan.products[0]
        self.X = first.pool(X) if first.pooled else np.ascontiguousarray(X)
        self.Y = np.ascontiguousarray(Y)

    def subset(self, rows):
        """The same objective on some of the rows (indices); what was pooled is not pooled again."""
        part = copy.copy(self)
        part.X, part.Y, part.n_rows = self.X[rows], self.Y[rows], len(rows)
        part.groups = deal(part.n_rows)
        return part

    def __call__(self, theta):
        """Mean loss and gradient at theta (n_dynamic,), in float64."""
        theta = self.net.check_theta(theta)
        products = self.plan.products
        with self.one_blas_thread():
            arrays = self.net.prepare(theta.astype(self.dtype), products)
            loss, gradients = self.sum_over_blocks(arrays)
            return self.net.finish(loss, gradients, theta, self.n_rows, products, self.weight_decay)

    def sum_block(self, arrays, rows):
        """Loss and gradients summed over a block of rows (a slice)."""
        return self.net.sum_over_rows(arrays, self.X[rows], self.Y[rows], self.plan.products)


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


def available_processors():
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _flat(nested):
    return [a for own in nested for a in own]
