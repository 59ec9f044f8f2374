import functools

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.building import (
    CovarianceRidge,
    LayerInput,
    LearnedKernel,
    Pivoted,
    Targets,
    from_recipe,
)
from lowrankweights.dictionaries import kernel_ridge

GRID = lrw.Grid((10, 10))
WAYS = ["likelihood", "validation", "network"]


@functools.lru_cache
def task(scales=(0.6, 3.0), n=1500):
    """Rows, and targets by filters that are smooth on a scale of their own along each axis."""
    rng = np.random.default_rng(0)
    K = lrw.SquaredExponential(scales)(GRID, GRID)
    filters = np.linalg.cholesky(K + 1e-6 * np.eye(100)) @ rng.normal(size=(100, 4))
    X = rng.normal(size=(n, 100))
    return LayerInput(
        X, GRID, targets=Targets(np.eye(4)[(X @ filters).argmax(axis=1)], "softmax_cross_entropy")
    )


def looked(by, of=None, layer_input=None, rng=0, **settings):
    of = lrw.SquaredExponential((1.5, 1.5)) if of is None else of
    layer_input = task() if layer_input is None else layer_input
    return LearnedKernel(of=of, by=by, **settings).prepare(layer_input, rng)


@pytest.mark.parametrize("by", WAYS)
def test_each_way_learns_which_axis_is_smooth(by):
    prepared = looked(by)
    row, column = prepared.seen.kernel.length_scale
    assert column > (1.2 if by == "network" else 3) * row
    drawn = prepared.draw(20, rng=1)
    parts = prepared.seen
    assert np.array_equal(drawn.U, kernel_ridge(parts.kernel, GRID, drawn.alpha, parts.ridge))
    assert drawn.parts is parts and drawn.unexplained.bound < drawn.unexplained.left


@pytest.mark.parametrize("by", WAYS)
def test_the_same_seed_learns_the_same_and_a_recipe_repeats_it(by):
    first, second, other = (looked(by, "squared_exponential", rng=seed) for seed in (0, 0, 1))
    assert first.seen.kernel == second.seen.kernel and first.seen.ridge == second.seen.ridge
    assert by == "validation" or first.seen.kernel != other.seen.kernel
    drawn = first.draw(12, rng=2)
    again = from_recipe(drawn.recipe, task().v, GRID, targets=task().targets)
    assert np.array_equal(again.U, drawn.U)


@pytest.mark.parametrize("by", WAYS)
def test_a_covariance_has_its_ridge_learned_and_without_targets_an_autoencoder_says(by):
    v = np.random.default_rng(1).normal(size=(300, 5)) @ np.random.default_rng(2).normal(size=(5, 20))
    prepared = looked(by, "covariance", LayerInput(v))
    begin = CovarianceRidge().take_apart(LayerInput(v))
    assert by == "validation" or prepared.seen.ridge != begin.ridge
    assert np.array_equal(prepared.seen.kernel.K, begin.kernel.K)


def test_settings_are_handed_to_the_strategy_that_learning_begins_with():
    own = LearnedKernel(of="covariance", index_set=Pivoted())
    assert own.of == CovarianceRidge(index_set=Pivoted()) and own.relative_ridge == 1e-3
    assert LearnedKernel(of="covariance", relative_ridge=0.5).of.relative_ridge == 0.5
    assert LearnedKernel().relative_ridge == 1e-2


def test_a_learned_kernel_in_a_classifier_and_in_a_convolution():
    X = task().v.reshape(-1, 10, 10)[:300]
    y = task().targets.Y.argmax(axis=1)[:300]
    how = {"n_columns": 1, "max_iter": 2, "random_state": 0}
    dictionary = LearnedKernel(by="network")
    with pytest.warns(UserWarning):
        model = lrw.LowRankMLPClassifier((8,), dictionary="learned_kernel", proportion=0.2, **how).fit(X, y)
        net = lrw.LowRankConvNetClassifier((4,), 5, hidden_layer_sizes=(), dictionary=dictionary, **how).fit(
            X, y
        )
    assert model.recipes_[0][0]["strategy"] == "learned_kernel"
    leaf = net.network_.layers[1].parametrisation
    assert np.allclose(leaf.factors.dictionary(1), leaf.U)  # the learned kernel's, not the first one's


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: LearnedKernel(by="guessing"), "by: expected one of 'likelihood', 'validation', 'network'"),
        (lambda: LearnedKernel(of="pca"), "of: expected a kernel, or a strategy with one"),
        (lambda: LearnedKernel().prepare(LayerInput(None, GRID)), "dictionary: expected data"),
        (lambda: LearnedKernel().prepare(LayerInput(task().v)), "dictionary: expected another than"),
    ],
)
def test_bad_settings_are_named(make, said):
    with pytest.raises(ValueError, match=f"^{said}"):
        make()
