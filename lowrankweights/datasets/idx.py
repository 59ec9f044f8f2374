"""The IDX format of MNIST: big-endian header (magic number, lengths), then unsigned bytes."""

import gzip
import math
import struct
import zlib

import numpy as np

from .sources import bad_file


def read_idx(path, n_dims):
    """Read an IDX file of unsigned bytes, gzipped or not: by its content, whatever its name.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    n_dims : int
        The number of dimensions that its magic number must tell.

    Returns
    -------
    values : ndarray of uint8 with ``n_dims`` dimensions
        Read-only.

    Raises
    ------
    DataFileError
        When the file is truncated, corrupt, too long or of another kind.
    """
    data = _read_bytes(path)
    magic = bytes([0, 0, 8, n_dims])
    if data[:4] != magic:
        raise bad_file(
            path, f"magic number {magic.hex()} (IDX, unsigned bytes)", data[:4].hex() or "an empty file"
        )
    n_header = 4 + 4 * n_dims
    if len(data) < n_header:
        raise bad_file(path, f"a header of {n_header} bytes", f"{len(data)} bytes in all")
    shape = struct.unpack(f">{n_dims}I", data[4:n_header])
    n_expected, n_got = math.prod(shape), len(data) - n_header
    if n_got != n_expected:
        lengths = " x ".join(map(str, shape))
        raise bad_file(path, f"{lengths} = {n_expected} bytes after the header", f"{n_got}")
    return np.frombuffer(data, np.uint8)[n_header:].reshape(shape)


def _read_bytes(path):
    data = path.read_bytes()
    gzipped = data[:2] == b"\x1f\x8b"
    if not gzipped and (path.suffix != ".gz" or data[:2] == bytes(2)):
        return data
    try:
        return gzip.decompress(data)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise bad_file(path, "a whole gzip file", f"one that cannot be unpacked ({error})") from error
