"""A table of a CSV or Parquet file: columns of numbers, text or dates, and where each row stands in the file.

With pandas columns may be anything; without it NumPy reads CSV files of numbers.
"""

import contextlib
import warnings
from typing import NamedTuple

import numpy as np

from .. import _checks
from .csv_files import FORMS, are_dates, are_padded, layout_of, number_form
from .faults import listed, printable

MISSING = "(empty, NA, None, null or nan)"  # what pandas takes for it
SELDOM = 0.02  # such a share of a column may be slips
DIGITS = 15  # that float64 always holds
DATES = ("dates", "write days since the first; with pandas: (d - d.min()).dt.days")
HUGE = ("integers that differ, but not in float64,", "are they an id?")
TRUTH = {"true": 1, "yes": 1, "1": 1, "1.0": 1, "false": 0, "no": 0, "0": 0, "0.0": 0}
RAGGED = "another number of cells than the first line: is this a table?"
INSTALL = "pip install pandas pyarrow"


class Labels(NamedTuple):
    """A column of text: ``levels[codes]``, with code -1 where it is missing; levels are sorted."""

    codes: np.ndarray
    levels: list

    @classmethod
    def of(cls, values):
        """Of an array of text."""
        levels, codes = np.unique(values, return_inverse=True)
        return cls(codes, levels.tolist())

    def __len__(self):
        return len(self.codes)

    def as_booleans(self):
        """1 for true and yes, 0 for false and no, else nan; and {row: text} of what is none of them."""
        numbers = np.array([TRUTH.get(level.strip().lower(), np.nan) for level in self.levels] + [np.nan])
        odd = np.flatnonzero(np.isnan(numbers[self.codes]) & (self.codes != -1))
        return numbers[self.codes], {int(row): self.levels[self.codes[row]] for row in odd}


class Unread(NamedTuple):
    """A column that says something which is not read, such as dates: what to do, and one of its texts."""

    what: str
    remedy: str
    example: str


class Table:
    """What a file of rows and columns holds.

    Attributes
    ----------
    path : Path
    columns : dict
        By name, in the file's order: a 1-D array (nan where missing), ``Labels`` or ``Unread``.
    odd : dict
        By name of a column of numbers: {row: text} where there is no number.
    told : list of str
        What was found out about the file, in words.
    n_rows : int
    """

    def __init__(self, path, columns, n_rows, odd, told, lines=None):
        self.ragged = next((f", {text}" for text in told if text.endswith(RAGGED)), "")
        self.path, self.columns, self.n_rows, self.odd, self.told = path, columns, n_rows, odd, told
        self._lines = lines  # a function that finds them: seldom needed

    def place(self, row):
        """Where a row stands in the file: its line."""
        if self._lines is None:
            return f"row {row + 1}"
        if callable(self._lines):
            self._lines = self._lines()
        return f"line {self._lines[row]}"


def read_table(path, options, text=(), zeros=True):
    """Read a table.

    Parameters
    ----------
    path : Path
        Ending in .csv, .tsv, .txt or .parquet.
    options : Options
        ``separator``, ``encoding``, ``decimal``, ``skip_bad``.
    text : collection of str
        Columns that are text, whatever they look like.
    zeros : bool
        Whether digits with zeros before them, such as 007, are text.

    Returns
    -------
    table : Table

    Raises
    ------
    ValueError
        If the file cannot be read, or needs pandas where that is not installed.
    """
    pandas = _pandas()
    if path.suffix.lower() == ".parquet":
        if pandas is None:
            _checks.fail(printable(path), f"pandas, which reads Parquet files ({INSTALL})", "no pandas")
        return _of_frame(path, _parquet(pandas, path), [], None, text)
    layout = layout_of(path, options.separator, options.encoding, options.decimal)
    if len(layout.names) == 1:
        remedy = "if there are more, name what is between them: --separator"
        _checks.fail(printable(path), "at least two columns", f"one, {layout.names[0]!r}; {remedy}")
    padded = layout.padded(path) if zeros else []
    if pandas is None:
        if padded:
            got = f"zeros before digits, which are text: that needs pandas: {INSTALL}"
            _checks.fail(f"{printable(path)}, column {padded[0]!r}", "numbers", got)
        return _numbers(path, layout)
    text = {*text, *padded}
    frame, told = _csv(pandas, path, layout, options.skip_bad, text)
    n_other, n_seen = layout.n_other_lengths(path)
    told += [f"{n_other} of the first {n_seen} rows have {RAGGED}"] if 2 * n_other > n_seen else []
    told += [f"text, for the zeros before their digits: {listed(padded)}"] if padded else []
    width = len(layout.names)
    return _of_frame(path, frame, layout.told() + told, lambda: _lines(path, layout, width), text)


def _pandas():
    """The module, or None."""
    with contextlib.suppress(ImportError):
        import pandas

        return pandas


def _parquet(pandas, path):
    try:
        return pandas.read_parquet(path)
    except ImportError:
        _checks.fail(printable(path), f"pyarrow, which reads Parquet files ({INSTALL})", "no pyarrow")
    except FileNotFoundError:
        raise
    except Exception as error:  # Arrow's reading of a damaged file ends in many kinds
        _checks.fail(printable(path), "a Parquet file", f"something else ({error})")


def _csv(pandas, path, layout, skip_bad, text):
    """The data frame of a CSV file; with ``skip_bad`` without rows of too many fields, and this told."""
    how = {
        "sep": r"\s+" if layout.separator == " " else layout.separator,
        "encoding": layout.encoding,
        "decimal": layout.decimal,
        "header": 0 if layout.has_header else None,
        "names": layout.names,
        "index_col": False,
        "skipinitialspace": True,
        "low_memory": False,  # one type for a column, not one for each part of the file
        "dtype": {name: str for name in text if name in layout.names},
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pandas.errors.ParserWarning)  # fields of the first row cut off
            return pandas.read_csv(path, **how), []
    except pandas.errors.EmptyDataError:
        _checks.fail(printable(path), "rows of numbers or text", "none")
    except (pandas.errors.ParserError, pandas.errors.ParserWarning) as error:
        if "EOF inside string" in str(error):
            layout.fail_at_open_quote(path)
        return _without_long_lines(pandas, path, layout, skip_bad, how, error)


def _without_long_lines(pandas, path, layout, skip_bad, how, error):
    """The data frame, and what is told, of a file in which lines have more fields than there are names."""
    width = len(layout.names)
    lengths = [(line, _is_long(fields, width)) for line, fields in layout.rows(path)]
    long = [line for line, is_long in lengths if is_long]
    at = ", ".join(map(str, long[:3])) + (f" and {len(long) - 3:,} more" if len(long) > 3 else "")
    if long and not skip_bad:
        got = f"more at line {at}; --skip-bad leaves such lines out, --separator names another separator"
        _checks.fail(printable(path), f"{width} fields a line", got)
    frame = pandas.read_csv(path, usecols=range(width), **how)  # fields beyond these do not matter to it
    if len(frame) != len(lengths):
        _checks.fail(printable(path), "a CSV file", str(error))
    told = [f"lines with too many fields left out: {len(long):,} (line {at})"] if long else []
    return frame[[not is_long for _, is_long in lengths]].reset_index(drop=True), told


def _is_long(fields, width):
    """Whether a line has too many fields; empty ones at its end do not count."""
    return len(fields) > width and any(field.strip() for field in fields[width:])


def _lines(path, layout, width):
    """The line of each row in the file."""
    return [line for line, fields in layout.rows(path) if not _is_long(fields, width)]


def _of_frame(path, frame, told, lines, text):
    """The ``Table`` of a pandas data frame."""
    names = [str(name) for name in frame.columns]
    if len(frame) == 0:
        got = f"the names of columns only ({listed(names)})"
        _checks.fail(printable(path), "rows of numbers or text", got)
    columns, odd = {}, {}
    for name in names:
        columns[name], odd[name] = _column(path, frame[name], name in text)
    return Table(path, columns, len(frame), {name: o for name, o in odd.items() if o}, told, lines)


def _column(path, series, is_text):
    """A column's values, and what stands in place of a number, {row: text}."""
    import pandas.api.types as types

    if types.is_datetime64_any_dtype(series):
        return Unread(*DATES, str(series.iloc[0])), {}
    missing = series.isna().to_numpy()
    if types.is_bool_dtype(series) and not is_text and not missing.any():
        return series.to_numpy(dtype=bool), {}
    if types.is_integer_dtype(series) and not is_text and not missing.any():
        return _integers(series.to_numpy()), {}
    if types.is_numeric_dtype(series) and not is_text:
        return series.to_numpy(dtype=np.float64, na_value=np.nan), {}
    if any(not np.isscalar(value) and value is not None for value in series[:100]):
        expected = "numbers or text"
        _checks.fail(f"{printable(path)}, column {series.name!r}", expected, type(series.iloc[0]).__name__)
    return _of_text(series, missing, is_text)


def _integers(values):
    """The values, unless float64 makes the same number of most."""
    if (np.abs(values.astype(np.float64)) < 2.0**53).all():
        return values
    different = np.unique(values)
    huge = len(np.unique(different.astype(np.float64))) <= len(different) / 2
    return Unread(*HUGE, str(values[0])) if huge else values


def _of_text(series, missing, is_text):
    """Text as ``Labels``, as ``Unread``, or as numbers if most of it is (with what is not)."""
    import pandas

    codes, levels = pandas.factorize(series.astype(str).where(~missing), sort=True)
    labels = Labels(codes, [str(level) for level in levels])
    if is_text or not labels.levels or are_padded(labels.levels):
        return labels, {}
    numbers = np.append(pandas.to_numeric(pandas.Series(labels.levels), errors="coerce"), np.nan)
    numbers, n_there = numbers[codes], np.count_nonzero(~missing)
    odd = np.flatnonzero(np.isnan(numbers) & ~missing)
    unread = _unread(labels, odd, n_there)
    if unread is not None:
        return unread, {}
    if 2 * len(odd) < n_there:
        return numbers, {int(row): labels.levels[codes[row]] for row in odd}
    return (Unread(*DATES, labels.levels[0]) if are_dates(labels.levels) else labels), {}


def _unread(labels, odd, n_there):
    """What numbers are that Python does not take for numbers, or that float64 cannot hold; else None."""
    if len(odd) == 0:
        huge = len(set(map(float, labels.levels))) <= len(labels.levels) / 2
        return Unread(*HUGE, labels.levels[0]) if huge and len(labels.levels[0]) > DIGITS else None
    form, texts = number_form([labels.levels[code] for code in np.unique(labels.codes[odd])])
    n_formed = np.isin(np.array(labels.levels)[labels.codes[odd]], texts).sum()
    if 2 * n_formed > len(odd) and 2 * (len(odd) - n_formed) < n_there and n_formed > SELDOM * n_there:
        return Unread(form, FORMS[form][1], texts[0])
    return None


def _numbers(path, layout):
    """A CSV file of numbers, read by NumPy."""
    skip = {"skiprows": int(layout.has_header), "encoding": layout.encoding, "ndmin": 2, "comments": None}
    separator = None if layout.separator == " " else layout.separator
    convert = {"converters": lambda text: float(text.replace(",", "."))} if layout.decimal == "," else {}
    try:
        values = np.loadtxt(path, delimiter=separator, **skip, **convert)
    except ValueError as error:
        _fail_at_text(path, layout, error)
    if len(values) == 0:
        _checks.fail(printable(path), "rows of numbers", "none")
    columns = dict(zip(layout.names, values.T, strict=True))
    return Table(path, columns, len(values), {}, layout.told(), lambda: _lines(path, layout, len(columns)))


def _fail_at_text(path, layout, error):
    """The error for the first field of a CSV file that is no number."""
    for line, fields in layout.rows(path):
        for name, field in zip(layout.names, fields, strict=False):
            try:
                float(field.replace(layout.decimal, "."))
            except ValueError:
                got = f"{field!r} at line {line}; text and missing values need pandas: {INSTALL}"
                _checks.fail(f"{printable(path)}, column {name!r}", "numbers", got)
        if len(fields) != len(layout.names):
            expected = f"{len(layout.names)} fields a line"
            _checks.fail(printable(path), expected, f"{len(fields)} at line {line}")
    _checks.fail(printable(path), "a CSV file of numbers", str(error))
