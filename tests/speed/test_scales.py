import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.speed.scales import remark


@pytest.mark.parametrize("scale", [1e-4, 1e3])
def test_data_far_from_a_scale_of_one_are_named(scale):
    X = np.random.default_rng(0).normal(size=(5000, 3))
    assert remark("X", X) == "" and remark("X", 0 * X) == ""
    assert remark("X", scale * X).startswith("X's entries are about")
    assert float(remark("y", scale * X).split()[4]) == pytest.approx(scale, rel=0.1)


def test_one_column_of_another_scale_is_named():
    X = np.random.default_rng(0).normal(size=(500, 5)) * [1, 1, 1, 1e6, 1]
    assert "in column 3" in remark("X", X)


def objective(x_scale=1.0, y_scale=1.0, dtype=np.float64):
    rng = np.random.default_rng(0)
    X, Y = x_scale * rng.normal(size=(60, 4)), y_scale * rng.normal(size=(60, 2))
    net = lrw.Network([lrw.Dense(lrw.Full(4, 5), "sigmoid"), lrw.Dense(lrw.Full(5, 2))], "squared_error")
    return net, lrw.Objective(net, X.astype(dtype), Y.astype(dtype))


@pytest.mark.parametrize("scales", [(1e6, 1.0), (1.0, 1e6), (1e-5, 1.0)])
def test_a_stop_report_names_badly_scaled_data(scales):
    net, fun = objective(*scales)
    name = "X" if scales[0] != 1 else "Y"
    assert f" {name}'s entries are about" in lrw.minimize(fun, net.init(0), max_iter=5).message
    net, fun = objective()
    assert "entries" not in lrw.minimize(fun, net.init(0), max_iter=5).message


@pytest.mark.parametrize("scales", [(1e30, 1.0), (1.0, 1e30)])
def test_overflow_is_reported_under_the_name_that_was_passed(scales):
    with pytest.raises(ValueError, match=rf"^{'X' if scales[0] > 1 else 'Y'}: .*float32 overflows"):
        objective(*scales, dtype=np.float32)
