"""A function with two bodies: loops that Numba compiles, and their meaning in NumPy where it cannot.

Numba need not be there, and where it is, it may fail to be imported, to compile or to read its cache:
then everything goes on in NumPy, with one warning. An error in the arguments is none of Numba's.
"""

import functools
import os

import numpy as np

from .. import _checks

SMALLEST = 1 << 12  # below this many entries NumPy is as fast, and Numba need not be imported


class Compiled:
    """A function with two bodies: ``meaning`` in NumPy, ``loops`` for Numba.

    The first array (n, m) is overwritten where it can be, and the result returned: LLVM turns
    the loops into vector instructions only where it sees that no output overlaps an input.
    Arrays that are not of ``dtypes``, or not contiguous, are NumPy's.
    """

    def __init__(self, loops, meaning, dtypes=(np.float32, np.intp), **options):
        self.loops, self.meaning, self.options, self.dtypes = loops, meaning, options, dtypes
        self.n_arrays, self.ready = loops.__code__.co_argcount, set()  # kinds of arrays compiled for
        functools.update_wrapper(self, loops)

    def __call__(self, first, *others):
        if not first.flags.writeable:
            first = first.copy()
        arrays = (first, *others)
        if first.size < SMALLEST or not all(self._plain(a) for a in arrays) or not numba_available():
            return self.meaning(*arrays)
        failure = self._compile(arrays)
        if failure is None:
            return self.jitted(*arrays)  # an error here is no failure of Numba's
        result = self.meaning(*arrays)  # raises where the arguments are wrong
        give_up(failure)
        return result

    def _plain(self, a):
        return a.dtype in self.dtypes and a.flags.c_contiguous

    def _compile(self, arrays):
        """Compile the loops for arrays of this kind, once; the failure, if there is one."""
        if len(arrays) != self.n_arrays:
            raise TypeError(f"{self.__name__}: expected {self.n_arrays} arrays, got {len(arrays)}")
        kinds = tuple((a.dtype.num, a.ndim, a.flags.num) for a in arrays)
        if kinds in self.ready:
            return None
        try:
            import numba

            signature = tuple(map(numba.typeof, arrays))
            try:
                self.jitted.compile(signature)
            except Exception:  # a cache file that was cut off, or cannot be written: only for this process
                self.__dict__["jitted"] = _jit(self.loops, cache=False, **self.options)
                self.jitted.compile(signature)
        except Exception as error:  # whatever is wrong with Numba here: NumPy says the same
            return error
        self.ready.add(kinds)
        return None

    @functools.cached_property
    def jitted(self):
        """The compiled loops."""
        return _jit(self.loops, **self.options)


def compiled(meaning, **options):
    """Decorator for loops that Numba compiles, with its ``options``, when they are first needed.

    ``dtypes`` is one of them: of the arrays for which they are compiled, float32 and indices if not said.
    """
    return lambda loops: Compiled(loops, meaning, **options)


@functools.cache
def numba_available():
    """Whether Numba can be imported and has not failed; LOWRANKWEIGHTS_NUMBA=0 says no."""
    if os.environ.get("LOWRANKWEIGHTS_NUMBA", "1") == "0" or _failures:
        return False
    try:
        import numba
    except Exception as error:
        if getattr(error, "name", None) != "numba":  # it is there, but broken
            give_up(error)
        return False
    if not numba.config.CACHE_DIR:
        # Not beside the source: an installed package may be read-only, or shared.
        from platformdirs import user_cache_dir

        numba.config.CACHE_DIR = os.path.join(user_cache_dir("lowrankweights"), "numba")
    return True


_failures = []


def give_up(error):
    """Go on in NumPy for the rest of this process, with one warning."""
    if not _failures:
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        _checks.warn(f"Numba does not work here ({what}): everything runs in NumPy, a little slower")
    _failures.append(error)
    numba_available.cache_clear()


def _jit(loops, cache=True, **options):
    import numba

    try:
        return numba.njit(cache=cache, nogil=True, error_model="numpy", **options)(loops)
    except RuntimeError:  # no place to write the cache
        return numba.njit(nogil=True, error_model="numpy", **options)(loops)
