"""Whether data are of a scale that initial weights are made for."""

import numpy as np

USUAL = 0.01, 10.0  # root mean square of X, and of Y where it is learned by squared error
UNEVEN = 1e4  # a column's root mean square over the median column's
ROWS_ENOUGH = 2000


def remark(name, a):
    """A sentence that names data far from a scale of 1 and says what to do; "" where they are not.

    >>> remark("X", np.array([[1e6], [-2e6]]))
    "X's entries are about 1.6e+06 (root mean square), initial weights are made for about 1: standardise X."
    >>> remark("X", np.array([[0.5, -0.5]]))
    ''
    >>> remark("X", np.array([[0, 128], [250, 7]], np.uint8)).split(": ")[1]
    'divide X by 255, or standardise it.'
    """
    some_rows = a[:: max(1, len(a) // ROWS_ENOUGH)].reshape(-1, a[0].size)
    of_columns = np.sqrt(np.mean(np.square(some_rows, dtype=np.float64), axis=0))
    varying = of_columns[of_columns > 0]
    if not varying.size:
        return ""
    overall, middle = float(np.sqrt(np.mean(varying**2))), float(np.median(varying))
    if varying.max() > UNEVEN * middle:
        i = int(np.argmax(of_columns))
        return (
            f"{name}'s columns differ in scale (root mean square {of_columns[i]:.2g} in column {i}, "
            f"{middle:.2g} in the median one): standardise {name}."
        )
    if USUAL[0] <= overall <= USUAL[1]:
        return ""
    made_for = "initial weights are made for about 1"
    levels = some_rows.max() <= 255 and some_rows.min() >= 0 and np.array_equal(some_rows, some_rows.round())
    remedy = f"divide {name} by 255, or standardise it" if levels and overall > 1 else f"standardise {name}"
    return f"{name}'s entries are about {overall:.2g} (root mean square), {made_for}: {remedy}."
