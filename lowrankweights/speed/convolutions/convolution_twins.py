"""The fast twins of layers on images."""

import numpy as np

from ...networks import Conv2d
from ..buffers import column_sums
from ..compiled import in_place
from ..twins import DenseTwin, twins
from .convolution_orders import orders


class ConvolutionTwin(DenseTwin):
    """h = g(u W + b) for all windows u, the product in one order, and g in one pass over the memory."""

    @property
    def width(self):
        return self.order.width

    def forward(self, arrays, v, rows=None):
        *weights, b = arrays
        # u W, (n_down, n, n_across, n_h)
        z, cache = self.order.multiply(v, weights)
        # z = u W + b, h = g(z), in one memory
        h = in_place(self.layer.activation).forward(z.reshape(-1, len(b)), b).reshape(z.shape)
        return np.ascontiguousarray(h.transpose(1, 0, 2, 3)), (cache, h)

    def backward(self, arrays, cache, dh, need_dv=True):
        *weights, b = arrays
        cache, h = cache
        dh = np.ascontiguousarray(dh.transpose(1, 0, 2, 3)).reshape(-1, len(b))
        # dz = dh g'(z)
        dz = in_place(self.layer.activation).backward(dh, h.reshape(-1, len(b)))
        # db = sum of dz over images and places
        db = column_sums(dz)
        gradients, dv = self.order.pull_back(dz.reshape(h.shape), cache, weights, need_dv)
        return [*gradients, db], dv


@twins.register(Conv2d)
def _(layer, poolable=False):
    return [ConvolutionTwin(layer, order) for order in orders(layer)]
