import numpy as np
import pytest

from lowrankweights.networks import MaxPool2d
from lowrankweights.speed.convolutions import PoolingTwin

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])  # compiled, and its meaning
@pytest.mark.parametrize(("shape", "window"), [
    ((32, 32, 48), (2, 2)), ((9, 10, 33), (3, 2)), ((7, 6, 5), (2, 2)), ((4, 4, 1), (1, 1)),
    ((5, 5, 2), (5, 5)),
])  # fmt: skip
def test_pooling_is_its_definition_with_equal_numbers_in_a_block(dtype, shape, window):
    layer = MaxPool2d(window).on(shape)
    twin, v = PoolingTwin(layer), RNG.integers(0, 4, size=(6, *shape)).astype(dtype)
    (h, cache), (own, own_cache) = layer.forward(None, v), twin.forward([], v)
    np.testing.assert_array_equal(own, h)
    dh = RNG.normal(size=h.shape).astype(dtype)
    np.testing.assert_array_equal(twin.backward([], own_cache, dh)[1], layer.backward(None, cache, dh)[1])
