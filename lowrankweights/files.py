"""Write files whole or not at all."""

import os
import tempfile
from pathlib import Path

import numpy as np

from . import _checks


def check_writable(path, name="path"):
    """A ``ValueError`` unless a file can be written there; its folder is made."""
    path = Path(path).expanduser()
    if path.is_dir():
        _checks.fail(name, "a file", f"the folder {str(path)!r}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        _checks.fail(name, "a file in a folder that can be written", f"{str(path)!r} ({error})")
    return path


def write_npz(path, **arrays):
    """Write arrays to an .npz file: to a temporary file in the same folder, which is then renamed."""
    path = Path(path).expanduser()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
