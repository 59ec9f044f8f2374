"""The product u W of all windows u with a convolution's filters, in each order in which it can be computed.

As for a dense layer (``speed/orders.py``): W = U w_alpha, so that it is u (U w_alpha), *compose first*, or
(u U) w_alpha, *pool first*: convolve with the dictionary, then combine (paper, section 3.4). All give the
same z and the same gradients. Arrays are (n_down, n, n_across, channels): row of places, image, place in it.
"""

import abc

import numpy as np

from ...weights import Full, LowRank, Predicted, packing
from ..buffers import empty, matmul
from .separable import SeparableWindows
from .window_rows import WindowRows


class ConvolutionOrder(abc.ABC):
    """One order: four steps, as an ``Order`` has them; v and dv are images (n, height, width, n_channels)."""

    pooled = False

    def __init__(self, layer):
        self.layer, self.parametrisation = layer, layer.parametrisation
        self.windows = WindowRows(layer.in_shape, layer.window, layer.n_zeros)
        self.n_places = self.windows.n_down * self.windows.n_across

    @property
    def name(self):
        return type(self).__name__

    @property
    def width(self):
        """Numbers of an image's rows of windows."""
        return self.windows.width

    @abc.abstractmethod
    def prepare(self, p):
        """The arrays that every block needs, for instance [W]."""

    @abc.abstractmethod
    def multiply(self, v, arrays):
        """For a block of images: u W, and a cache."""

    @abc.abstractmethod
    def pull_back(self, dz, cache, arrays, need_dv=True):
        """For a block: gradients of ``arrays``, and dv (None unless needed)."""

    @abc.abstractmethod
    def finish(self, gradients, p):
        """dL/dp from the summed gradients."""

    @abc.abstractmethod
    def multiplications(self, n, need_dv=True):
        """Multiplications of a loss and gradient over n images."""

    def matrix_products(self, n, need_dv=True):
        """The ``MatrixProduct``s of a loss and gradient over n images, places as rows."""
        return []

    def back(self, dz, W):
        """dv from dz W^T."""
        turned = self.windows.turned(W.shape[1])
        dv = turned.multiply(turned.lay_out(dz.transpose(1, 0, 2, 3)), self.windows.turned_filters(W))
        return np.ascontiguousarray(dv.transpose(1, 0, 2, 3))

    def _passes(self, n, n_h, n_gradients, need_dv):
        """Multiplications of windows with n_h filters: forward, for gradients, for dv."""
        return n * self.n_places * self.windows.n_u * n_h * (1 + n_gradients + need_dv)


class ComposeFirst(ConvolutionOrder):
    """u W with W = expand(p): for any parametrisation."""

    @property
    def name(self):
        return "v * W" if isinstance(self.parametrisation, Full) else "v * (U w)"

    def prepare(self, p):
        return [self.parametrisation.expand(p)]

    def multiply(self, v, arrays):
        # u W
        u = self.windows.lay_out(v)
        return self.windows.multiply(u, arrays[0]), u

    def pull_back(self, dz, u, arrays, need_dv=True):
        # dW = u^T dz, dv from dz W^T
        return [self.windows.gradient(u, dz)], self.back(dz, arrays[0]) if need_dv else None

    def finish(self, gradients, p):
        return self.parametrisation.pull_back(gradients[0], p)

    def multiplications(self, n, need_dv=True):
        q = self.parametrisation
        return q.composing_multiplications + self._passes(n, q.n_h, 1, need_dv)


class PoolFirst(ConvolutionOrder):
    """u W = (u U) w_alpha: convolve with the dictionary, then combine."""

    name = "(v * U) w"

    def __init__(self, layer):
        super().__init__(layer)
        self.columns, self.units = self.parametrisation.leaves, self.parametrisation.units
        self.atoms = packing.slices(c.n_alpha for c in self.columns)
        self.n_atoms = sum(c.n_alpha for c in self.columns)
        self._U = {}

    def dictionary(self, dtype):
        """U = [U_1, ..., U_J] in the given dtype; made once."""
        dtype = np.dtype(dtype)
        if dtype not in self._U:
            self._U[dtype] = np.hstack([c.dictionary(dtype) for c in self.columns])
        return self._U[dtype]

    def prepare(self, p):
        return packing.unpack(p, [(c.n_alpha, c.n_h) for c in self.columns])

    def finish(self, gradients, p):
        return packing.pack(gradients)

    def pool(self, v):
        """u U."""
        return self.windows.multiply(self.windows.lay_out(v), self.dictionary(v.dtype))

    def pool_back(self, dpooled):
        """dv from d(u U) U^T."""
        return self.back(dpooled, self.dictionary(dpooled.dtype))

    def multiply(self, v, w_alpha):
        pooled = self.pool(v)
        rows = pooled.reshape(-1, self.n_atoms)
        product = empty((*pooled.shape[:3], self.parametrisation.n_h), pooled.dtype)
        of_rows = product.reshape(len(rows), -1)
        for atoms, units, w in zip(self.atoms, self.units, w_alpha, strict=True):
            # (u U) w_alpha, column by column
            np.matmul(rows[:, atoms], w, out=of_rows[:, units])
        return product, pooled

    def pull_back(self, dz, pooled, w_alpha, need_dv=True):
        rows, of_dz = pooled.reshape(-1, self.n_atoms), dz.reshape(-1, dz.shape[-1])
        parts = zip(self.atoms, self.units, strict=True)
        # dw_alpha = (u U)^T dz
        gradients = [matmul(rows[:, atoms].T, of_dz[:, units]) for atoms, units in parts]
        if not need_dv:
            return gradients, None
        dpooled = empty(pooled.shape, dz.dtype)
        of_rows = dpooled.reshape(rows.shape)
        for atoms, units, w in zip(self.atoms, self.units, w_alpha, strict=True):
            # d(u U) = dz w_alpha^T
            np.matmul(of_dz[:, units], w.T, out=of_rows[:, atoms])
        return gradients, self.pool_back(dpooled)

    def multiplications(self, n, need_dv=True):
        combining = sum(c.n_alpha * c.n_h for c in self.columns) * n * self.n_places * (2 + need_dv)
        return combining + self._passes(n, self.n_atoms, 0, need_dv)


class Separable(PoolFirst):
    """u W = (u A) (B w_alpha) where U = A B and every atom of A is a row times a column (``Factors``).

    B w_alpha is made once an evaluation; u A takes a pass along the rows of the images for every distinct
    column, and one along their columns for every atom.
    """

    name = "(v * rows * columns) (B w)"

    def __init__(self, layer):
        super().__init__(layer)
        n_channels = layer.in_shape[2]
        self.parts = [SeparableWindows(self.windows, c.factors) for c in self.columns]
        # B for each channel: known pixel by known pixel
        self.mixing = [c.factors.mixing for c in self.columns]
        self.n_channels = n_channels

    def prepare(self, p):
        each = zip(self.mixing, super().prepare(p), strict=True)
        return [self._mixed(B, w) for B, w in each]

    def finish(self, gradients, p):
        # w -> B w, so dw = B^T d(B w)
        return packing.pack([self._mixed(B.T, d) for B, d in zip(self.mixing, gradients, strict=True)])

    def _mixed(self, B, w):
        """B w_alpha, channel by channel."""
        return (B.astype(w.dtype) @ w.reshape(len(B), -1)).reshape(w.shape)

    def pool(self, v):
        if len(self.parts) == 1:
            return self.parts[0].multiply(v)
        return np.concatenate([part.multiply(v) for part in self.parts], axis=-1)

    def pool_back(self, dpooled):
        if len(self.parts) == 1:
            return self.parts[0].back(dpooled)
        each = zip(self.parts, self.atoms, strict=True)
        return sum(part.back(np.ascontiguousarray(dpooled[..., atoms])) for part, atoms in each)

    def _passes(self, n, n_h, n_gradients, need_dv):
        return (1 + need_dv) * sum(part.multiplications(n) for part in self.parts)


class Factored(ConvolutionOrder):
    """u W = (u U) V with both factors learned (``LowRank``)."""

    name = "(v * U) V"

    def prepare(self, p):
        return list(self.parametrisation.unpack(p).values())

    def multiply(self, v, arrays):
        U, V = arrays
        u = self.windows.lay_out(v)
        pooled = self.windows.multiply(u, U)
        # (u U) V
        return _times(pooled, V), (u, pooled)

    def pull_back(self, dz, cache, arrays, need_dv=True):
        (u, pooled), (U, V) = cache, arrays
        # d(u U) = dz V^T, dU = u^T d(u U), dV = (u U)^T dz, dv from d(u U) U^T
        dpooled = _times(dz, V.T)
        dV = matmul(pooled.reshape(-1, pooled.shape[-1]).T, dz.reshape(-1, dz.shape[-1]))
        return [self.windows.gradient(u, dpooled), dV], self.back(dpooled, U) if need_dv else None

    def finish(self, gradients, p):
        return packing.pack(gradients)

    def multiplications(self, n, need_dv=True):
        q = self.parametrisation
        return 3 * n * self.n_places * q.rank * q.n_h + self._passes(n, q.rank, 1, need_dv)


def _times(a, W):
    """a W over the last axis."""
    return matmul(a.reshape(-1, a.shape[-1]), W).reshape(*a.shape[:3], -1)


def orders(layer):
    """Every order in which a convolution can be computed."""
    q, found = layer.parametrisation, [ComposeFirst(layer)]
    if isinstance(q, LowRank):
        found.append(Factored(layer))
    elif all(isinstance(leaf, Predicted) for leaf in q.leaves):
        found.append(PoolFirst(layer))
        if all(_fits(leaf.factors, layer) for leaf in q.leaves):
            found.append(Separable(layer))
    return found


def _fits(factors, layer):
    """Whether there are factors, of the window's rows and columns."""
    return factors is not None and (len(factors.rows), len(factors.columns)) == layer.window
