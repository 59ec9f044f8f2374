"""Maxout: a unit is the largest of a few columns of z."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toys import PARAMETRISATIONS, parametrisation

import lowrankweights as lrw
from lowrankweights.networks.activations import MAXOUT, Maxout
from lowrankweights.speed import predict, twins
from lowrankweights.unsupervised import TiedAutoencoder

RNG = np.random.default_rng(0)


@given(st.integers(1, 5), st.integers(1, 4), st.integers(1, 4), st.booleans())
@settings(max_examples=60, deadline=None)
def test_the_largest_piece_is_the_unit_and_the_first_of_equal_ones_gets_the_gradient(n, n_h, n_pieces, ties):
    z = RNG.integers(0, 2, size=(n, n_h * n_pieces)) * 1.0 if ties else RNG.normal(size=(n, n_h * n_pieces))
    dh = RNG.normal(size=(n, n_h))
    h, k = Maxout(n_pieces).forward(z)
    dz = Maxout(n_pieces).backward(dh, k)
    expected_h, expected_dz = np.zeros((n, n_h)), np.zeros_like(z)
    for i in range(n):
        for j in range(n_h):
            pieces = z[i, j * n_pieces : (j + 1) * n_pieces].tolist()
            expected_h[i, j] = max(pieces)
            expected_dz[i, j * n_pieces + pieces.index(max(pieces))] = dh[i, j]
    assert np.array_equal(h, expected_h) and np.array_equal(dz, expected_dz)


def test_two_pieces_can_be_relu_and_the_absolute_value():
    v = RNG.normal(size=(9, 1))
    theta = np.array([1.0, 0, 1, -1, 0, 0, 0, 0])  # W = [1, 0 | 1, -1], b = 0
    h, _ = lrw.Dense(lrw.Full(1, 4), "maxout", n_pieces=2).forward(theta, v)
    assert np.array_equal(h, np.hstack([np.maximum(v, 0), np.abs(v)]))


def network(name, n_pieces):
    hidden = lrw.Dense(parametrisation(name, 5), "maxout", n_pieces)
    return lrw.Network([hidden, lrw.Dense(lrw.Full(6 // n_pieces, 3))], "softmax_cross_entropy")


def data(n=40, dtype=np.float64):
    return RNG.normal(size=(n, 5)).astype(dtype), np.eye(3, dtype=dtype)[RNG.integers(3, size=n)]


@pytest.mark.parametrize("n_pieces", [1, 2, 3, 6])
@pytest.mark.parametrize("name", PARAMETRISATIONS)
def test_the_gradient_is_that_of_the_loss(name, n_pieces):
    net = network(name, n_pieces)
    X, Y = data(7)
    theta = net.init(rng=1) + 0.1 * RNG.normal(size=net.n_dynamic)
    assert lrw.gradient_error(lambda t: net.loss_and_grad(t, X, Y, 0.2), theta) < 1e-6


@pytest.mark.parametrize("name", PARAMETRISATIONS)
@pytest.mark.parametrize("poolable", [False, True])
def test_every_twin_is_the_definition(name, poolable):
    layer = lrw.Dense(parametrisation(name, 5), "maxout", 3)
    theta, v, dh = layer.init(RNG) + 0.1, RNG.normal(size=(9, 5)), RNG.normal(size=(9, 2))
    h, cache = layer.forward(theta, v)
    dtheta, dv = layer.backward(theta, cache, dh)
    for twin in twins(layer, poolable):
        arrays = twin.prepare(theta)
        own_h, own_cache = twin.forward(arrays, twin.pool(v) if twin.pooled else v)
        np.testing.assert_allclose(own_h, h, atol=1e-13)
        gradients, own_dv = twin.backward(arrays, own_cache, dh.copy(), need_dv=not twin.pooled)
        np.testing.assert_allclose(twin.finish(gradients, theta), dtheta, atol=1e-13)
        assert twin.pooled or np.allclose(own_dv, dv, atol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_objective_is_the_definition_with_the_same_bits_for_any_number_of_threads(dtype):
    net, near = network("columns", 2), 1e-5 if dtype == np.float32 else 1e-12
    X, Y = data(dtype=dtype)
    theta = net.init(rng=0)
    loss, grad = net.loss_and_grad(theta, X, Y, 0.1)
    found = [lrw.Objective(net, X, Y, 0.1, n_threads=k, block_rows=7)(theta) for k in (1, 2, 3)]
    assert all(f[0] == found[0][0] and np.array_equal(f[1], found[0][1]) for f in found)
    assert found[0][0] == pytest.approx(loss, rel=near)
    np.testing.assert_allclose(found[0][1], grad, atol=near)
    np.testing.assert_allclose(predict(net, theta, X), net.predict(theta, X), atol=near)


def test_counts_are_of_filters_and_shapes_of_units():
    net = network("full", 3)
    assert net.layers[0].out_shape == (2,) and net.n_dynamic == 5 * 6 + 6 + 2 * 3 + 3
    first = next(net.plan(100).rows())
    assert first["shape"] == "5 x 6" and first["multiplications"] == 100 * 2 * 5 * 6
    assert "(100% of learning every weight)" in str(net.plan(100))


def test_it_is_explained():
    net = network("full", 3)
    X, Y = data(2)
    text = lrw.explain(net, net.init(rng=0), X, Y)
    assert "h_j = max_k z_jk" in text and "dz_jk = dh_j where piece k was the largest, else 0" in text


def test_the_doctor_says_that_it_does_not_know_it():
    net = network("full", 3)
    X, Y = data(4)
    with pytest.raises(ValueError, match=r"^net.layers\[0\].activation: expected .* entry by entry"):
        lrw.teaching.diagnose(net.loss_and_grad, net, net.init(rng=0), X, Y)


@pytest.mark.parametrize(
    ("n_pieces", "text"),
    [(4, "a divisor of .* n_h = 6 filters, got 4"), *((n, "an integer") for n in (0, 2.0, None, True))],
)
def test_pieces_that_do_not_fit_are_named(n_pieces, text):
    with pytest.raises(ValueError, match=f"^n_pieces: expected {text}"):
        lrw.Dense(lrw.Full(5, 6), "maxout", n_pieces)


def test_the_last_layer_has_no_maxout():
    with pytest.raises(ValueError, match=r"^layers\[-1\].activation: expected 'identity' .*, got 'maxout'"):
        lrw.Network([lrw.Dense(lrw.Full(5, 6), "maxout")], "squared_error")


def test_only_dense_layers_of_a_network_have_it():
    q = lrw.Full(4, 2)
    for make in (lambda: lrw.Conv2d(q, (2, 2), activation=MAXOUT), lambda: TiedAutoencoder(q, MAXOUT)):
        with pytest.raises(ValueError, match="^activation: expected one of 'identity', .*, got 'maxout'"):
            make()
