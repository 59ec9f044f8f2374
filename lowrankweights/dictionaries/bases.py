"""Fixed bases of n_v atoms, from which each column draws n_alpha: DCT, wavelets, k-means, PCA.

The paper names Fourier and wavelet bases (section 3.1); k-means is the authors' extra, PCA ours.
"""

import functools
import warnings

import numpy as np
from scipy import fft, linalg

from .. import _checks
from .._blas import one_blas_thread
from .moments import counted_rows, covariance, varying_units, weighted_mean
from .points import Grid, image_grid


def dct_basis(shape):
    """Orthonormal cosines on a grid of any number of axes, from the lowest frequency to the highest.

    Parameters
    ----------
    shape : (n,), (height, width) or (height, width, n_channels), or a Grid
        Each channel has its own atoms.

    Returns
    -------
    basis : ndarray, (n_v, n_v)
        One atom a column; basis.T @ basis = I.

    Notes
    -----
    Atom (u_1, u_2, ...) is the product of a cosine along each axis, of u_i half periods over the n_i points;
    its frequency is the length of (u_1 / n_1, u_2 / n_2, ...). Paper, section 3.1.

    Examples
    --------
    >>> B = dct_basis((4, 4))
    >>> B.shape, bool(np.allclose(B.T @ B, np.eye(16)))
    ((16, 16), True)
    """
    grid = Grid.of_image(shape, "shape")
    along = [fft.idct(np.eye(n), axis=0, norm="ortho") for n in grid.shape]
    atoms = functools.reduce(np.kron, along)
    frequencies = np.indices(grid.shape).reshape(len(grid.shape), -1)
    frequency = functools.reduce(np.hypot, [u / n for u, n in zip(frequencies, grid.shape, strict=True)], 0.0)
    return np.kron(atoms[:, np.argsort(frequency, kind="stable")], np.eye(grid.n_channels))


def wavelet_basis(shape, wavelet="haar"):
    """Orthonormal wavelets on a pixel grid, from the coarsest scale to the finest.

    Parameters
    ----------
    shape : (height, width) or (height, width, n_channels), or a Grid of two axes
        Height and width must be even; there are as many levels as halvings of both.
    wavelet : str
        An orthogonal wavelet of PyWavelets; the signal is taken as periodic.

    Returns
    -------
    basis : ndarray, (n_v, n_v)
    """
    import pywt

    grid = image_grid(shape, remedy="'dct' takes any grid")
    height, width = grid.shape
    if wavelet not in pywt.wavelist(kind="discrete") or not _is_orthonormal(pywt.Wavelet(wavelet)):
        _checks.fail("wavelet", "the name of an orthogonal wavelet, such as 'haar' or 'db2'", repr(wavelet))
    level = min(_halvings(height), _halvings(width))
    if level == 0:
        _checks.fail("shape", "an even height and width for the 'wavelet' dictionary", (height, width))
    with warnings.catch_warnings():  # long filters on small grids are still orthonormal
        warnings.filterwarnings("ignore", message="Level value")
        template = pywt.wavedec2(np.zeros((height, width)), wavelet, mode="periodization", level=level)
    flat, slices = pywt.coeffs_to_array(template)
    # Each entry of the coefficient array is one atom; its scale is how deep in the corner it lies.
    atoms = np.empty((height * width, height * width))
    for k in range(height * width):
        unit = np.zeros(height * width)
        unit[k] = 1.0
        coefficients = pywt.array_to_coeffs(unit.reshape(flat.shape), slices, output_format="wavedec2")
        atoms[:, k] = pywt.waverec2(coefficients, wavelet, mode="periodization").ravel()
    row, column = np.divmod(np.arange(height * width), width)
    order = np.argsort(np.maximum(row / height, column / width), kind="stable")
    return np.kron(atoms[:, order], np.eye(grid.n_channels))


@one_blas_thread
def kmeans_basis(v, n_atoms, rng, weight=None):
    """Centres of k-means on the rows of v as atoms of unit length.

    Parameters
    ----------
    v : array, (n, n_v)
    n_atoms : int
        At most n_v.
    rng : seed or numpy.random.Generator
    weight : array, (n,), optional
        How much each row counts. Centres and mean are weighted; but rows are drawn, so that a row of weight 2
        is only on average the row twice.

    Returns
    -------
    basis : ndarray, (n_v, n_atoms)
        Where v has fewer distinct rows, the last atoms are random directions orthogonal to the
        centres.
    """
    from sklearn.cluster import MiniBatchKMeans

    v, rng = _checks.in_range("v", _checks.array("v", v, ndim=2)), _checks.generator(rng)
    weight = _checks.row_weights(weight, len(v))
    v, weight = counted_rows(v, weight), None if weight is None else weight[weight > 0]
    n_atoms = _checks.integer("n_atoms", n_atoms, at_least=1, at_most=v.shape[1])
    if len(v) > 20_000:
        rows = rng.choice(len(v), 20_000, replace=False)
        v, weight = v[rows], None if weight is None else weight[rows]
    distinct = len(np.unique(v, axis=0))
    seed = int(rng.integers(2**31))
    model = MiniBatchKMeans(
        min(n_atoms, distinct), batch_size=4096, n_init=1, reassignment_ratio=0, random_state=seed
    )
    centred = v - (v.mean(axis=0) if weight is None else weighted_mean(v, weight).astype(v.dtype))
    atoms = unit_atoms(model.fit(centred, sample_weight=weight).cluster_centers_.T)
    k = atoms.shape[1]
    if k == n_atoms:
        return atoms
    # the last columns of Q are orthogonal to the first k columns of the matrix
    Q, _ = np.linalg.qr(np.hstack([atoms, rng.normal(size=(v.shape[1], n_atoms - k))]))
    return np.hstack([atoms, Q[:, k:]])


@one_blas_thread
def pca_basis(v, weight=None):
    """Principal components of the rows of v as orthonormal atoms, from the largest variance to the smallest.

    Parameters
    ----------
    v : array, (n, n_v)
    weight : array, (n,), optional
        How much each row counts.

    Returns
    -------
    basis : ndarray, (n_v, n_atoms)
        Eigenvectors of the covariance; those without variance are left out. The largest entry of each
        is positive.

    Raises
    ------
    ValueError
        If v has fewer than two rows that count, or no column varies.

    Examples
    --------
    >>> pca_basis(np.array([[3.0, 0.0], [-3.0, 0.0], [0.0, 1.0], [0.0, -1.0]])) + 0.0
    array([[1., 0.],
           [0., 1.]])
    """
    v = _checks.in_range("v", _checks.array("v", v, ndim=2))
    weight = _checks.row_weights(weight, len(v), n_counted=2)
    if len(v) < 2 or not len(varying_units(v, weight)):
        _checks.fail("v", "at least 2 samples (rows) that differ", f"shape {v.shape}")
    return leading_directions(covariance(v, weight))[0]


def leading_directions(K):
    """Eigenvectors of a symmetric, positive semidefinite K, from the largest eigenvalue to the smallest.

    Parameters
    ----------
    K : array, (n_v, n_v)
        A covariance, or a kernel's matrix: its n leading eigenvectors are the n atoms that explain most.

    Returns
    -------
    basis : ndarray, (n_v, n_atoms)
        Orthonormal; those of eigenvalue 0 are left out. The largest entry of each is positive.
    values : ndarray, (n_atoms,)
    """
    values, Q = linalg.eigh(K)
    if values[0] < -1e-8 * np.abs(values).max():
        got = f"one with an eigenvalue of {values[0]:.2g} beside {values[-1]:.2g}"
        _checks.fail("kernel", "a positive semidefinite one", got)
    kept = values > 1e-12 * values[-1]
    Q, values = Q[:, kept][:, ::-1], values[kept][::-1]
    largest = np.abs(Q).argmax(axis=0)
    return np.ascontiguousarray(Q * np.sign(Q[largest, np.arange(Q.shape[1])])), values


def unit_atoms(atoms):
    """Atoms scaled to unit length; those at zero are left out."""
    atoms = np.asarray(atoms, dtype=np.float64)
    length = np.linalg.norm(atoms, axis=0)
    kept = length > 1e-10 * max(length.max(initial=0), 1e-300)
    return np.ascontiguousarray(atoms[:, kept] / length[kept])


def draw_atoms(basis, n_alpha, rng, n_first=0):
    """U (n_v, n_alpha): the first ``n_first`` atoms, and others drawn at random without replacement."""
    if n_alpha > basis.shape[1]:
        _checks.fail("n_alpha", f"at most the {basis.shape[1]} atoms of this dictionary", n_alpha)
    others = n_first + _checks.generator(rng).choice(
        basis.shape[1] - n_first, n_alpha - n_first, replace=False
    )
    return np.ascontiguousarray(basis[:, np.concatenate([np.arange(n_first), np.sort(others)])])


def _is_orthonormal(wavelet):
    """Whether its filter is orthogonal to its even shifts: dmey's, an approximation, is not."""
    h = np.array(wavelet.dec_lo)
    even_shifts = np.correlate(h, h, "full")[len(h) - 1 :: 2]
    return wavelet.orthogonal and np.allclose(even_shifts, np.eye(1, len(even_shifts)), atol=1e-6)


def _halvings(n):
    """How often n can be divided by two."""
    return (n & -n).bit_length() - 1
