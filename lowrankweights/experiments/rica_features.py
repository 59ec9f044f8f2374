"""Features of images by RICA (paper, section 4.4), as rows that networks are compared on."""

import functools

import numpy as np
from sklearn.utils import Bunch

from .. import _checks
from ..unsupervised.coates import PatchEncoder
from ..unsupervised.filters import whiten
from ..unsupervised.patches import random_patches
from . import rica_classification as rica
from .images import labelled
from .rica_filters import learn_as

EVERY = {"dictionary": ["none"], "proportion": 1.0, "seed": 0}
SETTINGS = {
    "cifar10-rica": {**rica.COMMON, **rica.CIFAR, **EVERY, "n_components": 100, "max_iter": 400},
    "digits-rica": {**rica.COMMON, **rica.DIGITS, **EVERY, "n_components": 12, "max_iter": 100},
}
N_VALIDATION = {"cifar10-rica": 5000, "digits-rica": 200}


@functools.lru_cache(maxsize=2)
def load(name, n_train):
    """Features of n_train images to train on, of images to look at and of those held out.

    Filters are learned once, of images that are not held out, every weight of them;
    there are 8 features a filter: what is above and what is below the threshold, summed over quadrants. They
    are standardised by those of the n_train images. The images looked at are the same for any n_train.

    Returns
    -------
    data : Bunch
        As ``images.load``; ``input_shape`` is None.
    """
    features, labels, test, test_labels = _features(name)
    n_validation = N_VALIDATION[name]
    if len(features) < n_train + n_validation:
        got = f"{len(features):,} of {name}"
        _checks.fail("data", f"at least {n_train + n_validation:,} training images", got)
    mean, scale = features[:n_train].mean(axis=0), features[:n_train].std(axis=0) + np.float32(1e-3)
    looked_at = slice(len(features) - n_validation, None)
    parts = {
        "train": (features[:n_train], labels[:n_train]),
        "validation": (features[looked_at], labels[looked_at]),
        "test": (test, test_labels),
    }
    data = Bunch(input_shape=None)
    for part, (X, y) in parts.items():
        data |= {f"X_{part}": (X - mean) / scale, f"y_{part}": y}
    return data


@functools.cache
def _features(name):
    """Features (n, 8 n_filters) and labels of training images, at most 25,000, and of those held out."""
    spec = SETTINGS[name]
    images, shape = labelled(spec["data"]), tuple(spec["patch_shape"])
    X, y = images.X_train[:25_000], images.y_train[:25_000]
    patches = random_patches(X, shape, spec["n_patches"], spec["seed"])
    white, whitening = whiten(patches, spec["regularisation"])
    W, _ = learn_as(spec, white, n_threads=None)
    encoder = PatchEncoder(W, shape, whitening, contrast=False, threshold=spec["threshold"])
    return encoder.transform(X), y, encoder.transform(images.X_test), images.y_test
