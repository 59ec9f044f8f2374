from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.gaussian_process.kernels import RBF

import lowrankweights as lrw
from lowrankweights.building import STRATEGIES, KernelStrategy, LayerInput, Local, strategy_of
from lowrankweights.dictionaries import kernel_ridge

GRID = lrw.Grid((6, 6))
V = np.random.default_rng(0).random((60, 36))
V[:, 30:] = 0.5  # these never vary
PIXELS = LayerInput(V, GRID)
KERNELS = {
    "squared_exponential": lambda: lrw.SquaredExponential(1.7),
    "covariance": lambda: lrw.EmpiricalCovariance(V),
    "squared_covariance": lambda: lrw.SquaredCovariance(V),
    "tapered_covariance": lambda: lrw.EmpiricalCovariance(V) * lrw.SquaredExponential(4.0),
    "scaled_squared_exponential": lambda: lrw.dictionaries.Deviations(V) * lrw.SquaredExponential(1.7),
}


def test_every_kernel_strategy_is_tested_here():
    names = {name for name, kind in STRATEGIES.items() if issubclass(kind, KernelStrategy)}
    assert set(KERNELS) == names - {"learned_kernel"}


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("index_set", ["uniform", "local"])
def test_kernel_alpha_and_ridge_give_the_dictionary(name, index_set):
    strategy = strategy_of(name, index_set=index_set, relative_ridge=0.3, length_scale=1.7)
    parts, prepared = strategy.take_apart(PIXELS), strategy.prepare(PIXELS)
    rng = np.random.default_rng(1)
    for column in range(3):
        drawn = prepared.draw(9, rng, column, n_columns=3)
        assert np.array_equal(drawn.U, kernel_ridge(parts.kernel, parts.points, drawn.alpha, parts.ridge))
        assert parts.candidates is None or set(drawn.alpha) <= set(parts.candidates) == set(range(30))
    K = KERNELS[name]()(GRID, GRID)
    assert np.array_equal(parts.kernel(parts.points, parts.points), K)
    varying = np.arange(36 if parts.candidates is None else 30)
    assert parts.ridge == pytest.approx(0.3 * np.diag(K)[varying].mean())


@pytest.mark.parametrize("name", KERNELS)
def test_the_index_set_is_a_choice_beside_the_kernel(name):
    uniform, local = (strategy_of(name, index_set=choice) for choice in ("uniform", "local"))
    alphas = [strategy.prepare(PIXELS).draw(9, rng=0).alpha for strategy in (uniform, local)]
    assert not np.array_equal(*alphas)
    parts = [strategy.take_apart(PIXELS) for strategy in (uniform, local)]
    assert parts[0].ridge == parts[1].ridge
    assert np.array_equal(*(p.kernel(p.points, p.points) for p in parts))


@dataclass(frozen=True)
class TwoScales(KernelStrategy):
    name = "two scales"
    near: float = 1.0
    far: float = 3.0

    def kernel(self, layer_input):
        layer_input.places(self.name)
        return 0.5 * lrw.SquaredExponential(self.near) + 0.5 * lrw.SquaredExponential(self.far)


def test_a_kernel_of_ones_own_takes_ridge_and_index_sets_of_the_classifier():
    how = {"proportion": 0.25, "n_columns": 1, "input_shape": (6, 6), "max_iter": 1, "random_state": 0}
    model = lrw.LowRankMLPClassifier((6,), dictionary=TwoScales, ridge=0.5, index_sets="local", **how)
    model.fit(V, np.arange(60) % 3)
    ((alpha,),), ((U,),) = model.index_sets_, model.dictionaries_
    parts = TwoScales(relative_ridge=0.5).take_apart(PIXELS)
    assert parts.ridge == 0.5
    assert np.array_equal(U, kernel_ridge(parts.kernel, GRID, alpha, 0.5))
    other = TwoScales(index_set=Local()).prepare(PIXELS).draw(9, rng=7).alpha
    assert len(np.intersect1d(alpha, other)) >= 5  # half of a local set does not depend on chance


def test_a_setting_of_ones_own_is_in_the_recipe_and_hidden_units_have_no_places():
    drawn = TwoScales(far=5.0).prepare(PIXELS).draw(9)
    assert drawn.recipe["settings"]["far"] == 5.0
    assert not np.array_equal(drawn.U, TwoScales().prepare(PIXELS).draw(9).U)
    with pytest.raises(
        ValueError, match="^dictionary: expected another than 'two scales' for a layer without"
    ):
        TwoScales().prepare(LayerInput(V))


def test_a_class_takes_the_settings_that_it_has_a_field_for_and_an_object_keeps_its_own():
    assert strategy_of(TwoScales, relative_ridge=0.5, length_scale=9.0) == TwoScales(relative_ridge=0.5)
    mine = TwoScales(relative_ridge=0.1)
    assert strategy_of(mine, relative_ridge=0.5) is mine
    assert strategy_of("covariance", relative_ridge=None).relative_ridge == 1e-3


def test_whatever_serves_as_a_kernel_serves_in_a_strategy():
    class Borrowed(KernelStrategy):
        name = "borrowed"

        def kernel(self, layer_input):
            return RBF(1.0)

    ours = strategy_of("squared_exponential", relative_ridge=1e-2)
    U, expected = (s.prepare(PIXELS).draw(9, rng=0).U for s in (Borrowed(), ours))
    assert np.allclose(U, expected)


def test_the_squared_exponential_needs_places_but_neither_data_nor_a_grid():
    strategy = strategy_of("squared_exponential")
    scattered = lrw.Points(np.array(GRID))
    U, expected = (strategy.prepare(LayerInput(None, p)).draw(9, rng=0).U for p in (scattered, GRID))
    assert np.array_equal(U, expected)


def function(a, b):
    return np.exp(-np.abs(a[:, None] - b[None]).sum(axis=-1))


class Near(lrw.Kernel):
    """Of units' indices: it needs no positions, and says so."""

    needs_places = False

    def evaluate(self, a, b):
        return (np.abs(a.units[:, None] - b.units) < 1).astype(float)


@pytest.mark.parametrize(
    "kernel", [lrw.SquaredExponential(2.0), function, RBF(1.0), lrw.EmpiricalCovariance(V) * RBF(1.0)]
)
def test_a_kernel_that_needs_positions_is_not_given_indices_for_them(kernel):
    strategy = strategy_of(kernel)
    with pytest.raises(ValueError, match="^dictionary: expected another than .* without places .* or points"):
        strategy.prepare(LayerInput(V))
    assert strategy.prepare(LayerInput(V, lrw.Points(np.arange(36.0)))).draw(4).U.shape == (36, 4)


@pytest.mark.parametrize("kernel", [lrw.EmpiricalCovariance(V), 0.5 * lrw.SquaredCovariance(V) + 1, Near()])
def test_a_kernel_of_units_needs_no_places(kernel):
    drawn = strategy_of(kernel).prepare(LayerInput(V)).draw(4)
    parts = strategy_of(kernel).take_apart(LayerInput(V))
    assert np.array_equal(drawn.U, kernel_ridge(kernel, np.arange(36), drawn.alpha, parts.ridge))


@pytest.mark.parametrize("n_v", [30, 40])
def test_a_table_of_other_units_is_named(n_v):
    layer_input = LayerInput(np.random.default_rng(1).random((9, n_v)), name="hidden layer 1")
    for kernel in (lrw.EmpiricalCovariance(V), 2 * lrw.EmpiricalCovariance(V) + 1):
        text = f"^dictionary: expected a kernel of the {n_v} units of hidden layer 1, got .* made of 36"
        with pytest.raises(ValueError, match=text):
            strategy_of(kernel).prepare(layer_input)


def test_of_a_product_with_a_table_only_units_that_vary_are_known():
    local = strategy_of(lrw.EmpiricalCovariance(V) * lrw.SquaredExponential(3.0)).take_apart(PIXELS)
    assert local.candidates.tolist() == list(range(30))
    both = strategy_of(lrw.EmpiricalCovariance(V) + lrw.SquaredExponential(3.0)).take_apart(PIXELS)
    assert both.candidates is None
