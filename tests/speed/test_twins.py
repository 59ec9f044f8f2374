import numpy as np
import pytest
from toys import PARAMETRISATIONS as NAMES
from toys import parametrisation

import lowrankweights as lrw
from lowrankweights.networks import ACTIVATIONS, Rows
from lowrankweights.speed.twins import twins

PARAMETRISATIONS = {name: parametrisation(name, 8) for name in NAMES}


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("name", PARAMETRISATIONS)
@pytest.mark.parametrize("poolable", [False, True])
def test_every_twin_of_a_dense_layer_is_its_definition(name, activation, poolable):
    layer = lrw.Dense(PARAMETRISATIONS[name], activation)
    rng = np.random.default_rng(4)
    theta, v, dh = layer.init(rng) + 0.1, rng.normal(size=(5, 8)), rng.normal(size=(5, 6))
    h, cache = layer.forward(theta, v)
    dtheta, dv = layer.backward(theta, cache, dh)
    for twin in twins(layer, poolable):
        arrays = twin.prepare(theta)
        own_h, own_cache = twin.forward(arrays, twin.pool(v) if twin.pooled else v, Rows.of(5))
        assert np.allclose(own_h, h, atol=1e-14)
        gradients, own_dv = twin.backward(arrays, own_cache, dh.copy(), need_dv=not twin.pooled)
        assert np.allclose(twin.finish(gradients, theta), dtheta, atol=1e-13)
        assert twin.pooled or np.allclose(own_dv, dv, atol=1e-14)


def test_what_a_twin_takes_is_as_wide_as_it_says():
    v = np.random.default_rng(0).normal(size=(5, 8))
    for q in PARAMETRISATIONS.values():
        for twin in twins(lrw.Dense(q), poolable=True):
            assert (twin.pool(v) if twin.pooled else v).shape == (5, twin.input_width)


def test_v_is_left_as_it_is():
    v = np.random.default_rng(0).random((5, 8))
    v.setflags(write=False)
    for q in PARAMETRISATIONS.values():
        layer = lrw.Dense(q, "relu")
        for twin in twins(layer):
            twin.forward(twin.prepare(layer.init(np.random.default_rng(0))), v, Rows.of(5))
