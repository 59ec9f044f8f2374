"""Convolution with the atoms of ``Factors``: along the rows of an image, then along its columns.

Images come with their zeros around, a row of pixels flat, (place, channel). For every distinct factor of the
columns ``along_rows`` goes over the rows of the image once; from these ``along_columns`` makes each atom.
Both ways back are the adjoints. They are compiled once for each height or width of a window, so that the sum
over it is unrolled.
"""

import functools

import numpy as np

from ..buffers import empty
from ..numba_or_numpy import compiled

_ZERO = np.float32(0)


@functools.cache
def along_rows(width):
    """The function t[i, r, q, x] = sum_j columns[j, q] v[i, r, x + j step], for windows so wide."""

    def meaning(t, v, columns, step):
        length = t.shape[3]
        t[...] = 0
        for j in range(width):
            part = v[:, :, j * step[0] : j * step[0] + length]
            t += columns[j][:, None] * part[:, :, None]
        return t

    @compiled(meaning=meaning, fastmath={"contract"})
    def loops(t, v, columns, step):
        for i in range(t.shape[0]):
            for r in range(t.shape[1]):
                for q in range(t.shape[2]):
                    for x in range(t.shape[3]):
                        total = _ZERO
                        for j in range(width):
                            total += columns[j, q] * v[i, r, x + j * step[0]]
                        t[i, r, q, x] = total
        return t

    return loops


@functools.cache
def back_along_rows(width):
    """Its adjoint: dv[i, r, x] = sum over q and j of columns[j, q] dt[i, r, q, x - j step]."""

    def meaning(dv, dt, columns, step):
        length = dt.shape[3]
        dv[...] = 0
        for j in range(width):
            dv[:, :, j * step[0] : j * step[0] + length] += np.tensordot(dt, columns[j], axes=(2, 0))
        return dv

    @compiled(meaning=meaning, fastmath={"contract"})
    def loops(dv, dt, columns, step):
        dv[...] = _ZERO
        for i in range(dt.shape[0]):
            for r in range(dt.shape[1]):
                for q in range(dt.shape[2]):
                    for j in range(width):
                        for x in range(dt.shape[3]):
                            dv[i, r, x + j * step[0]] += columns[j, q] * dt[i, r, q, x]
        return dv

    return loops


@functools.cache
def along_columns(height):
    """The function s[r, i, a, m, c] = sum_k rows[k, m] t[i, r + k, which[m], a n_channels + c]."""

    def meaning(s, t, rows, which):
        n_down, n, n_across, _, n_channels = s.shape
        s[...] = 0
        for k in range(height):
            part = t[:, k : k + n_down, which].reshape(n, n_down, len(which), n_across, n_channels)
            s += rows[k][:, None] * part.transpose(1, 0, 3, 2, 4)
        return s

    @compiled(meaning=meaning, fastmath={"contract"})
    def loops(s, t, rows, which):
        n_channels = s.shape[4]
        for r in range(s.shape[0]):
            for i in range(s.shape[1]):
                for m in range(s.shape[3]):
                    for a in range(s.shape[2]):
                        for c in range(n_channels):
                            total = _ZERO
                            for k in range(height):
                                total += rows[k, m] * t[i, r + k, which[m], a * n_channels + c]
                            s[r, i, a, m, c] = total
        return s

    return loops


@functools.cache
def back_along_columns(height):
    """Its adjoint: dt[i, r, which[m], (a, c)] is the sum of rows[k, m] ds[r - k, i, a, m, c] over m and k."""

    def meaning(dt, ds, rows, which):
        n_down, n, n_across, n_atoms, n_channels = ds.shape
        dt[...] = 0
        for m in range(n_atoms):
            part = ds[:, :, :, m].transpose(1, 0, 2, 3).reshape(n, n_down, n_across * n_channels)
            for k in range(height):
                dt[:, k : k + n_down, which[m]] += rows[k, m] * part
        return dt

    @compiled(meaning=meaning, fastmath={"contract"})
    def loops(dt, ds, rows, which):
        dt[...] = _ZERO
        n_channels = ds.shape[4]
        for i in range(ds.shape[1]):
            for r in range(ds.shape[0]):
                for m in range(ds.shape[3]):
                    for k in range(height):
                        for a in range(ds.shape[2]):
                            for c in range(n_channels):
                                dt[i, r + k, which[m], a * n_channels + c] += rows[k, m] * ds[r, i, a, m, c]
        return dt

    return loops


class SeparableWindows:
    """Products of all windows of images with the atoms of ``Factors``, and back.

    Parameters
    ----------
    windows : WindowRows
        Of the images.
    factors : Factors
    """

    def __init__(self, windows, factors):
        self.windows = windows
        # each distinct column once, and which of them an atom has
        columns, which = np.unique(factors.columns, axis=1, return_inverse=True)
        self.which = which.ravel().astype(np.intp)
        self.columns, self.rows = columns, factors.rows
        self.n_atoms = factors.rows.shape[1]
        self._cast = {}

    def factors(self, dtype):
        """Rows (height, n) and distinct columns (width, n_distinct) in the given dtype."""
        dtype = np.dtype(dtype)
        if dtype not in self._cast:
            self._cast[dtype] = tuple(np.ascontiguousarray(a, dtype) for a in (self.rows, self.columns))
        return self._cast[dtype]

    def multiply(self, v):
        """s (n_down, n, n_across, n_atoms * n_channels) of v (n, height, width, n_channels)."""
        w, (rows, columns) = self.windows, self.factors(v.dtype)
        (height, width), n_channels, n = w.window, w.in_shape[2], len(v)
        padded = w.padded(v)
        t = empty((n, padded.shape[1], columns.shape[1], w.n_across * n_channels), v.dtype)
        along_rows(width)(t, padded, columns, np.array([n_channels]))
        s = empty((w.n_down, n, w.n_across, self.n_atoms, n_channels), v.dtype)
        along_columns(height)(s, t, rows, self.which)
        return s.reshape(*s.shape[:3], -1)

    def back(self, ds):
        """dv from ds, the adjoint of ``multiply``."""
        w, (rows, columns) = self.windows, self.factors(ds.dtype)
        (height, width), n_channels, n = w.window, w.in_shape[2], ds.shape[1]
        n_rows = w.n_down + height - 1
        dt = empty((n, n_rows, columns.shape[1], w.n_across * n_channels), ds.dtype)
        back_along_columns(height)(dt, ds.reshape(*ds.shape[:3], self.n_atoms, n_channels), rows, self.which)
        dpadded = empty((n, n_rows, (w.n_across + width - 1) * n_channels), ds.dtype)
        back_along_rows(width)(dpadded, dt, columns, np.array([n_channels]))
        return w.cropped(dpadded)

    def multiplications(self, n):
        """Of ``multiply``, as of ``back``, over n images."""
        w = self.windows
        (height, width), n_channels = w.window, w.in_shape[2]
        along_rows = (w.n_down + height - 1) * w.n_across * width * self.columns.shape[1]
        return n * n_channels * (along_rows + w.n_down * w.n_across * height * self.n_atoms)
