"""Convolution with the atoms of ``Factors``: along the rows of an image, then along its columns.

Images come with their zeros around, a row of pixels flat, x = (place, channel). For every distinct factor of
the columns ``along_rows`` goes over the rows of the image once; from these ``along_columns`` makes each atom.
Both ways back are the adjoints. The loops add up eight terms at a time, each of them consecutive memory:
factors come with zeros after them, to a multiple of eight, and a term beyond the last is the last times zero.
"""

import numpy as np

from ..buffers import empty
from ..numba_or_numpy import compiled

TERMS = 8


def in_eights(a, axis):
    """The array with zeros after it along an axis, to a multiple of eight.

    >>> in_eights(np.ones((3, 2)), axis=0).shape
    (8, 2)
    """
    more = [(0, 0)] * a.ndim
    more[axis] = (0, -a.shape[axis] % TERMS)
    return np.pad(a, more)


def _along_rows(t, v, columns, sizes):
    width, step, length = *sizes, t.shape[3]
    t[...] = 0
    for j in range(width):
        t += columns[j][:, None] * v[:, :, None, j * step : j * step + length]
    return t


@compiled(meaning=_along_rows, fastmath={"contract"})
def along_rows(t, v, columns, sizes):
    """t[i, r, q, x] = sum_j columns[j, q] v[i, r, x + j step]; sizes = (number of j, step)."""
    last, step, length = sizes[0] - 1, sizes[1], t.shape[3]
    for i in range(t.shape[0]):
        for r in range(t.shape[1]):
            for q in range(t.shape[2]):
                out = t[i, r, q]
                out[:] = np.float32(0)
                for j in range(0, columns.shape[0], TERMS):
                    c, row = columns[j : j + TERMS, q], v[i, r]
                    c0, c1, c2, c3, c4, c5, c6, c7 = c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]
                    x0, x1 = row[min(j, last) * step :], row[min(j + 1, last) * step :]
                    x2, x3 = row[min(j + 2, last) * step :], row[min(j + 3, last) * step :]
                    x4, x5 = row[min(j + 4, last) * step :], row[min(j + 5, last) * step :]
                    x6, x7 = row[min(j + 6, last) * step :], row[min(j + 7, last) * step :]
                    for x in range(length):
                        out[x] += (c0 * x0[x] + c1 * x1[x] + c2 * x2[x] + c3 * x3[x]
                                   + c4 * x4[x] + c5 * x5[x] + c6 * x6[x] + c7 * x7[x])  # fmt: skip
    return t


def _back_along_rows(dv, dt, columns, sizes):
    width, step, length = *sizes, dt.shape[3]
    dv[...] = 0
    for j in range(width):
        factors = columns[j, : dt.shape[2]]
        dv[:, :, j * step : j * step + length] += np.tensordot(dt, factors, axes=(2, 0))
    return dv


@compiled(meaning=_back_along_rows, fastmath={"contract"})
def back_along_rows(dv, dt, columns, sizes):
    """Its adjoint: dv[i, r, x + j step] is the sum of columns[j, q] dt[i, r, q, x] over q and j."""
    last, step, length = dt.shape[2] - 1, sizes[1], dt.shape[3]
    dv[...] = np.float32(0)
    for i in range(dt.shape[0]):
        for r in range(dt.shape[1]):
            for j in range(sizes[0]):
                out, of = dv[i, r, j * step : j * step + length], dt[i, r]
                for q in range(0, columns.shape[1], TERMS):
                    c = columns[j, q : q + TERMS]
                    c0, c1, c2, c3, c4, c5, c6, c7 = c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]
                    x0, x1, x2, x3 = of[q], of[min(q + 1, last)], of[min(q + 2, last)], of[min(q + 3, last)]
                    x4, x5 = of[min(q + 4, last)], of[min(q + 5, last)]
                    x6, x7 = of[min(q + 6, last)], of[min(q + 7, last)]
                    for x in range(length):
                        out[x] += (c0 * x0[x] + c1 * x1[x] + c2 * x2[x] + c3 * x3[x]
                                   + c4 * x4[x] + c5 * x5[x] + c6 * x6[x] + c7 * x7[x])  # fmt: skip
    return dv


def _along_columns(s, t, rows, which):
    n_down, n, n_across, _, n_channels = s.shape
    s[...] = 0
    for k in range(t.shape[1] - n_down + 1):
        part = t[:, k : k + n_down, which].reshape(n, n_down, len(which), n_across, n_channels)
        s += rows[k][:, None] * part.transpose(1, 0, 3, 2, 4)
    return s


@compiled(meaning=_along_columns, fastmath={"contract"})
def along_columns(s, t, rows, which):
    """s[r, i, a, m, c] = sum_k rows[k, m] t[i, r + k, which[m], (a, c)]."""
    length, n_channels, last = t.shape[3], s.shape[4], t.shape[1] - 1
    out = np.empty(length, np.float32)
    for i in range(s.shape[1]):
        for r in range(s.shape[0]):
            for m in range(s.shape[3]):
                out[:] = np.float32(0)
                for k in range(0, rows.shape[0], TERMS):
                    c, q, of, b = rows[k : k + TERMS, m], which[m], t[i], r + k
                    c0, c1, c2, c3, c4, c5, c6, c7 = c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]
                    x0, x1, x2 = of[min(b, last), q], of[min(b + 1, last), q], of[min(b + 2, last), q]
                    x3, x4, x5 = of[min(b + 3, last), q], of[min(b + 4, last), q], of[min(b + 5, last), q]
                    x6, x7 = of[min(b + 6, last), q], of[min(b + 7, last), q]
                    for x in range(length):
                        out[x] += (c0 * x0[x] + c1 * x1[x] + c2 * x2[x] + c3 * x3[x]
                                   + c4 * x4[x] + c5 * x5[x] + c6 * x6[x] + c7 * x7[x])  # fmt: skip
                for a in range(s.shape[2]):
                    for c_ in range(n_channels):
                        s[r, i, a, m, c_] = out[a * n_channels + c_]
    return s


def _back_along_columns(dt, ds, rows, which):
    n_down, n, n_across, n_atoms, n_channels = ds.shape
    dt[...] = 0
    for m in range(n_atoms):
        part = ds[:, :, :, m].transpose(1, 0, 2, 3).reshape(n, n_down, n_across * n_channels)
        for k in range(dt.shape[1] - n_down + 1):
            dt[:, k : k + n_down, which[m]] += rows[k, m] * part
    return dt


@compiled(meaning=_back_along_columns, fastmath={"contract"})
def back_along_columns(dt, ds, rows, which):
    """Its adjoint: dt[i, r + k, which[m], (a, c)] is the sum of rows[k, m] ds[r, i, a, m, c] over m and k."""
    length, n_channels, n_terms = dt.shape[3], ds.shape[4], rows.shape[0]
    # the ds of one atom, with as many rows of zeros before and after it as there are terms
    own = np.zeros((ds.shape[0] + 2 * n_terms, length), np.float32)
    dt[...] = np.float32(0)
    for i in range(ds.shape[1]):
        for m in range(ds.shape[3]):
            for r in range(ds.shape[0]):
                for a in range(ds.shape[2]):
                    for c_ in range(n_channels):
                        own[r + n_terms, a * n_channels + c_] = ds[r, i, a, m, c_]
            for r in range(dt.shape[1]):
                out = dt[i, r, which[m]]
                for k in range(0, n_terms, TERMS):
                    c, b = rows[k : k + TERMS, m], r + n_terms - k
                    c0, c1, c2, c3, c4, c5, c6, c7 = c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]
                    x0, x1, x2, x3 = own[b], own[b - 1], own[b - 2], own[b - 3]
                    x4, x5, x6, x7 = own[b - 4], own[b - 5], own[b - 6], own[b - 7]
                    for x in range(length):
                        out[x] += (c0 * x0[x] + c1 * x1[x] + c2 * x2[x] + c3 * x3[x]
                                   + c4 * x4[x] + c5 * x5[x] + c6 * x6[x] + c7 * x7[x])  # fmt: skip
    return dt


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
        self.sizes = np.array([len(columns), windows.in_shape[2]], dtype=np.intp)
        self._cast = {}

    def factors(self, dtype):
        """Rows (height, n), and distinct columns (width, n_distinct) twice, in eights along each axis."""
        dtype = np.dtype(dtype)
        if dtype not in self._cast:
            each = in_eights(self.rows, 0), in_eights(self.columns, 0), in_eights(self.columns, 1)
            self._cast[dtype] = tuple(np.ascontiguousarray(a, dtype) for a in each)
        return self._cast[dtype]

    def multiply(self, v):
        """s (n_down, n, n_across, n_atoms * n_channels) of v (n, height, width, n_channels)."""
        w, (rows, columns, _) = self.windows, self.factors(v.dtype)
        n_channels, n, padded = w.in_shape[2], len(v), w.padded(v)
        t = empty((n, padded.shape[1], columns.shape[1], w.n_across * n_channels), v.dtype)
        along_rows(t, padded, columns, self.sizes)
        s = empty((w.n_down, n, w.n_across, self.n_atoms, n_channels), v.dtype)
        along_columns(s, t, rows, self.which)
        return s.reshape(*s.shape[:3], -1)

    def back(self, ds):
        """dv from ds, the adjoint of ``multiply``."""
        w, (rows, _, columns) = self.windows, self.factors(ds.dtype)
        (height, width), n_channels, n = w.window, w.in_shape[2], ds.shape[1]
        n_rows = w.n_down + height - 1
        dt = empty((n, n_rows, self.columns.shape[1], w.n_across * n_channels), ds.dtype)
        back_along_columns(dt, ds.reshape(*ds.shape[:3], self.n_atoms, n_channels), rows, self.which)
        dpadded = empty((n, n_rows, (w.n_across + width - 1) * n_channels), ds.dtype)
        back_along_rows(dpadded, dt, columns, self.sizes)
        return w.cropped(dpadded)

    def multiplications(self, n):
        """Of ``multiply``, as of ``back``, over n images."""
        w = self.windows
        (height, width), n_channels = w.window, w.in_shape[2]
        along_rows = (w.n_down + height - 1) * w.n_across * width * self.columns.shape[1]
        return n * n_channels * (along_rows + w.n_down * w.n_across * height * self.n_atoms)
