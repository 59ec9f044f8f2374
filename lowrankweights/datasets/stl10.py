"""STL-10: colour images of 96 x 96 pixels, ten classes, most of them unlabelled."""

import numpy as np

from .. import _checks
from .binary import channels_last, check_labels, read_records
from .members import files_in, may_be_in
from .sources import DataNotFound, DataSet, bad_file

SHAPE = (96, 96, 3)
CLASSES = ("airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck")
PARTS = {"train": ("train_X.bin", "train_y.bin"), "test": ("test_X.bin", "test_y.bin")}
MEMBERS = (*PARTS["train"], *PARTS["test"], "unlabeled_X.bin", "fold_indices.txt")


def files_of(folder):
    """The folder's files, or those of an archive in it, that are STL-10's; else None."""
    return files_in(folder, MEMBERS, archives=("stl10",))


STL10 = DataSet(
    name="stl10",
    title="STL-10: 5,000 training, 8,000 test and 100,000 unlabelled images in colour, 96 x 96 pixels.",
    license="none stated; from ImageNet, whose terms apply: non-commercial research and education",
    homepage="https://cs.stanford.edu/~acoates/stl10/",
    size=2_640_397_119,
    folder="stl10_binary",
    files={"stl10_binary.tar.gz": "f31fd99273a1acb8609c8db427cebb1de3f71de77758cdc0e22956e1289b9866"},
    also=("stl10", "stl10/stl10_binary", "STL10", "STL10/stl10_binary", ""),
    present=lambda folder: may_be_in(folder, MEMBERS, ("stl10",)),
    known_as="stl10*.tar.gz",
    members=MEMBERS,
    mirrors=("https://ai.stanford.edu/~acoates/stl10/", "https://cs.stanford.edu/~acoates/stl10/"),
)


def fetch_stl10(*, n_unlabelled=None):
    """STL-10, downloaded on first use (2.6 GB), or read from ``LOWRANKWEIGHTS_DATA``.

    Where ``LOWRANKWEIGHTS_DATA`` is set, the binary version is read from its folder ``stl10_binary`` or
    ``stl10``, or from the folder itself, unpacked or still packed (.tar.gz): any of train_X.bin with
    train_y.bin, test_X.bin with test_y.bin, unlabeled_X.bin and fold_indices.txt, with any whole number of
    images. What is absent has no rows.

    Parameters
    ----------
    n_unlabelled : int, optional
        Read only so many of the unlabelled images; all of them are 11 GB as float32.

    Returns
    -------
    stl10 : sklearn.utils.Bunch
        ``X_train`` (5000, 27648), ``X_test`` (8000, 27648) and ``X_unlabelled``, float32 in [0, 1],
        in the order (row * 96 + column) * 3 + channel; ``y_train`` and ``y_test``, int64, 1 to 10 as
        in the files; ``classes``, the name of label 1 first; ``folds``, a list of ten index arrays
        into the training rows (empty without the file); ``input_shape``, ``folder``, ``license``
        and ``DESCR``.

    Raises
    ------
    DataNotFound
        When the files are not here and cannot be downloaded.
    DataFileError
        When a file is truncated, labels or indices are out of range, or counts differ.

    Notes
    -----
    Licence: none stated; from ImageNet, whose terms apply. A. Coates, H. Lee and A. Y. Ng, *An
    analysis of single-layer networks in unsupervised feature learning*, AISTATS 2011. Its protocol:
    learn features without labels, train on each fold of 1,000 images, test on all test images, and
    give the mean of the ten.

    Examples
    --------
    >>> stl10 = fetch_stl10(n_unlabelled=1000)  # doctest: +SKIP
    >>> stl10.X_train.shape, len(stl10.folds)  # doctest: +SKIP
    ((5000, 27648), 10)
    """
    from sklearn.utils import Bunch

    if n_unlabelled is not None:
        n_unlabelled = _checks.integer("n_unlabelled", n_unlabelled, at_least=0)
    folder = STL10.locate()
    files = files_of(folder)
    labelled = {part: _read_labelled(files, *names) for part, names in PARTS.items()}
    return Bunch(
        **{f"X_{part}": X for part, (X, _) in labelled.items()},
        **{f"y_{part}": y for part, (_, y) in labelled.items()},
        X_unlabelled=_read_images(files, "unlabeled_X.bin", n_unlabelled),
        folds=_read_folds(files, "fold_indices.txt", len(labelled["train"][0])),
        classes=CLASSES,
        input_shape=SHAPE,
        folder=folder,
        license=STL10.license,
        DESCR=STL10.describe(),
    )


def _read_labelled(files, images, labels):
    """X (n, 27648) and y (n,); no rows when both files are absent."""
    for name, other in ((images, labels), (labels, images)):
        if other in files.names and name not in files.names:
            raise DataNotFound(f"stl10: expected {name} beside {other} in {files.path}, got none")
    X = _read_images(files, images)
    y = np.frombuffer(files.read(labels) if labels in files.names else b"", np.uint8)
    if len(X) != len(y):
        raise bad_file(files.of(labels), f"{len(X)} labels, one for each image of {images}", len(y))
    check_labels(files.path / labels, y, 1, 10)
    return X, y.astype(np.int64)


def _read_images(files, name, n=None):
    n_bytes = int(np.prod(SHAPE))
    if name not in files.names:
        return np.zeros((0, n_bytes), np.float32)
    return channels_last(read_records(files, name, n_bytes, "an image", n), *SHAPE[:2], column_by_column=True)


def _read_folds(files, name, n_train):
    """The lines of fold_indices.txt, each the training images of a fold, from 0."""
    if name not in files.names:
        return []
    path = files.of(name)
    try:
        lines = files.read(name).decode().splitlines()
        folds = [np.array(line.split(), dtype=np.int64) for line in lines if line.strip()]
    except (ValueError, UnicodeDecodeError) as error:
        raise bad_file(path, "lines of whole numbers", f"something else ({error})") from error
    if len(folds) != 10:
        raise bad_file(path, "ten folds, one a line", f"{len(folds)}")
    for i, fold in enumerate(folds):
        if fold.min() < 0 or fold.max() >= n_train:
            wanted = f"indices from 0 to {n_train - 1}, of the images in train_X.bin"
            raise bad_file(path, wanted, f"{fold.min()} to {fold.max()} in fold {i}")
    return folds
