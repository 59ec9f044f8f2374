import numpy as np
import pytest

from lowrankweights.networks import Rows


def test_a_part_keeps_numbers_weights_and_purpose():
    rows = Rows.of(5, weight=[1, 0, 2, 1, 1], training=False)
    part = rows[np.array([4, 2])]
    assert part.number.tolist() == [4, 2] and part.weight.tolist() == [1, 2] and not part.training
    assert rows[1:3][1:].number.tolist() == [2] and len(part) == 2


def test_shares_sum_to_one():
    for rows in (Rows.of(7), Rows.of(3, [1, 0, 3])):
        assert rows.shares().sum() == pytest.approx(1, abs=1e-15)
    assert Rows.of(4).total == 4 and Rows.of(3, [1, 0, 3]).total == 4


@pytest.mark.parametrize("weight", [[1, 2], [1, -1, 1], [0, 0, 0], [1, np.nan, 1]])
def test_weights_that_cannot_be_are_named(weight):
    with pytest.raises(ValueError, match="^weight: expected"):
        Rows.of(3, weight)
