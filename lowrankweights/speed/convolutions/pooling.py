"""Max pooling in one pass over the memory, and its way back in another."""

import numpy as np

from ...networks import MaxPool2d
from ..buffers import empty
from ..numba_or_numpy import compiled
from ..twins import Twin, twins


def _pool(h, k, v, shape):
    height, width = shape
    n_down, n_across = h.shape[1:3]
    v_k = [
        v[:, i : n_down * height : height, j : n_across * width : width]
        for i in range(height)
        for j in range(width)
    ]
    k[...] = np.argmax(v_k, axis=0)
    np.max(v_k, axis=0, out=h)
    return h


@compiled(meaning=_pool)
def max_pool(h, k, v, shape):
    """h = max_k v_k over each block of pixels, and which k: the first of equal ones.

    h and k are (n, n_down, n_across, n_channels), v (n, height, width, n_channels), shape that of a block.
    """
    for i in range(h.shape[0]):
        for r in range(h.shape[1]):
            for a in range(h.shape[2]):
                for c in range(h.shape[3]):
                    h[i, r, a, c] = v[i, r * shape[0], a * shape[1], c]
                    k[i, r, a, c] = 0
                for part in range(1, shape[0] * shape[1]):
                    down, across = r * shape[0] + part // shape[1], a * shape[1] + part % shape[1]
                    for c in range(h.shape[3]):
                        x, best = v[i, down, across, c], h[i, r, a, c]
                        k[i, r, a, c] = part if x > best else k[i, r, a, c]
                        h[i, r, a, c] = max(x, best)
    return h


def _unpool(dv, k, dh, shape):
    height, width = shape
    n_down, n_across = dh.shape[1:3]
    dv[...] = 0
    for part in range(height * width):
        i, j = divmod(part, width)
        dv[:, i : n_down * height : height, j : n_across * width : width] = np.where(k == part, dh, 0)
    return dv


@compiled(meaning=_unpool)
def max_unpool(dv, k, dh, shape):
    """dv_k = dh at the largest of a block, else 0; shapes as in ``max_pool``."""
    dv[...] = np.float32(0)
    for i in range(dh.shape[0]):
        for r in range(dh.shape[1]):
            for a in range(dh.shape[2]):
                for part in range(shape[0] * shape[1]):
                    down, across = r * shape[0] + part // shape[1], a * shape[1] + part % shape[1]
                    for c in range(dh.shape[3]):
                        dv[i, down, across, c] = dh[i, r, a, c] if k[i, r, a, c] == part else np.float32(0)
    return dv


class PoolingTwin(Twin):
    """``MaxPool2d``, in two passes."""

    name = "max"

    def __init__(self, layer):
        super().__init__(layer)
        self.shape = np.array(layer.window, dtype=np.intp)

    def prepare(self, theta):
        return []

    def forward(self, arrays, v, rows=None):
        h = empty((len(v), *self.layer.out_shape), v.dtype)
        k = empty(h.shape, np.intp)
        return max_pool(h, k, np.ascontiguousarray(v), self.shape), k

    def backward(self, arrays, k, dh, need_dv=True):
        dv = empty((len(dh), *self.layer.in_shape), dh.dtype)
        return [], max_unpool(dv, k, np.ascontiguousarray(dh), self.shape) if need_dv else None

    def finish(self, gradients, theta):
        return np.zeros(0)


@twins.register(MaxPool2d)
def _(layer, poolable=False):
    return [PoolingTwin(layer)]
