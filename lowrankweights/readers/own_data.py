"""A file of one's own as training and test rows, checked; a new file by the schema of the first."""

import dataclasses
import difflib
import re
from pathlib import Path

import numpy as np

from .. import _checks
from .arrays import ArraysSource
from .columns import TableSource
from .faults import printable, without_faults
from .pictures import PicturesSource
from .targets import labels, rare_classes, target_of

SOURCES = {
    ".csv": TableSource,
    ".tsv": TableSource,
    ".txt": TableSource,
    ".parquet": TableSource,
    ".npz": ArraysSource,
}
WORDS = {"table": "a table", "arrays": "arrays of an .npz file", "pictures": "pictures"}
SMALL = 5_000_000  # numbers of X up to which float64 costs little


@dataclasses.dataclass
class Options:
    """How a file is read.

    ``target`` names a column or an array; ``test`` is a share (0 to 1) or a file of test rows; ``task`` is
    "classification", "regression" or None. ``ignore`` names columns that are left out, ``categories`` columns
    that are text whatever they look like. With ``skip_bad`` rows with a fault are left out, else they are an
    error. ``shape``: what a row is, pixels (height, width[, n_channels]) or moments (n,). ``separator``,
    ``encoding`` and ``decimal`` of a CSV file are found out where they are None. ``dtype`` None: float64 up
    to five million numbers, then float32. ``seed`` draws the test rows.
    """

    target: str | None = None
    test: float | Path = 0.2
    task: str | None = None
    ignore: tuple = ()
    categories: tuple = ()
    skip_bad: bool = False
    shape: tuple | None = None
    separator: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    dtype: str | None = None
    seed: int = 0


@dataclasses.dataclass
class OwnData:
    """Training and test rows: X (n, n_inputs), y (n,).

    ``left_out`` tells, in words, which rows were left out; ``share`` of the rows was held out for the test,
    drawn with ``seed``; 0 where the test rows were given. ``told`` is what was found out about their file.
    """

    source: object
    schema: dict
    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    left_out: list
    share: float
    seed: int
    told: list = dataclasses.field(default_factory=list)


def read(path, options):
    """Read a file to learn from.

    The test rows are held out before anything is learned from the others: levels of categories, constant
    columns, classes, the scale of levels.

    Parameters
    ----------
    path : Path
        A CSV, Parquet or .npz file, or a folder of pictures.
    options : Options

    Returns
    -------
    data : OwnData

    Raises
    ------
    ValueError
        For what cannot be used, with the file, the line or column, and the remedy.
    """
    source = open_source(path, options)
    for argument in ("ignore", "categories"):
        if getattr(options, argument) and source.kind != "table":
            got = ",".join(getattr(options, argument))
            _checks.fail(f"--{argument}", f"nothing for {source.kind}: it names columns", got)
    name, values = source.target(options.target)
    rows, told = without_faults(source, np.arange(source.n_rows), source.faults(name), options.skip_bad)
    target = target_of(source, values, name, rows, options.task)
    share, given = _test_rows(source, options)
    if share and target["task"] == "classification":
        faults = rare_classes(labels(values, target, source, rows)[0], rows)
        rows, more = without_faults(source, rows, faults, options.skip_bad)
        target, told = target_of(source, values, name, rows, options.task), told + more
    y = labels(values, target, source, rows)[0]
    train, test = split(y, target["task"] == "classification", share, options.seed)
    dtype = options.dtype or ("float64" if source.n_numbers <= SMALL else "float32")
    schema = {"kind": source.kind, "target": target, "dtype": dtype, **source.learn(rows[train], dtype)}
    found = []
    if given is None:
        faults = source.check(schema, rows[test])
        kept, more = without_faults(
            source, rows[test], faults, skip_bad=True
        )  # chance chose them, not the file
        told += [f"for the test {text}" for text in more]
        X_test, y_test = source.matrix(schema, kept), labels(values, target, source, kept)[0]
    else:
        given = open_source(given, options, schema, "--test") if isinstance(given, Path) else given
        given, _, X_test, y_test, more = _by_schema(given, schema, options, needs_target=True)
        found = given.told
        told += [f"{printable(given.path)}: {text}" for text in more[len(given.told) :]]
    X_train = source.matrix(schema, rows[train])
    return OwnData(source, schema, X_train, y[train], X_test, y_test, told, share, options.seed, found)


def read_like(path, schema, options, needs_target=True):
    """Read a new file by the schema of another.

    Parameters
    ----------
    path : Path
    schema : dict
        ``OwnData.schema``.
    options : Options
        Of these how a CSV file is written, and ``skip_bad``.
    needs_target : bool

    Returns
    -------
    source : TableSource, ArraysSource or PicturesSource
    rows : ndarray of int
        Those without a fault.
    X : ndarray, (n, n_v)
    y : ndarray, (n,), or None
    told : list of str

    Raises
    ------
    ValueError
        As ``read``; for a column that is missing, a category that no training row had, another size.
    """
    return _by_schema(open_source(path, options, schema), schema, options, needs_target)


def schema_of(model, notes, path):
    """The schema in a model's notes; of a model without one, that of its pictures or arrays.

    Parameters
    ----------
    model : classifier or regressor
    notes : dict
    path : Path
        What is to be read by it.
    """
    if "schema" in notes:
        return notes["schema"]
    shape = getattr(model, "input_shape", None)
    classes = getattr(model, "classes_", None)
    target = (
        {"name": "y", "task": "regression"}
        if classes is None
        else {"name": "y", "task": "classification", "classes": classes.tolist()}
    )
    schema = {"target": target, "dtype": "float64", "shape": shape, "scale": None}
    if path.suffix.lower() == ".npz":
        return schema | {"kind": "arrays", "n_inputs": model.n_features_in_}
    if shape is None or len(shape) not in (2, 3) or path.suffix.lower() in SOURCES:
        expected = "an .npz file, or pictures where the model has an input_shape"
        _checks.fail("FILE", f"{expected} (it was not trained on a table)", printable(path))
    mode = "RGB" if (*shape, 1)[2] == 3 else "L"
    return schema | {"kind": "pictures", "mode": mode, "resampled": False, "scale": 1 / 255}


def _by_schema(source, schema, options, needs_target):
    """What ``read_like`` returns, of a source."""
    every, y = np.arange(source.n_rows), None
    faults = list(source.check(schema, every, needs_target))
    rows, told = without_faults(source, every, faults, options.skip_bad)
    if needs_target:
        values = source.target(schema["target"]["name"] if source.kind != "pictures" else None)[1]
        _, faults = labels(values, schema["target"], source, rows)
        rows, more = without_faults(source, rows, faults, options.skip_bad)
        y, told = labels(values, schema["target"], source, rows)[0], told + more
    return source, rows, source.matrix(schema, rows), y, source.told + told


def open_source(path, options, schema=None, argument="FILE"):
    """The source that a path is: a folder holds pictures, else the ending of the name says it."""
    if not path.exists():
        expected = "a file or a folder that is there"
        _checks.fail(argument, expected, repr(printable(path)) + _close_to(path) + _share(path, argument))
    ending, pictures = path.suffix.lower(), schema is not None and schema["kind"] == "pictures"
    kind = PicturesSource if path.is_dir() or (pictures and ending not in SOURCES) else SOURCES.get(ending)
    if kind is None:
        expected = f"a file ending in {', '.join(SOURCES)}, or a folder of pictures"
        _checks.fail(argument, expected, repr(printable(path)))
    if schema is not None and kind.kind != schema["kind"]:
        expected = f"{WORDS[schema['kind']]}, as the model was trained on"
        _checks.fail(argument, expected, f"{WORDS[kind.kind]}, {printable(path)!r}")
    return kind(path, options, schema)


def _share(path, argument):
    """A hint where a share of the rows was written as 20%."""
    percent = argument == "--test" and re.fullmatch(r"\d{1,2}(\.\d*)?\s?%", path.name)
    return f" (a share is below 1: {float(path.name[:-1]) / 100:g})" if percent else ""


def _close_to(path):
    """The name in the same folder that is closest, as a hint."""
    names = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    close = difflib.get_close_matches(path.name, names, n=1, cutoff=0.75)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _test_rows(source, options):
    """The share of rows that is held out, and the source of the test rows where these are given."""
    own = source.test() if source.kind == "arrays" else None
    if own is not None:
        return 0.0, own
    if isinstance(options.test, Path):
        return 0.0, options.test
    if 2 <= options.test < 100:
        _checks.fail(
            "--test", "a share below 1", f"{options.test:g}; {options.test:g} % is {options.test / 100:g}"
        )
    _checks.number("--test", options.test, at_least=0, at_most=0.9)
    return options.test, None


def split(y, by_class, share, seed):
    """Indices of training and test rows, each sorted; with ``by_class`` each class has its share in both.

    Raises
    ------
    ValueError
        Where a class would have no row in one of the parts.

    Examples
    --------
    >>> split(np.array([0, 0, 0, 0, 1, 1]), True, 0.5, seed=0)[1]
    array([0, 1, 5])
    """
    from sklearn.model_selection import train_test_split

    n, n_classes = len(y), len(np.unique(y)) if by_class else 1
    n_test = int(np.ceil(share * n))
    if share and min(n_test, n - n_test) < n_classes:
        each = f"at least one row of each of {n_classes} classes" if by_class else "at least one row"
        got = f"{n - n_test} and {n_test} of {n} rows"
        _checks.fail("--test", f"a share that leaves {each} for the training and for the test", got)
    if not share:
        return np.arange(n), np.arange(0)
    parts = train_test_split(
        np.arange(n), test_size=n_test, random_state=seed, stratify=y if by_class else None
    )
    return tuple(map(np.sort, parts))
