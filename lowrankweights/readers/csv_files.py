"""What a CSV file looks like: its encoding, separator, decimal mark and names; not yet its numbers.

``csv.Sniffer`` is not used: it takes the comma of 1,5;2,5 for the separator, and fails on short files.
"""

import codecs
import csv
import itertools
import re
import warnings
from collections import Counter
from typing import NamedTuple

from .. import _checks
from .faults import listed, printable

SEPARATORS = (";", "\t", "|", ",")  # the comma last: it may be a decimal mark
SPOKEN = {"tab": "\t", "\\t": "\t", "space": " "}
NAMES = {"\t": "tabs", " ": "spaces"}
SAMPLE = 1 << 16  # bytes
N_ROWS = 200  # looked at
CHUNK = 1 << 24  # bytes decoded at a time
MONEY = "[$€£¥₹]|USD|EUR|GBP|CHF|JPY"
FORMS = {  # numbers that are written in another way: their pattern and the remedy
    "numbers with %": (r"[-+]?[\d.,]+\s?%", "remove the %"),
    "numbers with a currency": (
        rf"[-+]?({MONEY})\s?[-+\d.,]+|[-+]?[\d.,]+\s?({MONEY})",
        "remove the currency",
    ),
    "numbers with thousands separators": (
        r"[-+]?\d{1,3}(?:(,\d{3})+(\.\d*)?|(\.\d{3})+(,\d*)?|([ '’\u00a0\u202f]\d{3})+([.,]\d*)?)",
        "remove the separators",
    ),
    "numbers with a decimal comma": (r"[-+]?\d+,\d+", "--decimal ,"),
}
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class Layout(NamedTuple):
    """How a CSV file is written. ``names`` are the columns', numbered from 0 where there is no header."""

    encoding: str
    separator: str
    decimal: str
    names: list
    has_header: bool

    def told(self):
        """What is not as in most CSV files, in words."""
        told = [self.encoding] * (self.encoding not in ("utf-8", "utf-8-sig"))
        if self.separator != ",":
            told.append(f"separated by {NAMES.get(self.separator, self.separator)}")
        told += ["decimal comma"] * (self.decimal == ",")
        told += ["no header: columns are 0, 1, ..."] * (not self.has_header)
        return [", ".join(told)] if told else []

    def n_other_lengths(self, path):
        """Of the first rows: how many have another number of cells than there are names, of how many."""
        rows = [fields for _, fields in itertools.islice(self.rows(path), N_ROWS)]
        width = len(self.names)
        return sum(len(f) < width or any(x.strip() for x in f[width:]) for f in rows), len(rows)

    def rows(self, path):
        """(line, fields) of each row below the header that is not blank, as ``csv.reader`` finds them."""
        with open(path, encoding=self.encoding, newline="") as file:
            reader = csv.reader(file, delimiter=self.separator, skipinitialspace=True)
            full = ((reader.line_num, fields) for fields in reader if fields)
            try:
                yield from itertools.islice(full, int(self.has_header), None)
            except csv.Error as error:
                _fail_at(path, reader.line_num, error)

    def fail_at_open_quote(self, path):
        """The error for a quotation mark that is never closed, which swallows the rest of the file."""
        lines = [int(self.has_header), *(line for line, _ in self.rows(path))]
        line = lines[-2] if len(lines) > 1 else 0
        got = f"one in the row after line {line} that is open to the end of the file"
        _checks.fail(printable(path), "quotation marks that are closed", got)

    def padded(self, path):
        """The columns in which zeros stand before digits: 01067 is text."""
        field = re.compile(rf'[{re.escape(self.separator)}\s"]0\d')  # or a time, or part of a text
        with open(path, encoding=self.encoding) as file:
            parts = iter(lambda: file.readlines(CHUNK), [])
            if not any(field.search("\n" + "".join(lines)) for lines in parts):
                return []
        found = [set() for _ in self.names]
        for _, fields in self.rows(path):
            for levels, text in zip(found, fields, strict=False):
                levels.add(text.strip())
        return [
            name for name, levels in zip(self.names, found, strict=True) if are_padded(levels, self.decimal)
        ]


def are_padded(levels, decimal="."):
    """Whether all numbers among text are digits of (nearly) one length, some with zeros before them.

    >>> are_padded(["01067", "99084"]), are_padded(["007", "12", "x"]), are_padded(["00", "1.5"])
    (True, True, False)
    """
    numbers = [level for level in levels if _is_number(level, decimal)]
    lengths = [len(level) for level in numbers]
    padded = any(re.fullmatch(r"0\d+", level) for level in numbers)
    return padded and all(level.isdecimal() for level in numbers) and max(lengths) - min(lengths) < 2


def are_dates(levels):
    """Whether all text is dates of one form."""
    import pandas
    from pandas.tseries.api import guess_datetime_format

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        forms = {guess_datetime_format(levels[0], dayfirst=first) for first in (True, False)} - {None}
        return any(
            pandas.to_datetime(pandas.Series(levels), format=form, errors="coerce").notna().all()
            for form in forms
        )


def number_form(levels):
    """The form of ``FORMS`` in which most of some text is written, and its text; None and [].

    >>> number_form(["1,234", "12,345", "x"]), number_form(["1,234", "2,5"])[0]
    (('numbers with thousands separators', ['1,234', '12,345']), 'numbers with a decimal comma')
    """
    found = {
        form: [x for x in levels if re.fullmatch(pattern, x.strip())] for form, (pattern, _) in FORMS.items()
    }
    form = max(found, key=lambda form: len(found[form]))
    every = {text for texts in found.values() for text in texts}
    return (form, [x for x in levels if x in every]) if every else (None, [])


def layout_of(path, separator=None, encoding=None, decimal=None):
    """The layout of a CSV file, by its first 200 rows.

    Parameters
    ----------
    path : Path
    separator : str, optional
        One character, "tab" or "space". Default: the first of ; tab | and comma that gives every row the same
        number of fields.
    encoding : str, optional
        Default: UTF-8, or UTF-16 where a byte order mark says so; latin-1 where it is not UTF-8.
    decimal : "." or ",", optional
        Default: a comma where it is no separator and more fields are numbers with it than with a point.

    Raises
    ------
    ValueError
        For an empty or a binary file, other bytes than the encoding's, or two columns of the same name.
    """
    encoding = _encoding(path, encoding)
    separator = _separator(path, encoding, separator)
    rows = _first_rows(path, encoding, separator)
    if not rows:
        _checks.fail(printable(path), "rows of numbers or text", "an empty file")
    if decimal is None:
        decimal = (
            ","
            if separator != "," and _count(rows, r"[-+]?\d*,\d+") > _count(rows, r"[-+]?\d*\.\d+")
            else "."
        )
    has_header = not _is_row(rows[0], decimal)
    names = _names(path, rows[0]) if has_header else [str(i) for i in range(len(rows[0]))]
    return Layout(encoding, separator, decimal, names, has_header)


def _encoding(path, given):
    """The encoding in which the whole file can be read."""
    with open(path, "rb") as file:
        sample = file.read(SAMPLE)
    if not sample.strip():
        _checks.fail(printable(path), "rows of numbers or text", "an empty file")
    if given is not None:
        _check_encoding(path, given)
        return given
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if sample.startswith(mark):
            if line := _first_bad_line(path, encoding):
                expected = f"text in {encoding}, as its byte order mark says"
                _checks.fail(printable(path), expected, f"none at line {line}")
            return encoding
    if b"\0" in sample:
        remedy = "UTF-16 without a byte order mark? --encoding utf-16-le or utf-16-be"
        _checks.fail(printable(path), "text", f"bytes that are none ({remedy})")
    return "utf-8" if _first_bad_line(path, "utf-8") is None else "latin-1"


def _check_encoding(path, encoding):
    try:
        "".encode(encoding)
    except (LookupError, ValueError):
        _checks.fail(
            "--encoding", "a name that Python knows, such as utf-8, latin-1 or utf-16", repr(encoding)
        )
    if line := _first_bad_line(path, encoding):
        expected = f"the one that {printable(path)} is written in"
        _checks.fail("--encoding", expected, f"{encoding!r}: no text at line {line}")


def _first_bad_line(path, encoding):
    """The line of the first byte that is no text; None where all are."""
    decoder, read = codecs.getincrementaldecoder(encoding.removesuffix("-sig"))(), 0
    with open(path, "rb") as file:
        try:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
                read += len(chunk)
            decoder.decode(b"", final=True)
        except UnicodeError as error:
            file.seek(0)
            return file.read(read + getattr(error, "start", 0)).count(b"\n") + 1
    return None


def _separator(path, encoding, given):
    """The separator; one that is given must be a single character."""
    if given is not None:
        separator = SPOKEN.get(given, given)
        if len(separator) != 1:
            _checks.fail("--separator", "one character, tab or space", repr(given))
        return separator
    first = {separator: _first_rows(path, encoding, separator) for separator in SEPARATORS}
    for separator, rows in first.items():
        if len({len(row) for row in rows}) == 1 and len(rows[0]) > 1:
            return separator
    return max(reversed(SEPARATORS), key=lambda s: len(first[s][0]) if first[s] else 0)


def _first_rows(path, encoding, separator):
    """The first rows that are not blank, as lists of fields."""
    with open(path, encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=separator, skipinitialspace=True)
        try:
            return list(itertools.islice(filter(None, reader), N_ROWS))
        except csv.Error as error:
            _fail_at(path, reader.line_num, error)


def _fail_at(path, line, error):
    """The error for what ``csv.reader`` does not read."""
    hint = "; is a quotation mark before it never closed?" if "field limit" in str(error) else ""
    _checks.fail(printable(path), "a CSV file", f"{error} at line {line}{hint}")


def _count(rows, pattern):
    return sum(re.fullmatch(pattern, field.strip()) is not None for row in rows for field in row)


def _is_row(fields, decimal):
    """Whether the first line is a row already: all numbers, or some with a decimal mark, as no name has."""
    if fields == [str(i) for i in range(len(fields))] and len(fields) > 2:
        return False
    numbers = [_is_number(field, decimal) for field in fields]
    return all(numbers) or any(n and decimal in field for n, field in zip(numbers, fields, strict=True))


def _is_number(field, decimal):
    try:
        float(field.replace(decimal, "."))
    except ValueError:
        return False
    return True


def _names(path, header):
    """The columns' names; one without a name is told by its place."""
    names = [name.strip() or f"unnamed {i + 1}" for i, name in enumerate(header)]
    twice = [name for name, n in Counter(names).items() if n > 1]
    if twice:
        at = " and ".join(str(i + 1) for i, name in enumerate(names) if name == twice[0])
        expected = "columns with names of their own"
        _checks.fail(printable(path), expected, f"{listed(twice)} more than once (columns {at})")
    return names
