"""The product z = v W of a layer, in each order in which it can be computed.

W = U w_alpha, so v W is v (U w_alpha), *compose first*, or (v U) w_alpha, *pool first* (the
paper's pooling reading, section 3.3); and where v is the data, v U can be computed *once*,
before training. All give the same z and the same gradients; they differ in multiplications.

A product works in three steps, so that a sum over many blocks of rows composes W only once:

``prepare(p)``
    The arrays that every block needs, for instance [W].
``multiply(v, arrays)`` -> z, cache; ``pull_back(dz, cache, arrays, need_dv)`` -> gradients, dv
    For a block of rows; the gradients are those of ``arrays``, to be summed over blocks.
``finish(gradients, p)``
    dL/dp from the summed gradients.
"""

import itertools
import math

import numpy as np

from ..weights import packing
from ..weights.parametrisations import Columns, Full, LowRank, Predicted
from .buffers import empty, matmul


class Product:
    """One order of computing v W.

    Attributes
    ----------
    parametrisation : Parametrisation
    name : str
        The order as a formula.
    pooled : bool
        Whether the input is v U instead of v, made by ``pool`` before training.
    input_width : int
        Numbers in a row of the input.
    """

    pooled = False

    def __init__(self, parametrisation):
        self.parametrisation = parametrisation

    @property
    def input_width(self):
        return self.parametrisation.n_v

    def matrix_products(self, n, need_dv=True):
        """The matrix products of a loss and gradient over n rows: (kind, (rows, inner, columns))."""
        n_v, n_h = self.parametrisation.n_v, self.parametrisation.n_h
        products = [("v W", (n, n_v, n_h)), ("v^T dz", (n_v, n, n_h))]
        return products + [("dz W^T", (n, n_h, n_v))] * need_dv

    def multiplications(self, n, need_dv=True):
        """Multiplications of a loss and gradient over n rows."""
        return sum(math.prod(shape) for _, shape in self.matrix_products(n, need_dv))


class ComposeFirst(Product):
    """z = v W with W = expand(p): for any parametrisation."""

    @property
    def name(self):
        return "v W" if isinstance(self.parametrisation, Full) else "v (U w)"

    def prepare(self, p):
        return [self.parametrisation.expand(p)]

    def multiply(self, v, arrays):
        # z = v W
        return matmul(v, arrays[0]), v

    def pull_back(self, dz, v, arrays, need_dv=True):
        # dW = v^T dz, dv = dz W^T
        return [matmul(v.T, dz)], matmul(dz, arrays[0].T) if need_dv else None

    def finish(self, gradients, p):
        return self.parametrisation.pull_back(gradients[0], p)

    def multiplications(self, n, need_dv=True):
        return self.parametrisation.composing_multiplications + super().multiplications(n, need_dv)


class PooledOnce(Product):
    """z = v_alpha w_alpha, where v_alpha = v U was computed before training.

    With columns, U = [U_1, ..., U_J] and each column takes its own part of v_alpha.
    """

    name = "(v U) w, v U once"
    pooled = True

    def __init__(self, parametrisation):
        super().__init__(parametrisation)
        self.columns = _columns(parametrisation)
        self.n_atoms = sum(c.n_alpha for c in self.columns)
        self._atoms = _slices(c.n_alpha for c in self.columns)
        self._units = _slices(c.n_h for c in self.columns)
        self._U = {}

    @property
    def input_width(self):
        return self.n_atoms

    def matrix_products(self, n, need_dv=False):
        products = []
        for c in self.columns:
            products += [("v W", (n, c.n_alpha, c.n_h)), ("v^T dz", (c.n_alpha, n, c.n_h))]
        return products

    def dictionary(self, dtype):
        """U = [U_1, ..., U_J] in the given dtype; made once."""
        dtype = np.dtype(dtype)
        if dtype not in self._U:
            self._U[dtype] = np.hstack([c.dictionary(dtype) for c in self.columns])
        return self._U[dtype]

    def pool(self, v):
        """v_alpha = v U, (n, n_atoms)."""
        return matmul(v, self.dictionary(v.dtype))

    def prepare(self, p):
        return packing.unpack(p, [(c.n_alpha, c.n_h) for c in self.columns])

    def multiply(self, v_alpha, w_alpha):
        z = empty((len(v_alpha), self.parametrisation.n_h), v_alpha.dtype)
        for atoms, units, w in zip(self._atoms, self._units, w_alpha, strict=True):
            # z = v_alpha w_alpha
            np.matmul(v_alpha[:, atoms], w, out=z[:, units])
        return z, v_alpha

    def pull_back(self, dz, v_alpha, w_alpha, need_dv=False):
        # dw_alpha = v_alpha^T dz
        parts = zip(self._atoms, self._units, strict=True)
        return [matmul(v_alpha[:, atoms].T, dz[:, units]) for atoms, units in parts], None

    def finish(self, gradients, p):
        return packing.pack(gradients)


class PoolFirst(PooledOnce):
    """z = (v U) w_alpha, for the input of a deep layer, which changes at every step."""

    name = "(v U) w"
    pooled = False
    input_width = Product.input_width

    def matrix_products(self, n, need_dv=True):
        n_v = self.parametrisation.n_v
        products = [("v W", (n, n_v, self.n_atoms)), *super().matrix_products(n)]
        if need_dv:
            products += [("dz W^T", (n, c.n_h, c.n_alpha)) for c in self.columns]
            products.append(("dz W^T", (n, self.n_atoms, n_v)))
        return products

    def multiply(self, v, w_alpha):
        # v_alpha = v U, z = v_alpha w_alpha
        return super().multiply(self.pool(v), w_alpha)

    def pull_back(self, dz, v_alpha, w_alpha, need_dv=True):
        gradients, _ = super().pull_back(dz, v_alpha, w_alpha)
        if not need_dv:
            return gradients, None
        dv_alpha = empty(v_alpha.shape, dz.dtype)
        for atoms, units, w in zip(self._atoms, self._units, w_alpha, strict=True):
            # dv_alpha = dz w_alpha^T
            np.matmul(dz[:, units], w.T, out=dv_alpha[:, atoms])
        # dv = dv_alpha U^T
        return gradients, matmul(dv_alpha, self.dictionary(dz.dtype).T)


class Factored(Product):
    """z = (v U) V with both factors learned (``LowRank``)."""

    name = "(v U) V"

    def matrix_products(self, n, need_dv=True):
        q = self.parametrisation
        products = [("v W", (n, q.n_v, q.rank)), ("v W", (n, q.rank, q.n_h))]
        products += [("v^T dz", (q.rank, n, q.n_h)), ("v^T dz", (q.n_v, n, q.rank))]
        products.append(("dz W^T", (n, q.n_h, q.rank)))
        return products + [("dz W^T", (n, q.rank, q.n_v))] * need_dv

    def prepare(self, p):
        return list(self.parametrisation.unpack(p).values())

    def multiply(self, v, arrays):
        U, V = arrays
        # a = v U, z = a V
        a = matmul(v, U)
        return matmul(a, V), (v, a)

    def pull_back(self, dz, cache, arrays, need_dv=True):
        (v, a), (U, V) = cache, arrays
        # da = dz V^T, dU = v^T da, dV = a^T dz, dv = da U^T
        da = matmul(dz, V.T)
        return [matmul(v.T, da), matmul(a.T, dz)], matmul(da, U.T) if need_dv else None

    def finish(self, gradients, p):
        return packing.pack(gradients)


def candidates(parametrisation, poolable=False):
    """Every order in which the product can be computed; ``poolable``: v is the data, known beforehand."""
    orders = [ComposeFirst(parametrisation)]
    if isinstance(parametrisation, LowRank):
        orders.append(Factored(parametrisation))
    elif all(isinstance(c, Predicted) for c in _columns(parametrisation)):
        orders.append(PooledOnce(parametrisation) if poolable else PoolFirst(parametrisation))
    return orders


def cheapest(parametrisation, n, need_dv=True, poolable=False):
    """The order with the fewest multiplications over n rows.

    Input is pooled beforehand only while that is no larger than the data.
    """
    orders = candidates(parametrisation, poolable)
    fitting = [q for q in orders if q.input_width <= parametrisation.n_v]
    return min(fitting, key=lambda q: q.multiplications(n, need_dv))


def _columns(parametrisation):
    return parametrisation.columns if isinstance(parametrisation, Columns) else [parametrisation]


def _slices(lengths):
    """Consecutive slices of the given lengths."""
    ends = itertools.accumulate(lengths, initial=0)
    return [slice(a, b) for a, b in itertools.pairwise(ends)]
