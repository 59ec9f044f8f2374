"""Data sets: ``load_*`` read what is bundled, ``fetch_*`` download once; every one tells its licence.

The environment variable ``LOWRANKWEIGHTS_DATA`` names a folder of one's own, which is read but
never written to; ``LOWRANKWEIGHTS_OFFLINE=1`` forbids downloads. To add a data set, write one
file like ``mnist.py`` and name its ``DataSet`` in ``registry.py``.
"""

from .cifar10 import fetch_cifar10
from .digits import load_digits
from .mnist import fetch_mnist
from .natural import load_natural_images
from .registry import DATASETS, LABELLED, fetch, load, status, where
from .sounds import fetch_timit
from .sources import DataFileError, DataNotFound
from .stl10 import fetch_stl10

__all__ = [
    "DATASETS",
    "LABELLED",
    "DataFileError",
    "DataNotFound",
    "fetch",
    "fetch_cifar10",
    "fetch_mnist",
    "fetch_stl10",
    "fetch_timit",
    "load",
    "load_digits",
    "load_natural_images",
    "status",
    "where",
]
