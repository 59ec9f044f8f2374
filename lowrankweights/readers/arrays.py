"""Arrays of an .npz file: X and y, or X_train, y_train, X_test and y_test."""

import numpy as np

from .. import _checks
from ..files import Damaged, open_npz
from .faults import Fault, listed, one_of, printable
from .tables import Labels


class ArraysSource:
    """The rows of X.

    Parameters
    ----------
    path : Path
    options : Options
        ``target`` names y.
    schema : dict, optional
        That of the training rows, where this is another file.
    arrays : dict, optional
        What the file holds, where it was read before.
    part : "_train" or "_test" or ""
    """

    kind, rows_are = "arrays", "rows"

    def __init__(self, path, options, schema=None, arrays=None, part=None):
        self.path, self.options, self.told = path, options, []
        self.arrays = arrays or _read(path)
        if part is None:
            tried = ("X", "X_train") if schema is None else ("X", "X_test")
            part = next((name[1:] for name in tried if name in self.arrays), None)
        if part is None:
            _checks.fail(
                printable(path), "arrays X and y, or X_train, y_train, X_test, y_test", _shapes(self.arrays)
            )
        self.part, self.left_out = part, {}
        self.X = self.arrays["X" + part]
        self.n_rows = len(self.X)
        if self.X.dtype.kind not in "buif" or self.X.ndim not in (2, 3, 4) or 0 in self.X.shape:
            expected = (
                "numbers (n, n_inputs), or pictures (n, height, width) or (n, height, width, n_channels)"
            )
            _checks.fail(f"{printable(path)}, X{part}", expected, f"{self.X.dtype} of shape {self.X.shape}")

    def test(self):
        """The source of the file's own test rows; None where there are none."""
        if self.part != "_train" or "X_test" not in self.arrays:
            return None
        return ArraysSource(self.path, self.options, arrays=self.arrays, part="_test")

    def place(self, row):
        """Where a row stands: its index in X."""
        return f"X{self.part}[{row}]"

    def target(self, name):
        """The target's name and values."""
        name = name or "y"
        full = name if name in self.arrays else name + self.part
        one_of("--target", full, list(self.arrays), f"an array of {printable(self.path)}")
        y = self.arrays[full]
        y = y.ravel() if y.ndim == 2 and y.shape[1] == 1 else y
        if y.shape != (self.n_rows,) or y.dtype.kind not in "buifU":
            expected = f"numbers or text, shape ({self.n_rows},) as X{self.part} has as many rows"
            _checks.fail(f"{printable(self.path)}, {full}", expected, f"{y.dtype} of shape {y.shape}")
        return name, Labels.of(y) if y.dtype.kind == "U" else y

    def faults(self, target):
        """Rows that are not finite in X or y."""
        y = self.target(target)[1]
        finite = np.ones(self.n_rows, bool) if isinstance(y, Labels) else np.isfinite(y)
        return [*self.check(None, np.arange(self.n_rows)), _not_finite(target, finite)]

    @property
    def n_numbers(self):
        """How many numbers X has."""
        return self.X.size

    def learn(self, rows, dtype):
        """The shape of a row, and by what its levels are multiplied."""
        n_inputs, own = int(np.prod(self.X.shape[1:])), self.X.shape[1:]
        shape = self.options.shape or (own if len(own) > 1 else None)
        check_shape(shape, n_inputs)
        return {"shape": shape and list(shape), "scale": self._scale(shape, rows), "n_inputs": n_inputs}

    def _scale(self, shape, rows):
        """By what the levels of pictures are multiplied."""
        X = self.X[rows]
        whole = X.dtype.kind in "biu" or not (X % 1).any()
        return scale_of_levels(shape, whole, X.min(), X.max())

    def check(self, schema, rows, needs_target=False):
        """The faults of rows by a schema; a ``ValueError`` where rows have another size."""
        flat = self.X.reshape(self.n_rows, -1)
        if schema is not None and flat.shape[1] != schema["n_inputs"]:
            expected = f"{schema['n_inputs']:,} numbers a row, as in training"
            _checks.fail(f"{printable(self.path)}, X{self.part}", expected, f"shape {self.X.shape}")
        finite = np.isfinite(flat).all(axis=1)
        return [_not_finite("X" + self.part, finite)]

    def matrix(self, schema, rows):
        """X (n_rows, n_inputs)."""
        X = self.X[rows].reshape(len(rows), schema["n_inputs"]).astype(schema["dtype"])
        known = schema["scale"] is not None  # else the model says nothing of the levels it learned from
        X *= X.dtype.type(schema["scale"] if known else self._scale(schema["shape"], rows))
        return X

    def describe(self, schema):
        """(name, text) of the summary's lines about X."""
        yield "numbers", f"{schema['n_inputs']:,} a row, {self.X.dtype}"


def check_shape(shape, n_inputs):
    """A ``ValueError`` unless the shape has as many entries as a row."""
    if shape is not None and np.prod(shape) != n_inputs:
        expected = f"N, HEIGHT,WIDTH or HEIGHT,WIDTH,CHANNELS of the {n_inputs:,} numbers of a row"
        _checks.fail("--shape", expected, ",".join(map(str, shape)))


def scale_of_levels(shape, whole, lowest, highest):
    """1/255 for the levels of pictures that are whole numbers from 0 to 255, as they are not standardised.

    >>> round(1 / scale_of_levels((28, 28), True, 0, 254)), scale_of_levels((28, 28), True, 0, 1)
    (255, 1.0)
    """
    levels = shape is not None and len(shape) > 1 and whole and lowest >= 0
    return 1 / 255 if levels and 2 < highest <= 255 else 1.0


def _not_finite(where, finite):
    return Fault(where, "finite numbers", "nan or an infinite one", np.flatnonzero(~finite))


def _read(path):
    """The arrays of a file by name."""
    try:
        with open_npz(path) as file:
            arrays = {name: file[name] for name in file.files}
    except (Damaged, PermissionError) as error:
        if isinstance(error.__cause__, ValueError) and "pickle" in str(error):
            _checks.fail(printable(path), "arrays of numbers or text, no objects", str(error))
        _checks.fail(printable(path), "a file written by numpy.savez", f"something else ({error})")
    if "header" in arrays:
        remedy = "it is evaluated by: lowrankweights evaluate MODEL FILE"
        _checks.fail(printable(path), "a file of arrays", f"a model that train saved; {remedy}")
    return arrays


def _shapes(arrays):
    return listed([f"{name} {array.shape}" for name, array in arrays.items()]) or "none"
