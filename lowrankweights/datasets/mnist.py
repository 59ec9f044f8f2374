"""MNIST: handwritten digits of 28 x 28 pixels."""

import warnings

import numpy as np

from .idx import read_idx
from .sources import DataNotFound, DataSet, bad_file, classification

MNIST = DataSet(
    name="mnist",
    title="MNIST: 60,000 training and 10,000 test images of handwritten digits, 28 x 28 pixels.",
    license="CC BY-SA 3.0; Y. LeCun and C. Cortes hold the copyright",
    homepage="http://yann.lecun.com/exdb/mnist/",
    size=11_594_722,
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

    Where ``LOWRANKWEIGHTS_DATA`` is set, the four IDX files, plain or gzipped, are read from its
    folder ``mnist``, with any number of images; nothing is written there or downloaded. Where the
    training or the test files are absent from it, that part has no rows and a warning says so.

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
    train, test = _read_part(folder, "train"), _read_part(folder, "t10k")
    if train is None and test is None:
        raise DataNotFound(
            f"mnist: expected {', '.join(dataset.files)} or some of them in {folder}, got none"
        )
    if train is None or test is None:
        present = "test" if train is None else "training"
        warnings.warn(f"mnist: {folder} has only the {present} part; the other has no rows", stacklevel=3)
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
    names = [f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"]
    paths = [_plain_or_gz(folder / name) for name in names]
    if paths == [None, None]:
        return None
    for name, path in zip(names, paths, strict=True):
        if path is None:
            raise DataNotFound(f"mnist: expected {name} or {name}.gz in {folder}, got neither")
    images, labels = read_idx(paths[0], 3), read_idx(paths[1], 1)
    if len(images) != len(labels):
        raise bad_file(paths[1], f"{len(images)} labels, one for each image of {paths[0].name}", len(labels))
    if labels.max(initial=0) > 9:
        record = int(np.argmax(labels > 9))
        raise bad_file(paths[1], "labels from 0 to 9", f"{labels[record]} in record {record}")
    return images, labels


def _plain_or_gz(path):
    candidates = [path, path.with_name(path.name + ".gz")]
    return next((p for p in candidates if p.is_file()), None)
