"""Write files whole or not at all."""

import os
import tempfile
from pathlib import Path

import numpy as np


def write_npz(path, **arrays):
    """Write arrays to an .npz file: to a temporary file in the same folder, which is then renamed."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
