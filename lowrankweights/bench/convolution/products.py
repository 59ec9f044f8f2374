"""The bound's speed: matrix products as a convolution makes them, and nothing else."""

import concurrent.futures

import numpy as np

from ..._blas import one_blas_thread
from ...speed.convolutions.window_rows import PIECE

N_PIECES = 40  # of a thread; together some tenths of a second


class PiecesOfProducts:
    """Products of pieces of rows of windows with filters: a piece for each thread, again and again.

    They are the second convolution's: of 8 pixels of 48 maps, 384 numbers, with 64 filters. A piece stays in
    its thread's cache, and nothing is added up, so that a loss and gradient can hardly be faster.

    Parameters
    ----------
    dtype : dtype
    n_threads : int
        Each with one thread of BLAS, as ours.
    """

    def __init__(self, dtype, n_threads, n_rows=PIECE, n_inner=384, n_columns=64):
        rng = np.random.default_rng(0)
        shapes = (n_rows, n_inner), (n_inner, n_columns), (n_rows, n_columns)
        self.operands = [tuple(rng.random(shape).astype(dtype) for shape in shapes) for _ in range(n_threads)]
        self.multiplications = N_PIECES * n_threads * n_rows * n_inner * n_columns
        self._pool = concurrent.futures.ThreadPoolExecutor(n_threads)

    @one_blas_thread
    def __call__(self):
        list(self._pool.map(_multiply, self.operands))


def _multiply(operands):
    A, B, out = operands
    for _ in range(N_PIECES):
        np.matmul(A, B, out=out)
