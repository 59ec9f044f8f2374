import numpy as np
import pytest

from lowrankweights.networks import ACTIVATIONS, sigmoid


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_derivative_written_in_h_is_that_of_the_value(name):
    g, z = ACTIVATIONS[name], np.random.default_rng(0).normal(size=(5, 3))
    numeric = (g.value(z + 1e-6) - g.value(z - 1e-6)) / 2e-6
    assert np.allclose(g.derivative(g.value(z)), numeric, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_dtype_is_kept_and_z_is_left_alone(name, dtype):
    g, z = ACTIVATIONS[name], np.linspace(-3, 3, 7).astype(dtype)
    before = z.copy()
    h = g.value(z)
    assert h.dtype == g.derivative(h).dtype == dtype and np.array_equal(z, before)


def test_the_sigmoid_never_overflows_and_is_symmetric():
    z = np.array([-1e4, -3.0, 0.0, 3.0, 1e4])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        h = sigmoid(z)
    assert h[0] == 0 and h[2] == 0.5 and h[4] == 1
    assert np.allclose(h + sigmoid(-z), 1, atol=1e-16)
