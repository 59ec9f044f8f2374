"""The bound: the time that a plan's matrix products alone would take on this machine."""

import concurrent.futures

import numpy as np
from threadpoolctl import ThreadpoolController

from ..speed.blocks import BLOCK_ROWS
from ..speed.buffers import BlockMemory, empty


class MatrixProducts:
    """The matrix products of one loss and gradient, and nothing else, in two ways.

    ``whole()`` runs them on all rows with BLAS's own threads; ``blocks()`` on blocks of rows, with
    one BLAS thread a block and ``n_threads`` blocks side by side. The faster is the bound.

    Parameters
    ----------
    plan : Plan
        Whose products, over ``plan.n_rows`` rows.
    dtype : dtype
    n_threads : int
    shared : dict
        Arrays by name and shape, for use by several plans: they are large, and their values do not
        matter to the clock.
    """

    def __init__(self, plan, dtype, n_threads, shared):
        self.plan, self.dtype, self.n_threads = plan, np.dtype(dtype), n_threads
        self.n_blocks = -(-plan.n_rows // BLOCK_ROWS)
        self.multiplications = plan.multiplications
        self._pool = concurrent.futures.ThreadPoolExecutor(n_threads)
        self._blas = ThreadpoolController()
        self._whole = self._operands(plan.n_rows, shared)
        self._blocks = [self._block_operands(-(-plan.n_rows // self.n_blocks)) for _ in range(n_threads)]

    def whole(self):
        """All rows at once, on every BLAS thread."""
        with self._blas.limit(limits=self.n_threads, user_api="blas"):
            _multiply(self._whole)

    def blocks(self):
        """Block by block, side by side, each on one BLAS thread."""

        def work(thread):
            for _ in range(thread, self.n_blocks, self.n_threads):
                _multiply(self._blocks[thread])

        with self._blas.limit(limits=1, user_api="blas"):
            list(self._pool.map(work, range(self.n_threads)))

    def _block_operands(self, n):
        """The operands for a block of n rows, side by side in memory as in training."""
        memory = BlockMemory()
        for _ in range(2):  # the first finds out how much memory is wanted
            with memory:
                operands = self._operands(n, {})
        return operands

    def _operands(self, n, arrays):
        """(A, B, out) of each product, laid out as in training; equal shapes share their memory."""
        rng = np.random.default_rng(0)

        def array(name, *shape):
            if (name, shape) not in arrays:
                arrays[name, shape] = empty(shape, self.dtype)
                rng.random(dtype=self.dtype, out=arrays[name, shape])
            return arrays[name, shape]

        operands = []
        for layout, rows, inner, columns in self.plan.matrix_products(n):
            A = array("A", inner, rows).T if layout == "TN" else array("A", rows, inner)
            B = array("B", columns, inner).T if layout == "NT" else array("B", inner, columns)
            operands.append((A, B, array("out", rows, columns)))
        return operands


def _multiply(operands):
    for A, B, out in operands:
        np.matmul(A, B, out=out)
