"""The product u W of all windows u with a convolution's filters, in each order in which it can be computed.

As for a dense layer (``speed/orders.py``): W = U w_alpha, so that it is u (U w_alpha), *compose first*, or
(u U) w_alpha, *pool first*: convolve with the dictionary, then combine (paper, section 3.4). All give the
same z and the same gradients. Arrays are (n_down, n, n_across, channels): row of places, image, place in it.
"""

import numpy as np

from ...weights import Full, LowRank, Predicted, packing
from .. import orders as dense
from ..buffers import matmul
from .separable import SeparableWindows
from .window_rows import WindowRows

SLOWER = 4  # times as long as one of a matrix product, a multiplication of the compiled passes takes


class OnWindows:
    """What turns an order of v W into one of u W, for all windows u of images v.

    It stands before the dense order: W is made, and pulled back from dW, as there.
    """

    def __init__(self, layer):
        super().__init__(layer.parametrisation)
        self.layer, self.windows = layer, WindowRows(layer.in_shape, layer.window, layer.n_zeros)
        self.n_places = self.windows.n_down * self.windows.n_across

    @property
    def input_width(self):
        return self.layer.n_v

    @property
    def width(self):
        """Numbers of an image's rows of windows."""
        return self.windows.width

    def back(self, dz, W):
        """dv from dz W^T."""
        turned = self.windows.turned(W.shape[1])
        dv = turned.multiply(turned.lay_out(dz.transpose(1, 0, 2, 3)), self.windows.turned_filters(W))
        return np.ascontiguousarray(dv.transpose(1, 0, 2, 3))

    def matrix_products(self, n, need_dv=True):
        """None: a convolution's are not whole, but in pieces that are added up."""
        return []

    def passes(self, n, n_h, n_gradients, need_dv):
        """Multiplications of windows with n_h filters: forward, for gradients, for dv."""
        return n * self.n_places * self.windows.n_u * n_h * (1 + n_gradients + need_dv)


class ComposeFirst(OnWindows, dense.ComposeFirst):
    """u W with W = expand(p): for any parametrisation."""

    @property
    def name(self):
        return "v * W" if isinstance(self.parametrisation, Full) else "v * (U w)"

    def multiply(self, v, arrays):
        # u W
        u = self.windows.lay_out(v)
        return self.windows.multiply(u, arrays[0]), u

    def pull_back(self, dz, u, arrays, need_dv=True):
        # dW = u^T dz, dv from dz W^T
        return [self.windows.gradient(u, dz)], self.back(dz, arrays[0]) if need_dv else None

    def multiplications(self, n, need_dv=True):
        q = self.parametrisation
        return q.composing_multiplications + self.passes(n, q.n_h, 1, need_dv)


class PoolFirst(OnWindows, dense.ByAtoms):
    """u W = (u U) w_alpha: convolve with the dictionary, then combine."""

    name = "(v * U) w"

    def pool(self, v):
        """u U."""
        return self.windows.multiply(self.windows.lay_out(v), self.dictionary(v.dtype))

    def pool_back(self, dpooled):
        """dv from d(u U) U^T."""
        return self.back(dpooled, self.dictionary(dpooled.dtype))

    def multiply(self, v, w_alpha):
        pooled = self.pool(v)
        # (u U) w_alpha, column by column
        product = self.combine(_flat(pooled), w_alpha)
        return product.reshape(*pooled.shape[:3], -1), pooled

    def pull_back(self, dz, pooled, w_alpha, need_dv=True):
        # dw_alpha = (u U)^T dz
        gradients = self.gradients(_flat(dz), _flat(pooled))
        if not need_dv:
            return gradients, None
        # d(u U) = dz w_alpha^T
        dpooled = self.back_to_atoms(_flat(dz), w_alpha)
        return gradients, self.pool_back(dpooled.reshape(pooled.shape))

    def multiplications(self, n, need_dv=True):
        combining = sum(c.n_alpha * c.n_h for c in self.columns) * n * self.n_places * (2 + need_dv)
        return combining + self.passes(n, self.n_atoms, 0, need_dv)


class Separable(PoolFirst):
    """u W = (u A) (B w_alpha) where U = A B and every atom of A is a row times a column (``Factors``).

    B w_alpha is made once an evaluation; u A takes a pass along the rows of the images for every distinct
    column, and one along their columns for every atom.
    """

    name = "(v * rows * columns) (B w)"

    def __init__(self, layer):
        super().__init__(layer)
        self.parts = [SeparableWindows(self.windows, c.factors) for c in self.columns]
        # B for each channel: known pixel by known pixel
        self.mixing = [c.factors.mixing for c in self.columns]

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

    def passes(self, n, n_h, n_gradients, need_dv):
        return (1 + need_dv) * sum(part.multiplications(n) for part in self.parts)

    def duration(self, n, need_dv=True):
        return self.multiplications(n, need_dv) + (SLOWER - 1) * self.passes(n, 0, 0, need_dv)


class Factored(OnWindows, dense.Factored):
    """u W = (u U) V with both factors learned (``LowRank``)."""

    name = "(v * U) V"

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
        dV = matmul(_flat(pooled).T, _flat(dz))
        return [self.windows.gradient(u, dpooled), dV], self.back(dpooled, U) if need_dv else None

    def multiplications(self, n, need_dv=True):
        q = self.parametrisation
        return 3 * n * self.n_places * q.rank * q.n_h + self.passes(n, q.rank, 1, need_dv)


def _flat(a):
    """A row for each image and place."""
    return a.reshape(-1, a.shape[-1])


def _times(a, W):
    """a W over the last axis."""
    return matmul(_flat(a), W).reshape(*a.shape[:3], -1)


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
