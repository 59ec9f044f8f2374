import functools
from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.gaussian_process.kernels import RBF
from sklearn.metrics.pairwise import rbf_kernel

import lowrankweights as lrw
from lowrankweights.building import (
    NAMES,
    STRATEGIES,
    GivenKernel,
    LayerInput,
    LayerSpec,
    predicted_layer,
    strategy_of,
)
from lowrankweights.building.strategies import Function
from lowrankweights.dictionaries import Kernel, bases, kernel_ridge

GRID = lrw.Grid((6, 6))
IMAGES = np.random.default_rng(0).random((60, 36))
PIXELS = LayerInput(IMAGES, GRID)


def strategy(name, **settings):
    """With few iterations for the autoencoder."""
    return strategy_of(name, **{"max_iter": 5, **settings})


def columns_of(dictionary, layer_input=PIXELS, proportion=0.25, n_columns=3, n_h=7, **settings):
    spec = LayerSpec(n_h, strategy(dictionary, **settings), proportion, n_columns)
    parametrisation, drawn = predicted_layer(layer_input, spec, rng=1)
    return parametrisation.columns, drawn


@pytest.mark.parametrize("name", STRATEGIES)
def test_each_strategy_gives_each_column_its_own_finite_dictionary(name):
    columns, drawn = columns_of(name)
    assert [c.n_h for c in columns] == [3, 2, 2]
    assert all(c.U.shape == (36, 9) and np.isfinite(c.U).all() for c in columns)
    assert all(np.linalg.matrix_rank(c.U) == 9 for c in columns)
    assert np.array_equal(columns[0].U, columns[1].U) == (name == "pca")  # all columns have the leading ones
    assert all((d.alpha is not None) == STRATEGIES[name]().draws_index_sets for d in drawn)


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_same_seed_gives_the_same_dictionaries(name):
    first, second = (columns_of(name)[0] for _ in range(2))
    assert all(np.array_equal(a.U, b.U) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("name", ["dct", "wavelet"])
def test_half_of_the_atoms_are_the_lowest_frequencies(name):
    basis = {"dct": bases.dct_basis, "wavelet": bases.wavelet_basis}[name]((6, 6))
    for column in columns_of(name)[0]:
        assert np.array_equal(column.U[:, :4], basis[:, :4])
        assert np.allclose(column.U.T @ column.U, np.eye(9), atol=1e-10)


@pytest.mark.parametrize("name", ["autoencoder", "kmeans"])
def test_learned_atoms_have_unit_length(name):
    for column in columns_of(name)[0]:
        assert np.allclose(np.linalg.norm(column.U, axis=0), 1)


def test_an_autoencoders_atoms_reconstruct_better_than_random_ones():
    # images of few degrees of freedom: its filters must span them
    rng = np.random.default_rng(5)
    X = 0.5 + 0.1 * rng.normal(size=(300, 3)) @ rng.normal(size=(3, 36))
    left = {}
    for name in ("autoencoder", "random_projection"):
        U = columns_of(name, LayerInput(X), n_columns=2, max_iter=100)[0][0].U
        centred = X - X.mean(axis=0)
        left[name] = np.linalg.norm(centred.T - U @ np.linalg.lstsq(U, centred.T, rcond=None)[0])
    assert left["autoencoder"] < 0.7 * left["random_projection"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore:proportion. .* (principal components|directions of the brief)")
def test_fewer_samples_than_units_and_units_that_never_vary(name):
    X = np.random.default_rng(3).random((8, 36))
    X[:, :12] = 0.25
    parametrisation, _ = predicted_layer(LayerInput(X, GRID), LayerSpec(5, strategy(name), 0.5), rng=0)
    W = parametrisation.expand(parametrisation.init(rng=0))
    assert W.shape == (36, 5) and np.isfinite(W).all()


OF_PLACES = {"dct", "wavelet", "squared_exponential", "scaled_squared_exponential", "learned_kernel"}


@pytest.mark.parametrize("name", sorted(set(NAMES) - OF_PLACES))
def test_one_unit(name):
    layer_input = LayerInput(np.random.default_rng(4).random((9, 1)))
    parametrisation, _ = predicted_layer(layer_input, LayerSpec(3, strategy(name), 0.5), rng=0)
    assert np.isfinite(parametrisation.expand(parametrisation.init(rng=0))).all()


@pytest.mark.parametrize(
    ("name", "layer_input", "text"),
    [
        ("autoencoder", LayerInput(None, GRID), "data .* for 'autoencoder'"),
        ("covariance", LayerInput(None, GRID), "data .* for 'covariance'"),
        ("kmeans", LayerInput(None, GRID), "data .* for 'kmeans'"),
        ("dct", LayerInput(IMAGES), "another than 'dct'"),
        ("wavelet", LayerInput(IMAGES, lrw.Points(np.array(GRID))), "another than 'wavelet'"),
        ("squared_exponential", LayerInput(IMAGES), "another than 'squared_exponential'"),
    ],
)
def test_what_a_dictionary_needs_is_said(name, layer_input, text):
    with pytest.raises(ValueError, match=f"^dictionary: expected {text}"):
        columns_of(name, layer_input)


def test_a_wavelet_that_does_not_fit_and_too_few_units_that_vary():
    rng = np.random.default_rng(6)
    with pytest.raises(ValueError, match="^shape: expected an even height and width"):
        columns_of("wavelet", LayerInput(rng.random((5, 35)), lrw.Grid((5, 7))))
    signs = rng.choice([-1.0, 1.0], size=(9, 36))
    with pytest.raises(ValueError, match="^X: expected units whose square varies, for 'squared_covariance'"):
        columns_of("squared_covariance", LayerInput(signs))
    few = LayerInput(np.pad(rng.random((9, 6)), ((0, 0), (0, 30))))
    with pytest.raises(ValueError, match="^proportion: expected at most 0.167, as X has 6 units that vary"):
        strategy_of("covariance").prepare(few).draw(n_alpha=7)
    with pytest.warns(UserWarning, match="^proportion: .*X has only 6 units that vary of 36"):
        _, drawn = columns_of("covariance", few)
    assert [len(d.alpha) for d in drawn] == [6] * len(drawn)


@pytest.mark.parametrize("name", sorted(set(STRATEGIES) - {"kmeans"}))
def test_a_row_of_weight_two_is_the_row_twice(name):
    """Wherever nothing is drawn from the rows; k-means does that."""
    v, weight = IMAGES.copy(), np.arange(60) % 4
    v[weight == 0] = 50.0
    repeated = LayerInput(np.repeat(v, weight, axis=0), GRID)
    weighted, others = LayerInput(v, GRID, weight=weight), LayerInput(v[weight > 0], GRID)
    found, wanted, without = (columns_of(name, given)[1] for given in (weighted, repeated, others))
    for one, two in zip(found, wanted, strict=True):
        assert np.array_equal(one.alpha, two.alpha) and np.allclose(one.U, two.U, atol=1e-10)
    of_positions = name in ("squared_exponential", "dct", "wavelet") or name.startswith("random")
    assert np.allclose(found[0].U, without[0].U, atol=1e-4) == of_positions


def test_k_means_sees_the_weights_too():
    v = np.vstack([IMAGES, 50 + IMAGES])
    weight = np.repeat([1.0, 0.0], 60)
    found, wanted = (columns_of("kmeans", given)[1] for given in (LayerInput(v, GRID, weight=weight), PIXELS))
    assert np.allclose(found[0].U, wanted[0].U)


def alike(a, b):
    return np.exp(-0.5 * ((a[:, None] - b[None]) ** 2).sum(axis=-1) / 4)


SE = lrw.SquaredExponential(2.0)
SERVE_AS_KERNELS = {
    "kernel": SE,
    "sum and product": 0.25 * SE + 0.75 * SE * lrw.SquaredExponential(1e6),
    "function": alike,
    "function with a default": lambda a, b, scale=1.0: scale * alike(a, b),
    "scikit-learn's": RBF(2.0),
    "scikit-learn's times ours": RBF(1e6) * SE,
}


@pytest.mark.parametrize("kernel", SERVE_AS_KERNELS.values(), ids=SERVE_AS_KERNELS)
def test_whatever_serves_as_a_kernel_serves_as_a_dictionary(kernel):
    """The same as the squared exponential by its name."""
    how = {"index_set": "local", "relative_ridge": 0.3}
    wanted = strategy_of("squared_exponential", length_scale=2.0, **how).prepare(PIXELS).draw(9, rng=3)
    drawn = strategy_of(kernel, **how).prepare(PIXELS).draw(9, rng=3)
    assert np.array_equal(drawn.alpha, wanted.alpha) and np.allclose(drawn.U, wanted.U, atol=1e-8)
    assert strategy_of(kernel).relative_ridge == 1e-2
    assert len({strategy_of(kernel), strategy_of(kernel)}) == 1
    settings = {
        "dictionary": kernel,
        "proportion": 0.25,
        "n_columns": 1,
        "input_shape": (6, 6),
        "max_iter": 1,
    }
    model = lrw.LowRankMLPClassifier((6,), random_state=0, **settings).fit(IMAGES, np.arange(60) % 2)
    ((alpha,),), ((U,),) = model.index_sets_, model.dictionaries_
    assert np.allclose(U, kernel_ridge(SE, GRID, alpha, 1e-2), atol=1e-8)


def test_a_function_of_two_is_a_kernel_and_one_of_four_makes_the_dictionary_itself():
    def of_four(v, points, n_alpha, rng, factor=2.0):
        return np.full((len(points), n_alpha), factor)

    assert isinstance(strategy_of(alike), GivenKernel)
    assert (strategy_of(of_four).prepare(PIXELS).draw(3).U == 2).all()
    assert isinstance(strategy_of(functools.partial(of_four, factor=1.0)), Function)


def keyword_only(a, b, *, c):
    return a @ b.T


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (lambda a: a, "<lambda>, which requires 1"),
        (lambda a, b, c: a, "<lambda>, which requires 3"),
        (lambda *a: a, "<lambda>, which requires 0"),
        (keyword_only, "keyword_only, which requires an argument by keyword"),
        (rbf_kernel, "rbf_kernel, which requires 1"),
    ],
)
def test_any_other_function_is_told_both_forms(other, what):
    text = (
        r"^dictionary: expected a kernel k\(points_a, points_b\) -> K, or f\(v, points, n_alpha, rng\) -> U, "
    )
    with pytest.raises(ValueError, match=f"{text}.*, got {what}"):
        strategy_of(other)


def test_a_class_of_kernels_and_a_kernel_without_a_hash_are_told_what_to_do():
    @dataclass
    class Thawed(Kernel):
        scale: float = 1.0

        def evaluate(self, a, b):
            return np.zeros((len(a), len(b)))

    for kind in (RBF, Thawed, lrw.SquaredExponential):
        with pytest.raises(ValueError, match=rf"^dictionary: expected an object, {kind.__name__}\(...\)"):
            strategy_of(kind)
    with pytest.raises(ValueError, match=r"^dictionary: expected .* @dataclass\(frozen=True\), got .*Thawed"):
        strategy_of(Thawed())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pca_with_one_column_is_an_ordinary_network_on_the_principal_components(dtype):
    rng = np.random.default_rng(0)
    X = (rng.normal(size=(60, 8)) @ rng.normal(size=(8, 8)) + 3).astype(dtype)
    drawn = strategy_of("pca").prepare(LayerInput(X)).draw(n_alpha=4)
    components = PCA(4).fit(X.astype(np.float64)).components_.T
    assert np.allclose(np.abs(np.sum(drawn.U * components, axis=0)), 1, atol=1e-6)
    assert np.allclose(drawn.U.T @ drawn.U, np.eye(4))
    Y, how = np.eye(2)[rng.integers(2, size=60)].astype(dtype), {"loss": "softmax_cross_entropy"}
    layers = [[lrw.Dense(first, "tanh"), lrw.Dense(lrw.Full(5, 2))]
              for first in (lrw.Predicted(drawn.U, 5), lrw.Full(4, 5))]  # fmt: skip
    predicted, ordinary = (lrw.Network(own, **how) for own in layers)
    theta = predicted.init(rng=0)
    found = predicted.loss_and_grad(theta, X, Y)
    wanted = ordinary.loss_and_grad(theta, X @ drawn.U.astype(dtype), Y)
    assert found[0] == pytest.approx(wanted[0], rel=1e-5)
    assert np.allclose(found[1], wanted[1], atol=1e-4 * np.abs(wanted[1]).max())


def test_pca_has_no_more_atoms_than_there_is_variance():
    rng = np.random.default_rng(0)
    flat = LayerInput(rng.normal(size=(60, 3)) @ rng.normal(size=(3, 8)))
    with pytest.warns(UserWarning, match="^proportion: .*only 3 principal components with a variance of 8"):
        assert columns_of("pca", flat, proportion=1.0)[1][0].U.shape == (8, 3)
