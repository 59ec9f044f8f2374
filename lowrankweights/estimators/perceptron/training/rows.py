"""Rows to learn from: their weights, and rows held out for validation."""

from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import _check_sample_weight

from .... import _checks
from ....networks import Rows


@dataclass(frozen=True, eq=False)
class LabelledRows:
    """Rows with their targets.

    Parameters
    ----------
    X : array, (n, n_v)
    Y : array, (n, n_out)
        One-hot rows, or real numbers.
    weight : array, (n,), optional
        What each row counts in the mean loss, > 0; None: each once.
    """

    X: np.ndarray
    Y: np.ndarray
    weight: np.ndarray | None = None

    @classmethod
    def that_count(cls, X, Y, weight):
        """The rows whose weight is above 0: the others are as if they were not there."""
        if weight is None:
            return cls(X, Y)
        if not (weight > 0).any():
            _checks.fail("sample_weight", "a weight above 0 (class_weight included)", "none")
        return cls(X, Y, weight) if (weight > 0).all() else cls(X, Y, weight)[np.flatnonzero(weight)]

    def __getitem__(self, part):
        return LabelledRows(self.X[part], self.Y[part], None if self.weight is None else self.weight[part])

    def __len__(self):
        return len(self.X)

    def in_units(self, inputs, targets, n_threads=None):
        """The rows with X and Y standardised by a ``Scale`` each, where there is one; Y in X's dtype."""
        X = self.X if inputs is None else inputs.applied_to(self.X, n_threads)
        Y = self.Y if targets is None else targets.applied_to(self.Y, n_threads)
        return LabelledRows(X, Y.astype(X.dtype, copy=False), self.weight)

    @property
    def context(self):
        """What a network sees of them, ``Rows``."""
        return Rows.of(len(self), self.weight)

    def split(self, fraction, rng, classes=None):
        """Rows to learn from and rows for validation, with all ``classes`` (n,) of single labels in both.

        Raises
        ------
        ValueError
            If a class, or all of them, has too few rows.
        """
        fraction = _checks.number("validation_fraction", fraction, above=0)
        how = {"test_size": fraction, "random_state": int(rng.integers(2**31)), "stratify": classes}
        try:
            train, held_out = train_test_split(np.arange(len(self)), **how)
        except ValueError as error:
            expected = "a share below 1 that leaves rows of each class on both sides"
            got = f"{fraction:g} of {len(self)} rows ({error})"
            _checks.fail("validation_fraction", f"{expected} (or give fit X_val and y_val)", got)
        return self[np.sort(train)], self[np.sort(held_out)]


def row_weights(sample_weight, X, y=None, class_weight=None):
    """What each row counts, (n,) in float64, or None where each counts once.

    Raises
    ------
    ValueError
        If there are not as many weights as rows, one is negative or not finite, or ``class_weight`` does
        not fit y.
    """
    if sample_weight is None and class_weight is None:
        return None
    weight = _check_sample_weight(sample_weight, X, dtype=np.float64)
    if (weight < 0).any():
        _checks.fail("sample_weight", "numbers >= 0", f"{weight.min():g} to {weight.max():g}")
    if class_weight is None:
        return weight
    if isinstance(class_weight, dict) and (unknown := [c for c in class_weight if c not in np.unique(y)]):
        known = np.unique(y).tolist()
        _checks.fail("class_weight", f"classes of y, {known}", f"{class_weight!r}, with {unknown}")
    try:
        return weight * compute_sample_weight(class_weight, y)
    except ValueError as error:
        _checks.fail("class_weight", '"balanced" or {class: weight}', f"{class_weight!r} ({error})")
