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

import math

import numpy as np

from . import packing
from .buffers import empty, matmul
from .parametrisations import Columns, Full, LowRank, Predicted


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

    def chain(self):
        """The matrices that v passes through, in order: (n_in, n_out, learned)."""
        return [(self.parametrisation.n_v, self.parametrisation.n_h, True)]

    def matrix_products(self, n, need_dv=True):
        """The matrix products of a loss and gradient over n rows: (kind, (rows, inner, columns))."""
        products, needed = [], need_dv
        for n_in, n_out, learned in self.chain():
            products.append(("v W", (n, n_in, n_out)))
            if learned:
                products.append(("v^T dz", (n_in, n, n_out)))
            if needed:
                products.append(("dz W^T", (n, n_out, n_in)))
            needed = needed or learned
        return products

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
    """z = v_alpha w_alpha, where v_alpha = v U was computed before training."""

    name = "(v U) w, v U once"
    pooled = True

    @property
    def input_width(self):
        return self.parametrisation.n_alpha

    def chain(self):
        return [(self.parametrisation.n_alpha, self.parametrisation.n_h, True)]

    def pool(self, v):
        """v_alpha = v U, (n, n_alpha)."""
        return matmul(v, self.parametrisation.dictionary(v.dtype))

    def prepare(self, p):
        return [p.reshape(self.parametrisation.n_alpha, self.parametrisation.n_h)]

    def multiply(self, v_alpha, arrays):
        # z = v_alpha w_alpha
        return matmul(v_alpha, arrays[0]), v_alpha

    def pull_back(self, dz, v_alpha, arrays, need_dv=False):
        # dw_alpha = v_alpha^T dz
        return [matmul(v_alpha.T, dz)], None

    def finish(self, gradients, p):
        return gradients[0].ravel()


class PoolFirst(PooledOnce):
    """z = (v U) w_alpha, for the input of a deep layer, which changes at every step."""

    name = "(v U) w"
    pooled = False
    input_width = Product.input_width

    def chain(self):
        return [(self.parametrisation.n_v, self.parametrisation.n_alpha, False), *super().chain()]

    def multiply(self, v, arrays):
        # v_alpha = v U, z = v_alpha w_alpha
        return super().multiply(self.pool(v), arrays)

    def pull_back(self, dz, v_alpha, arrays, need_dv=True):
        gradients, _ = super().pull_back(dz, v_alpha, arrays)
        if not need_dv:
            return gradients, None
        # dv = (dz w_alpha^T) U^T
        dv_alpha = matmul(dz, arrays[0].T)
        return gradients, matmul(dv_alpha, self.parametrisation.dictionary(dz.dtype).T)


class Factored(Product):
    """z = (v U) V with both factors learned (``LowRank``)."""

    name = "(v U) V"

    def chain(self):
        q = self.parametrisation
        return [(q.n_v, q.rank, True), (q.rank, q.n_h, True)]

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


class ByColumn(Product):
    """Each column by its own product; z is put together from the columns' parts.

    Where the columns' inputs are pooled, v is [v U_1, ..., v U_J]; each takes its own part.
    """

    def __init__(self, parametrisation, products):
        super().__init__(parametrisation)
        self.products = products
        self.pooled = products[0].pooled
        self.name = products[0].name + ", each column"
        ends = np.cumsum([q.parametrisation.n_h for q in products])
        self.outputs = [slice(e - q.parametrisation.n_h, e) for e, q in zip(ends, products, strict=True)]
        self.n_arrays = [len(q.parametrisation.shapes) for q in products]

    @property
    def input_width(self):
        return sum(q.input_width for q in self.products) if self.pooled else self.parametrisation.n_v

    def pool(self, v):
        """[v U_1, ..., v U_J] in one array, (n, sum of n_alpha)."""
        return np.hstack([q.pool(v) for q in self.products])

    def prepare(self, p):
        return [a for q, part in self._parts(p) for a in q.prepare(part)]

    def multiply(self, v, arrays):
        z = empty((len(v), self.parametrisation.n_h), v.dtype)
        caches = []
        for q, inputs, own, out in zip(
            self.products, self._inputs(v), self._own(arrays), self.outputs, strict=True
        ):
            z[:, out], cache = q.multiply(inputs, own)
            caches.append(cache)
        return z, caches

    def pull_back(self, dz, caches, arrays, need_dv=True):
        gradients, dv = [], None
        for q, cache, own, out in zip(self.products, caches, self._own(arrays), self.outputs, strict=True):
            parts, dv_column = q.pull_back(dz[:, out], cache, own, need_dv)
            gradients += parts
            if need_dv:  # the input is shared: its gradients add
                dv = dv_column if dv is None else np.add(dv, dv_column, out=dv)
        return gradients, dv

    def finish(self, gradients, p):
        own = self._own(gradients)
        return packing.pack([q.finish(g, part) for (q, part), g in zip(self._parts(p), own, strict=True)])

    def matrix_products(self, n, need_dv=True):
        return [product for q in self.products for product in q.matrix_products(n, need_dv)]

    def _parts(self, p):
        return zip(self.products, self.parametrisation.split(p), strict=True)

    def _own(self, arrays):
        """The flat list of all columns' arrays, as one list a column."""
        ends = np.cumsum(self.n_arrays)
        return [arrays[e - n : e] for e, n in zip(ends, self.n_arrays, strict=True)]

    def _inputs(self, v):
        if not self.pooled:
            return [v] * len(self.products)
        ends = np.cumsum([q.input_width for q in self.products])
        return np.split(v, ends[:-1], axis=1)


def candidates(parametrisation, poolable=False):
    """Every order in which the product can be computed; ``poolable``: v is the data, known beforehand."""
    orders = [ComposeFirst(parametrisation)]
    if isinstance(parametrisation, Predicted):
        orders.append(PooledOnce(parametrisation) if poolable else PoolFirst(parametrisation))
    elif isinstance(parametrisation, LowRank):
        orders.append(Factored(parametrisation))
    elif isinstance(parametrisation, Columns):
        by_column = [candidates(c, poolable)[-1] for c in parametrisation.columns]
        if len({type(q) for q in by_column}) == 1 and type(by_column[0]) is not ComposeFirst:
            orders.append(ByColumn(parametrisation, by_column))
    return orders


def cheapest(parametrisation, n, need_dv=True, poolable=False):
    """The order with the fewest multiplications over n rows.

    Input is pooled beforehand only while that is no larger than the data.
    """
    orders = candidates(parametrisation, poolable)
    fitting = [q for q in orders if q.input_width <= parametrisation.n_v]
    return min(fitting, key=lambda q: q.multiplications(n, need_dv))
