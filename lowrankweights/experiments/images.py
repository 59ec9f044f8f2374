"""Training, validation and test images of the perceptron's experiments; what data are, in words."""

import functools

from .. import _checks, datasets

N_VALIDATION = 10_000
WORDS = {
    "digits-16x16": "scikit-learn's digits, 8 x 8 pixels enlarged to 16 x 16 (not MNIST)",
    "mnist": "MNIST, 28 x 28 pixels",
    "cifar10": "CIFAR-10, 32 x 32 pixels in colour",
    "stl10": "STL-10",
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


def data_in_words(results):
    """The data of results, or of specs, in words; "" where they name none.

    >>> data_in_words([{"data": "mnist"}, {"data": "mnist"}])
    'MNIST, 28 x 28 pixels'
    """
    names = dict.fromkeys(r["data"] for r in results if "data" in r)
    return "; ".join(WORDS.get(name, name) for name in names)
