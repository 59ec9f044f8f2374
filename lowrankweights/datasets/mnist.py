"""MNIST: handwritten digits of 28 x 28 pixels."""

import re

import numpy as np

from .. import _checks
from ..files import Damaged, open_npz
from .binary import read_idx
from .sources import DataNotFound, DataSet, bad_file, classification

# As distributed, with a dot, or as torchvision and others name them; gzipped or not
NAME = re.compile(r"(train|t10k|test)[-_.](images|labels)[-_.]idx[13][-_.]ubyte(\.gz)?", re.IGNORECASE)
KERAS = "mnist.npz"


def idx_files(folder):
    """The IDX files of a folder by part, "train" or "t10k", and "images" or "labels".

    Of two that hold the same the one that is not gzipped is taken.
    """
    found = {}
    for path in sorted(folder.iterdir() if folder.is_dir() else (), key=lambda p: len(p.name), reverse=True):
        if path.is_file() and (match := NAME.fullmatch(path.name)):
            part, kind = match[1].lower(), match[2].lower()
            found["t10k" if part == "test" else part, kind] = path
    return found


def has_mnist(folder):
    """Whether a folder has some of the IDX files, or Keras's file."""
    return bool(idx_files(folder)) or (folder / KERAS).is_file()


MNIST = DataSet(
    name="mnist",
    title="MNIST: 60,000 training and 10,000 test images of handwritten digits, 28 x 28 pixels.",
    license="CC BY-SA 3.0; Y. LeCun and C. Cortes hold the copyright",
    homepage="http://yann.lecun.com/exdb/mnist/",
    size=11_594_722,
    also=("MNIST/raw", "mnist/MNIST/raw", "mnist/raw", "MNIST", "raw", ""),
    elsewhere=("~/.keras/datasets",),
    present=has_mnist,
    known_as="the same without .gz or with a dot (.idx3), or Keras's mnist.npz",
    files={
        "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    },
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://raw.githubusercontent.com/fgnt/mnist/master/",
    ),
)


def fetch_mnist(*, return_X_y=False):
    """MNIST, downloaded on first use (11.6 MB), or read from ``LOWRANKWEIGHTS_DATA``.

    Where ``LOWRANKWEIGHTS_DATA`` is set, the four IDX files, plain or gzipped, or Keras's ``mnist.npz``
    are read from it: from its folder ``mnist``, from torchvision's ``MNIST/raw``, or from the folder
    itself; with any number of images. Nothing is written there or downloaded. Where the training or
    the test files are absent, that part has no rows and a warning says so. Without the variable,
    what Keras has downloaded (``~/.keras/datasets``) is used before anything is downloaded.

    Parameters
    ----------
    return_X_y : bool, default=False
        Return ``(X, y)``, training rows first, instead of the Bunch.

    Returns
    -------
    mnist : sklearn.utils.Bunch
        ``X_train`` (60000, 784) and ``X_test`` (10000, 784), float32 grey levels in [0, 1], row by
        row; ``y_train`` and ``y_test``, int64 digits; ``input_shape`` (28, 28); ``folder``,
        ``license`` and ``DESCR``. The parts are views of one array.

    Raises
    ------
    DataNotFound
        When the files are not here and every mirror failed, or ``LOWRANKWEIGHTS_OFFLINE`` is set.
    DataFileError
        When a file is truncated, corrupt or of another kind.

    Notes
    -----
    Licence: CC BY-SA 3.0; Y. LeCun and C. Cortes hold the copyright.

    Examples
    --------
    >>> mnist = fetch_mnist()  # doctest: +SKIP
    >>> mnist.X_train.shape, mnist.X_test.shape  # doctest: +SKIP
    ((60000, 784), (10000, 784))
    """
    return read_from(MNIST, return_X_y)


def read_from(dataset, return_X_y=False):
    """``fetch_mnist`` of any ``DataSet`` whose files are laid out as MNIST's."""
    folder = dataset.locate()
    if idx_files(folder):
        train, test = _read_part(folder, "train"), _read_part(folder, "t10k")
    else:
        train, test = _read_keras(folder / KERAS)
    if train is None or test is None:
        present = "test" if train is None else "training"
        _checks.warn(f"mnist: {folder} has only the {present} part; the other has no rows")
    parts = [part for part in (train, test) if part is not None]
    input_shape = parts[0][0].shape[1:]
    if parts[-1][0].shape[1:] != input_shape:
        raise bad_file(folder, "training and test images of one size", "two sizes")

    X = np.empty((sum(len(images) for images, _ in parts), input_shape[0] * input_shape[1]), np.float32)
    stop = 0
    for images, _ in parts:
        start, stop = stop, stop + len(images)
        np.divide(images.reshape(len(images), X.shape[1]), 255, out=X[start:stop], dtype=np.float32)
    y = np.concatenate([labels for _, labels in parts], dtype=np.int64)
    return classification(dataset, X, y, 0 if train is None else len(train[0]), input_shape, return_X_y)


def _read_part(folder, part):
    """Images (n, 28, 28) and labels (n,) of "train" or "t10k", uint8; None when both are absent."""
    files = idx_files(folder)
    paths = [files.get((part, kind)) for kind in ("images", "labels")]
    if paths == [None, None]:
        return None
    for path, name in zip(paths, (f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"), strict=True):
        if path is None:
            raise DataNotFound(f"mnist: expected {name} or {name}.gz in {folder}, got neither")
    images, labels = read_idx(paths[0], 3), read_idx(paths[1], 1)
    _check_part(images, labels, *paths)
    return images, labels


def _read_keras(path):
    """The same two parts of Keras's file."""
    try:
        with open_npz(path) as arrays:
            parts = [(arrays[f"x_{part}"], arrays[f"y_{part}"]) for part in ("train", "test")]
    except (Damaged, PermissionError) as error:
        what = "Keras's x_train, y_train, x_test and y_test"
        raise bad_file(path, what, f"something else ({error})") from error
    for images, labels in parts:
        if images.ndim != 3 or images.dtype != np.uint8 or labels.ndim != 1 or labels.dtype.kind not in "iu":
            got = f"{images.dtype} {images.shape} and {labels.dtype} {labels.shape}"
            raise bad_file(path, "images of bytes (n, 28, 28) and labels (n,)", got)
        _check_part(images, labels, path, path)
    return parts


def _check_part(images, labels, of_images, of_labels):
    if len(images) != len(labels):
        expected = f"{len(images)} labels, one for each image of {of_images.name}"
        raise bad_file(of_labels, expected, len(labels))
    if labels.max(initial=0) > 9 or labels.min(initial=0) < 0:
        record = int(np.argmax((labels > 9) | (labels < 0)))
        raise bad_file(of_labels, "labels from 0 to 9", f"{labels[record]} in record {record}")
