import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.speed import compiled
from lowrankweights.unsupervised.rica import rica_cost
from lowrankweights.unsupervised.rica import rica_objective as in_blocks

N_V = 12


def rica_objective(*arguments, **settings):
    """In small blocks, so that there are several."""
    return in_blocks(*arguments, block_rows=20, **settings)


def data(n=201, dtype=np.float64):
    return np.random.default_rng(0).laplace(size=(n, N_V)).astype(dtype)


def dictionary(n_alpha):
    """None: every weight is learned."""
    return None if n_alpha is None else np.random.default_rng(1).normal(size=(N_V, n_alpha))


def somewhere(objective, seed=0):
    """Filters of different lengths, not only unit ones."""
    rng = np.random.default_rng(seed)
    w = objective.init(rng).reshape(-1, objective.n_h)
    return (w * rng.uniform(0.3, 3, size=objective.n_h)).ravel()


CASES = [(n_h, n_alpha) for n_h in (1, 5, 40) for n_alpha in (None, 2, 4, 12, 15)]


@pytest.mark.parametrize(("n_h", "n_alpha"), CASES)
def test_the_fast_form_is_the_definition(n_h, n_alpha):
    X, U = data(), dictionary(n_alpha)
    fun = rica_objective(X, n_h, U, sparsity=0.3)
    theta = somewhere(fun)
    cost, grad = fun(theta)
    wanted, wanted_grad = rica_cost(theta, X, n_h, U, sparsity=0.3)
    assert cost == pytest.approx(wanted, rel=1e-12)
    assert np.abs(grad - wanted_grad).max() < 1e-10 * max(1, np.abs(wanted_grad).max())


@pytest.mark.parametrize(("n_h", "n_alpha"), CASES)
@pytest.mark.parametrize("form", ["definition", "fast"])
def test_the_gradient_is_that_of_the_cost(n_h, n_alpha, form):
    X, U = data(50), dictionary(n_alpha)
    fast = rica_objective(X, n_h, U)
    fun = fast if form == "fast" else lambda theta: rica_cost(theta, X, n_h, U)
    assert lrw.gradient_error(fun, somewhere(fast)) < 1e-6


def test_with_one_known_weight_there_is_nothing_to_learn():
    """All that can change is the filters' lengths."""
    fun = rica_objective(data(), 5, dictionary(1))
    assert np.abs(fun(somewhere(fun))[1]).max() < 1e-12


def test_the_cost_by_hand():
    # one filter (0.6, 0.8) of the row (1, 2): z = 2.2; reconstruction (1.32, 1.76)
    error = 0.5 * ((1.32 - 1) ** 2 + (1.76 - 2) ** 2)
    cost, _ = rica_cost(np.array([3.0, 4.0]), np.array([[1.0, 2.0]]), 1, sparsity=0.5, eps=0.16)
    assert cost == pytest.approx(error + 0.5 * np.sqrt(2.2**2 + 0.16))


@pytest.mark.parametrize("n_alpha", [None, 4])
def test_the_length_of_a_filter_has_no_effect(n_alpha):
    X, U = data(), dictionary(n_alpha)
    fun = rica_objective(X, 5, U)
    w = fun.init(rng=0).reshape(-1, 5)
    scales = np.array([0.1, 0.5, 1, 3, 10])
    assert fun((w * scales).ravel())[0] == pytest.approx(fun(w.ravel())[0], rel=1e-13)
    grad = fun((w * scales).ravel())[1].reshape(w.shape)
    assert np.abs(np.sum(grad * w, axis=0)).max() < 1e-12  # nothing to gain along the length
    assert np.allclose(np.linalg.norm(fun.weights(w.ravel() * 2), axis=0), 1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_alpha", [None, 4])
def test_the_same_bits_for_any_number_of_threads(dtype, n_alpha):
    X, U = data(2345, dtype), dictionary(n_alpha)
    results = []
    for n_threads in (1, 2, 8):
        fun = rica_objective(X, 40, U, n_threads=n_threads)
        results.append(fun(fun.init(rng=0)))
    for cost, grad in results[1:]:
        assert cost == results[0][0]
        assert np.array_equal(grad, results[0][1])


@pytest.mark.parametrize("n_alpha", [None, 4])
def test_float32_inside_float64_outside(n_alpha):
    X, U = data(3000), dictionary(n_alpha)
    wanted, wanted_grad = rica_cost(rica_objective(X, 40, U).init(0), X, 40, U)
    fun = rica_objective(X.astype(np.float32), 40, U)
    cost, grad = fun(fun.init(0))
    assert fun.dtype == np.float32 and isinstance(cost, float) and grad.dtype == np.float64
    assert cost == pytest.approx(wanted, rel=1e-6)
    assert np.abs(grad - wanted_grad).max() < 1e-5 * np.abs(wanted_grad).max()


def test_pooling_only_while_it_is_no_wider_than_the_data():
    assert rica_objective(data(), 3, dictionary(4)).work.X.shape == (201, 4)
    assert rica_objective(data(), 3, dictionary(15)).work.X.shape == (201, N_V)


def test_an_orthonormal_square_w_reconstructs_perfectly():
    X = data()
    Q = np.linalg.qr(np.random.default_rng(2).normal(size=(N_V, N_V)))[0]
    cost, grad = rica_objective(X, N_V, sparsity=0)(Q.ravel())
    assert 0 <= cost < 1e-12 and np.abs(grad).max() < 1e-12


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_alpha", [None, 4, 12, 15])
@pytest.mark.parametrize("distance", [0.0, 1e-9, 1e-6, 1e-5, 1e-4, 1e-3, 0.1])
def test_an_almost_exact_reconstruction_has_its_digits(distance, n_alpha, dtype):
    """Data of rank 3, and filters that span it but for a small turn: no moments would give the cost."""
    rng = np.random.default_rng(4)
    U, n_h = dictionary(n_alpha), 3
    w = rng.normal(size=(N_V if U is None else n_alpha, n_h))
    W = np.linalg.qr(w if U is None else U @ w)[0]
    w = W if U is None else np.linalg.lstsq(U, W)[0]
    X = (rng.normal(size=(400, n_h)) @ W.T).astype(dtype)
    theta = (w + distance * rng.normal(size=w.shape)).ravel()
    fun = rica_objective(X, n_h, U, sparsity=0)
    cost, grad = fun(theta)
    wanted, wanted_grad = rica_cost(theta, X.astype(np.float64), n_h, U, sparsity=0)
    size = float(np.square(X, dtype=np.float64).sum()) / len(X)
    assert cost >= 0 and abs(cost - wanted) < 1e-6 * wanted + 1e-22 * size
    assert np.abs(grad - wanted_grad).max() < 1e-5 * np.abs(wanted_grad).max() + 1e-11 * size


def test_the_gradient_that_is_judged_does_not_depend_on_the_filters_lengths():
    fun = rica_objective(data(), 5, dictionary(4))
    w = fun.init(rng=0).reshape(-1, 5)
    judged = fun.gradient_to_judge(w.ravel(), fun(w.ravel())[1])
    longer = (w * [0.1, 0.5, 1, 3, 100]).ravel()
    assert np.allclose(fun.gradient_to_judge(longer, fun(longer)[1]), judged, rtol=1e-9)


@pytest.mark.parametrize("length", [1e-3, 1.0, 1e3])
def test_tol_means_the_same_for_filters_of_any_length(length):
    fun = rica_objective(data(), 5)
    result = lrw.minimize(fun, length * fun.init(rng=0), tol=1e-4, ftol=0, max_iter=500)
    W = fun.weights(result.theta).ravel()
    assert result.status == "converged" and np.abs(fun(W)[1]).max() <= 1.001e-4


def test_it_finds_independent_sources():
    rng = np.random.default_rng(3)
    Q = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    X = rng.laplace(size=(5000, 5)) @ Q.T
    fun = rica_objective(X, 5, sparsity=0.5)
    W = fun.weights(lrw.minimize(fun, fun.init(0), max_iter=200).theta)
    likeness = np.abs(Q.T @ W)
    assert sorted(likeness.argmax(axis=0)) == list(range(5)) and likeness.max(axis=0).min() > 0.99


def test_known_weights_start_from_the_same_full_filters():
    alpha, X = np.array([1, 3, 7, 8]), data()
    U = np.eye(N_V)[:, alpha]
    W = rica_objective(X, 6, U).weights(rica_objective(X, 6, U).init(0, alpha))
    W0 = rica_objective(X, 6).weights(rica_objective(X, 6).init(0))
    known, known0 = (a[alpha] / np.linalg.norm(a[alpha], axis=0) for a in (W, W0))
    assert np.allclose(known, known0)


@pytest.mark.parametrize("n_alpha", [None, 4])
def test_a_zero_filter_is_an_error(n_alpha):
    fun = rica_objective(data(), 5, dictionary(n_alpha))
    w = fun.init(0).reshape(-1, 5).copy()
    w[:, 3] = 0
    for form in (fun, lambda theta: rica_cost(theta, data(), 5, dictionary(n_alpha))):
        with pytest.raises(ValueError, match=r"theta: .*non-zero length, got zero in filter\(s\) \[3\]"):
            form(w.ravel())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"X": np.zeros((0, 3))}, "^X: expected at least one row"),
        ({"X": np.full((3, 3), np.nan)}, "^X: expected finite"),
        ({"n_components": 0}, "^n_components: expected"),
        ({"U": np.ones((5, 2))}, r"^U: expected shape \(12, any\)"),
        ({"sparsity": -1}, "^sparsity: expected"),
        ({"eps": 0}, "^eps: expected"),
        ({"n_threads": 0}, "^n_threads: expected"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        rica_objective(**{"X": data(), "n_components": 4, **change})


def test_a_theta_of_another_size_is_named():
    with pytest.raises(ValueError, match=r"theta: expected shape \(48\), got shape \(47,\)"):
        rica_objective(data(), 4)(np.ones(47))


@pytest.mark.parametrize("shape", [(1, 1), (3, 1), (67, 131)])
def test_loops_say_what_numpy_says(shape):
    pytest.importorskip("numba", reason="Numba is not installed: the NumPy meaning runs")
    z = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    wanted_z = z.copy()
    wanted = compiled.smooth_absolute.meaning(wanted_z, np.float32(0.01))
    assert compiled.smooth_absolute.jitted(z, np.float32(0.01)) == pytest.approx(wanted, rel=1e-6)
    assert np.abs(z - wanted_z).max() < 1e-6
