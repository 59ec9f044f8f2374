"""Files of unsigned bytes: records of images, as of CIFAR-10 and STL-10, and the IDX format of MNIST."""

import gzip
import math
import struct
import zlib

import numpy as np

from .sources import bad_file


def read_records(files, name, n_bytes, what, n=None):
    """A file of records of ``n_bytes`` unsigned bytes each, as an array (n, n_bytes).

    Parameters
    ----------
    files : members.Folder or members.Archive
    name : str
    n_bytes : int
    what : str
        What a record is, for the message.
    n : int, optional
        Read at most so many, from the beginning.

    Raises
    ------
    DataFileError
        When the file is not a whole number of records.
    """
    size = files.size(name)
    if size % n_bytes:
        got = f"{size} bytes, {size % n_bytes} more than {size // n_bytes} records"
        raise bad_file(files.of(name), f"a whole number of records of {n_bytes} bytes ({what})", got)
    n = size // n_bytes if n is None else min(n, size // n_bytes)
    return np.frombuffer(files.read(name, n * n_bytes), np.uint8).reshape(-1, n_bytes)


def check_labels(path, labels, lowest, highest):
    """A ``DataFileError`` unless all labels lie in the range, ends included."""
    outside = np.flatnonzero((labels < lowest) | (labels > highest))
    if outside.size:
        record = int(outside[0])
        raise bad_file(path, f"labels from {lowest} to {highest}", f"{labels[record]} in record {record}")


def channels_last(records, height, width, column_by_column=False):
    """Rows in the package's order, (row * width + column) * 3 + channel, as float32 in [0, 1].

    The records hold a red, a green and a blue plane, each row by row, or column by column.

    >>> records = np.arange(12, dtype=np.uint8)[None]  # red 0 to 3, green 4 to 7, blue 8 to 11
    >>> (255 * channels_last(records, 2, 2)).round().astype(int)
    array([[ 0,  4,  8,  1,  5,  9,  2,  6, 10,  3,  7, 11]])
    """
    n = len(records)
    if column_by_column:
        images = records.reshape(n, 3, width, height).transpose(0, 3, 2, 1)
    else:
        images = records.reshape(n, 3, height, width).transpose(0, 2, 3, 1)
    X = np.empty((n, height * width * 3), np.float32)
    np.divide(images, 255, out=X.reshape(images.shape), dtype=np.float32)
    return X


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
