"""One rule for BLAS: whatever enters a model or a result is computed on one of its threads.

On several, sums are split otherwise: the last bits would depend on the machine. And between two products
BLAS's threads wait by spinning, and take the processors from others. More processors are used by the
package's own threads, over blocks of rows that are the same for any number (``speed.blocks``).
"""

import functools
import threading


class _OneBlasThread:
    """``with one_blas_thread:``, or ``@one_blas_thread`` above a function; nested, and in several threads.

    Who enters first limits BLAS, who leaves last gives back what was.
    """

    def __init__(self):
        self._lock, self._n_inside, self._before = threading.Lock(), 0, []

    def __enter__(self):
        with self._lock:
            if not self._n_inside:
                self._before = [library.num_threads for library in _libraries()]
                self.for_good()
            self._n_inside += 1

    def __exit__(self, *exception):
        with self._lock:
            self._n_inside -= 1
            if not self._n_inside:
                for library, n_threads in zip(_libraries(), self._before, strict=True):
                    _set(library, n_threads)

    def __call__(self, function):
        @functools.wraps(function)
        def on_one_thread(*args, **kwargs):
            with self:
                return function(*args, **kwargs)

        return on_one_thread

    def for_good(self):
        """For the rest of the process."""
        for library in _libraries():
            _set(library, 1)


def _set(library, n_threads):
    # threadpoolctl lets only one Python thread set OpenBLAS's number; here the lock sees to that
    getattr(library, "_real_set_num_threads", library.set_num_threads)(n_threads)


@functools.cache
def _libraries():
    """All BLAS libraries, NumPy's and SciPy's; finding them takes a thousand times as long as a limit."""
    import numpy as np  # noqa: F401
    from scipy import linalg  # noqa: F401
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas").lib_controllers


one_blas_thread = _OneBlasThread()
