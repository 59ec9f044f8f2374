import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights import dictionaries
from lowrankweights.speed.convolutions.convolution_orders import orders
from lowrankweights.speed.convolutions.separable import SeparableWindows
from lowrankweights.speed.convolutions.window_rows import WindowRows

RNG = np.random.default_rng(0)


def predicted(window, n_channels, n_h, seed=0, share=0.25):
    """Filters of the squared exponential, the same pixels known in each channel."""
    grid, n = lrw.Grid(window, channels=n_channels), window[0] * window[1]
    known = max(1, round(share * n)) * n_channels
    alpha = lrw.sample_index_set(n * n_channels, known, seed, n_channels)
    arguments = lrw.SquaredExponential(1.0), grid, alpha, 0.1
    factors = dictionaries.kernel_ridge_factors(*arguments)
    return lrw.Predicted(dictionaries.kernel_ridge(*arguments), n_h, factors)


CASES = [((16, 12, 6), (8, 8)), ((9, 9, 1), (5, 3)), ((9, 7, 2), (1, 5)), ((6, 6, 3), (6, 6))]


@pytest.mark.parametrize(("shape", "window"), CASES)
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(("dtype", "near"), [(np.float64, 1e-10), (np.float32, 1e-4)])
def test_separable_is_the_product_with_the_atoms_and_its_adjoint(shape, window, padding, dtype, near):
    own = predicted(window, shape[2], 4)
    layer = lrw.Conv2d(own, window, padding).on(shape)
    part = SeparableWindows(WindowRows(shape, window, layer.n_zeros), own.factors)
    v = RNG.normal(size=(5, *shape)).astype(dtype)
    atoms = own.factors._replace(mixing=np.eye(part.n_atoms)).dictionary(shape[2])
    s = part.multiply(v)
    np.testing.assert_allclose(s.transpose(1, 0, 2, 3), layer.windows(v) @ atoms, atol=near)
    ds = RNG.normal(size=s.shape).astype(dtype)
    expected = layer.add_up(ds.transpose(1, 0, 2, 3) @ atoms.T)
    np.testing.assert_allclose(part.back(ds), expected, atol=near * np.abs(expected).max())


@pytest.mark.parametrize(("shape", "window"), CASES)
def test_the_separable_order_gives_the_definitions_gradients(shape, window):
    filters = lrw.Columns([predicted(window, shape[2], 3, 0), predicted(window, shape[2], 2, 1)])
    for own in (filters.columns[0], filters):
        layer = lrw.Conv2d(own, window, "same", "tanh").on(shape)
        order = orders(layer)[2]
        p, v = RNG.normal(size=own.n_dynamic), RNG.normal(size=(3, *shape))
        W, u, dz = own.expand(p), layer.windows(v), RNG.normal(size=(3, *layer.out_shape))
        arrays = order.prepare(p)
        product, cache = order.multiply(v, arrays)
        np.testing.assert_allclose(product.transpose(1, 0, 2, 3), u @ W, atol=1e-10)
        gradients, dv = order.pull_back(np.ascontiguousarray(dz.transpose(1, 0, 2, 3)), cache, arrays)
        dW = u.reshape(-1, u.shape[-1]).T @ dz.reshape(-1, dz.shape[-1])
        np.testing.assert_allclose(order.finish(gradients, p), own.pull_back(dW, p), atol=1e-8)
        np.testing.assert_allclose(dv, layer.add_up(dz @ W.T), atol=1e-9)


def test_separable_takes_the_fewest_multiplications_of_large_windows():
    # p^2 + p n_alpha a window and channel for pooling, not p^2 n_alpha
    layer = lrw.Conv2d(predicted((8, 8), 48, 64), (8, 8)).on((16, 16, 48))
    compose, pool, separable = (order.multiplications(1) for order in orders(layer))
    assert separable < pool / 3 and separable < compose / 3
    assert "rows * columns" in layer_plan(layer).steps[0].chosen.name


def layer_plan(layer):
    net = [layer, lrw.Flatten(), lrw.Dense(lrw.Full(layer.n_h, 2))]
    return lrw.Network(net, "softmax_cross_entropy", layer.in_shape).plan(100)


def test_without_factors_or_of_another_window_there_is_no_separable_order():
    plain = lrw.Predicted(predicted((4, 2), 1, 3).U, 3)
    assert len(orders(lrw.Conv2d(plain, (4, 2)).on((6, 6, 1)))) == 2
    assert len(orders(lrw.Conv2d(predicted((4, 2), 1, 3), (2, 4)).on((6, 6, 1)))) == 2
