"""The small handwritten digits that come with scikit-learn."""

import numpy as np

from .. import _checks
from .sources import DataSet, classification

DIGITS = DataSet(
    name="digits",
    title="Optical recognition of handwritten digits: 1,797 images of 8 x 8 pixels, ten classes.",
    license="CC BY 4.0; E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, 1998",
    homepage="https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
    size=57_523,
    bundled="sklearn/datasets/data",
)
N_TEST = 360


def load_digits(*, zoom=1, return_X_y=False):
    """Handwritten digits of 8 x 8 pixels, from scikit-learn; needs no download.

    Parameters
    ----------
    zoom : int, default=1
        Make each pixel ``zoom`` x ``zoom`` by linear interpolation: with 2 the images are 16 x 16,
        and their features smooth.
    return_X_y : bool, default=False
        Return ``(X, y)``, all 1,797 rows, instead of the Bunch; the last 360 are the test part.

    Returns
    -------
    digits : sklearn.utils.Bunch
        ``X_train`` (1437, 64 zoom^2) and ``X_test`` (360, ...), float32 grey levels in [0, 1];
        ``y_train`` and ``y_test``, int64 digits; ``input_shape`` (8 zoom, 8 zoom); ``folder``, ``license``
        and ``DESCR``. The split is stratified and always the same; it mixes the writers.

    Notes
    -----
    Licence: CC BY 4.0, E. Alpaydin and C. Kaynak.

    Examples
    --------
    >>> digits = load_digits()
    >>> digits.X_train.shape, digits.X_test.shape, digits.input_shape
    ((1437, 64), (360, 64), (8, 8))
    """
    from scipy import ndimage
    from sklearn import datasets
    from sklearn.model_selection import train_test_split

    X, y = datasets.load_digits(return_X_y=True)
    train, test = train_test_split(np.arange(len(y)), test_size=N_TEST, stratify=y, random_state=0)
    order = np.concatenate([train, test])
    X, y = (X[order] / 16).astype(np.float32), y[order].astype(np.int64)
    zoom = _checks.integer("zoom", zoom, at_least=1)
    if zoom > 1:
        images, factors = X.reshape(-1, 8, 8), (1, zoom, zoom)
        X = ndimage.zoom(images, factors, order=1, mode="nearest", grid_mode=True).reshape(len(X), -1)
    return classification(DIGITS, X, y, len(train), (8 * zoom, 8 * zoom), return_X_y)
