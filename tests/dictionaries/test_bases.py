import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import fft

from lowrankweights.dictionaries import Grid, bases

SIZES = st.integers(1, 9)


@settings(deadline=None, max_examples=25)
@given(SIZES, SIZES, st.integers(1, 3))
def test_cosines_are_orthonormal(height, width, n_channels):
    B = bases.dct_basis((height, width, n_channels))
    assert np.allclose(B.T @ B, np.eye(height * width * n_channels), atol=1e-12)


@settings(deadline=None, max_examples=15)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.integers(1, 2))
def test_cosines_of_any_number_of_axes_are_those_of_scipys_transform(shape, n_channels):
    B = bases.dct_basis(Grid(shape, n_channels))
    assert np.allclose(B.T @ B, np.eye(len(B)), atol=1e-12)
    last = 0.0
    for atom in B.T:
        transform = fft.dctn(atom.reshape(*shape, n_channels), axes=range(len(shape)), norm="ortho")
        assert np.isclose(np.abs(transform), 1).sum() == 1 and np.allclose(np.abs(transform).sum(), 1)
        *u, _ = np.unravel_index(np.abs(transform).argmax(), transform.shape)
        frequency = np.linalg.norm(np.divide(u, shape))
        assert frequency >= last - 1e-12
        last = frequency


def test_cosines_of_a_picture_have_the_bits_that_they_had():
    """The outer product of two cosines: one number times another, whatever makes it."""
    rows, columns = (fft.idct(np.eye(n), axis=0, norm="ortho") for n in (5, 7))
    atoms = np.einsum("iu,jv->ijuv", rows, columns).reshape(35, 35)
    u, v = np.divmod(np.arange(35), 7)
    order = np.argsort(np.hypot(u / 5, v / 7), kind="stable")
    assert np.array_equal(bases.dct_basis((5, 7, 3)), np.kron(atoms[:, order], np.eye(3)))


@settings(deadline=None, max_examples=15)
@given(
    st.sampled_from([2, 4, 6, 8, 12]),
    st.sampled_from([2, 4, 6, 8]),
    st.sampled_from([1, 3]),
    st.sampled_from(["haar", "db2"]),
)
def test_wavelets_are_orthonormal(height, width, n_channels, wavelet):
    B = bases.wavelet_basis((height, width, n_channels), wavelet)
    assert np.allclose(B.T @ B, np.eye(height * width * n_channels), atol=1e-10)


@pytest.mark.parametrize("basis", [bases.dct_basis, bases.wavelet_basis])
def test_the_first_atoms_are_smooth_and_the_last_rough(basis):
    B = basis((8, 8)).reshape(8, 8, -1)
    roughness = (np.diff(B, axis=0) ** 2).sum(axis=(0, 1)) + (np.diff(B, axis=1) ** 2).sum(axis=(0, 1))
    assert np.allclose(B[:, :, 0], 1 / 8)
    assert roughness[1:16].mean() < 0.5 * roughness[-16:].mean()


def test_channels_have_their_own_atoms():
    B = bases.dct_basis((4, 4, 3)).reshape(16, 3, -1)
    assert ((B != 0).any(axis=0).sum(axis=0) == 1).all()


def test_first_atoms_are_kept_and_the_rest_drawn():
    B = bases.dct_basis((6, 6))
    U, V = bases.draw_atoms(B, 10, rng=0, n_first=5), bases.draw_atoms(B, 10, rng=1, n_first=5)
    assert np.array_equal(U[:, :5], B[:, :5]) and np.array_equal(V[:, :5], B[:, :5])
    assert not np.array_equal(U, V)
    assert np.linalg.matrix_rank(U) == 10


def test_kmeans_atoms_have_unit_length():
    rng = np.random.default_rng(0)
    V = rng.random((300, 12))
    atoms = bases.kmeans_basis(V, 12, rng)
    assert atoms.shape == (12, 12)
    assert np.allclose(np.linalg.norm(atoms, axis=0), 1)


def test_principal_components_of_weighted_rows_are_those_of_repeated_ones():
    rng = np.random.default_rng(0)
    v, weight = rng.normal(size=(50, 5)) * [1, 2, 3, 4, 5], rng.integers(0, 4, 50)
    wanted = bases.pca_basis(np.repeat(v, weight, axis=0))
    assert np.allclose(bases.pca_basis(v, weight), wanted, atol=1e-10)
    assert not np.allclose(bases.pca_basis(v), wanted, atol=1e-2)
    with pytest.raises(ValueError, match="^weight: expected numbers above 0 in at least 2 rows"):
        bases.pca_basis(v, np.eye(50)[3])


def test_centres_of_k_means_lie_where_the_weight_is():
    rng = np.random.default_rng(0)
    near = np.eye(4)[rng.integers(2, size=200)] + 0.01 * rng.normal(size=(200, 4))
    far = 100 + rng.normal(size=(200, 4))
    v, weight = np.vstack([near, far]), np.repeat([1.0, 0.0], 200)
    atoms = bases.kmeans_basis(v, 2, rng=0, weight=weight)
    assert np.array_equal(atoms, bases.kmeans_basis(near, 2, rng=0, weight=np.ones(200)))
    assert np.allclose(np.abs(atoms.T @ [1, -1, 0, 0]), np.sqrt(2), atol=0.02)  # both along e_1 - e_2


def test_a_centre_of_k_means_is_a_weighted_mean():
    places, weight = np.array([[-10.0, 0], [10, 1], [10, -1]]), [10.0, 9.0, 1.0]
    atoms = bases.kmeans_basis(np.repeat(places, 200, axis=0), 2, rng=0, weight=np.repeat(weight, 200))
    # the mean is (0, 0.4), the right centre (10, 0.8): both atoms lie along (10, 0.4)
    assert np.allclose(atoms[1] / atoms[0], 0.04, atol=0.005)


@pytest.mark.parametrize("n_distinct", [1, 4])
def test_with_few_distinct_samples_kmeans_is_filled_up(n_distinct):
    V = np.repeat(np.random.default_rng(1).random((n_distinct, 12)), 3, axis=0)
    atoms = bases.kmeans_basis(V, 12, rng=0)
    assert atoms.shape == (12, 12) and np.allclose(np.linalg.norm(atoms, axis=0), 1)
    centred = V - V.mean(axis=0)  # the samples lie in the span of the first atoms, not of the last
    assert np.allclose(centred @ atoms[:, n_distinct:], 0, atol=1e-9)
    assert np.linalg.norm(centred @ atoms[:, :n_distinct]) > 0.5 * (n_distinct > 1)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: bases.wavelet_basis((7, 8)), "shape"),
        (lambda: bases.wavelet_basis((8, 8), "mexican hat"), "wavelet"),
        (lambda: bases.wavelet_basis((8, 8), "bior2.2"), "wavelet"),
        (lambda: bases.wavelet_basis((8, 8), "dmey"), "wavelet"),
        (lambda: bases.dct_basis(()), "shape"),
        (lambda: bases.wavelet_basis((8,)), "shape"),
        (lambda: bases.draw_atoms(np.eye(4), 5, rng=0), "n_alpha"),
    ],
)
def test_bad_arguments_are_named(call, name):
    with pytest.raises(ValueError, match=f"^{name}: expected .*, got "):
        call()
