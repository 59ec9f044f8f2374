import numpy as np
import pytest
from sklearn.gaussian_process import kernels as scikit

import lowrankweights as lrw
from lowrankweights.dictionaries import as_kernel

RNG = np.random.default_rng(0)
GRID = lrw.grid_coordinates((4, 5))
COLOUR = lrw.grid_coordinates((3, 3, 3))
V = RNG.random((50, 7))
UNITS = np.arange(7)
V_GRID = RNG.random((50, 20))  # activities of the units of a grid 4 x 5
SE, EMP = lrw.SquaredExponential(4.0), lrw.EmpiricalCovariance(V_GRID)


@pytest.mark.parametrize("length_scale", [0.7, 1.5])
@pytest.mark.parametrize(
    "points", [lrw.Grid((4, 5)), lrw.Grid((3, 3, 3)), lrw.Grid((9,)), [[0.1, 2.5], [1, 1]]]
)
def test_squared_exponential_is_the_papers_formula(points, length_scale):
    K = lrw.SquaredExponential(length_scale)(points, points)
    for i, p in enumerate(np.asarray(points)):
        for j, q in enumerate(np.asarray(points)):
            wanted = np.exp(-np.sum((p - q) ** 2) / (2 * length_scale**2))
            assert K[i, j] == pytest.approx(wanted, abs=1e-15)


def test_channels_do_not_covary():
    K = lrw.SquaredExponential(2.0)(COLOUR, COLOUR)
    same = COLOUR[:, None, 2] == COLOUR[None, :, 2]
    assert (K[~same] == 0).all()
    one_channel = lrw.grid_coordinates((3, 3))
    assert np.array_equal(K[::3, ::3], lrw.SquaredExponential(2.0)(one_channel, one_channel))
    assert np.allclose(as_kernel(scikit.RBF(2.0))(COLOUR, COLOUR), K)


def test_a_volume_is_near_in_three_directions():
    volume = lrw.Grid((8, 8, 8))
    K = lrw.SquaredExponential(1.0)(volume, volume[[0]])[:, 0].reshape(volume.input_shape)
    assert K[1, 0, 0] == K[0, 1, 0] == K[0, 0, 1] == pytest.approx(np.exp(-0.5))


@pytest.mark.parametrize("length_scale", [0, -1, np.inf, np.nan, "1", None])
def test_bad_length_scales_are_named(length_scale):
    with pytest.raises(ValueError, match="^length_scale: expected"):
        lrw.SquaredExponential(length_scale)


def test_points_of_different_kind_are_named():
    with pytest.raises(ValueError, match="^points_b: expected points without channels, as in points_a"):
        lrw.SquaredExponential(1.0)(GRID, COLOUR)
    with pytest.raises(ValueError, match="^points_b: expected 2 coordinates"):
        lrw.SquaredExponential(1.0)(GRID, lrw.Grid((3, 3, 3)))


def test_each_axis_may_have_its_own_scale():
    grid, scales = lrw.Grid((4, 5), channels=2), (0.5, 3.0)
    K = lrw.SquaredExponential(scales)(grid, grid)
    stretched = lrw.Points(grid.coordinates / scales, grid.channels)
    assert np.allclose(K, lrw.SquaredExponential(1.0)(stretched, stretched), rtol=1e-14)
    alike = [lrw.SquaredExponential(scale)(grid, grid) for scale in (2.0, (2.0, 2.0))]
    assert np.allclose(*alike)
    with pytest.raises(ValueError, match="^length_scale: expected one number, or one for each of 2 axes"):
        lrw.SquaredExponential((1.0, 2.0, 3.0))(grid, grid)
    with pytest.raises(ValueError, match="^length_scale: expected a finite number > 0"):
        lrw.SquaredExponential((1.0, 0.0))


def test_channels_may_be_taken_together():
    grid, positions = lrw.Grid((3, 3), channels=3), lrw.Grid((3, 3))
    apart, half, together = (lrw.SquaredExponential(2.0, between_channels=c)(grid, grid) for c in (0, 0.5, 1))
    assert np.allclose(together, np.kron(lrw.SquaredExponential(2.0)(positions, positions), np.ones((3, 3))))
    assert np.allclose(half, (apart + together) / 2)
    with pytest.raises(ValueError, match="^between_channels: expected"):
        lrw.SquaredExponential(1.0, between_channels=1.5)
