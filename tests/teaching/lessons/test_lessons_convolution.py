"""Lesson 09: what it writes by hand is what the package does."""

import numpy as np
import pytest
from run_lesson import names_of

import lowrankweights as lrw


@pytest.fixture(scope="module")
def own():
    """The lesson's namespace, run at its tiny size with its solutions."""
    return names_of("09")


def test_lesson_09_writes_what_the_package_does(own):
    rng = np.random.default_rng(9)
    v = rng.normal(size=(3, 7, 6, 2))
    layer = lrw.Conv2d(lrw.Full(3 * 2 * 2, 4), (3, 2), padding="valid").on(v.shape[1:])
    theta, dz = layer.init(rng), rng.normal(size=(3, *layer.out_shape))
    u, W, _ = cache = layer.forward(theta, v)[1]
    grad, dv = layer.backward(theta, cache, dz)
    assert np.array_equal(own["windows"](v, 3, 2), u) and np.array_equal(own["every_window"](v, 3, 2), u)
    assert np.allclose(np.concatenate([a.ravel() for a in own["weight_gradient"](dz, u)]), grad)
    assert np.allclose(own["image_gradient"](dz, W, 3, 2), dv)
    pool, v = lrw.MaxPool2d((2, 2)).on((6, 8, 3)), np.round(rng.normal(size=(2, 6, 8, 3)))  # with equal ones
    dh = rng.normal(size=(2, *pool.out_shape))
    wanted = pool.backward(np.zeros(0), pool.forward(np.zeros(0), v)[1], dh)[1]
    assert np.array_equal(own["unpool"](dh, v), wanted)
    assert set(own["check"].results.values()) == {"passed"}


def test_lesson_09_s_orders_are_the_package_s_convolution(own):
    rng, d = np.random.default_rng(10), own["dictionary"](6, seed=3)
    v, w_alpha = rng.normal(size=(2, 9, 11)).astype(np.float32), rng.normal(size=(9, 4)).astype(np.float32)
    layer = lrw.Conv2d(lrw.Predicted(d["U"], 4), (6, 6), padding="valid").on((9, 11, 1))
    wanted = layer.forward(np.append(w_alpha, np.zeros(4)), v[..., None])[0]  # (n, n_down, n_across, n_h)
    n_atoms = [atoms.stop - atoms.start for atoms in d["columns"]]
    pooled = own["two_passes"](v, d["down"], np.repeat(d["across"], n_atoms, axis=1))
    found = [pooled @ (d["M"] @ w_alpha)]
    for order in own["ORDERS"].values():
        z = order(np.ascontiguousarray(v.transpose(1, 0, 2)), d, w_alpha)  # (n_down, n_h, n * n_across)
        found.append(z.reshape(4, 4, 2, 6).transpose(2, 0, 3, 1))
    assert max(np.abs(z - wanted).max() for z in found) < 1e-4 * np.abs(wanted).max()
    assert own["count_orders"](6, 5, 3, 7, 4) == own["package_counts"](6, 5, 3, 7, 4)
