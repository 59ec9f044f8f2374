"""What a student's function raised, in words: where it happened, and what a clash of shapes means."""

import linecache
import re
import sysconfig
from pathlib import Path

import numpy as np

# frames of these are not the student's
LIBRARIES = tuple({str(Path(__file__).parents[3]), *sysconfig.get_paths().values()})
LENT = "_lent"  # names that a check has put into the notebook: to read these is no mistake


def explain_error(error, but_in=None):
    """The error, the student's line where it happened, and what a clash of shapes usually means."""
    message = re.sub(r", with gufunc signature \S+", "", str(error))
    found = students_frame(error, but_in)
    where = foreign = ""
    if found is not None:
        frame, number = found
        code = frame.f_code
        own = set(code.co_names) - frame.f_globals.get(LENT, set())
        arrays = sorted(n for n in own if isinstance(frame.f_globals.get(n), np.ndarray))
        if arrays:
            foreign = f" ({', '.join(arrays)}: read from the notebook, not from the arguments)"
        source = linecache.getline(code.co_filename, number).strip()
        line = number - code.co_firstlineno + 1
        where = f", in line {line} of {code.co_name}" + (f": `{source}`" if source else "")
    clash = re.search(r"matmul|mismatch|broadcast|not aligned", message)
    hint = f". Two shapes clash there{foreign}; a transpose or an axis may be missing" if clash else ""
    return f"{type(error).__name__}: {message}{where}{hint}"


def students_frame(error, but_in=None):
    """(frame, line number) of the innermost function of the student's in the trace of an error, or None.

    Functions of the file ``but_in``, for instance a check's own cell, are not the student's.
    """
    found, trace = None, error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        ours = code.co_filename == but_in or code.co_filename.startswith(LIBRARIES)
        if code.co_name != "<module>" and not ours:
            found = trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next
    return found
