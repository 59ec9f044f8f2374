import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.building import LayerInput

V = np.random.default_rng(0).random((9, 36))


def test_units_and_channels_are_those_of_the_data_or_of_the_points():
    colour = lrw.Grid((3, 4), channels=3)
    for layer_input in (LayerInput(V, colour), LayerInput(None, colour)):
        assert (layer_input.n_v, layer_input.n_channels) == (36, 3)
        assert layer_input.kernel_points is colour
    hidden = LayerInput(V, name="hidden layer 1")
    assert (hidden.n_v, hidden.n_channels) == (36, 1)
    assert np.array_equal(hidden.kernel_points, np.arange(36))


def test_what_is_not_there_is_refused_by_the_dictionarys_name():
    with pytest.raises(ValueError, match="^dictionary: expected data .* for 'kmeans', got none"):
        LayerInput(None, lrw.Grid((6, 6))).data("kmeans")
    scattered = LayerInput(V, lrw.Points(np.random.default_rng(1).random((36, 2))))
    assert scattered.places("squared_exponential") is scattered.points
    for layer_input in (scattered, LayerInput(V)):
        with pytest.raises(ValueError, match="^dictionary: expected another than 'dct' for a layer without"):
            layer_input.grid("dct")


def test_the_remedy_where_places_are_missing_is_a_shape_or_points():
    with pytest.raises(ValueError, match="without places .* for the first layer give input_shape or points"):
        LayerInput(V).places("squared_exponential")
    with pytest.raises(ValueError, match=r"without a grid .* give input_shape or points \(a Grid\)"):
        LayerInput(V).grid("dct")


def test_some_of_the_points_are_counted_anew():
    """Else a covariance would be looked up for other units than the columns of v."""
    turned = LayerInput(V, lrw.Grid((6, 6))[::-1])
    assert turned.points == lrw.Points(lrw.Grid((6, 6)).coordinates[::-1])
    kernel = lrw.EmpiricalCovariance(V)
    assert np.array_equal(kernel(turned.kernel_points, turned.kernel_points), kernel.K)
    some = lrw.Points(np.random.default_rng(0).random((40, 2)))[4:]
    assert LayerInput(V, some).points.units.tolist() == list(range(36))


def test_channels_that_do_not_lie_beside_each_other_are_not_tied():
    apart = lrw.Points(np.tile(np.arange(18.0), 2), channels=np.repeat([0, 1], 18))
    assert LayerInput(V, apart).n_channels == 1


def test_weights_are_of_the_rows_of_v():
    assert LayerInput(V).weight is None
    assert LayerInput(V, weight=[1] * 9).weight.dtype == np.float64
    for weight in (np.ones(8), np.zeros(9), -np.ones(9)):
        with pytest.raises(ValueError, match="^weight: expected"):
            LayerInput(V, weight=weight)
    with pytest.raises(ValueError, match="^weight: expected None where v is None"):
        LayerInput(None, lrw.Grid((6, 6)), weight=np.ones(36))


def test_a_layers_input_and_its_points_agree():
    with pytest.raises(ValueError, match="^points: expected one for each of v's 36 columns"):
        LayerInput(V, lrw.Grid((5, 5)))
    with pytest.raises(ValueError, match="^points: expected a Grid or Points where v is None"):
        LayerInput(None)
    with pytest.raises(ValueError, match="^points: expected a Grid, Points or None"):
        LayerInput(V, (6, 6))
