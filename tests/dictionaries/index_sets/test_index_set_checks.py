import numpy as np
import pytest

from lowrankweights.dictionaries.index_sets import (
    count_known,
)


@pytest.mark.parametrize("proportion", [0, -0.1, 1.1, np.nan, "half", True])
def test_bad_proportions_are_named(proportion):
    with pytest.raises(ValueError, match="^proportion: expected"):
        count_known(proportion, 10)
