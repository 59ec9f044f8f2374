"""Write files whole or not at all, and never over somebody's data."""

import contextlib
import difflib
import os
import secrets
import tempfile
from pathlib import Path

import numpy as np

from . import _checks


def check_writable(path, name="path"):
    """A ``ValueError`` unless a file can be written there; its folder is made."""
    path = Path(path).expanduser()
    if path.is_dir():
        _checks.fail(name, "a file", f"the folder {str(path)!r}; add a name for the file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        _checks.fail(name, "a file in a folder that can be written", f"{str(path)!r} ({error})")
    return path


def check_not_data(path, name, inputs, is_ours, what):
    """A ``ValueError`` where writing would replace data.

    Parameters
    ----------
    path : Path
    name : str
        Of the argument.
    inputs : iterable
        What is read; anything but paths is passed over.
    is_ours : callable
        ``is_ours(path)``: whether a file that is there is of the kind that will be written.
    what : str
        That kind, in words.
    """
    for other in inputs:
        if isinstance(other, Path) and _is_same(path, other):
            _checks.fail(name, "another file than those that are read", f"{str(path)!r}; give another name")
    if path.is_file() and path.stat().st_size and not is_ours(path):
        got = f"{str(path)!r}, which is there and is something else; give another name or delete it"
        _checks.fail(name, f"a new file, or {what} to replace", got)


def _is_same(path, other):
    """Whether two paths are one file, also through links."""
    if path.exists() and other.exists():
        return path.samefile(other)
    return path.expanduser().resolve() == other.expanduser().resolve()


def did_you_mean(path):
    """The name in the same folder that is closest, as a hint; first that with .npz added."""
    names = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    close = [name for name in names if name == f"{path.name}.npz"]
    close += difflib.get_close_matches(path.name, names, n=1, cutoff=0.75)
    return f" (did you mean {str(path.with_name(close[0]))!r}?)" if close else ""


def with_npz(path):
    """The path with the ending .npz.

    >>> with_npz("my.model").name
    'my.model.npz'
    """
    path = Path(path).expanduser()
    return path if path.suffix == ".npz" else path.with_name(f"{path.name}.npz")


def write_npz(path, **arrays):
    """Write arrays to an .npz file, whole or not at all; its folder is made."""
    path = Path(path).expanduser()
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        np.savez(file, **arrays)


class Damaged(ValueError):
    """A file that cannot be read as one of arrays; the message says why."""


@contextlib.contextmanager
def open_npz(path):
    """An .npz file to read from; what goes wrong within is ``Damaged``, unless there is no such file.

    A damaged file may end in errors of NumPy, of zip, of zlib or of Python's tokenizer.
    """
    try:
        with open(Path(path).expanduser(), "rb") as stream:
            file = np.load(stream, allow_pickle=False)
            if isinstance(file, np.ndarray):
                raise Damaged("it holds one array, as numpy.save writes it")
            with file:
                yield file
    except (FileNotFoundError, PermissionError, Damaged):
        raise
    except Exception as error:
        raise Damaged(str(error) or type(error).__name__) from error


@contextlib.contextmanager
def replacing(path):
    """A binary file to write, which takes its name at the end, when it is whole.

    Until then it is a hidden file in the same folder. Its mode is what the umask gives any new file
    (those of ``tempfile`` can be read by their owner only).
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(temporary, "xb") as file:
            yield file
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
