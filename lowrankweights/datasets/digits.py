"""The small handwritten digits that come with scikit-learn."""

import numpy as np

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


def load_digits(*, return_X_y=False):
    """Handwritten digits of 8 x 8 pixels, from scikit-learn; needs no download.

    Parameters
    ----------
    return_X_y : bool, default=False
        Return ``(X, y)``, all 1,797 rows, instead of the Bunch; the last 360 are the test part.

    Returns
    -------
    digits : sklearn.utils.Bunch
        ``X_train`` (1437, 64) and ``X_test`` (360, 64), float32 grey levels in [0, 1];
        ``y_train`` and ``y_test``, int64 digits; ``input_shape`` (8, 8); ``folder``, ``license``
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
    from sklearn import datasets
    from sklearn.model_selection import train_test_split

    X, y = datasets.load_digits(return_X_y=True)
    train, test = train_test_split(np.arange(len(y)), test_size=N_TEST, stratify=y, random_state=0)
    order = np.concatenate([train, test])
    X, y = (X[order] / 16).astype(np.float32), y[order].astype(np.int64)
    return classification(DIGITS, X, y, len(train), (8, 8), return_X_y)
