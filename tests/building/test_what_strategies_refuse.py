"""Dictionaries of brief networks: what they cannot be made of is named; points may be in any unit."""

import warnings

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.building import (
    KernelEigenvectors,
    LayerInput,
    LearnedKernel,
    NetworkDirections,
    TaperedCovarianceRidge,
    adapted,
    from_recipe,
    merged,
)

RNG = np.random.default_rng(0)
POINTS = RNG.permutation(40)[:, None].astype(float)
WAVES = np.sin(np.add.outer(RNG.uniform(0, 6, 120), POINTS[:, 0] / 4))


@pytest.mark.parametrize("strategy", [TaperedCovarianceRidge(), LearnedKernel(), LearnedKernel(by="network")])
def test_scattered_points_may_be_in_any_unit(strategy):
    with warnings.catch_warnings(action="error"):
        U = [
            strategy.prepare(LayerInput(WAVES, lrw.Points(unit * POINTS)), 0).draw(8).U
            for unit in (1.0, 1024.0)
        ]
    assert np.allclose(*U, atol=1e-4) and (np.abs(U[0]).max(axis=1) > 0.01).all()


def test_a_length_scale_that_is_given_is_where_learning_begins():
    layer_input = LayerInput(WAVES, lrw.Points(100 * POINTS))
    assert LearnedKernel().kernel(layer_input).length_scale == 100
    assert LearnedKernel(of=lrw.SquaredExponential(70.0)).kernel(layer_input).length_scale == 70


def test_too_few_rows_no_ridge_and_nothing_that_varies_are_named():
    few = LayerInput(WAVES[:3], lrw.Points(POINTS))
    with pytest.raises(
        ValueError, match="^X: expected at least 4 rows, a quarter of which judge, for 'learn"
    ):
        LearnedKernel(by="validation").prepare(few)
    with pytest.raises(ValueError, match="^relative_ridge .*: expected a finite number > 0"):
        LearnedKernel(relative_ridge=0.0)
    weight = np.zeros(120)
    weight[3] = 1
    with pytest.raises(ValueError, match="^X: expected directions of the brief network, for 'network_direct"):
        NetworkDirections().prepare(LayerInput(WAVES, weight=weight))
    with pytest.raises(ValueError, match="^activation: expected that of one filter a unit"):
        NetworkDirections(activation="maxout")
    for kind in (KernelEigenvectors, LearnedKernel):
        with pytest.raises(ValueError, match="^of: expected one whose kernel needs no training of its own"):
            kind(of="learned_kernel")
    with pytest.raises(ValueError, match="^X: expected at least 4 rows"):
        weight[:3] = 1
        points = lrw.Points(POINTS)
        LearnedKernel(by="validation").prepare(
            LayerInput(WAVES, points, weight=weight * (np.arange(120) < 3))
        )


def test_a_recipe_of_eigenvectors_of_a_given_kernel_asks_for_it():
    strategy = KernelEigenvectors(of=lrw.SquaredExponential(2.0))
    drawn = strategy.prepare(LayerInput(None, lrw.Grid((6, 6)))).draw(4)
    with pytest.raises(ValueError, match=r"^recipe \(its strategy\): expected strategy="):
        from_recipe(drawn.recipe, points=lrw.Grid((6, 6)))
    again = from_recipe(drawn.recipe, points=lrw.Grid((6, 6)), strategy=strategy)
    assert np.array_equal(again.U, drawn.U)


def test_what_has_no_layers_is_not_adapted():
    net = lrw.Network([lrw.Dense(lrw.Full(3, 2))], "squared_error")
    subspace = lrw.networks.RandomSubspace(net, 4)
    for refused in (adapted, merged, lrw.LowRankMLPClassifier.from_network):
        with pytest.raises(ValueError, match="^net: expected a Network, got RandomSubspace"):
            refused(subspace, np.zeros(4))
    with pytest.raises(ValueError, match="^layers: expected numbers of layers"):
        adapted(net, net.init(0), layers=0)


def test_a_length_scale_for_each_axis_may_be_of_scattered_points():
    strategy = lrw.building.SquaredExponentialRidge(length_scale=(1.0, 2.0))
    places = lrw.Points(RNG.uniform(0, 5, size=(30, 2)))
    assert strategy.prepare(LayerInput(None, places)).draw(5).U.shape == (30, 5)
