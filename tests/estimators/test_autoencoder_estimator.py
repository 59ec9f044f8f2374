import numpy as np
import pytest

import lowrankweights as lrw

X = np.random.default_rng(0).random((80, 48))
SENSORS = np.random.default_rng(1).random((48, 3))


def fitted(**changes):
    settings = {"proportion": 0.25, "max_iter": 3, "random_state": 0, "dictionary": "squared_exponential"}
    return lrw.LowRankAutoencoder(6, **{**settings, **changes}).fit(X)


@pytest.mark.parametrize(
    "points", [lrw.Grid((3, 4, 4)), lrw.Grid((48,)), np.random.default_rng(1).random((48, 3))]
)
def test_the_columns_of_x_may_be_at_any_points(points):
    model = fitted(points=points)
    (alpha,), (U,) = model.index_sets_, model.dictionaries_
    places = points if isinstance(points, lrw.Grid) else lrw.Points(points)
    assert np.allclose(U, lrw.dictionaries.kernel_ridge(lrw.SquaredExponential(1.0), places, alpha, 1e-2))


def test_a_signal_has_a_shape_of_one_entry():
    for name in ("squared_exponential", "dct"):
        by_shape, by_points = (
            fitted(input_shape=(48,), dictionary=name),
            fitted(points=lrw.Grid((48,)), dictionary=name),
        )
        assert np.array_equal(by_shape.components_, by_points.components_)


def test_a_shape_and_points_are_not_both_given():
    with pytest.raises(ValueError, match="^points: expected None beside input_shape"):
        fitted(input_shape=(48,), points=lrw.Grid((48,)))
