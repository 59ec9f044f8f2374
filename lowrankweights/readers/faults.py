"""Rows that cannot be used: an error that says where and what to do, or, where asked for, rows left out."""

import difflib
from typing import NamedTuple

import numpy as np

from .. import _checks

N_SHOWN = 3  # places that an error names
N_NAMES = 12  # names that an error lists


class Fault(NamedTuple):
    """Rows of a source that have the same fault.

    ``where`` names the column, ``got`` is what the first of the rows has, ``remedy`` what else to do than to
    leave the rows out. ``kind`` is the fault in short, where ``where`` is none.
    """

    where: str
    expected: str
    got: str
    rows: np.ndarray
    remedy: str = ""
    kind: str = ""

    @property
    def short(self):
        """The fault in a few words."""
        return self.kind or f"{self.where}: {self.got}"


def without_faults(source, rows, faults, skip_bad):
    """The rows (sorted indices) that have no fault.

    Returns
    -------
    rows : ndarray of int
    told : list of str
        What was left out, with ``skip_bad``.

    Raises
    ------
    ValueError
        Without ``skip_bad``, for the first fault: the file, the column, the first places and the remedy.
    """
    faults = [fault for fault in faults if len(fault.rows)]
    faults = [fault._replace(rows=fault.rows[np.isin(fault.rows, rows)]) for fault in faults]
    faults = [fault for fault in faults if len(fault.rows)]
    if not faults:
        return rows, []
    if not skip_bad:
        fail_at(source, faults)
    bad = np.unique(np.concatenate([fault.rows for fault in faults]))
    left = np.setdiff1d(rows, bad)
    if len(left) == 0:
        fail_at(source, faults, "--skip-bad would leave nothing")
    reasons = "; ".join(f"{fault.short}, {len(fault.rows):,}" for fault in faults[:N_SHOWN])
    more = f" and {len(faults) - N_SHOWN} more" * (len(faults) > N_SHOWN)
    return left, [f"{len(bad):,} of {len(rows):,} {source.rows_are} left out ({reasons}{more})"]


def fail_at(source, faults, skipping="--skip-bad leaves out such {rows}"):
    """The error of the first fault, with the other columns or kinds of fault."""
    first, others = faults[0], [f"{fault.where or fault.kind} ({len(fault.rows):,})" for fault in faults[1:]]
    where = ", ".join(filter(None, [printable(source.path), first.where]))
    also = f"; {'faults also in' if first.where else 'others:'} {listed(others)}" if others else ""
    remedies = [first.remedy, *(fault.remedy for fault in faults if fault.kind)]
    remedy = "; " + "; ".join(filter(None, dict.fromkeys([skipping.format(rows=source.rows_are), *remedies])))
    _checks.fail(where, first.expected, f"{first.got} {places(source, first.rows)}{also}{remedy}")


def places(source, rows):
    """Where the rows stand, in words: the first ones and how many they are."""
    shown = [source.place(row) for row in rows[:N_SHOWN]]
    if len(rows) > N_SHOWN:
        return f"at {', '.join(shown)} and {len(rows) - N_SHOWN:,} more"
    return f"at {' and '.join([', '.join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]}"


def counted(n, one, many=None):
    """A number of things.

    >>> counted(1, "row"), counted(2000, "row"), counted(0, "box", "boxes")
    ('1 row', '2,000 rows', '0 boxes')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def listed(names):
    """Names for an error or a table, not too many.

    >>> listed(["a", "b"]), listed([f"x{i}" for i in range(99)])
    ('a, b', 'x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, ..., x98')
    """
    names = [str(name) for name in names]
    return ", ".join(names if len(names) <= N_NAMES else [*names[: N_NAMES - 1], "...", names[-1]])


def quoted(name):
    """A column's name as a list of names, such as that of --ignore, has it.

    >>> quoted("size"), quoted("size, cm")
    ('size', '"size, cm"')
    """
    return '"' + name.replace('"', '""') + '"' if "," in name or '"' in name else name


def one_of(argument, name, names, what):
    """``name`` if it is among the names; else a ``ValueError`` that lists them and says which is close."""
    if name in names:
        return name
    lower = {str(n).lower(): str(n) for n in names}
    close = [lower[key] for key in difflib.get_close_matches(str(name).lower(), lower, n=1)]
    hint = f" (did you mean {close[0]!r}?)" if close else ""
    return _checks.fail(argument, f"{what}: {listed(names)}", f"{name!r}{hint}")


def printable(path):
    """A path or a name as text for any terminal: \N{REPLACEMENT CHARACTER} for bytes that are no UTF-8.

    >>> printable("caf\\udce9.csv")
    'caf\N{REPLACEMENT CHARACTER}.csv'
    """
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
