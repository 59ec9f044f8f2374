"""What is known of the rows beside their numbers; every layer sees it."""

from typing import NamedTuple

import numpy as np

from .. import _checks


class Rows(NamedTuple):
    """The context of n rows, handed through the pass.

    Attributes
    ----------
    number : array of int, (n,)
        A row's number in the data: the same in every block, subset and process, so that what a layer
        draws for a row (a dropout mask) can depend on it.
    weight : array, (n,), or None
        How much a row counts in the mean loss, as if it stood there so often; None: every row once.
    training : bool
        Whether the pass trains or predicts.
    stage : int
        Of the minimisation: what a layer draws for a row is drawn anew at another.

    Examples
    --------
    >>> Rows.of(4, weight=[1, 2, 1, 0])[1:3]
    Rows(number=array([1, 2]), weight=array([2., 1.]), training=True, stage=0)
    """

    number: np.ndarray
    weight: np.ndarray | None = None
    training: bool = True
    stage: int = 0

    @classmethod
    def of(cls, n, weight=None, training=True, stage=0):
        """The context of rows 0 to n - 1; a ``ValueError`` if weights do not fit or sum to 0."""
        return cls(np.arange(n), _checks.row_weights(weight, n), training, stage)

    def __getitem__(self, part):
        """The context of some of the rows (a slice, or indices)."""
        weight = None if self.weight is None else self.weight[part]
        return Rows(self.number[part], weight, self.training, self.stage)

    def at_stage(self, stage):
        """The context of the same rows at another stage."""
        return Rows(self.number, self.weight, self.training, stage)

    def __len__(self):
        return len(self.number)

    def shares(self):
        """weight / sum of all weights, (n, 1): what a row counts in the mean."""
        return (
            np.full((len(self), 1), 1 / len(self))
            if self.weight is None
            else self.weight[:, None] / self.total
        )

    @property
    def total(self):
        """The sum of the weights: n where every row counts once."""
        return len(self.number) if self.weight is None else float(self.weight.sum())

    def weighted(self, a):
        """Each row of an array (n, ...) times its weight."""
        return a if self.weight is None else a * self.weight[:, None].astype(a.dtype)
