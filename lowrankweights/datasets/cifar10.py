"""CIFAR-10: colour images of 32 x 32 pixels in ten classes."""

import io
import pickle

import numpy as np

from .. import _checks
from .binary import channels_last, check_labels, read_records
from .members import files_in, may_be_in
from .sources import DataSet, bad_file, classification

SHAPE = (32, 32, 3)
TRAINING_FILES = tuple(f"data_batch_{i}.bin" for i in range(1, 6))
TEST_FILES = ("test_batch.bin",)
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
# the binary version's names, and the python version's, which are the same without an ending
NAMES = {name: name.removesuffix(".bin") for name in TRAINING_FILES + TEST_FILES}


KNOWN_BY = {*NAMES, *NAMES.values()}, ("cifar-10", "cifar10")  # files, and how archives' names begin


def files_of(folder):
    """The folder's files, or those of an archive in it, that are CIFAR-10's in either version; else None."""
    return files_in(folder, *KNOWN_BY)


CIFAR10 = DataSet(
    name="cifar10",
    title="CIFAR-10: 50,000 training and 10,000 test images in colour, 32 x 32 pixels, ten classes.",
    license="none stated; for research, with the request to cite A. Krizhevsky, 2009",
    homepage="https://www.cs.toronto.edu/~kriz/cifar.html",
    size=170_052_171,
    folder="cifar-10-batches-bin",
    also=(
        *("cifar10", "cifar10/cifar-10-batches-bin", "cifar-10-batches-py", "cifar10/cifar-10-batches-py"),
        *("CIFAR10", "CIFAR10/cifar-10-batches-bin", "CIFAR10/cifar-10-batches-py", "cifar-10", ""),
    ),
    elsewhere=("~/.keras/datasets/cifar-10-batches-py", "~/.keras/datasets"),
    present=lambda folder: may_be_in(folder, *KNOWN_BY),
    known_as="the same without .bin (the python version), or cifar-10-*.tar.gz",
    files={"cifar-10-binary.tar.gz": "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"},
    members=TRAINING_FILES + TEST_FILES,
    mirrors=("https://www.cs.toronto.edu/~kriz/",),
)


def fetch_cifar10(*, return_X_y=False):
    """CIFAR-10, downloaded on first use (170 MB), or read from ``LOWRANKWEIGHTS_DATA``.

    Where ``LOWRANKWEIGHTS_DATA`` is set, it is read from its folder ``cifar-10-batches-bin``, ``cifar10``
    or ``cifar-10-batches-py``, or from the folder itself: the binary version or the python version,
    unpacked or still packed (.tar.gz), any of the five training batches and the test batch, each with any
    number of records; nothing is written there or downloaded. Where training batches are missing a
    warning says how many images there are; a part of which no file is there has no rows. Without the
    variable, what Keras has downloaded is used before anything is downloaded.

    Parameters
    ----------
    return_X_y : bool, default=False
        Return ``(X, y)``, training rows first, instead of the Bunch.

    Returns
    -------
    cifar10 : sklearn.utils.Bunch
        ``X_train`` (50000, 3072) and ``X_test`` (10000, 3072), float32 in [0, 1], in the order
        (row * 32 + column) * 3 + channel; ``y_train`` and ``y_test``, int64, 0 to 9; ``classes``,
        their names; ``input_shape`` (32, 32, 3); ``folder``, ``license`` and ``DESCR``.

    Raises
    ------
    DataNotFound
        When the files are not here and cannot be downloaded.
    DataFileError
        When a file is not a whole number of records, a label is out of range, or a file of the python
        version holds anything else than numbers, names and arrays: no code in it is run.

    Notes
    -----
    Licence: none stated; for research, with the request to cite A. Krizhevsky, *Learning multiple
    layers of features from tiny images*, technical report, University of Toronto, 2009.

    Examples
    --------
    >>> cifar10 = fetch_cifar10()  # doctest: +SKIP
    >>> cifar10.X_train.shape, cifar10.input_shape  # doctest: +SKIP
    ((50000, 3072), (32, 32, 3))
    """
    return read_from(CIFAR10, return_X_y)


def read_from(dataset, return_X_y=False):
    """``fetch_cifar10`` of any ``DataSet`` whose files are laid out as CIFAR-10's."""
    files = files_of(dataset.locate())
    parts = [[_read(files, _name_in(files, name)) for name in names if _name_in(files, name)]
             for names in (TRAINING_FILES, TEST_FILES)]  # fmt: skip
    _warn_of_what_is_missing(files, *parts)
    records = [r for part in parts for r in part]
    n_train = sum(map(len, parts[0]))
    X = np.empty((sum(map(len, records)), int(np.prod(SHAPE))), np.float32)
    stop = 0
    for r in records:
        start, stop = stop, stop + len(r)
        X[start:stop] = channels_last(r[:, 1:], *SHAPE[:2])
    y = np.concatenate([r[:, 0] for r in records], dtype=np.int64)
    result = classification(dataset, X, y, n_train, SHAPE, return_X_y)
    if not return_X_y:
        result.classes = CLASSES
    return result


def _name_in(files, name):
    """The name under which a batch is there, in either version; None if it is not."""
    return next((n for n in (name, NAMES[name]) if n in files.names), None)


def _warn_of_what_is_missing(files, train, test):
    missing = [name for name in TRAINING_FILES + TEST_FILES if not _name_in(files, name)]
    if missing:
        n_train, n_test = (sum(map(len, part)) for part in (train, test))
        has = f"{n_train:,} training and {n_test:,} test images"
        _checks.warn(f"cifar10: {files.path} has only {has}: {', '.join(missing)} missing")


def _read(files, name):
    """Records (n, 3073): a label, then 1,024 red, green and blue pixels, row by row."""
    if files.read(name, 1) == b"\x80":  # a pickle
        return _unpickle(files, name)
    records = read_records(files, name, 1 + int(np.prod(SHAPE)), "a label and an image")
    check_labels(files.of(name), records[:, 0], 0, 9)
    return records


class _NumbersOnly(pickle.Unpickler):
    """Reads NumPy arrays and plain values; nothing that a pickle could make run is ever looked up."""

    ARRAYS = ("_reconstruct", "ndarray", "dtype", "_frombuffer", "scalar")

    def find_class(self, module, name):
        if module.split(".")[0] == "numpy" and name in self.ARRAYS:
            return super().find_class(module, name)
        if (module, name) == ("_codecs", "encode"):  # how bytes of Python 2 are written
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} in it")


def _unpickle(files, name):
    """The records of a file of the python version."""
    path = files.of(name)
    try:
        batch = _NumbersOnly(io.BytesIO(files.read(name)), encoding="bytes").load()
        batch = {k.decode() if isinstance(k, bytes) else k: v for k, v in batch.items()}
        data, labels = np.asarray(batch["data"]), np.asarray(batch["labels"])
    except Exception as error:  # a damaged pickle may raise anything
        what = "a batch of CIFAR-10's python version: a dict with data and labels"
        raise bad_file(path, what, f"something else ({type(error).__name__}: {error})") from error
    n_pixels = int(np.prod(SHAPE))
    if data.dtype != np.uint8 or data.shape != (len(labels), n_pixels) or labels.dtype.kind not in "iu":
        got = f"data {data.dtype} {data.shape} and labels {labels.dtype} {labels.shape}"
        raise bad_file(path, f"data of bytes (n, {n_pixels}) and labels (n,)", got)
    check_labels(path, labels, 0, 9)
    return np.column_stack([labels.astype(np.uint8), data])
