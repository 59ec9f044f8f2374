import numpy as np
import pytest
from sklearn.covariance import LedoitWolf

from lowrankweights import Grid
from lowrankweights.advice import explained_variance
from lowrankweights.advice.explained import explained_curves
from lowrankweights.building import NetworkDirections, Targets, strategy_of
from lowrankweights.dictionaries.bases import pca_basis


def correlated(n=300, n_v=8, n_causes=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, n_causes)) @ rng.normal(size=(n_causes, n_v)) + 0.3 * rng.normal(size=(n, n_v))


@pytest.mark.parametrize("features", [None, 2])
def test_it_is_the_formula(features):
    v, rng = correlated() + 5.0, np.random.default_rng(1)
    made, judged, U = v[:150], v[150:], rng.normal(size=(8, 3))
    W = np.eye(8) if features is None else rng.normal(size=(8, features))
    S, C = LedoitWolf().fit(made).covariance_, np.cov(judged.T)
    left = W - U @ np.linalg.solve(U.T @ S @ U, U.T @ S @ W)
    expected = 1 - np.trace(left.T @ C @ left) / np.trace(W.T @ C @ W)
    found = explained_variance(U, made, judged, None if features is None else W)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_of_independent_inputs_a_share_of_the_weights_explains_this_share():
    v = np.random.default_rng(0).normal(size=(8000, 12))
    U = np.random.default_rng(1).normal(size=(12, 3))
    assert abs(explained_variance(U, v[:4000], v[4000:]) - 0.25) < 0.02
    assert explained_variance(np.eye(12), v[:4000], v[4000:]) > 1 - 1e-6


def test_fewer_rows_than_inputs_explain_nothing_by_heart():
    v = np.random.default_rng(0).normal(size=(40, 200))
    U = pca_basis(v[:20])  # all that the rows it was made from hold
    assert U.shape[1] == 19
    assert explained_variance(U, v[:20], v[20:]) < 0.2
    assert explained_variance(U, v[:20], v[:20]) > 0.5


def test_neither_units_nor_levels_matter():
    v, U = correlated(), np.random.default_rng(1).normal(size=(8, 3))
    first = explained_variance(U, v[:150], v[150:])
    np.testing.assert_allclose(explained_variance(U, 1e3 * v[:150] + 7, 1e3 * v[150:] + 7), first, rtol=1e-6)


def test_no_dictionary_explains_more_than_principal_components():
    names = ("pca", "covariance", "kmeans", "random_projection")
    strategies = {name: strategy_of(name) for name in names}
    v = correlated(1000, n_v=20, n_causes=10)
    atoms, curves, _, _ = explained_curves(v, None, strategies, np.random.default_rng(0))
    assert atoms == [1, 3, 6, 10, 15]
    for name in names[1:]:
        assert (curves["pca"] > curves[name] - 0.01).all() and (np.diff(curves[name]) > 0).all()


def test_smooth_signals_get_the_longer_length_scale():
    rng, t, scales = np.random.default_rng(0), np.arange(40), []
    for width in (1.0, 6.0):
        bumps = np.exp(-((t - rng.uniform(0, 40, (400, 1))) ** 2) / (2 * width**2))
        strategies = {"squared_exponential": strategy_of("squared_exponential")}
        atoms, curves, found, _ = explained_curves(bumps, Grid((40,)), strategies, rng)
        scales.append(found[12])
        assert curves["squared_exponential"][atoms.index(12)] > 0.5
    assert scales[1] > scales[0]


def test_a_dictionary_that_cannot_be_had_is_left_out_with_its_reason():
    strategies = {name: strategy_of(name) for name in ("wavelet", "dct")}
    v = np.random.default_rng(0).normal(size=(40, 15))
    _, curves, _, left_out = explained_curves(v, Grid((3, 5)), strategies, np.random.default_rng(0))
    assert list(curves) == ["dct"] and "even" in left_out["wavelet"]


def test_what_is_explained_by_a_networks_directions_depends_on_what_it_learns():
    rng = np.random.default_rng(0)
    v, W = rng.normal(size=(300, 30)), np.eye(30)[:, :2]
    Y = np.eye(2)[(v[:, 0] > 0).astype(int)]
    strategies = {"network_directions": NetworkDirections(n_hidden=10, n_iter=30)}
    curves = [
        explained_curves(v, None, strategies, np.random.default_rng(0), W, targets)[1]["network_directions"]
        for targets in (None, Targets(Y, "softmax_cross_entropy"))
    ]
    assert curves[1][0] > curves[0][0] + 0.2
