import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.speed.convolutions.window_rows import WindowRows

RNG = np.random.default_rng(0)
CASES = [
    ((7, 6, 2), (3, 4), "same"), ((7, 6, 2), (3, 4), "valid"), ((1, 5, 3), (1, 1), "same"),
    ((4, 4, 3), (4, 4), "valid"), ((4, 4, 1), (4, 4), "same"), ((40, 9, 3), (8, 8), "same"),
]  # fmt: skip


@pytest.fixture(params=CASES, ids=str)
def layer(request):
    shape, window, padding = request.param
    filters = lrw.Full(window[0] * window[1] * shape[2], 5)
    return lrw.Conv2d(filters, window, padding).on(shape)


def rows_of(layer):
    return WindowRows(layer.in_shape, layer.window, layer.n_zeros)


def places_first(a):
    return a.transpose(1, 0, 2, 3)


def test_a_product_is_that_of_each_window(layer):
    rows, v, W = (
        rows_of(layer),
        RNG.normal(size=(3, *layer.in_shape)),
        RNG.normal(size=(layer.parametrisation.n_v, 5)),
    )
    product = rows.multiply(rows.lay_out(v), W)
    np.testing.assert_allclose(places_first(product), layer.windows(v) @ W, atol=1e-12)


def test_the_gradient_is_the_adjoint_of_the_product(layer):
    # <u W, dz> = <W, u^T dz>
    rows, v = rows_of(layer), RNG.normal(size=(3, *layer.in_shape))
    u, W = rows.lay_out(v), RNG.normal(size=(rows.n_u, 5))
    dz = RNG.normal(size=(rows.n_down, 3, rows.n_across, 5))
    assert np.vdot(rows.multiply(u, W), dz) == pytest.approx(np.vdot(W, rows.gradient(u, dz)), rel=1e-10)


def test_the_windows_of_dz_give_dv_with_filters_turned(layer):
    rows, W = rows_of(layer), RNG.normal(size=(layer.parametrisation.n_v, 5))
    dz = RNG.normal(size=(3, rows.n_down, rows.n_across, 5))
    turned = rows.turned(5)
    dv = turned.multiply(turned.lay_out(dz), rows.turned_filters(W))
    np.testing.assert_allclose(places_first(dv), layer.add_up(dz @ W.T), atol=1e-12)


def test_a_filter_of_one_row_and_a_filter_that_is_not_divided_are_joined_to_one_product():
    assert WindowRows((9, 9, 1), (7, 2), ((3, 3), (0, 1))).joined == 7
    assert WindowRows((9, 9, 48), (8, 8), ((3, 4), (3, 4))).joined == 1
    assert WindowRows((9, 9, 3), (8, 8), ((3, 4), (3, 4))).joined == 4
