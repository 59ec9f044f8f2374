import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.building.scale import Scale
from lowrankweights.estimators.perceptron.units import Folding
from lowrankweights.speed import predict


def problem(n=300, n_out=1):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 3))
    return X, np.column_stack([np.sin(X @ rng.normal(size=3)) for _ in range(n_out)])


def regressor(**settings):
    how = {"proportion": 1.0, "n_columns": 1, "max_iter": 60, "random_state": 0, **settings}
    return lrw.LowRankMLPRegressor((12,), **how)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("scale", "shift"), [(1e6, 0), (1e-6, 0), (1, 1e4), (-1e30, 0), (1e-30, 0)])
def test_the_score_does_not_depend_on_the_units_of_y(scale, shift, dtype):
    X, y = problem()
    X, y = X.astype(dtype), y.ravel()
    usual = regressor().fit(X, y).score(X, y)
    assert usual > 0.9
    y = scale * y + shift
    assert regressor().fit(X, y).score(X, y) == pytest.approx(usual, abs=0.01)


def test_mean_and_scale_are_folded_in_exactly():
    X, Y = problem(n_out=3)
    Y = Y * [1.0, 1e5, 1e-5] + [0, 7e5, 1.0]
    targets = Scale.of(Y)
    net = lrw.Network([lrw.Dense(lrw.Full(3, 4), "tanh"), lrw.Dense(lrw.Full(4, 3))], "squared_error")
    theta = net.init(rng=0)
    folded = predict(net, Folding(net, targets=targets).fold(theta), X)
    assert np.allclose(folded, predict(net, theta, X) * targets.scale + targets.mean, rtol=1e-13, atol=0)
    assert np.allclose(targets.applied_to(Y).mean(axis=0), 0, atol=1e-9)
    assert np.allclose(targets.applied_to(Y).std(axis=0), 1)


def test_callbacks_see_the_network_that_predicts_y():
    X, y = problem()
    y, seen = 1e4 + 50 * y.ravel(), []
    model = regressor(max_iter=20)
    model.callbacks = [lambda info: seen.append(predict(model.network_, info.theta, X).ravel())]
    model.fit(X, y)
    assert np.array_equal(seen[-1], model.predict(X))
    errors = [np.mean((p - y) ** 2) for p in seen]
    assert errors[-1] < 0.5 * errors[0] < 2 * np.var(y)


def test_a_constant_output_is_predicted():
    X, Y = problem(n_out=2)
    Y[:, 1] = 1234.5
    assert np.allclose(regressor().fit(X, Y).predict(X)[:, 1], 1234.5, atol=0.05)
