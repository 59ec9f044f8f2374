import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lowrankweights as lrw
from lowrankweights import dictionaries

POINTS = lrw.grid_coordinates((28, 28))
KERNEL = lrw.SquaredExponential(1.0)


def formula(kernel, points, alpha, ridge):
    """U = k_alpha^T (K_alpha + ridge I)^-1, as it stands in the paper."""
    K_alpha = kernel(points[alpha], points[alpha])
    k_alpha = kernel(points[alpha], points)
    return k_alpha.T @ np.linalg.inv(K_alpha + ridge * np.eye(len(alpha)))


@pytest.mark.parametrize("n_alpha", [1, 20, 78])
@pytest.mark.parametrize("ridge", [1e-2, 1e-4, 1.0])
def test_kernel_ridge_is_the_papers_formula(n_alpha, ridge):
    alpha = lrw.sample_index_set(784, n_alpha, rng=1)
    U = dictionaries.kernel_ridge(KERNEL, POINTS, alpha, ridge)
    assert np.abs(U - formula(KERNEL, POINTS, alpha, ridge)).max() < 1e-10


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 60), st.floats(0.3, 1.0))
def test_without_a_ridge_the_known_weights_are_kept(seed, n_alpha, length_scale):
    alpha = lrw.sample_index_set(784, n_alpha, rng=seed)
    kernel = lrw.SquaredExponential(length_scale)
    if np.linalg.cond(kernel(POINTS[alpha], POINTS[alpha])) < 1e6:
        U = dictionaries.kernel_ridge(kernel, POINTS, alpha, ridge=0)
        assert np.abs(U[alpha] - np.eye(n_alpha)).max() < 1e-8


def test_ridge_to_zero_approaches_interpolation_in_order():
    alpha = lrw.sample_index_set(784, 78, rng=1)
    gaps = []
    for ridge in (1e-1, 1e-3, 1e-5, 0):
        U = dictionaries.kernel_ridge(KERNEL, POINTS, alpha, ridge)
        gaps.append(np.abs(U[alpha] - np.eye(78)).max())
    assert gaps == sorted(gaps, reverse=True)


def test_a_smooth_feature_comes_back_from_a_few_of_its_pixels():
    row, column = POINTS.T
    w = np.exp(-((row - 13) ** 2 + (column - 15) ** 2) / 40) * np.cos(column / 3)
    alpha = lrw.sample_index_set(784, 120, rng=0)
    U = dictionaries.kernel_ridge(lrw.SquaredExponential(4.0), POINTS, alpha, ridge=1e-6)
    assert np.abs(lrw.predict_features(w[alpha], U) - w).max() < 0.02


def test_the_order_of_alpha_is_the_order_of_the_atoms():
    alpha = np.array([5, 100, 300])
    U = dictionaries.kernel_ridge(KERNEL, POINTS, alpha)
    turned = dictionaries.kernel_ridge(KERNEL, POINTS, alpha[::-1])
    assert np.allclose(U[:, ::-1], turned, atol=1e-14)


def test_covariance_kernel_predicts_a_unit_from_its_copy():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 500))
    V = np.stack([a, a, b], axis=1)
    U = dictionaries.kernel_ridge(lrw.EmpiricalCovariance(V), np.arange(3), [0, 2], ridge=1e-9)
    assert np.allclose(U[1], [1, 0], atol=1e-6)


def test_units_that_never_vary_get_weight_zero():
    V = np.random.default_rng(0).random((30, 4))
    V[:, 3] = 0.25
    U = dictionaries.kernel_ridge(lrw.EmpiricalCovariance(V), np.arange(4), [0, 2], ridge=1e-3)
    assert (U[3] == 0).all()


def test_predictive_variance_is_the_gaussian_process_posterior():
    alpha, ridge = lrw.sample_index_set(784, 40, rng=2), 1e-2
    K, k = KERNEL(POINTS[alpha], POINTS[alpha]), KERNEL(POINTS[alpha], POINTS)
    wanted = np.diag(KERNEL(POINTS, POINTS) - k.T @ np.linalg.inv(K + ridge * np.eye(40)) @ k)
    variance = lrw.predictive_variance(KERNEL, POINTS, alpha, ridge)
    assert np.allclose(variance, wanted, atol=1e-10)
    assert np.allclose(lrw.predictive_variance(KERNEL, POINTS, alpha, ridge=0)[alpha], 0, atol=1e-10)


def test_predict_features_takes_one_feature_or_many():
    U = dictionaries.random_projection(10, 3, rng=0)
    w = np.random.default_rng(0).random((3, 4))
    assert lrw.predict_features(w, U).shape == (10, 4)
    assert np.allclose(lrw.predict_features(w[:, 1], U), lrw.predict_features(w, U)[:, 1])


def test_random_connections_are_columns_of_the_identity():
    U = dictionaries.random_connections(12, 6, rng=0, n_channels=3)
    alpha = lrw.sample_index_set(12, 6, rng=0, n_channels=3)
    assert np.array_equal(U, np.eye(12)[:, alpha])


def test_random_projections_have_variance_one_over_n_alpha():
    U = dictionaries.random_projection(2000, 50, rng=0)
    assert U.var() * 50 == pytest.approx(1, rel=0.02)
    assert abs(U.mean()) < 1e-2


def test_a_singular_system_is_refused_with_the_remedies():
    alpha = np.arange(200)
    with pytest.raises(ValueError, match="condition number") as error:
        dictionaries.kernel_ridge(lrw.SquaredExponential(5.0), POINTS, alpha, ridge=0)
    for remedy in ("ridge", "length_scale", "n_alpha"):
        assert remedy in str(error.value)


@pytest.mark.parametrize(
    ("alpha", "ridge", "name"),
    [
        ([1, 1], 0.1, "alpha"),
        ([-1, 1], 0.1, "alpha"),
        ([784], 0.1, "alpha"),
        ([], 0.1, "alpha"),
        ([0.5], 0.1, "alpha"),
        ([[1, 2]], 0.1, "alpha"),
        ([1, 2], -0.1, "ridge"),
        ([1, 2], np.nan, "ridge"),
    ],
)
def test_bad_arguments_are_named(alpha, ridge, name):
    with pytest.raises(ValueError, match=f"^{name}: expected .*, got "):
        dictionaries.kernel_ridge(KERNEL, POINTS, alpha, ridge)


def test_a_dictionary_of_the_wrong_width_is_named():
    with pytest.raises(ValueError, match="^w_alpha: expected 3 rows"):
        lrw.predict_features(np.ones(4), np.ones((10, 3)))


@pytest.mark.parametrize(
    ("grid", "channels"), [(lrw.Grid((8, 8, 8)), 1), (lrw.Grid((128,)), 1), (lrw.Grid((6, 6), channels=3), 3)]
)
def test_smooth_features_of_volumes_time_axes_and_colour_are_predicted(grid, channels):
    w = np.cos(grid.coordinates / 6).prod(axis=1)
    alpha = lrw.sample_index_set(len(grid), len(grid) // 2, rng=0, n_channels=channels)
    U = dictionaries.kernel_ridge(lrw.SquaredExponential(4.0), grid, alpha, ridge=1e-3)
    assert np.abs(lrw.predict_features(w[alpha], U) - w).max() < 0.1
    assert np.abs(U - formula(lrw.SquaredExponential(4.0), grid, alpha, 1e-3)).max() < 1e-7


def test_the_ridge_is_absolute_in_the_units_of_the_kernel():
    alpha = lrw.sample_index_set(784, 30, rng=0)
    U, scaled = (
        dictionaries.kernel_ridge(k, POINTS, alpha, r) for k, r in [(KERNEL, 0.1), (7 * KERNEL, 0.7)]
    )
    assert np.allclose(U, scaled, atol=1e-12)
    assert not np.allclose(U, dictionaries.kernel_ridge(7 * KERNEL, POINTS, alpha, 0.1), atol=1e-3)


def test_an_indefinite_kernel_is_named_as_such_with_the_ridge_that_would_do():
    def indefinite(a, b):
        return np.where(np.abs(a[:, :1] - b[:, :1].T) < 2.5, 1.0, 0.0)

    points = np.stack([np.arange(8.0), np.zeros(8)], axis=1)
    with pytest.raises(ValueError, match="^kernel: expected a positive semidefinite one, or a ridge above"):
        dictionaries.kernel_ridge(indefinite, points, np.arange(8), ridge=0)


def test_a_ridge_moves_the_known_weights_by_the_formula_of_the_docstring():
    grid, alpha = lrw.Grid((6, 6)), lrw.sample_index_set(36, 12, rng=0)
    kernel = lrw.SquaredExponential(2.0)
    U = dictionaries.kernel_ridge(kernel, grid, alpha, ridge=0.1)
    K_alpha = kernel(grid[alpha], grid[alpha])
    assert np.allclose(U[alpha], np.eye(12) - 0.1 * np.linalg.inv(K_alpha + 0.1 * np.eye(12)), atol=1e-12)
    mu, patterns = np.linalg.eigh(K_alpha)
    assert np.allclose(U[alpha] @ patterns, patterns * mu / (mu + 0.1), atol=1e-12)


@pytest.mark.parametrize("n_channels", [None, 3])
def test_the_squared_exponential_on_an_image_is_a_product_of_factors(n_channels):
    grid = lrw.Grid((5, 4), channels=n_channels)
    n = n_channels or 1
    alpha = lrw.sample_index_set(len(grid), 2 * n, rng=3, n_channels=n)
    for scale in (1.3, (0.7, 2.0)):
        arguments = lrw.SquaredExponential(scale), grid, alpha, 0.05
        factors = dictionaries.kernel_ridge_factors(*arguments)
        np.testing.assert_allclose(
            factors.dictionary(n_channels or 1), dictionaries.kernel_ridge(*arguments), atol=1e-12
        )


def test_what_is_no_product_has_no_factors():
    factors_of = dictionaries.kernel_ridge_factors
    k, colour = lrw.SquaredExponential(1.0), lrw.Grid((4, 4), channels=2)
    assert factors_of(k, colour, [0, 1, 2, 5], 0.1) is None  # other pixels in each channel
    assert factors_of(k, lrw.Grid((3, 3, 3)), [0, 5], 0.1) is None
    assert factors_of(lrw.SquaredExponential(1.0, between_channels=0.5), colour, [0, 1], 0.1) is None
    assert factors_of(0.5 * k + 0.5 * k, lrw.Grid((4, 4)), [0, 5], 0.1) is None
    assert factors_of(k, colour.coordinates, [0, 1], 0.1) is None
