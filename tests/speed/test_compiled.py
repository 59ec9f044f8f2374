import numpy as np
import pytest

from lowrankweights.networks import Dropout, Rows
from lowrankweights.speed import compiled

pytest.importorskip("numba", reason="Numba is not installed: the NumPy meaning runs")

FORWARD = [compiled.bias_sigmoid, compiled.bias_tanh, compiled.bias_relu]
BACKWARD = [compiled.sigmoid_backward, compiled.tanh_backward, compiled.relu_backward]
SHAPES = [(1, 1), (1, 7), (3, 1), (67, 131)]


def array(shape, seed=0, scale=4.0):
    return (scale * np.random.default_rng(seed).normal(size=shape)).astype(np.float32)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("function", FORWARD, ids=lambda f: f.__name__)
def test_forward_loops_say_what_numpy_says(function, shape):
    z, b = array(shape), array(shape[1], 1)
    wanted = function.meaning(z.copy(), b)
    assert np.abs(function.jitted(z.copy(), b) - wanted).max() < 1e-6


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("function", BACKWARD, ids=lambda f: f.__name__)
def test_backward_loops_say_what_numpy_says(function, shape):
    dh, h = array(shape), np.tanh(array(shape, 1))
    wanted = function.meaning(dh.copy(), h)
    assert np.abs(function.jitted(dh.copy(), h) - wanted).max() < 1e-5


@pytest.mark.parametrize("shape", SHAPES)
def test_softmax_cross_entropy_loops_say_what_numpy_says(shape):
    z, Y = array(shape), np.abs(array(shape, 1))
    dz, wanted_dz = np.empty_like(z), np.empty_like(z)
    loss = compiled.softmax_cross_entropy.jitted(dz, z, Y)
    assert loss == pytest.approx(compiled.softmax_cross_entropy.meaning(wanted_dz, z, Y), rel=1e-5)
    assert np.allclose(dz, wanted_dz, atol=2e-5)


def test_sigmoid_and_tanh_are_accurate_over_the_whole_line():
    z = np.linspace(-120, 120, 1_000_001, dtype=np.float32)[:, None]
    b = np.zeros(1, np.float32)
    exact = np.tanh(z.astype(np.float64))
    assert np.abs(compiled.bias_tanh.jitted(z.copy(), b) - exact).max() < 1e-6
    sigmoid = compiled.bias_sigmoid.jitted(z.copy(), b)
    assert np.abs(sigmoid - (0.5 + 0.5 * np.tanh(z.astype(np.float64) / 2))).max() < 1e-6
    assert sigmoid.min() >= 0 and sigmoid.max() <= 1


def test_softmax_survives_huge_inputs():
    z, Y = np.float32([[1e30, -1e30], [0, 0]]), np.float32([[1, 0], [0, 1]])
    dz = np.empty_like(z)
    assert compiled.softmax_cross_entropy.jitted(dz, z, Y) == pytest.approx(np.log(2))
    assert np.allclose(dz, [[0, 0], [0.5, -0.5]])


@pytest.mark.parametrize("function", FORWARD, ids=lambda f: f.__name__)
@pytest.mark.parametrize("prepare", ["read_only", "strided", "float64", "plain"])
def test_any_array_may_come(function, prepare):
    z, b = array((101, 64)), array(64, 1)
    wanted = function.meaning(z.astype(np.float64), b)
    if prepare == "read_only":
        z.setflags(write=False)
        b.setflags(write=False)
    elif prepare == "strided":
        z = np.asfortranarray(z)
    elif prepare == "float64":
        z, b = z.astype(np.float64), b.astype(np.float64)
    result = function(z, b)
    assert np.abs(result - wanted).max() < 1e-6
    assert (result is z) == (prepare != "read_only")


@pytest.mark.parametrize("n_pieces", [1, 2, 3])
@pytest.mark.parametrize("ties", [False, True])
def test_the_loops_of_maxout_say_what_numpy_says(n_pieces, ties):
    z, b = array((67, 12)), array(12, 1)
    z, b = (z.round(), b.round()) if ties else (z, b)
    wanted, found = [], []
    for kind, results in (("meaning", wanted), ("jitted", found)):
        h, k = np.empty((67, 12 // n_pieces), np.float32), np.empty((67, 12 // n_pieces), np.intp)
        getattr(compiled.largest_pieces, kind)(h, k, z.copy(), b)
        dz = getattr(compiled.to_pieces, kind)(np.empty((67, 12), np.float32), array(h.shape, 2), k)
        results += [h, k, dz]
    assert all(np.array_equal(a, c) for a, c in zip(wanted, found, strict=True))


@pytest.mark.parametrize("rate", [0.0, 0.3, 0.5, 1 - 2.0**-53])
def test_the_loops_of_dropout_keep_what_numpy_keeps(rate):
    layer = Dropout(rate, rng=3)
    keys, v = layer.keys(Rows.of(67, stage=4)), array((67, 131))
    smallest = np.array([np.ceil(rate * 2.0**53)]).astype(np.intp)
    arrays = keys.view(np.int64), smallest, np.array([1 / (1 - rate)], np.float32)
    wanted = compiled.drop_units.meaning(v.copy(), *arrays)
    assert np.array_equal(compiled.drop_units.jitted(v.copy(), *arrays), wanted)
    assert np.array_equal(layer.forward(None, v, Rows.of(67, stage=4))[0], wanted)
