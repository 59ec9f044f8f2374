"""Results as JSON Lines: one finished run a line, with everything that it depends on."""

import base64
import json
from pathlib import Path

import numpy as np

from .. import _checks


def read(path):
    """The finished runs in a file, as a list of dicts; none if there is no such file.

    A last line that was cut off, by a full disk or a power cut, is passed over.

    Raises
    ------
    ValueError
        If another line is not JSON.
    """
    path = Path(path).expanduser()
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")
    results = []
    for i, line in enumerate(lines):
        if not line.strip():
            continue
        try:
            run = json.loads(line)
        except ValueError:  # also bytes that are no text
            run = None
        if isinstance(run, dict):
            results.append(run)
        else:
            if i < len(lines) - 1:
                text = line[:60].decode("utf-8", "replace")
                _checks.fail("path", "a run, as JSON, in every line", f"{path}, line {i + 1}: {text!r}")
    return results


def repair(path):
    """Drop a last line that was cut off; end one that lacks only its line break."""
    path = Path(path).expanduser()
    text = path.read_bytes() if path.exists() else b""
    if not text or text.endswith(b"\n"):
        return
    start = text.rfind(b"\n") + 1
    try:
        json.loads(text[start:])
    except ValueError:
        with open(path, "r+b") as file:
            file.truncate(start)
    else:
        with open(path, "ab") as file:
            file.write(b"\n")


def to_line(result):
    """A run as one line of JSON.

    Raises
    ------
    ValueError, TypeError
        If a value is NaN or infinite, or no plain Python value.
    """
    return json.dumps(result, allow_nan=False) + "\n"


def append(path, line):
    """Add one run's line to a file, in one piece: several processes may do so at once."""
    path = Path(path).expanduser()
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "ab", buffering=0) as file:
        file.write(line.encode("utf-8"))


def finished(spec, results):
    """Whether one of the results is that of ``spec``."""
    return any(is_of(result, spec) for result in results)


def is_of(result, spec):
    """Whether a result is that of ``spec``: it holds all that the spec says, and was asked for no more.

    >>> is_of({"p": 1, "error": 0.1, "spec_keys": ["p"]}, {"p": 1})
    True
    >>> is_of({"p": 1, "pretrain": True, "error": 0.1, "spec_keys": ["p", "pretrain"]}, {"p": 1})
    False
    """
    asked = result.get("spec_keys", spec)  # lines from before it was written say nothing of it
    return set(asked) == set(spec) and all(result.get(k) == v for k, v in spec.items())


def select(results, **wanted):
    """The results that have these values, for instance ``proportion=0.1``."""
    return [r for r in results if all(r.get(k) == v for k, v in wanted.items())]


def array_to_text(a):
    """An array as text for a line of results: half precision, base64."""
    return base64.b64encode(np.ascontiguousarray(a, np.float16).tobytes()).decode()


def array_from_text(text, n_columns):
    """The array (n_rows, n_columns) that ``array_to_text`` wrote.

    >>> array_from_text(array_to_text(np.array([[1.0, 0.5]])), 2)
    array([[1. , 0.5]])
    """
    return np.frombuffer(base64.b64decode(text), np.float16).reshape(-1, n_columns).astype(np.float64)
