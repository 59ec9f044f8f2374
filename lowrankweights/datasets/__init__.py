"""Data sets: ``load_*`` read what is bundled, ``fetch_*`` download once; every one tells its licence.

The environment variable ``LOWRANKWEIGHTS_DATA`` names a folder of one's own, which is read but
never written to; ``LOWRANKWEIGHTS_OFFLINE=1`` forbids downloads. To add a data set, write one
file like ``mnist.py`` and name its ``DataSet`` in ``registry.py``.
"""

from .digits import load_digits
from .mnist import fetch_mnist
from .natural import load_natural_images
from .registry import DATASETS, fetch, status, where
from .sources import DataFileError, DataNotFound

__all__ = [
    "DATASETS",
    "DataFileError",
    "DataNotFound",
    "fetch",
    "fetch_mnist",
    "load_digits",
    "load_natural_images",
    "status",
    "where",
]
