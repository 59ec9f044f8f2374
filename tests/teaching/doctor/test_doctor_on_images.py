"""Layers on images: the doctor's passes are their definition, and wrong gradients of theirs are named."""

import re

import numpy as np
import pytest
from doctor_on_trial.careless import Slip, careless
from doctor_on_trial.trial import RIGHT
from toys import PARAMETRISATIONS, parametrisation, somewhere

import lowrankweights as lrw
from lowrankweights.networks import ACTIVATIONS, LOSSES, Conv2d, Flatten, MaxPool2d, Unflatten
from lowrankweights.teaching import MISTAKES, diagnose
from lowrankweights.teaching.doctor.images import lines, ties
from lowrankweights.teaching.doctor.lines import Fault
from lowrankweights.teaching.doctor.passes import LayerPass, NetworkPass

PADDINGS = ("same", "valid")
SHAPE = (6, 5, 2)


def network(name="predicted", activation="tanh", padding="same", window=(3, 2), loss="softmax_cross_entropy"):
    """Two convolutions with pooling between them, on images that come flat."""
    layers = [
        Unflatten(SHAPE),
        Conv2d(parametrisation(name, window[0] * window[1] * 2), window, padding, activation),
        MaxPool2d((2, 2)),
        Conv2d(lrw.Full(2 * 6, 3), (2, 1), padding, activation),
        Flatten(),
    ]
    n_flat = lrw.Network(layers, "squared_error").n_out
    return lrw.Network([*layers, lrw.Dense(lrw.Full(n_flat, 3))], loss)


def data(net, n=5, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, *net.in_shape)), np.eye(3)[rng.integers(3, size=n)]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("name", PARAMETRISATIONS)
def test_the_pass_is_the_definition(name, activation):
    for i, padding in enumerate(PADDINGS):
        window, loss = [(3, 2), (2, 3)][i], list(LOSSES)[len(name + activation) % 3]
        net = network(name, activation, padding, window, loss)
        theta, (X, Y), passes = somewhere(net), data(net), NetworkPass(net)
        loss, grad = net.loss_and_grad(theta, X, Y, 0.3)
        raw = passes.raw(theta, X, Y)
        mine = [passes.loss(raw, theta, 0.3), *passes.finish(raw, theta, 0.3)]
        assert np.abs(np.subtract(mine, [loss, *grad])).max() < 1e-13 * np.abs([loss, *grad]).max()


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("name", PARAMETRISATIONS)
def test_a_layers_pass_is_the_layers_definition(name, padding):
    layer = Conv2d(parametrisation(name, 4 * 2 * 2), (4, 2), padding, "tanh").on((5, 4, 2))
    rng = np.random.default_rng(0)
    theta, v, dh = somewhere(layer), rng.normal(size=(3, 5, 4, 2)), rng.normal(size=(3, *layer.out_shape))
    grad, dv = layer.backward(theta, layer.forward(theta, v)[1], dh)
    wanted = np.concatenate([grad, dv.ravel()])
    assert np.allclose(LayerPass(layer).gradient(theta, v, dh), wanted, rtol=1e-13, atol=1e-13)


def stamped(dz, W):
    """What comes to each pixel and to the zeros around it: (n, 8, 6, 2)."""
    du, dv = (dz @ W.T).reshape(*dz.shape[:3], 3, 2, 2), np.zeros((len(dz), 8, 6, 2))
    for i, j in np.ndindex(3, 2):
        dv[:, i : i + 6, j : j + 5] += du[:, :, :, i, j]
    return dv


def backward(dh, u, h, U, W):
    """A right backward function of ``LAYER``."""
    dz = dh * (1 - h**2)
    dW = np.tensordot(u, dz, axes=((0, 1, 2), (0, 1, 2)))
    return U.T @ dW, dz.sum(axis=(0, 1, 2)), stamped(dz, W)[:, 1:7, :5]


def mean_over_places(dh, u, h, U):
    dz = dh * (1 - h**2)
    dW = np.tensordot(u, dz, axes=((0, 1, 2), (0, 1, 2)))
    return U.T @ dW / 30, dz.mean(axis=(1, 2)).sum(axis=0)


def cut_at_the_corner(dh, u, h, U, W):
    return *backward(dh, u, h, U, W)[:2], stamped(dh * (1 - h**2), W)[:, :6, :5]


def flipped(dh, u, h, U, W):
    turned = W.reshape(3, 2, 2, -1)[::-1, ::-1].reshape(W.shape)
    return *backward(dh, u, h, U, W)[:2], backward(dh, u, h, U, turned)[2]


def channels_first(dh, u, h, U, W):
    return backward(dh, u.reshape(*u.shape[:3], 6, 2).swapaxes(3, 4).reshape(u.shape), h, U, W)


FILTERS = lrw.Predicted(np.random.default_rng(3).normal(size=(12, 4)), n_h=3)
LAYER = Conv2d(FILTERS, (3, 2), "same", "tanh").on(SHAPE)
V, DH = (np.random.default_rng(i).normal(size=(3, 6, 5, n)) for i, n in ((1, 2), (2, 3)))


@pytest.mark.parametrize(
    ("student", "block", "mistake"),
    [
        (backward, None, None),
        (mean_over_places, "w_alpha", "places_not_summed"),
        (cut_at_the_corner, "dv", "padding_misplaced"),
        (flipped, "dv", "filter_flipped"),
        (channels_first, "w_alpha", "channels_order"),
    ],
)
def test_a_convolutions_backward_function_gets_what_its_letters_say(student, block, mistake):
    report = diagnose(student, LAYER, LAYER.init(rng=0) + 0.1, V, DH)
    assert (report.block, report.mistake) == (block, mistake), report
    assert mistake is None or MISTAKES[mistake].sentence in report.text


def said_of(student):
    return diagnose(student, LAYER, LAYER.init(rng=0), V, DH)


def test_a_matrix_that_was_not_transposed_is_found_though_reshaping_hides_it():
    def in_W_s_shape(dh, u, h, U, W):
        return *backward(dh, u, h, U, W)[:2], backward(dh, u, h, U, W.T.reshape(W.shape))[2]

    assert "transpose_missing" in said_of(in_W_s_shape).mistakes


def test_a_layer_on_images_is_told_in_its_own_letters():
    not_summed = said_of(lambda dh, u, h, U: (U.T @ u[0, 0].T @ dh[0, 0], dh.sum(axis=1)))
    assert "db is the sum of dz over images and places" in not_summed.text
    assert "dh, v, u, h, U, w_alpha and" in said_of(lambda a, b, c, d: 1).text
    turned = said_of(lambda dh, u, h, U, W: [-x for x in backward(dh, u, h, U, W)])
    assert turned.mistake == "sign" and turned.plot() is not None
    transposed = said_of(lambda dh, u, h, U, W: [x.T for x in backward(dh, u, h, U, W)[:2]])
    assert "dw_alpha = U^T dW" in transposed.text and "v^T" not in transposed.text
    blocks = NetworkPass(network("low rank")).blocks
    assert blocks[0].shape_in_letters == "(n_u, rank) = (12, 2)"


def test_a_convolution_on_no_shape_yet_is_refused():
    layer = Conv2d(lrw.Full(12, 3), (3, 2))
    with pytest.raises(ValueError, match=r"^net: expected a Conv2d with its in_shape: layer.on"):
        diagnose(backward, layer, layer.init(rng=0), V, DH)


# Each mistake in its layer of ``LARGE``, in every variant of the careless student.
SLIPS = [
    *(("filter_flipped", 1, variant) for variant in range(4)),
    *(("channels_order", 1, variant) for variant in range(4)),
    *(("channels_order", 3, variant) for variant in range(2)),
    *(("places_not_summed", 1, variant) for variant in range(4)),
    *(("pooled_to_all", 2, variant) for variant in range(2)),
    *(("padding_misplaced", 1, variant) for variant in range(4)),
]
LARGE = lrw.Network(
    [
        Conv2d(lrw.Full(2 * 2, 2), (1, 2), "valid", "tanh"),
        Conv2d(lrw.LowRank(5 * 4 * 2, 2, 1), (5, 4), "same", "sigmoid"),
        MaxPool2d((2, 2)),
        Flatten(),
        lrw.Dense(lrw.Full(3 * 2 * 2, 3)),
    ],
    "softmax_cross_entropy",
    input_shape=(6, 5, 2),
)


@pytest.mark.parametrize(("name", "layer", "variant"), SLIPS)
def test_every_slip_of_the_careless_student_is_named(name, layer, variant):
    slip = Slip(**{**vars(RIGHT), "name": name, "layer": layer, "variant": variant, "array": "v"})
    report = diagnose(careless(LARGE, slip), LARGE, somewhere(LARGE), *data(LARGE))
    assert name in report.mistakes and "not the rest" not in report.text, report


def test_a_mean_over_images_and_places_of_what_is_a_mean_already():
    def student(theta, X, Y):
        loss, grad = LARGE.loss_and_grad(theta, X, Y)
        LARGE.unpack(grad)[1]["b"][:] /= len(X) * 6 * 4
        return loss, grad

    report = diagnose(student, LARGE, somewhere(LARGE), *data(LARGE))
    assert (report.block, report.mistake) == ("layer 2, b", "places_not_summed")


def to_all(dh, v_k):
    return np.ones_like(v_k) * dh[..., None]


def to_the_largest_ones(dh, v_k):
    return (v_k == v_k.max(axis=-1, keepdims=True)) * dh[..., None]


def with_pooling(net, unpool):
    """A student whose max pooling sends back what ``unpool`` says."""
    fault, passes = Fault("", "unpool", lambda s: unpool(s.dh, s.v_k)), NetworkPass(net)
    return lambda theta, X, Y: passes.gradient(theta, X, Y, fault=fault)


def pooled(activation="tanh"):
    layers = [Conv2d(lrw.Full(4, 2), (2, 2), "valid", activation), MaxPool2d((2, 3)), Flatten()]
    return lrw.Network([*layers, lrw.Dense(lrw.Full(8, 3))], "squared_error", input_shape=(6, 7, 1))


def test_max_pooling_that_sends_to_all():
    net = pooled()
    report = diagnose(with_pooling(net, to_all), net, somewhere(net), *data(net))
    assert (report.block, report.mistake) == ("layer 1, W", "pooled_to_all")


def last(dh, v_k):
    return dh[..., None] * ties.last_largest(v_k, 0.0)


def shared(dh, v_k):
    return to_the_largest_ones(dh, v_k) / (v_k == v_k.max(axis=-1, keepdims=True)).sum(axis=-1)[..., None]


@pytest.mark.parametrize("unpool", [last, shared])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_equal_pixels_are_no_mistake(activation, unpool):
    net = pooled(activation)
    X, Y = data(net)
    # black, and white in part: pixels that see the same are equal whatever theta is
    X[0], X[1, :, 3:] = 0.0, 1.0
    for theta in (somewhere(net), net.init(rng=0)):
        assert diagnose(with_pooling(net, unpool), net, theta, X, Y).mistake is None
    # no filters but their biases: all pixels are equal, though they see different windows
    theta = somewhere(net)
    theta[:8], theta[8:10] = 0.0, 0.5
    report = diagnose(with_pooling(net, unpool), net, theta, X, Y)
    assert report.mistake is None and "kink" in report.text
    assert ties.tie_margin(NetworkPass(net), theta, X, Y) == 0.0
    assert ties.tie_margin(NetworkPass(pooled("tanh")), somewhere(net), X, Y) > 0.0


@pytest.mark.parametrize(("gap", "margin"), [(0.0, 1.0), (1e-7, 0.0), (5e-5, 1e-4), (0.5, 1.0)])
def test_how_near_pixels_come_to_each_other_is_told(gap, margin):
    # filters of one pixel, and W = 1: what is pooled is the image; at gap 0 both pixels are the same
    layers = [Conv2d(lrw.Full(1, 1), (1, 1)), MaxPool2d((1, 4)), Flatten(), lrw.Dense(lrw.Full(1, 1))]
    net = lrw.Network(layers, "squared_error", input_shape=(1, 4, 1))
    X = np.array([-1.0, 1.0, 1.0 - gap * 0.8, 0.0]).reshape(1, 1, 4, 1)
    found = ties.tie_margin(NetworkPass(net), np.ones(4), X, np.zeros((1, 1)))
    assert found == margin


def test_the_same_pixel_twice_is_a_mistake():
    net = pooled()
    X, Y = data(net)
    # places that see the same: each of them gets dh, and W gets it several times
    X[1, :, 3:] = 1.0
    report = diagnose(with_pooling(net, to_the_largest_ones), net, somewhere(net), X, Y)
    assert report.mistake == "pooled_to_all"


def test_the_table_of_lines_is_true():
    net, found = network(), {}
    for line, right in lines.IMAGE_LINES.items():

        def noting(s, line=line, right=right):
            found.setdefault(line, set()).update(vars(s))
            return right(s)

        NetworkPass(net).gradient(somewhere(net), *data(net), fault=Fault("", line, noting))
    rows = re.findall(r"^(\w+(?: back)?)  +(.+)$", lines.__doc__.split("line       s")[1], re.MULTILINE)
    assert [line for line, _ in rows] == list(found) == list(lines.IMAGE_LINES)
    names = set.union(*found.values())
    for line, words in rows:
        told = set(re.findall(r"\w+", re.sub(r"\([^()]*(\(.*\))?\)|a dense .* dz;|rows of.*", "", words)))
        assert told & names <= found[line], (line, told & names - found[line])
