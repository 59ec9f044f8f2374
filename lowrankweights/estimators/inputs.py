"""X as it is given: its size, images laid out flat, where their numbers are, and what is wrong, in words."""

import math

import numpy as np
from sklearn.utils.validation import validate_data

from .. import _checks, environment
from ..dictionaries.points import places_of

GIB = 2**30  # bytes


def check_memory(X, dtypes, n_tables=1, n_copies=0, machine=None):
    """A ``MemoryError`` where a fit to X would take more than half of the machine's memory.

    Asked before anything is made of X. The estimate is X as it is held, in the dtype of the arithmetic, and
    what is made of it on the way; what does not grow with the rows is left out.

    Parameters
    ----------
    X : array-like, (n, n_v), or images
    dtypes : dtype or list of dtype
        What X may be held in, as ``validated`` takes it: its own, or else the first.
    n_tables : int
        How many tables of X's size there are at once in float64, in which means, scales and covariances are
        computed.
    n_copies : int
        Further copies in X's dtype.
    machine : int, optional
        Bytes of memory; default: ``environment.memory()``. Where it is not known there is no error.

    Examples
    --------
    >>> X = np.broadcast_to(np.float32(0), (1_000_000, 1000))
    >>> check_memory(X, np.float32, machine=32 * GIB)
    >>> check_memory(X, np.float32, machine=8 * GIB)
    Traceback (most recent call last):
    MemoryError: X: expected data that take half of the machine's memory (of 8.0 GiB) at most: give fewer \
rows, got shape (1000000, 1000), with what a fit makes of it about 11.2 GiB in float32
    """
    machine, shape = environment.memory() if machine is None else machine, shape_of(X)
    dtype = _held_in(X, dtypes)
    needed = math.prod(shape) * (dtype.itemsize * (1 + n_copies) + 8 * n_tables)
    if not shape or machine is None or 2 * needed <= machine:
        return
    remedy = "give fewer rows" + ", or float32 in place of float64" * (dtype == np.float64)
    expected = f"data that take half of the machine's memory (of {_gib(machine)}) at most: {remedy}"
    got = f"shape {shape}, with what a fit makes of it about {_gib(needed)} in {dtype}"
    _checks.fail("X", expected, got, MemoryError)


def shape_of(X):
    """The shape of X, of a list that of its first row; () where it cannot be told, as other checks will say.

    >>> shape_of([[1, 2, 3], [4, 5, 6]]), shape_of(None)
    ((2, 3), ())
    """
    if hasattr(X, "shape"):
        return tuple(X.shape)
    try:
        return (len(X), *np.shape(X[0]))
    except (TypeError, ValueError, LookupError):
        return ()


def _held_in(X, dtypes):
    """The dtype in which X will be held: its own, or that of all its columns, where it may be."""
    allowed = [np.dtype(d) for d in (dtypes if isinstance(dtypes, list) else [dtypes])]
    own = {X.dtype} if hasattr(X, "dtype") else {*getattr(X, "dtypes", ())}
    return next((d for d in allowed if own == {d}), allowed[0])


def _gib(n_bytes):
    """Bytes in GiB, as text."""
    n = n_bytes / GIB
    return f"{n:,.1f} GiB" if n >= 1 else f"{n:.1g} GiB"


def flat(X, name="X"):
    """X (n, n_v) of images (n, height, width) or (n, height, width, n_channels); a table as it is.

    Returns
    -------
    X : array-like
    row_shape : tuple or None
        Of a row that was not flat.

    Examples
    --------
    >>> X, row_shape = flat(np.zeros((5, 8, 6)))
    >>> X.shape, row_shape
    ((5, 48), (8, 6))
    """
    listed = isinstance(X, (list, tuple)) or (isinstance(X, np.ndarray) and X.dtype == object and X.ndim == 1)
    if listed and len(X) and np.ndim(X[0]) > 1:
        X = _checks.stack(name, list(X))
    _checks.even(name, X, "cut, pad or resample them")
    if getattr(X, "ndim", 2) < 3:
        return X, None
    return X.reshape(len(X), math.prod(X.shape[1:])), X.shape[1:]


def check_row_shape(row_shape, places, X=None):
    """A ``ValueError`` if rows that were not flat have another shape than the grid where they are."""
    wanted, shape = getattr(places, "input_shape", None), tuple(getattr(X, "shape", ()))
    if wanted is not None and len(wanted) > 1 and wanted in (shape, (*shape, 1)):
        _checks.fail("X", "several rows", "one: give X[None]")
    if row_shape is None or places is None:
        return
    if wanted is None:
        _checks.fail(
            "X", f"rows of {len(places)} numbers, one for each of points", f"rows of shape {row_shape}"
        )
    if row_shape not in (wanted, (*wanted, 1)):
        _checks.fail("X", f"rows of shape {wanted}", f"rows of shape {row_shape}")


def validated(estimator, X, *y, **how):
    """scikit-learn's ``validate_data``, with what is wrong named by row and column where that can be told."""
    for target in y:
        even_targets(target)
    try:
        return validate_data(estimator, X, *y, **how)
    except (ValueError, TypeError):
        names = getattr(X, "columns", None)
        if names is not None:
            _refuse_text(X)
        check_finite(np.asarray(X), names)
        raise


def even_targets(y, name="y"):
    """A ``ValueError`` where y holds lists of different lengths, as names of several labels a row."""
    _checks.even(name, y, "of several labels a row zeros and ones: sklearn's MultiLabelBinarizer")


def _refuse_text(X):
    """A ``ValueError`` that names the columns of a data frame in which there is text."""
    texts = [str(name) for name, kind in X.dtypes.items() if kind.kind not in "biufc"]
    if texts:
        expected = (
            "columns of numbers (OneHotEncoder makes such of text; lowrankweights train FILE does so itself)"
        )
        _checks.fail("X", expected, f"text or objects in {', '.join(texts[:8])}")


def check_finite(X, names=None):
    """A ``ValueError`` that names the first row and column of X (n, n_v) with NaN or an infinite number."""
    if X.ndim != 2 or X.dtype.kind != "f" or np.isfinite(X).all():
        return
    bad = np.argwhere(~np.isfinite(X))
    row, column = bad[0]
    column = column if names is None else repr(names[column])
    expected = "finite numbers (drop these rows, or fill the gaps: sklearn.impute.SimpleImputer)"
    _checks.fail("X", expected, f"{len(bad):,} NaN or infinite, the first in row {row}, column {column}")


def image_shape(row_shape):
    """What estimators call input_shape, of rows that came as images; None of a table's."""
    if row_shape is not None and len(row_shape) > 3:
        remedy = f"points=Grid({row_shape}) for a volume"
        _checks.fail(
            "X", f"images (n, height, width[, n_channels]), or {remedy}", f"rows of shape {row_shape}"
        )
    return row_shape


def said_of(row_shape, input_shape, points, n_v, shape_name="input_shape"):
    """What was said of where the columns of X are, (input_shape, points), else by the rows themselves.

    Raises
    ------
    ValueError
        If the two do not fit n_v columns, or rows of ``row_shape``.

    Examples
    --------
    >>> said_of((8, 6), None, None, 48), said_of(None, (8, 6), None, 48), said_of(None, None, None, 48)
    (((8, 6), None), ((8, 6), None), (None, None))
    """
    check_row_shape(row_shape, places_of(input_shape, points, n_v, shape_name))
    is_said = input_shape is not None or points is not None
    return (input_shape, points) if is_said else (image_shape(row_shape), None)
