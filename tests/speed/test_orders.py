import itertools

import numpy as np
import pytest
from toys import PARAMETRISATIONS as NAMES
from toys import parametrisation

from lowrankweights.optimisation import adjoint_error
from lowrankweights.speed.orders import cheapest, orders

PARAMETRISATIONS = {name: parametrisation(name, 8) for name in NAMES}
CASES = [
    (name, poolable, i)
    for name, poolable in itertools.product(PARAMETRISATIONS, (False, True))
    for i in range(len(orders(PARAMETRISATIONS[name], poolable)))
]


def order(name, poolable, i):
    found = orders(PARAMETRISATIONS[name], poolable)[i]
    v = np.random.default_rng(1).normal(size=(5, 8))
    return found, v, found.pool(v) if found.pooled else v


@pytest.mark.parametrize(("name", "poolable", "i"), CASES)
def test_every_order_gives_v_w(name, poolable, i):
    found, v, taken = order(name, poolable, i)
    q = found.parametrisation
    p = q.init(rng=0)
    z, _ = found.multiply(taken, found.prepare(p))
    assert np.allclose(z, v @ q.expand(p), atol=1e-14)
    assert taken.shape[1] == found.input_width


@pytest.mark.parametrize(("name", "poolable", "i"), CASES)
def test_every_order_pulls_back_the_gradients_of_p_and_v(name, poolable, i):
    found, v, taken = order(name, poolable, i)
    q, rng = found.parametrisation, np.random.default_rng(2)
    p, dz = q.init(rng=0), rng.normal(size=(5, 6))
    arrays = found.prepare(p)
    _, cache = found.multiply(taken, arrays)
    gradients, dv = found.pull_back(dz, cache, arrays, need_dv=not found.pooled)
    assert np.allclose(found.finish(gradients, p), q.pull_back(v.T @ dz, p), atol=1e-14)
    if not found.pooled:
        assert np.allclose(dv, dz @ q.expand(p).T, atol=1e-14)
        assert found.pull_back(dz, cache, arrays, need_dv=False)[1] is None


@pytest.mark.parametrize("name", ["predicted", "columns", "full"])
def test_pulling_back_is_the_adjoint_of_multiplying(name):
    q, v = PARAMETRISATIONS[name], np.random.default_rng(3).normal(size=(5, 8))
    for found in orders(q):

        def forward(p, found=found):
            return found.multiply(v, found.prepare(p))[0]

        def adjoint(dz, found=found):
            p = q.init(rng=0)
            arrays = found.prepare(p)
            gradients, _ = found.pull_back(dz, found.multiply(v, arrays)[1], arrays)
            return found.finish(gradients, p)

        assert adjoint_error(forward, adjoint, q.n_dynamic, (5, 6)) < 1e-14


def test_pooling_beforehand_is_passed_over_where_it_is_wider_than_the_data():
    wide, narrow = (orders(PARAMETRISATIONS[name], poolable=True) for name in ("wide", "predicted"))
    assert cheapest(wide, 10**6, need_dv=False).name == "v (U w)"
    assert cheapest(narrow, 10**6, need_dv=False).pooled
