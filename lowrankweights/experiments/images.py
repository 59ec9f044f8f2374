"""Training, validation and test images of the experiments; what data are, in words."""

import functools

from sklearn.utils import Bunch

from .. import _checks, datasets
from ..datasets import stl10

N_VALIDATION = N_HELD_OUT = 10_000
WORDS = {
    "digits-16x16": "scikit-learn's digits, 8 x 8 pixels enlarged to 16 x 16 (not MNIST)",
    "mnist": "MNIST, 28 x 28 pixels",
    "cifar10": "CIFAR-10, 32 x 32 pixels in colour",
    "cifar10-rica": "CIFAR-10, 800 features of its images by RICA (100 filters of 6 x 6 x 3 pixels)",
    "digits-rica": "scikit-learn's digits (not MNIST), 96 features of its images by RICA",
    "stl10": "STL-10",
    "speech-like": "speech-like sounds made by program (not TIMIT)",
    "timit-sample": "TIMIT, the sample of 16 speakers",
    "timit": "TIMIT, core test",
    "natural": "natural photographs",
    "natural-bundled": "scikit-learn's two photographs",
}


@functools.cache
def load(name, n_train):
    """A data set of ``datasets.load``, divided by ``divide``.

    MNIST's validation images are the last 10,000 training images. The digits' are those not trained on.
    """
    data = datasets.load(name)
    return divide(data, name, n_train, N_VALIDATION if name == "mnist" else len(data.X_train) - n_train)


def divide(data, name, n_train, n_validation):
    """The first n_train training images to train on, the last n_validation to look at.

    Parameters
    ----------
    data : Bunch
        With X_train and y_train; X_validation and y_validation are added.
    name : str
        For the error.
    n_train, n_validation : int
        With all of MNIST's 60,000 to train on, the validation images are among them (and the stop rule
        looks at the loss).

    Raises
    ------
    ValueError
        If there are fewer images.
    """
    n_needed = 60_000 if n_train == 60_000 else n_train + n_validation
    if len(data.X_train) < n_needed:
        _checks.fail("data", f"at least {n_needed:,} training images", f"{len(data.X_train):,} of {name}")
    data.X_validation, data.y_validation = data.X_train[-n_validation:], data.y_train[-n_validation:]
    data.X_train, data.y_train = data.X_train[:n_train], data.y_train[:n_train]
    return data


def labelled(name):
    """Images (n, height, width[, n_channels]) with labels from 0 on; X_test are those to be held out.

    Of CIFAR-10 the last 10,000 training images are held out, in place of its test images; STL-10's are
    reduced to 32 x 32 pixels (as Coates et al. do).

    Raises
    ------
    DataNotFound
        If STL-10's labelled part is not here.
    """
    if name == "stl10":
        data = fetch_labelled_stl10()
        X, X_test, first = reduced(data.X_train), reduced(data.X_test), 1  # the files' labels are 1 to 10
    else:
        data, first = datasets.load(name), 0
        X, X_test = (part.reshape(-1, *data.input_shape) for part in (data.X_train, data.X_test))
    y, y_test = data.y_train - first, data.y_test - first
    if name == "cifar10":
        n_held = min(N_HELD_OUT, len(X) // 5)
        X, y, X_test, y_test = X[:-n_held], y[:-n_held], X[-n_held:], y[-n_held:]
    return Bunch(X_train=X, y_train=y, X_test=X_test, y_test=y_test, folder=data.folder)


def fetch_labelled_stl10(n_unlabelled=0):
    """STL-10; a ``DataNotFound`` where its training or test images are not here."""
    data = datasets.fetch_stl10(n_unlabelled=n_unlabelled)
    if not (len(data.X_train) and len(data.X_test)):
        raise datasets.DataNotFound(
            f"stl10: expected train_X.bin, train_y.bin, test_X.bin and test_y.bin in {data.folder}, got only "
            f"some of them"
        )
    return data


def reduced(X):
    """STL-10's images, flat, from 96 x 96 to 32 x 32 pixels in colour: the mean of each 3 x 3.

    >>> import numpy as np
    >>> reduced(np.ones((2, 27648))).shape
    (2, 32, 32, 3)
    """
    return X.reshape(-1, 32, 3, 32, 3, 3).mean(axis=(2, 4))


def stl10_is_here():
    """Whether STL-10's labelled part can be read without a download."""
    files = stl10.files_of(datasets.where("stl10"))
    return files is not None and {*sum(stl10.PARTS.values(), ()), "fold_indices.txt"} <= files.names


def data_in_words(results):
    """The data of results, or of specs, in words; "" where they name none.

    >>> data_in_words([{"data": "mnist"}, {"data": "mnist"}])
    'MNIST, 28 x 28 pixels'
    """
    names = dict.fromkeys(r["data"] for r in results if "data" in r)
    return "; ".join(WORDS.get(name, name) for name in names)
