"""X, y and where the columns are, checked and read."""

import numpy as np

from .. import _checks
from ..dictionaries.points import places_of
from ..estimators.inputs import check_finite, even_targets, flat, said_of

MIN_ROWS = 20
MOST_CLASSES = 30  # whole numbers of more values than this are targets of a regression


def read_inputs(X, input_shape, points):
    """X (n, n_v), where its columns are (Grid, Points or None), and the parameters that say so."""
    X, row_shape = flat(X)
    try:
        X = np.asarray(X)
        X = X.astype(np.float64) if X.dtype.kind != "f" else X
    except (TypeError, ValueError):
        _checks.fail("X", "numbers (a text column becomes numbers by OneHotEncoder, or is dropped)", "text")
    if X.ndim != 2 or X.size == 0:
        _checks.fail("X", "rows of numbers, (n, n_v), or pictures (n, height, width[, n_channels])", X.shape)
    check_finite(X)
    if len(X) < MIN_ROWS:
        _checks.fail("X", f"at least {MIN_ROWS} rows", len(X))
    if not np.ptp(X, axis=0).any():
        _checks.fail("X", "at least one column that varies", "constant columns only")
    said = said_of(row_shape, input_shape, points, X.shape[1])
    given = {name: s for name, s in zip(("input_shape", "points"), said, strict=True) if s is not None}
    return _checks.in_range("X", X), places_of(*said, X.shape[1]), given


def is_scaled(standardize, places):
    """Whether the estimators standardise columns that are there."""
    if standardize not in ("auto", True, False):
        _checks.fail("standardize", '"auto", True or False', repr(standardize))
    return places is None if standardize == "auto" else standardize


def read_targets(y, n, task):
    """Class numbers (n,) or targets (n, n_out) in float64; n_out; and the task."""
    _checks.choice("task", task, ("auto", "classification", "regression"))
    even_targets(y)
    y = np.asarray(y)
    if y.ndim not in (1, 2) or len(y) != n:
        _checks.fail("y", f"one entry (or row) for each of X's {n} rows", f"shape {y.shape}")
    if y.dtype.kind in "fc" and not np.isfinite(y).all():
        _checks.fail("y", "finite numbers", f"{int(np.sum(~np.isfinite(y)))} NaN or infinite")
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    values, labels, counts = (
        np.unique(y, return_inverse=True, return_counts=True) if y.ndim == 1 else (None,) * 3
    )
    if task == "auto":
        many = y.ndim == 2 or (
            y.dtype.kind in "fiu" and (len(values) > MOST_CLASSES or (y != np.round(y)).any())
        )
        task = "regression" if many else "classification"
    if task == "classification":
        if y.ndim == 2:
            _checks.fail("y", "one label a row, for a classification", f"shape {y.shape}")
        if len(values) < 2:
            _checks.fail("y", "at least two classes", f"only {values[0]!r}")
        if counts.min() < 2:
            rare = values[counts.argmin()]
            _checks.fail(
                "y", "at least two rows of each class, one to learn from and one to judge", f"one of {rare!r}"
            )
        return labels, len(values), task
    try:
        y = y.reshape(n, -1).astype(np.float64)
    except (TypeError, ValueError):
        _checks.fail("y", "numbers, for a regression", y.dtype)
    if not (np.ptp(y, axis=0) > 0).all():
        _checks.fail(
            "y", "targets of at least two values", f"one that is always {y[0, np.ptp(y, axis=0).argmin()]:g}"
        )
    return y, y.shape[1], task
