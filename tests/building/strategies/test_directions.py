import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.building import (
    STRATEGIES,
    CovarianceRidge,
    KernelEigenvectors,
    LayerInput,
    NetworkDirections,
    TaperedCovarianceRidge,
    from_recipe,
    strategy_of,
)
from lowrankweights.building.layer_input import Targets
from lowrankweights.building.strategies.directions import Directions
from lowrankweights.building.strategies.strategy import Strategy

RNG = np.random.default_rng(0)
V = RNG.normal(size=(200, 36)) @ RNG.normal(size=(36, 36)) * np.linspace(0.1, 1, 36)
GRID = lrw.Grid((6, 6))
NAMES = [name for name, kind in STRATEGIES.items() if issubclass(kind, Directions)]
TARGETS = Targets(np.eye(3)[(V[:, 30:33]).argmax(axis=1)], "softmax_cross_entropy")
PIXELS = LayerInput(V, GRID, targets=TARGETS)


def span(U):
    """The projection onto the atoms' span."""
    Q = np.linalg.qr(U)[0]
    return Q @ Q.T


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rest", ["sketch", "pivoted"])
def test_the_first_atoms_are_shared_and_the_others_each_columns_own(name, rest):
    strategy = STRATEGIES[name](shared=0.5, rest=rest)
    prepared = strategy.prepare(PIXELS, rng=0)
    rng = np.random.default_rng(1)
    columns = [prepared.draw(9, rng, column, 3).U for column in range(3)]
    for U in columns:
        assert U.shape == (36, 9) and np.allclose(U.T @ U, np.eye(9), atol=1e-10)
        assert np.array_equal(U[:, :4], prepared.seen.atoms[:, :4])
    assert np.linalg.norm(span(columns[0]) - span(columns[1])) > 0.1
    alone = STRATEGIES[name]().prepare(PIXELS, rng=0).draw(9).U
    assert np.array_equal(alone, prepared.seen.atoms[:, :9])


@pytest.mark.parametrize("rest", ["sketch", "pivoted"])
def test_own_directions_look_where_the_variance_is(rest):
    prepared = KernelEigenvectors(of="covariance", shared=0.25, rest=rest).prepare(PIXELS, rng=0)
    C = np.cov(V.T)
    left = [np.trace(C - span(prepared.draw(12, seed, 0, 2).U) @ C) for seed in range(20)]
    atoms = prepared.seen.atoms
    chance = [
        np.trace(C - span(np.hstack([atoms[:, :3], np.random.default_rng(s).normal(size=(36, 9))])) @ C)
        for s in range(20)
    ]
    best = np.trace(C - span(atoms[:, :12]) @ C)
    assert min(left) >= best * (1 - 1e-9) and np.median(left) < 0.7 * np.median(chance)


def test_eigenvectors_of_the_covariance_are_the_principal_components():
    pca = STRATEGIES["pca"]().prepare(PIXELS).draw(7).U
    assert np.allclose(KernelEigenvectors(of="covariance").prepare(PIXELS).draw(7).U, pca)
    assert np.allclose(KernelEigenvectors(of=lrw.EmpiricalCovariance(V)).prepare(PIXELS).draw(7).U, pca)
    values = STRATEGIES["pca"]().prepare(PIXELS).seen.values
    assert np.allclose(values, np.linalg.eigvalsh(np.cov(V.T))[::-1])


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_whitening_divides_by_a_power_of_the_standard_deviation_and_keeps_the_span(power):
    v = np.random.default_rng(0).normal(size=(400, 6)) @ np.diag([1, 2, 4, 8, 16, 32])
    plain, U = (
        lrw.building.PrincipalComponents(whitening=p).prepare(LayerInput(v)).draw(n_alpha=4).U
        for p in (0.0, power)
    )
    spread, lengths = np.std(v @ plain, axis=0), np.linalg.norm(U, axis=0)
    assert np.allclose(span(plain), span(U)) and np.mean(lengths**2) == pytest.approx(1)
    assert np.allclose(np.std(v @ U, axis=0) / lengths, spread)
    assert np.ptp(lengths * spread**power) < 1e-9


def test_eigenvectors_of_a_kernel_leave_as_little_as_the_bound_says():
    strategy = TaperedCovarianceRidge(taper=2.0)
    U = KernelEigenvectors(of=strategy).prepare(PIXELS).draw(8).U
    parts = strategy.take_apart(PIXELS)
    K = parts.kernel(GRID, GRID)
    assert np.trace(K - span(U) @ K) / np.trace(K) == pytest.approx(parts.unexplained(np.arange(8)).bound)


def test_a_network_finds_the_few_directions_that_matter():
    v = np.random.default_rng(0).normal(size=(600, 30)) * np.linspace(3, 1, 30)
    inside = v[:, 27:] @ np.random.default_rng(1).normal(size=(3, 4))  # of the smallest variances
    targets = Targets(np.eye(4)[inside.argmax(axis=1)], "softmax_cross_entropy")
    layer_input = LayerInput(v, targets=targets)
    wanted = np.diag(np.r_[np.zeros(27), np.ones(3)])
    for rank_by in ("pre_activations", "filters"):
        strategy = NetworkDirections(n_hidden=40, n_iter=60, rank_by=rank_by)
        U = strategy.prepare(layer_input, rng=0).draw(5).U
        assert np.trace(span(U) @ wanted) > 1.8  # of three; by chance 0.5
    assert np.trace(span(STRATEGIES["pca"]().prepare(layer_input).draw(5).U) @ wanted) < 0.5


def test_without_targets_directions_are_of_an_autoencoder():
    v = np.random.default_rng(0).normal(size=(300, 2)) @ np.random.default_rng(1).normal(size=(2, 9))
    U = NetworkDirections(n_hidden=12, activation="identity").prepare(LayerInput(v), rng=0).draw(2).U
    assert np.allclose(v @ span(U), v, atol=0.05 * np.abs(v).max())


def test_directions_in_a_network_in_rica_and_from_a_recipe():
    how = {"max_iter": 3, "random_state": 0, "standardize": False, "proportion": 0.25, "n_columns": 2}
    y = TARGETS.Y.argmax(axis=1)
    kernel = KernelEigenvectors(of="tapered_covariance", shared=0.5)
    for dictionary in ("network_directions", "kernel_eigenvectors", kernel):
        model = lrw.LowRankMLPClassifier((8, 6), dictionary=dictionary, input_shape=(6, 6), **how)
        with pytest.warns(UserWarning):
            model.fit(V, y)
        recipe, U = model.recipes_[0][1], model.dictionaries_[0][1]
        given = strategy_of(dictionary)
        again = from_recipe(recipe, V, GRID, strategy=given, targets=TARGETS)
        assert np.array_equal(again.U, U)
        if given.name == "kernel_eigenvectors":
            assert np.array_equal(from_recipe(recipe, V, GRID).U, U)
    rica = lrw.RICA(5, dictionary="kernel_eigenvectors", max_iter=1, random_state=0)
    with pytest.warns(UserWarning):
        assert rica.fit(V).components_.shape == (5, 36)


def test_a_tapered_covariance_is_the_product_and_without_places_the_covariance():
    kernel = TaperedCovarianceRidge(taper=3.0).take_apart(PIXELS).kernel
    K = np.cov(V.T) * lrw.SquaredExponential(3.0)(GRID, GRID)
    assert np.allclose(kernel(GRID, GRID), K)
    nowhere = LayerInput(V)
    kernel = TaperedCovarianceRidge().take_apart(nowhere).kernel
    assert np.allclose(kernel(np.arange(36), np.arange(36)), np.cov(V.T))
    colour = LayerInput(V, lrw.Grid((3, 4), channels=3))
    K = TaperedCovarianceRidge().take_apart(colour).kernel(colour.points, colour.points)
    assert np.allclose(K[0, :3], np.cov(V.T)[0, :3])  # colours of a pixel covary


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: KernelEigenvectors(shared=1.5), "shared: expected"),
        (lambda: KernelEigenvectors(rest="drawn"), "rest: expected one of 'sketch', 'pivoted'"),
        (lambda: KernelEigenvectors(of="pca"), "of: expected a kernel, or a strategy with one, got 'pca'"),
        (lambda: KernelEigenvectors(of="nothing"), "of: expected one of"),
        (lambda: NetworkDirections(rank_by="loss"), "rank_by: expected"),
        (lambda: lrw.building.PrincipalComponents(whitening=2), "whitening: expected"),
        (lambda: NetworkDirections(n_hidden=0), "n_hidden: expected"),
        (lambda: STRATEGIES["pca"]().prepare(PIXELS).draw(37), "n_alpha: expected at most the 36 principal"),
        (lambda: CovarianceRidge().prepare(PIXELS).draw(37), "proportion: expected at most"),
        (lambda: NetworkDirections().prepare(LayerInput(None, GRID)), "dictionary: expected data"),
        (lambda: KernelEigenvectors().prepare(LayerInput(None, GRID)), "dictionary: expected data"),
    ],
)
def test_bad_settings_are_named(make, said):
    with pytest.raises(ValueError, match=f"^{said}"):
        make()


def test_a_kernel_that_is_not_positive_semidefinite_has_no_directions():
    def distance(a, b):
        return 1 - np.abs(a[:, None, 0] - b[None, :, 0])

    with pytest.raises(ValueError, match="^kernel: expected a positive semidefinite one"):
        KernelEigenvectors(of=distance).prepare(PIXELS)


def test_all_are_strategies_with_a_name():
    assert set(NAMES) == {"pca", "kernel_eigenvectors", "network_directions"}
    assert all(issubclass(STRATEGIES[name], Strategy) for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_input_that_does_not_vary_is_told_by_its_name(name):
    still = LayerInput(np.zeros((200, 36)), GRID, targets=TARGETS, name="hidden layer 1")
    with pytest.raises(ValueError, match=r"^hidden layer 1: expected .* for '\w+', got none"):
        strategy_of(name).prepare(still)
