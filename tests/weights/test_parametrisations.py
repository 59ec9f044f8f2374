import numpy as np
import pytest
from toys import PARAMETRISATIONS as NAMES
from toys import dictionary, parametrisation

import lowrankweights as lrw

PARAMETRISATIONS = {name: parametrisation(name, 6) for name in NAMES}
LINEAR = ["full", "predicted", "columns"]


@pytest.mark.parametrize("name", LINEAR)
def test_pull_back_is_the_adjoint_of_expand(name):
    q, rng = PARAMETRISATIONS[name], np.random.default_rng(0)
    p, D = rng.normal(size=q.n_dynamic), rng.normal(size=(q.n_v, q.n_h))
    assert np.sum(q.expand(p) * D) == pytest.approx(p @ q.pull_back(D, p), abs=1e-12)


@pytest.mark.parametrize("q", PARAMETRISATIONS.values(), ids=PARAMETRISATIONS)
def test_pull_back_is_the_adjoint_of_expands_derivative(q):
    rng = np.random.default_rng(1)
    p, d, D = rng.normal(size=q.n_dynamic), rng.normal(size=q.n_dynamic), rng.normal(size=(6, 6))
    # W is at most quadratic in p, so this central difference is exact
    dW = (q.expand(p + d) - q.expand(p - d)) / 2
    assert np.sum(dW * D) == pytest.approx(d @ q.pull_back(D, p), abs=1e-12)


@pytest.mark.parametrize("q", PARAMETRISATIONS.values(), ids=PARAMETRISATIONS)
def test_init_fits_and_repeats(q):
    p = q.init(rng=3)
    assert p.shape == (q.n_dynamic,)
    assert q.expand(p).shape == (q.n_v, q.n_h) == (6, 6)
    assert np.array_equal(p, q.init(rng=3))


@pytest.mark.parametrize(
    "make",
    [
        lambda n: lrw.Full(40, n),
        lambda n: lrw.Predicted(100 * dictionary(40, n_alpha=10), n),
        lambda n: lrw.Predicted(np.eye(40)[:, :4], n),
        lambda n: lrw.LowRank(40, n, rank=5),
        lambda n: lrw.Columns([lrw.Predicted(dictionary(40, s, 10), n // 10) for s in range(10)]),
    ],
)
def test_initial_output_has_the_variance_of_a_glorot_layer(make):
    q = make(600)
    variances = [np.sum(q.expand(q.init(rng=s)) ** 2) / 600 for s in range(20)]
    # v W for white v has the variance sum_i W_ij^2; Glorot's is 2 n_v / (n_v + n_h)
    assert np.mean(variances) == pytest.approx(2 * 40 / 640, rel=0.1)


def test_dynamic_and_static_numbers_are_those_of_the_paper():
    U = dictionary(6)
    assert (lrw.Full(6, 4).n_dynamic, lrw.Full(6, 4).n_static) == (24, 0)
    assert (lrw.Predicted(U, 4).n_dynamic, lrw.Predicted(U, 4).n_static) == (12, 18)
    assert (lrw.LowRank(6, 4, 2).n_dynamic, lrw.LowRank(6, 4, 2).n_static) == (20, 0)
    # more columns: more static parameters, as many dynamic ones (paper, section 3.4)
    two = lrw.Columns([lrw.Predicted(U, 2), lrw.Predicted(dictionary(6, 1), 2)])
    assert (two.n_dynamic, two.n_static) == (12, 36)


def test_one_column_is_no_columns():
    q = lrw.Predicted(dictionary(6), 4)
    one = lrw.Columns([q])
    p = q.init(rng=0)
    assert np.array_equal(one.init(rng=0), p)
    assert np.array_equal(one.expand(p), q.expand(p))
    assert np.array_equal(one.pull_back(np.ones((6, 4)), p), q.pull_back(np.ones((6, 4)), p))


def test_columns_share_no_parameter():
    q = PARAMETRISATIONS["columns"]
    p = q.init(rng=0)
    W = q.expand(p)
    p[: q.columns[0].n_dynamic] += 1
    changed = (q.expand(p) != W).any(axis=0)
    assert list(changed) == [True, True, False, False, False, False]


def test_two_factors_can_be_turned_without_changing_their_product():
    # (U Q)(Q^-1 V) = U V for any invertible Q (paper, section 2)
    rng = np.random.default_rng(0)
    q = lrw.LowRank(6, 4, rank=2)
    U, V, Q = rng.normal(size=(6, 2)), rng.normal(size=(2, 4)), rng.normal(size=(2, 2))
    turned = np.concatenate([(U @ Q).ravel(), (np.linalg.inv(Q) @ V).ravel()])
    assert np.allclose(q.expand(turned), U @ V)


def test_unpack_gives_named_views():
    p = np.arange(20.0)
    parts = lrw.LowRank(6, 4, rank=2).unpack(p)
    assert [(k, a.shape) for k, a in parts.items()] == [("U", (6, 2)), ("V", (2, 4))]
    parts["V"][:] = 0
    assert (p[12:] == 0).all()
    w_alpha = PARAMETRISATIONS["columns"].unpack(np.zeros(18))["w_alpha"]
    assert [a.shape for a in w_alpha] == [(3, 2), (3, 2), (3, 2)]


@pytest.mark.parametrize("q", PARAMETRISATIONS.values(), ids=PARAMETRISATIONS)
def test_shapes_are_those_of_p_in_order(q):
    sizes = [int(np.prod(shape)) for shape in q.shapes.values()]
    assert sum(sizes) == q.n_dynamic == q.init(rng=0).size
    assert sizes == [int(np.prod(s)) for leaf in q.leaves for s in leaf.shapes.values()]


@pytest.mark.parametrize("q", PARAMETRISATIONS.values(), ids=PARAMETRISATIONS)
def test_w_is_what_its_leaves_give_side_by_side(q):
    p = q.init(rng=0)
    W = np.empty((6, 6))
    for leaf, units, part in zip(q.leaves, q.units, q.parts(p), strict=True):
        assert leaf.leaves == [leaf]
        W[:, units] = leaf.expand(part)
    assert np.array_equal(W, q.expand(p))


def test_columns_of_columns_are_columns():
    a, b, c = lrw.Full(6, 1), lrw.Predicted(dictionary(6), 2), lrw.Full(6, 1)
    flat, nested = lrw.Columns([a, b, c]), lrw.Columns([lrw.Columns([a, lrw.Columns([b])]), c])
    p = flat.init(rng=0)
    assert np.array_equal(nested.init(rng=0), p) and nested.shapes == flat.shapes
    assert np.array_equal(nested.expand(p), flat.expand(p))
    dW = np.arange(24.0).reshape(6, 4)
    assert np.array_equal(nested.pull_back(dW, p), flat.pull_back(dW, p))


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: lrw.Full(0, 3), "n_v"),
        (lambda: lrw.Full(3, 1.5), "n_h"),
        (lambda: lrw.Predicted(np.ones(3), 2), "U"),
        (lambda: lrw.Predicted([[np.inf]], 2), "U"),
        (lambda: lrw.Predicted(dictionary(6), 0), "n_h"),
        (lambda: lrw.Predicted(np.zeros((3, 2)), 2).init(0), "U"),
        (lambda: lrw.LowRank(3, 3, rank=0), "rank"),
        (lambda: lrw.Columns([]), "columns"),
        (lambda: lrw.Columns([lrw.Full(3, 1), "full"]), "columns"),
        (lambda: lrw.Columns([lrw.Full(3, 1), lrw.Full(4, 1)]), "columns"),
        (lambda: lrw.Full(3, 2).init(rng="seed"), "rng"),
    ],
)
def test_bad_arguments_are_named(make, name):
    with pytest.raises(ValueError, match=f"^{name}: expected .*, got "):
        make()


def test_a_later_change_of_the_callers_u_changes_nothing():
    U = dictionary(6)
    q = lrw.Predicted(U, n_h=2)
    p = q.init(rng=0)
    wanted = q.expand(p), q.expand(p.astype(np.float32))
    U[:] = 0
    assert np.array_equal(q.expand(p), wanted[0])
    assert np.array_equal(q.expand(p.astype(np.float32)), wanted[1])
    assert q.dictionary(np.float32) is q.dictionary(np.float32)  # cast once


def test_an_error_tells_shortly_what_came():
    with pytest.raises(ValueError, match="^columns: expected a list of at least one parametrisation") as told:
        lrw.Columns([np.arange(900.0).reshape(30, 30)] * 10)
    assert " ... " in str(told.value) and len(str(told.value)) < 600
