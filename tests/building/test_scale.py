import numpy as np
import pytest

from lowrankweights.building.scale import Scale, warn_of_scale


def test_standardised_columns_have_mean_0_and_variance_1_and_constant_ones_stay():
    A = np.random.default_rng(0).normal([5.0, -3.0, 7.0], [1e-6, 1e5, 0.0], (300, 3))
    scaled = Scale.of(A).applied_to(A)
    assert np.allclose(scaled.mean(axis=0), 0, atol=1e-8)
    assert np.allclose(scaled.std(axis=0), [1, 1, 0]) and Scale.of(A).scale[2] == 1


def test_a_row_of_weight_two_is_the_row_twice():
    A, weight = np.random.default_rng(1).random((50, 2)), np.arange(50) % 3
    found, wanted = Scale.of(A, weight.astype(float)), Scale.of(np.repeat(A, weight, axis=0))
    assert np.allclose(found.mean, wanted.mean) and np.allclose(found.scale, wanted.scale)


def test_a_warning_says_what_to_do():
    with pytest.warns(UserWarning, match="standardize=True"):
        warn_of_scale(np.full((5, 2), 1e6) * [[1], [2], [3], [4], [5]])
