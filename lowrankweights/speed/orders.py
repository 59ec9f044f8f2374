"""The product v W of a dense layer, in each order in which it can be computed.

W = U w_alpha, so v W is v (U w_alpha), *compose first*, or (v U) w_alpha, *pool first* (the
paper's pooling reading, section 3.3); and where v is the data, v U can be computed *once*,
before training. All give the same z = v W + b and the same gradients; they differ in multiplications.
"""

import abc
from typing import NamedTuple

import numpy as np

from ..weights import Full, LowRank, Predicted, packing
from .buffers import empty, matmul


class MatrixProduct(NamedTuple):
    """A matrix product (rows, inner)(inner, columns) and how its factors lie in memory.

    ``layout`` is BLAS's: "NN" is A B, "TN" is A^T B, "NT" is A B^T, for A and B row by row.
    """

    layout: str
    rows: int
    inner: int
    columns: int

    @property
    def multiplications(self):
        return self.rows * self.inner * self.columns


class Order(abc.ABC):
    """One order of computing v W: three steps, so that a sum over many blocks of rows composes W once.

    Attributes
    ----------
    parametrisation : Parametrisation
    name : str
        The order as a formula. Default: the class's.
    pooled : bool
        Whether the input is v U instead of v, made by ``pool`` before training.
    input_width : int
        Numbers in a row of the input.
    """

    pooled = False

    def __init__(self, parametrisation):
        self.parametrisation = parametrisation

    @property
    def name(self):
        return type(self).__name__

    @property
    def n_v(self):
        return self.parametrisation.n_v

    @property
    def input_width(self):
        return self.n_v

    @abc.abstractmethod
    def prepare(self, p):
        """The arrays that every block needs, for instance [W]."""

    @abc.abstractmethod
    def multiply(self, v, arrays):
        """For a block: v W, (n, n_h), which may be overwritten, and a cache."""

    @abc.abstractmethod
    def pull_back(self, dz, cache, arrays, need_dv=True):
        """For a block: gradients of ``arrays``, to be summed over blocks, and dv (None unless needed)."""

    @abc.abstractmethod
    def finish(self, gradients, p):
        """dL/dp from the summed gradients."""

    @abc.abstractmethod
    def matrix_products(self, n, need_dv=True):
        """The ``MatrixProduct``s of a loss and gradient over n rows."""

    def multiplications(self, n, need_dv=True):
        """Multiplications of a loss and gradient over n rows."""
        return sum(product.multiplications for product in self.matrix_products(n, need_dv))

    def duration(self, n, need_dv=True):
        """How long it takes, in multiplications of a matrix product: orders are compared by it."""
        return self.multiplications(n, need_dv)


class ComposeFirst(Order):
    """v W with W = expand(p): for any parametrisation."""

    @property
    def name(self):
        return "v W" if isinstance(self.parametrisation, Full) else "v (U w)"

    def prepare(self, p):
        return [self.parametrisation.expand(p)]

    def multiply(self, v, arrays):
        # v W
        return matmul(v, arrays[0]), v

    def pull_back(self, dz, v, arrays, need_dv=True):
        # dW = v^T dz, dv = dz W^T
        return [matmul(v.T, dz)], matmul(dz, arrays[0].T) if need_dv else None

    def finish(self, gradients, p):
        return self.parametrisation.pull_back(gradients[0], p)

    def matrix_products(self, n, need_dv=True):
        n_v, n_h = self.parametrisation.n_v, self.parametrisation.n_h
        products = [MatrixProduct("NN", n, n_v, n_h), MatrixProduct("TN", n_v, n, n_h)]
        return products + [MatrixProduct("NT", n, n_h, n_v)] * need_dv

    def multiplications(self, n, need_dv=True):
        return self.parametrisation.composing_multiplications + super().multiplications(n, need_dv)


class ByAtoms(Order):
    """What pooling orders share: each predicted column takes its own part of v_alpha = v [U_1, ..., U_J]."""

    def __init__(self, parametrisation):
        super().__init__(parametrisation)
        self.columns, self._units = parametrisation.leaves, parametrisation.units
        self.atoms = packing.slices(c.n_alpha for c in self.columns)
        self.n_atoms = sum(c.n_alpha for c in self.columns)
        self._U = {}

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

    def finish(self, gradients, p):
        return packing.pack(gradients)

    def combine(self, v_alpha, w_alpha):
        """v W = v_alpha w_alpha, column by column."""
        product = empty((len(v_alpha), self.parametrisation.n_h), v_alpha.dtype)
        for atoms, units, w in zip(self.atoms, self._units, w_alpha, strict=True):
            np.matmul(v_alpha[:, atoms], w, out=product[:, units])
        return product

    def gradients(self, dz, v_alpha):
        """dw_alpha = v_alpha^T dz, column by column."""
        parts = zip(self.atoms, self._units, strict=True)
        return [matmul(v_alpha[:, atoms].T, dz[:, units]) for atoms, units in parts]

    def back_to_atoms(self, dz, w_alpha):
        """dv_alpha = dz w_alpha^T, column by column."""
        dv_alpha = empty((len(dz), self.n_atoms), dz.dtype)
        for atoms, units, w in zip(self.atoms, self._units, w_alpha, strict=True):
            np.matmul(dz[:, units], w.T, out=dv_alpha[:, atoms])
        return dv_alpha

    def of_columns(self, n):
        """The matrix products of ``combine`` and ``gradients``."""
        for c in self.columns:
            yield MatrixProduct("NN", n, c.n_alpha, c.n_h)
            yield MatrixProduct("TN", c.n_alpha, n, c.n_h)


class PooledOnce(ByAtoms):
    """v W = v_alpha w_alpha, where v_alpha = v U was computed before training."""

    name = "(v U) w, v U once"
    pooled = True

    @property
    def input_width(self):
        return self.n_atoms

    def multiply(self, v_alpha, w_alpha):
        return self.combine(v_alpha, w_alpha), v_alpha

    def pull_back(self, dz, v_alpha, w_alpha, need_dv=False):
        return self.gradients(dz, v_alpha), None

    def matrix_products(self, n, need_dv=False):
        return list(self.of_columns(n))


class PoolFirst(ByAtoms):
    """v W = (v U) w_alpha, for the input of a deep layer, which changes at every step."""

    name = "(v U) w"

    def multiply(self, v, w_alpha):
        v_alpha = self.pool(v)
        return self.combine(v_alpha, w_alpha), v_alpha

    def pull_back(self, dz, v_alpha, w_alpha, need_dv=True):
        gradients = self.gradients(dz, v_alpha)
        if not need_dv:
            return gradients, None
        # dv_alpha = dz w_alpha^T, dv = dv_alpha U^T
        return gradients, matmul(self.back_to_atoms(dz, w_alpha), self.dictionary(dz.dtype).T)

    def matrix_products(self, n, need_dv=True):
        n_v = self.parametrisation.n_v
        products = [MatrixProduct("NN", n, n_v, self.n_atoms), *self.of_columns(n)]
        if need_dv:
            products += [MatrixProduct("NT", n, c.n_h, c.n_alpha) for c in self.columns]
            products.append(MatrixProduct("NT", n, self.n_atoms, n_v))
        return products


class Factored(Order):
    """v W = (v U) V with both factors learned (``LowRank``)."""

    name = "(v U) V"

    def prepare(self, p):
        return list(self.parametrisation.unpack(p).values())

    def multiply(self, v, arrays):
        U, V = arrays
        # v_alpha = v U, v W = v_alpha V
        v_alpha = matmul(v, U)
        return matmul(v_alpha, V), (v, v_alpha)

    def pull_back(self, dz, cache, arrays, need_dv=True):
        (v, v_alpha), (U, V) = cache, arrays
        # dv_alpha = dz V^T, dU = v^T dv_alpha, dV = v_alpha^T dz, dv = dv_alpha U^T
        dv_alpha = matmul(dz, V.T)
        return [matmul(v.T, dv_alpha), matmul(v_alpha.T, dz)], matmul(dv_alpha, U.T) if need_dv else None

    def finish(self, gradients, p):
        return packing.pack(gradients)

    def matrix_products(self, n, need_dv=True):
        q = self.parametrisation
        products = [MatrixProduct("NN", n, q.n_v, q.rank), MatrixProduct("NN", n, q.rank, q.n_h)]
        products += [MatrixProduct("TN", q.rank, n, q.n_h), MatrixProduct("TN", q.n_v, n, q.rank)]
        products.append(MatrixProduct("NT", n, q.n_h, q.rank))
        return products + [MatrixProduct("NT", n, q.rank, q.n_v)] * need_dv


def orders(parametrisation, poolable=False):
    """Every order in which the product can be computed; ``poolable``: v is the data, known beforehand."""
    found = [ComposeFirst(parametrisation)]
    if isinstance(parametrisation, LowRank):
        found.append(Factored(parametrisation))
    elif all(isinstance(leaf, Predicted) for leaf in parametrisation.leaves):
        found.append(PooledOnce(parametrisation) if poolable else PoolFirst(parametrisation))
    return found


def cheapest(candidates, n, need_dv=True):
    """The candidate (an ``Order``, or a layer's ``Twin``) that takes least time for n rows.

    Input is pooled beforehand only while that is no larger than the data.
    """
    fitting = [c for c in candidates if not c.pooled or c.input_width <= c.n_v]
    return min(fitting, key=lambda c: c.duration(n, need_dv))
