import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lowrankweights as lrw
from lowrankweights.weights import Adapted, Hashed

W0 = np.random.default_rng(0).normal(size=(7, 5))
ADAPTED = [
    Adapted(W0, 3),
    Adapted(W0, 2, scale=0.3),
    Adapted(W0, 3, "vera"),
    Adapted(W0, 2, "vera", scale=4.0),
]
PARAMETRISATIONS = [*ADAPTED, Hashed(7, 5, 4), Hashed(7, 5, 1, rng=2), Hashed(7, 5, 35)]


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(PARAMETRISATIONS), st.integers(0, 1000))
def test_pull_back_is_the_adjoint_of_how_w_moves(q, seed):
    """<dW/dp dp, D> = <dp, pull_back(D)>; W is a polynomial in p, so that differences of it are exact."""
    rng = np.random.default_rng(seed)
    p, dp, D = rng.normal(size=q.n_dynamic), rng.normal(size=q.n_dynamic), rng.normal(size=(7, 5))
    # of degree two at most: the central difference with step 1 is the derivative
    moved = (q.expand(p + dp) - q.expand(p - dp)) / 2
    assert np.sum(moved * D) == pytest.approx(dp @ q.pull_back(D, p), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("q", PARAMETRISATIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradients_in_a_network_and_its_fast_twin(q, dtype):
    rng = np.random.default_rng(1)
    net = lrw.Network([lrw.Dense(q, "sigmoid"), lrw.Dense(lrw.Full(5, 3))], "softmax_cross_entropy")
    X, Y = rng.normal(size=(30, 7)).astype(dtype), np.eye(3)[rng.integers(3, size=30)].astype(dtype)
    theta = net.init(rng=0) + 0.1 * rng.normal(size=net.n_dynamic)
    loss, grad = net.loss_and_grad(theta, X, Y, 1e-2)
    fast = lrw.Objective(net, X, Y, 1e-2)(theta)
    precision = 1e-12 if dtype is np.float64 else 1e-5
    assert fast[0] == pytest.approx(loss, rel=precision) and np.allclose(fast[1], grad, atol=precision)
    if dtype is np.float64:
        assert lrw.gradient_error(lambda t: net.loss_and_grad(t, X, Y, 1e-2), theta) < 1e-6


@pytest.mark.parametrize("q", ADAPTED)
def test_adaptation_begins_at_w0_and_leaves_it_as_it_is(q):
    p = q.init(rng=3)
    assert np.array_equal(q.expand(p), W0)
    D = np.ones((7, 5))
    assert np.abs(q.pull_back(D, p)).max() > 0  # something moves
    q.expand(p - q.pull_back(D, p))
    assert np.array_equal(q.W0, W0) and not q.W0.flags.writeable
    assert not np.array_equal(q.expand(p - q.pull_back(D, p)), W0)


def test_what_is_counted():
    lora, vera = Adapted(W0, 3), Adapted(W0, 3, "vera")
    assert (lora.n_dynamic, lora.n_static) == (3 * (7 + 5), 35)
    assert (vera.n_dynamic, vera.n_static) == (3 + 5, 35 + 3 * (7 + 5))
    hashed = Hashed(7, 5, 4)
    assert (hashed.n_dynamic, hashed.n_static) == (4, 0)


def test_lora_of_full_rank_reaches_any_w_and_rank_one_the_best_of_rank_one():
    wanted = np.random.default_rng(4).normal(size=(7, 5))
    U, s, Vt = np.linalg.svd(wanted - W0, full_matrices=False)
    q = Adapted(W0, 5, scale=0.5)
    assert np.allclose(q.expand(np.concatenate([(U * s / 0.5).ravel(), Vt.ravel()])), wanted)


def test_vera_in_columns_of_its_formula():
    q = Adapted(W0, 2, "vera", scale=3.0, rng=7)
    rng = np.random.default_rng(7)
    U, V = rng.normal(scale=7**-0.5, size=(7, 2)), rng.normal(scale=2**-0.5, size=(2, 5))
    d, e = np.array([1.0, -2.0]), np.arange(5.0)
    assert np.allclose(q.expand(np.r_[d, e]), W0 + 3 * U @ np.diag(d) @ V @ np.diag(e))


def test_a_layer_of_vera_has_its_vectors_and_the_bias_by_name():
    d, e, b = np.array([1.0, -2.0]), np.arange(5.0), np.full(5, 9.0)
    q = Adapted(W0, 2, "vera")
    net = lrw.Network([lrw.Dense(q)], "squared_error")
    (arrays,) = net.unpack(np.concatenate([d, e, b]))
    assert list(arrays) == ["d", "e", "W", "b"]
    assert all(np.array_equal(arrays[name], a) for name, a in {"d": d, "e": e, "b": b}.items())
    assert np.array_equal(arrays["W"], q.expand(np.r_[d, e]))
    # and in columns, where each name has a list
    net = lrw.Network([lrw.Dense(lrw.Columns([q, lrw.Full(7, 1)]))], "squared_error")
    (arrays,) = net.unpack(np.concatenate([d, e, np.ones(7), b, [9.0]]))
    assert np.array_equal(arrays["d"], [d]) and np.array_equal(arrays["e"], [e])
    assert np.array_equal(arrays["b"], np.full(6, 9.0))


def test_hashed_weights_are_shared_with_signs_and_nothing_is_stored():
    q = Hashed(40, 30, 6, rng=1)
    W = q.expand(np.array([1.0, 2, 4, 8, 16, 32]))
    values, counts = np.unique(np.abs(W), return_counts=True)
    assert values.tolist() == [1, 2, 4, 8, 16, 32] and np.abs(counts - 200).max() < 5 * 13
    assert 0.4 < (W > 0).mean() < 0.6
    assert np.array_equal(W, Hashed(40, 30, 6, rng=1).expand(np.array([1.0, 2, 4, 8, 16, 32])))


@pytest.mark.parametrize("q", PARAMETRISATIONS)
def test_they_are_saved_and_restored(q):
    from lowrankweights.estimators.plain_data import describe, restore

    again = restore(describe(q))
    p = np.random.default_rng(0).normal(size=q.n_dynamic)
    assert np.array_equal(again.expand(p), q.expand(p)) and again.n_static == q.n_static


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Adapted(W0, 6), "rank: expected an integer >= 1 and <= 5"),
        (lambda: Adapted(W0, 0), "rank: expected"),
        (lambda: Adapted(W0[0]), "W0: expected"),
        (lambda: Adapted(W0, 2, "dora"), "kind: expected one of 'lora', 'vera'"),
        (lambda: Adapted(W0, 2, scale=0), "scale: expected"),
        (lambda: Adapted(W0, 2, rng=None), "rng: expected"),
        (lambda: Hashed(7, 5, 36), "n_values: expected"),
        (lambda: Hashed(7, 5, 0), "n_values: expected"),
    ],
)
def test_bad_arguments_are_named(make, said):
    with pytest.raises(ValueError, match=f"^{said}"):
        make()
