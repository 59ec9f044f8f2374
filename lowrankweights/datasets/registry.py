"""All data sets by name: what the command line's ``data status``, ``data fetch`` and ``data where`` show."""

from pathlib import Path
from typing import NamedTuple

from .. import _checks
from .cifar10 import CIFAR10, fetch_cifar10
from .digits import DIGITS, load_digits
from .mnist import MNIST, fetch_mnist
from .natural import SAMPLE_IMAGES
from .sounds import TIMIT
from .sources import cache_folder, data_folder
from .stl10 import STL10

DATASETS = {dataset.name: dataset for dataset in (DIGITS, SAMPLE_IMAGES, MNIST, CIFAR10, STL10, TIMIT)}
# Images with labels, in a training and a test part. A name is written into models and results: it says
# which images they were, so the enlarged digits have one of their own.
LABELLED = {
    "digits": load_digits,
    "digits-16x16": lambda: load_digits(zoom=2),
    "mnist": fetch_mnist,
    "cifar10": fetch_cifar10,
}


class Status(NamedTuple):
    """Where a data set is: "bundled", "data folder", "cache", "elsewhere" or "missing"; size in bytes."""

    name: str
    place: str
    folder: Path
    size: int
    license: str


def load(name):
    """Images with labels by name: the Bunch of ``load_digits``, ``fetch_mnist`` and so on.

    Parameters
    ----------
    name : "digits", "digits-16x16", "mnist" or "cifar10"
        digits-16x16 are the digits with each pixel made 2 x 2.

    Raises
    ------
    ValueError
        For another name.
    DataNotFound
        When it is neither here nor to be downloaded.

    Examples
    --------
    >>> load("digits-16x16").input_shape
    (16, 16)
    """
    return LABELLED[_checks.choice("name", name, LABELLED)]()


def status():
    """A ``Status`` for each data set; nothing is downloaded.

    Examples
    --------
    >>> [(s.name, s.place) for s in status()][0]
    ('digits', 'bundled')
    """
    return [Status(d.name, d.place(), d.expected_folder(), d.size, d.license) for d in DATASETS.values()]


def fetch(name):
    """Return the folder of a data set, which is downloaded into the cache if it is not here.

    Raises
    ------
    ValueError
        For an unknown name.
    DataNotFound
        When it is neither here nor to be downloaded.
    """
    return DATASETS[_checks.choice("name", name, DATASETS)].locate()


def where(name=None):
    """The folder in which a data set is looked for; without a name, the one that holds those folders."""
    if name is None:
        return data_folder() or cache_folder()
    return DATASETS[_checks.choice("name", name, DATASETS)].expected_folder()
