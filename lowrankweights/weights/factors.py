"""A dictionary of images as a product: every atom is a row times a column, then few atoms are mixed."""

from typing import NamedTuple

import numpy as np

from .. import _checks


class Factors(NamedTuple):
    """U as a product, for each channel by itself, so that a convolution with U is one along rows, one along
    columns, and a small matrix (paper, section 3.4, and its reference [22]).

        U[(i, j, c), (m, c)] = sum_l rows[i, l] columns[j, l] mixing[l, m], and 0 between channels.

    Attributes
    ----------
    rows, columns : ndarray, (height, n), (width, n)
        Atom l at (i, j) is rows[i, l] columns[j, l].
    mixing : ndarray, (n, n)

    Examples
    --------
    >>> factors = Factors(np.ones((5, 2)), np.ones((4, 2)), np.eye(2))
    >>> factors.dictionary(n_channels=3).shape
    (60, 6)
    """

    rows: np.ndarray
    columns: np.ndarray
    mixing: np.ndarray

    @classmethod
    def of(cls, factors, U):
        """The factors in float64; a ``ValueError`` unless U (n_v, n_alpha) is their product."""
        factors = cls(*(_checks.array("factors", a, ndim=2, dtype=np.float64) for a in factors))
        (_, n), (_, n_columns), mixing = (a.shape for a in factors)
        if mixing != (n, n) or n_columns != n or U.shape[1] % n:
            expected = "rows (height, n), columns (width, n) and mixing (n, n), n a divisor of n_alpha"
            _checks.fail("factors", expected, ", ".join(str(a.shape) for a in factors))
        product = factors.dictionary(U.shape[1] // n)
        if product.shape != U.shape or np.abs(product - U).max() > 1e-8 * max(1.0, np.abs(U).max()):
            _checks.fail("factors", f"some whose product is U, {U.shape}", f"another, {product.shape}")
        return factors

    def dictionary(self, n_channels=1):
        """U (height * width * n_channels, n * n_channels)."""
        atoms = (self.rows[:, None] * self.columns[None]).reshape(-1, len(self.mixing))
        return np.kron(atoms @ self.mixing, np.eye(n_channels))
