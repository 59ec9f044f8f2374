import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.weights import Factors

RNG = np.random.default_rng(0)


def factors(n=3, height=4, width=5):
    return Factors(RNG.normal(size=(height, n)), RNG.normal(size=(width, n)), RNG.normal(size=(n, n)))


@pytest.mark.parametrize("n_channels", [1, 3])
def test_an_atom_is_a_mixture_of_products_of_a_row_and_a_column_in_its_channel(n_channels):
    f = factors()
    U = f.dictionary(n_channels).reshape(4, 5, n_channels, 3, n_channels)
    expected = np.einsum("il,jl,lm,cd->ijcmd", *f, np.eye(n_channels))
    np.testing.assert_allclose(U, expected, atol=1e-12)


def test_factors_that_are_not_the_dictionarys_are_refused():
    f = factors()
    U = f.dictionary(2)
    assert all(np.array_equal(a, b) for a, b in zip(lrw.Predicted(U, 2, list(f)).factors, f, strict=True))
    for wrong, message in [
        (f._replace(rows=2 * f.rows), "some whose product is U"),
        (f._replace(mixing=np.eye(2)), r"rows \(height, n\), columns \(width, n\) and mixing \(n, n\)"),
        (f._replace(columns=f.columns[:3]), "some whose product is U"),
    ]:
        with pytest.raises(ValueError, match=f"factors: expected {message}"):
            lrw.Predicted(U, 2, wrong)
