"""CIFAR-10: colour images of 32 x 32 pixels in ten classes."""

import warnings

import numpy as np

from .binary import channels_last, check_labels, read_records
from .sources import DataNotFound, DataSet, classification

SHAPE = (32, 32, 3)
TRAINING_FILES = tuple(f"data_batch_{i}.bin" for i in range(1, 6))
TEST_FILES = ("test_batch.bin",)
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
CIFAR10 = DataSet(
    name="cifar10",
    title="CIFAR-10: 50,000 training and 10,000 test images in colour, 32 x 32 pixels, ten classes.",
    license="none stated; for research, with the request to cite A. Krizhevsky, 2009",
    homepage="https://www.cs.toronto.edu/~kriz/cifar.html",
    size=170_052_171,
    folder="cifar-10-batches-bin",
    files={"cifar-10-binary.tar.gz": "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"},
    members=TRAINING_FILES + TEST_FILES,
    mirrors=("https://www.cs.toronto.edu/~kriz/",),
)


def fetch_cifar10(*, return_X_y=False):
    """CIFAR-10, downloaded on first use (170 MB), or read from ``LOWRANKWEIGHTS_DATA``.

    Where ``LOWRANKWEIGHTS_DATA`` is set, the binary version is read from its folder
    ``cifar-10-batches-bin``: any of data_batch_1.bin to data_batch_5.bin and test_batch.bin, each
    with any whole number of records; nothing is written there or downloaded. A part of which no
    file is there has no rows, and a warning says so.

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
        When a file is not a whole number of records, or a label is out of range.

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
    folder = dataset.locate()
    parts = [[_read(folder / name) for name in names if (folder / name).is_file()]
             for names in (TRAINING_FILES, TEST_FILES)]  # fmt: skip
    if not any(parts):
        names = ", ".join(TRAINING_FILES + TEST_FILES)
        raise DataNotFound(f"cifar10: expected {names} or some of them in {folder}, got none")
    if not all(parts):
        present = "training" if parts[0] else "test"
        warnings.warn(f"cifar10: {folder} has only the {present} part; the other has no rows", stacklevel=3)
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


def _read(path):
    """Records (n, 3073): a label, then 1,024 red, green and blue pixels, row by row."""
    records = read_records(path, 1 + int(np.prod(SHAPE)), "a label and an image")
    check_labels(path, records[:, 0], 0, 9)
    return records
