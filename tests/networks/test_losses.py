import numpy as np
import pytest

from lowrankweights.networks import LOSSES

RNG_SEED = 0


def rows(loss, n=6, n_out=3):
    rng = np.random.default_rng(RNG_SEED)
    Y = rng.normal(size=(n, n_out)) if loss == "squared_error" else rng.dirichlet(np.ones(n_out), size=n)
    return rng.normal(size=(n, n_out)), Y


@pytest.mark.parametrize("loss", LOSSES)
def test_dz_is_the_derivative_of_the_summed_terms(loss):
    z, Y = rows(loss)
    _, dz = LOSSES[loss].terms(z, Y)
    for i, k in np.ndindex(z.shape):
        ahead, behind = z.copy(), z.copy()
        ahead[i, k] += 1e-6
        behind[i, k] -= 1e-6
        slope = (LOSSES[loss].terms(ahead, Y)[0].sum() - LOSSES[loss].terms(behind, Y)[0].sum()) / 2e-6
        assert dz[i, k] == pytest.approx(slope, abs=1e-8)


@pytest.mark.parametrize("loss", LOSSES)
def test_dz_is_the_prediction_minus_the_target(loss):
    z, Y = rows(loss)
    assert np.allclose(LOSSES[loss].terms(z, Y)[1], LOSSES[loss].predict(z) - Y, atol=1e-15)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_perfect_prediction_has_the_smallest_loss(loss):
    z, _ = rows(loss)
    Y = LOSSES[loss].predict(z)
    here = LOSSES[loss].terms(z, Y)[0].sum()
    moved = LOSSES[loss].terms(z + 0.1 * np.random.default_rng(1).normal(size=z.shape), Y)[0].sum()
    assert here < moved


def test_softmax_does_not_change_when_a_row_is_shifted():
    z, Y = rows("softmax_cross_entropy")
    terms, dz = LOSSES["softmax_cross_entropy"].terms(z, Y)
    shifted, dz_shifted = LOSSES["softmax_cross_entropy"].terms(z + np.arange(6.0)[:, None], Y)
    assert np.allclose(terms, shifted, atol=1e-14) and np.allclose(dz, dz_shifted, atol=1e-15)
