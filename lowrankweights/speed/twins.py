"""The fast twin of each layer: the same numbers as its ``forward`` and ``backward``, block by block.

``twins(layer)`` lists a layer's twins, one for each order of computation, with their costs; ``Plan``
chooses. A new kind of layer offers its own orders with ``@twins.register(ItsClass)``; one that does
not runs as it is defined.
"""

import abc
import functools

import numpy as np

from ..networks import Dense, Dropout, layers
from .buffers import column_sums, empty
from .compiled import drop, in_place, maxout, maxout_backward
from .orders import orders


class Twin(abc.ABC):
    """What the sum over blocks asks of a layer's twin.

    Attributes
    ----------
    layer : Layer
    name : str
        The order of computation, as a formula. Default: the class's.
    pooled : bool
        Whether it takes ``pool(v)`` for v, made before training (only where v is the data).
    input_width : int
        Numbers in a row of what it takes.
    """

    pooled = False

    def __init__(self, layer):
        self.layer, self.n_v = layer, layer.n_v
        self.name = getattr(self, "name", type(self).__name__)

    @property
    def width(self):
        """Numbers that a row takes in memory, where they are so many that blocks should have fewer rows."""
        return 1

    @property
    def input_width(self):
        return self.n_v

    @abc.abstractmethod
    def prepare(self, theta):
        """A list of arrays made of the layer's theta, once for all blocks."""

    @abc.abstractmethod
    def forward(self, arrays, v, rows):
        """h and a cache, for a block of rows; v is left as it is."""

    @abc.abstractmethod
    def backward(self, arrays, cache, dh, need_dv=True):
        """Gradients of ``arrays``, to be summed over blocks, and dv unless not needed; may overwrite dh."""

    @abc.abstractmethod
    def finish(self, gradients, theta):
        """dL/dtheta of the layer from the summed gradients."""

    def matrix_products(self, n, need_dv=True):
        """The ``MatrixProduct``s of a loss and gradient over n rows."""
        return []

    def multiplications(self, n, need_dv=True):
        """Multiplications of a loss and gradient over n rows, as far as they count."""
        return sum(product.multiplications for product in self.matrix_products(n, need_dv))

    def duration(self, n, need_dv=True):
        """As ``Order.duration``."""
        return self.multiplications(n, need_dv)


class AsDefined(Twin):
    """A layer without a fast form: its definition, block by block."""

    name = "as defined"

    def prepare(self, theta):
        return [theta]

    def forward(self, arrays, v, rows):
        return layers.forward(self.layer, arrays[0], v, rows)

    def backward(self, arrays, cache, dh, need_dv=True):
        dtheta, dv = layers.backward(self.layer, arrays[0], cache, dh, need_dv)
        return [dtheta], dv

    def finish(self, gradients, theta):
        return gradients[0]


class DenseTwin(Twin):
    """h = g(v W + b), with the product in one order, and g in one pass over the memory."""

    def __init__(self, layer, order):
        super().__init__(layer)
        self.order, self.name, self.pooled = order, order.name, order.pooled

    @property
    def input_width(self):
        return self.order.input_width

    def pool(self, v):
        return self.order.pool(v)

    def prepare(self, theta):
        p, b = self.layer.split(theta)
        return [*self.order.prepare(p), b]

    def forward(self, arrays, v, rows=None):
        *weights, b = arrays
        # v W
        z, cache = self.order.multiply(v, weights)
        if self.layer.maxout:
            # z = v W + b, h_j = max_k z_jk, and which k
            h, k = maxout(z, b, self.layer.n_pieces)
            return h, (cache, k)
        # z = v W + b, h = g(z), in one memory
        h = in_place(self.layer.activation).forward(z, b)
        return h, (cache, h)

    def backward(self, arrays, cache, dh, need_dv=True):
        *weights, _ = arrays
        cache, h_or_k = cache
        if self.layer.maxout:
            # dz_jk = dh_j where piece k was the largest, else 0
            dz = maxout_backward(dh, h_or_k, self.layer.n_pieces)
        else:
            # dz = dh g'(z), in dh's memory
            dz = in_place(self.layer.activation).backward(dh, h_or_k)
        # db = sum of dz over the rows
        db = column_sums(dz)
        # dW = v^T dz, dv = dz W^T
        gradients, dv = self.order.pull_back(dz, cache, weights, need_dv)
        return [*gradients, db], dv

    def finish(self, gradients, theta):
        *weights, db = gradients
        return np.concatenate([self.order.finish(weights, self.layer.split(theta)[0]), db])

    def matrix_products(self, n, need_dv=True):
        return self.order.matrix_products(n, need_dv)

    def multiplications(self, n, need_dv=True):
        return self.order.multiplications(n, need_dv)

    def duration(self, n, need_dv=True):
        return self.order.duration(n, need_dv)


class DropoutTwin(Twin):
    """h = v mask / (1 - rate) in one pass over the memory; on the way back the mask is made again."""

    name = "mask"

    def prepare(self, theta):
        return []

    def forward(self, arrays, v, rows):
        if not rows.training:
            return v, None
        keys, h = self.layer.keys(rows), empty(v.shape, v.dtype)
        np.copyto(h, v)
        return drop(h, keys, self.layer.rate), keys

    def backward(self, arrays, keys, dh, need_dv=True):
        # dv = dh mask / (1 - rate), in dh's memory
        return [], drop(dh, keys, self.layer.rate) if need_dv and keys is not None else dh

    def finish(self, gradients, theta):
        return np.zeros(0)


def first_that_learns(layers):
    """The first layer that learns anything (its index): none below needs dv of the layer above."""
    return next((i for i, layer in enumerate(layers) if layer.n_dynamic), len(layers))


@functools.singledispatch
def twins(layer, poolable=False):
    """Every fast twin of a layer; ``poolable``: its input is the data, known beforehand.

    Returns
    -------
    twins : list of Twin
        At least one. The first takes any input and composes what it needs.
    """
    return [AsDefined(layer)]


@twins.register(Dense)
def _(layer, poolable=False):
    return [DenseTwin(layer, order) for order in orders(layer.parametrisation, poolable)]


@twins.register(Dropout)
def _(layer, poolable=False):
    return [DropoutTwin(layer)]
