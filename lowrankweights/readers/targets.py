"""The target: classes or numbers, learned from what there is, told, and read again from new files."""

import numpy as np

from .. import _checks
from .faults import Fault, listed, printable
from .tables import Labels, Unread

N_CLASSES = 20  # whole numbers of so few values, each often, are classes
OFTEN = 5  # rows a value, on the average


def target_of(source, values, name, rows, task=None):
    """What a target is, by some of the rows.

    Parameters
    ----------
    source : TableSource, ArraysSource or PicturesSource
    values : ndarray or Labels
        Of all rows.
    name : str
    rows : ndarray of int
        None of them without a value.
    task : "classification", "regression" or None
        None: text and booleans are classes, and so are whole numbers of at most 20 values that stand in
        five rows each on the average; other numbers are a regression's.

    Returns
    -------
    target : dict
        ``name``, ``task``, and ``classes`` of a classification.

    Raises
    ------
    ValueError
        For one value only, a regression of text, or a classification of numbers that hardly repeat.
    """
    where = f"{printable(source.path)}, target {name!r}"
    found = _values(values, rows)
    if len(found) == 1:
        _checks.fail(where, "at least two different values", f"{found[0]!r} in all of {len(rows):,} rows")
    if task == "regression" and isinstance(values, Labels):
        _checks.fail("--task", f"classification, as {name!r} is text", f"regression (it has {listed(found)})")
    if 2 * len(found) > len(rows) and (task == "classification" or _are_hardly_classes(values, found)):
        got = f"{len(found):,} different values in {len(rows):,} rows, such as {found[0]!r}"
        remedy = "write numbers as 1234.5" if isinstance(values, Labels) else "--task regression for numbers"
        _checks.fail(where, f"classes, each in several rows ({remedy})", got)
    if task is None:
        task = "classification" if _are_classes(values, found, len(rows)) else "regression"
    return {"name": name, "task": task} | ({"classes": found} if task == "classification" else {})


def _values(values, rows):
    """Different values, sorted, as plain data; whole numbers as integers."""
    if isinstance(values, Labels):
        return [values.levels[code] for code in np.unique(values.codes[rows])]
    found = np.unique(values[rows])
    whole = found.dtype.kind == "f" and (found == np.round(found)).all() and np.abs(found).max() < 2**53
    return (found.astype(np.int64) if whole else found).tolist()


def _are_hardly_classes(values, found):
    """Whether text that hardly repeats is more than a few names: much of it, or with digits."""
    digits = isinstance(values, Labels) and sum(any(c.isdecimal() for c in text) for text in found)
    return isinstance(values, Labels) and (len(found) > N_CLASSES or 2 * digits > len(found))


def _are_classes(values, found, n):
    if isinstance(values, Labels) or values.dtype.kind == "b":
        return True
    return len(found) <= N_CLASSES and n >= OFTEN * len(found) and not isinstance(found[0], float)


def labels(values, target, source, rows):
    """y of some rows by a target that is known, and the faults of rows whose class is none of it.

    Returns
    -------
    y : ndarray, (n,)
    faults : list of Fault
    """
    where = f"column {target['name']!r}"
    if isinstance(values, Unread):
        got = f"{values.what} such as {values.example!r}; {values.remedy}"
        _checks.fail(f"{printable(source.path)}, {where}", "numbers or classes", got)
    if target["task"] == "regression":
        if isinstance(values, Labels):
            _checks.fail(
                f"{printable(source.path)}, {where}", "numbers", f"text such as {values.levels[0]!r}"
            )
        return np.asarray(values[rows], dtype=np.float64), []
    classes = np.array(target["classes"])
    known = {value: code for code, value in enumerate(target["classes"])}
    if isinstance(values, Labels):
        found, at = values.levels, values.codes[rows]
    else:
        found, at = np.unique(values[rows], return_inverse=True)
        found = found.tolist()
    codes = np.array([known.get(value, -1) for value in found], dtype=int)[at]
    unknown = rows[codes < 0]
    if len(unknown) == 0:
        return classes[codes], []
    got = repr(found[at[np.argmax(codes < 0)]])
    return classes[codes], [Fault(where, f"a class of the training rows ({listed(known)})", got, unknown)]


def rare_classes(y, rows):
    """The faults of classes with one row only: it cannot be in both parts."""
    classes, counts = np.unique(y, return_counts=True)
    expected, remedy = "at least two rows, one of them for the test", "--test 0 holds out none"
    if y.dtype.kind != "U":
        remedy += "; --task regression for numbers"
    for value in classes[counts < 2].tolist():
        yield Fault(f"class {value!r}", expected, "one", rows[y == value], remedy)


def told(target, y):
    """What a target is, in words, with y (n,) of the training rows.

    >>> told({"name": "n", "task": "classification", "classes": ["a", "b"]}, np.array(["a", "b", "b"]))
    'n: classification, 2 classes (training rows: a 1, b 2)'
    """
    if target["task"] == "regression":
        return f"{target['name']}: regression, {y.min():,.6g} to {y.max():,.6g} (training rows)"
    counts = [f"{value} {np.count_nonzero(y == value):,}" for value in target["classes"][: N_CLASSES + 1]]
    counts = f"(training rows: {listed(counts)})"
    text = f"{target['name']}: classification, {len(target['classes'])} classes {counts}"
    whole = not isinstance(target["classes"][0], (str, bool))
    return text + " (whole numbers; else --task regression)" * whole
