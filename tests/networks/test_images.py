import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate

import lowrankweights as lrw
from lowrankweights.networks import Conv2d, Flatten, MaxPool2d

RNG = np.random.default_rng(0)


@st.composite
def convolutions(draw):
    """A placed layer: odd sizes, 1 x 1 filters, one channel, filters as large as the image."""
    height, width, n_channels = draw(st.tuples(st.integers(1, 7), st.integers(1, 7), st.integers(1, 3)))
    window = draw(st.tuples(st.integers(1, height), st.integers(1, width)))
    filters = lrw.Full(window[0] * window[1] * n_channels, draw(st.integers(1, 3)))
    return Conv2d(filters, window, draw(st.sampled_from(["same", "valid"]))).on((height, width, n_channels))


def correlated(v, W, b, layer):
    """z by SciPy: each filter laid on each channel, and the channels' sum."""
    (height, width), n_channels = layer.window, v.shape[-1]
    filters = W.reshape(height, width, n_channels, -1)
    if layer.padding == "same":
        before = (height - 1) // 2, (width - 1) // 2
        after = height - 1 - before[0], width - 1 - before[1]
        v = np.pad(v, [(0, 0), (before[0], after[0]), (before[1], after[1]), (0, 0)])
    z = [[correlate(image, f, "valid")[..., 0] for f in np.moveaxis(filters, -1, 0)] for image in v]
    return np.moveaxis(np.array(z), 1, -1) + b


@given(convolutions())
@settings(max_examples=60, deadline=None)
def test_a_convolution_is_scipys_correlation(layer):
    v, theta = RNG.normal(size=(2, *layer.in_shape)), RNG.normal(size=layer.n_dynamic)
    arrays = layer.unpack(theta)
    z, _ = layer.forward(theta, v)
    assert z.shape[1:] == layer.out_shape
    np.testing.assert_allclose(z, correlated(v, arrays["W"], arrays["b"], layer), atol=1e-12)


@given(convolutions())
@settings(max_examples=60, deadline=None)
def test_windows_and_adding_up_are_adjoint(layer):
    # <windows(v), du> = <v, add_up(du)>
    v = RNG.normal(size=(2, *layer.in_shape))
    u = layer.windows(v)
    du = RNG.normal(size=u.shape)
    assert np.vdot(u, du) == pytest.approx(np.vdot(v, layer.add_up(du)), rel=1e-12, abs=1e-12)


def parametrisation(name, n_u, n_h):
    U, other = RNG.normal(size=(n_u, 3)), RNG.normal(size=(n_u, 2))
    return {
        "full": lambda: lrw.Full(n_u, n_h),
        "predicted": lambda: lrw.Predicted(U, n_h),
        "low_rank": lambda: lrw.LowRank(n_u, n_h, rank=2),
        "columns": lambda: lrw.Columns([lrw.Predicted(U, n_h - 1), lrw.Predicted(other, 1)]),
    }[name]()


def network(name="predicted", padding="same", window=(3, 2), n_h=3, activation="tanh"):
    shape = (6, 5, 2)
    layers = [
        Conv2d(parametrisation(name, window[0] * window[1] * 2, n_h), window, padding, activation),
        MaxPool2d((2, 2)),
        Conv2d(parametrisation(name, n_h * 2, 2), (1, 2), padding, "sigmoid"),
        Flatten(),
    ]
    n_flat = lrw.Network(layers, "squared_error", input_shape=shape).n_out
    return lrw.Network([*layers, lrw.Dense(lrw.Full(n_flat, 3))], "softmax_cross_entropy", input_shape=shape)


def data(net, n=7, dtype=np.float64):
    Y = np.eye(net.n_out, dtype=dtype)[RNG.integers(net.n_out, size=n)]
    return RNG.normal(size=(n, *net.in_shape)).astype(dtype), Y


@pytest.mark.parametrize("name", ["full", "predicted", "low_rank", "columns"])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_the_gradient_of_a_convolutional_network_is_that_of_its_loss(name, padding):
    net = network(name, padding)
    X, Y = data(net)
    theta = net.init(rng=1) + 0.1 * RNG.normal(size=net.n_dynamic)  # biases too
    assert lrw.gradient_error(lambda t: net.loss_and_grad(t, X, Y, 0.3), theta) < 1e-6


@pytest.mark.parametrize("layer", [
    Conv2d(lrw.Full(12, 2), (3, 2), "same", "tanh"), Conv2d(lrw.Full(12, 2), (2, 3), "valid", "sigmoid"),
    MaxPool2d((2, 3)), MaxPool2d((1, 1)), Flatten(),
])  # fmt: skip
def test_dv_is_the_derivative_by_the_image(layer):
    layer = layer.on((5, 6, 2))
    theta, v = RNG.normal(size=layer.n_dynamic), RNG.normal(size=(2, 5, 6, 2))
    D = RNG.normal(size=(2, *layer.out_shape))

    def inner(flat):
        h, cache = layer.forward(theta, flat.reshape(v.shape))
        return np.vdot(h, D), layer.backward(theta, cache, D)[1].ravel()

    assert lrw.gradient_error(inner, v.ravel()) < 1e-6


def test_a_window_as_large_as_the_image_is_a_dense_layer():
    dense = lrw.Dense(lrw.Full(24, 3), "tanh")
    conv = Conv2d(lrw.Full(24, 3), (4, 3), "valid", "tanh").on((4, 3, 2))
    theta, v, D = RNG.normal(size=75), RNG.normal(size=(5, 4, 3, 2)), RNG.normal(size=(5, 3))
    h, cache = conv.forward(theta, v)
    flat, of_flat = dense.forward(theta, v.reshape(5, 24))
    np.testing.assert_allclose(h[:, 0, 0], flat, rtol=1e-12)
    pairs = conv.backward(theta, cache, D[:, None, None]), dense.backward(theta, of_flat, D)
    for own, other in zip(*pairs, strict=True):
        np.testing.assert_allclose(own.ravel(), other.ravel(), rtol=1e-12, atol=1e-14)


def test_a_1x1_window_is_the_same_dense_layer_at_each_pixel():
    dense, conv = lrw.Dense(lrw.Full(2, 3)), Conv2d(lrw.Full(2, 3), (1, 1)).on((4, 3, 2))
    theta, v = RNG.normal(size=9), RNG.normal(size=(5, 4, 3, 2))
    np.testing.assert_allclose(
        conv.forward(theta, v)[0].reshape(-1, 3), dense.forward(theta, v.reshape(-1, 2))[0]
    )


def test_the_filter_is_laid_on_the_image_unflipped_the_channel_last():
    W = np.zeros((2 * 3 * 2, 1))
    W[(0 * 3 + 2) * 2 + 1] = 1  # row 0, column 2, channel 1
    layer = Conv2d(lrw.Full(12, 1), (2, 3), "valid").on((4, 5, 2))
    v = RNG.normal(size=(1, 4, 5, 2))
    z, _ = layer.forward(np.append(W, 0.0), v)
    np.testing.assert_array_equal(z[0, :, :, 0], v[0, :3, 2:, 1])


def test_of_an_odd_number_of_zeros_the_last_comes_below_and_at_the_right():
    layer = Conv2d(lrw.Full(4, 1), (2, 2)).on((2, 2, 1))
    z, _ = layer.forward(np.array([1.0, 0, 0, 0, 0]), np.arange(4.0).reshape(1, 2, 2, 1))
    np.testing.assert_array_equal(z.ravel(), [0, 1, 2, 3])  # the filter's first pixel lies on each pixel


def test_the_largest_of_a_block_gets_the_gradient_the_first_of_equal_ones():
    layer = MaxPool2d((2, 2)).on((2, 5, 1))
    v = np.array([[1.0, 3, 2, 2, 9], [0, 3, 2, 2, 9]]).reshape(1, 2, 5, 1)
    h, cache = layer.forward(None, v)
    np.testing.assert_array_equal(h.ravel(), [3, 2])
    _, dv = layer.backward(None, cache, np.array([5.0, 7]).reshape(1, 1, 2, 1))
    np.testing.assert_array_equal(dv[0, :, :, 0], [[0, 5, 7, 0, 0], [0, 0, 0, 0, 0]])


def test_layers_are_placed_anew_in_each_network():
    pool = MaxPool2d((2, 2))
    one, other = (
        lrw.Network([pool, Flatten()], "squared_error", input_shape=shape) for shape in ((4, 4, 1), (8, 6, 3))
    )
    assert (one.n_out, other.n_out, pool.in_shape) == (4, 36, None)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_objective_gives_the_definitions_loss_and_gradient(dtype):
    net = network("columns")
    X, Y = data(net, 40, dtype)
    theta = net.init(rng=0)
    loss, grad = net.loss_and_grad(theta, X, Y, 1e-2)
    fast, fast_grad = lrw.Objective(net, X, Y, 1e-2, n_threads=2, block_rows=7)(theta)
    near = 1e-5 if dtype == np.float32 else 1e-12
    assert fast == pytest.approx(loss, rel=near)
    np.testing.assert_allclose(fast_grad, grad, atol=near)


CONV, WIDE = Conv2d(lrw.Full(27, 4), (3, 3)), (6, 6, 3)
WRONG = [
    ([Conv2d(lrw.Full(27, 4), (3, 3), "valid"), Flatten()], (2, 5, 3),
     r"layers\[0\], Conv2d, on rows of shape \(2, 5, 3\): window: .*no larger than .* 2 x 5, got \(3, 3\)"),
    ([CONV, Flatten()], (6, 6, 2), r"layers\[0\], Conv2d.*\(6, 6, 2\): parametrisation: .*n_v = 18 .*27"),
    ([CONV, MaxPool2d((7, 2))], WIDE, r"layers\[1\], MaxPool2d.*no larger .* 6 x 6, got \(7, 2\)"),
    ([CONV, Flatten()], (6, 6), r"layers\[0\], Conv2d.*images \(height, width, n_channels\) \(1 channel"),
    ([CONV, Flatten()], None, "input_shape: expected .* where the first layer is on images, got None"),
    ([CONV, lrw.Dense(lrw.Full(4, 2))], WIDE, r"layers\[1\]: expected rows of shape \(6, 6, 4\).*\(4,\)"),
    ([CONV], WIDE, r"layers\[-1\]: expected a row of numbers as output: Flatten\(\) before the last Dense"),
    ([CONV, Flatten()], (6, 6, "3"), "input_shape: expected the shape of one row of X"),
    ([lrw.Dense(lrw.Full(4, 2))], (5,), r"layers\[0\]: expected rows of shape \(5,\), input_shape, got .*4"),
]  # fmt: skip


@pytest.mark.parametrize(("layers", "shape", "message"), WRONG)
def test_shapes_that_do_not_fit_are_named_with_the_layer(layers, shape, message):
    with pytest.raises(ValueError, match=message):
        lrw.Network(layers, "squared_error", input_shape=shape)


@pytest.mark.parametrize("make", [
    lambda: Conv2d(lrw.Full(4, 1), (2,)), lambda: Conv2d(lrw.Full(4, 1), 2), lambda: MaxPool2d((0, 2)),
    lambda: MaxPool2d(None),
])  # fmt: skip
def test_a_window_is_two_numbers(make):
    with pytest.raises(ValueError, match=r"window: expected \(height, width\)"):
        make()


def test_grey_images_for_a_colour_network_are_told():
    net, told = network(), r"X: expected shape \(n, 6, 5, 2\), as layers\[0\], Conv2d, takes them, got shape "
    for X in (np.zeros((3, 6, 5)), np.zeros((3, 6, 5, 1)), np.zeros((3, 60)), np.zeros((6, 5, 2))):
        with pytest.raises(ValueError, match=told):
            net.loss_and_grad(net.init(), X, np.eye(3))
