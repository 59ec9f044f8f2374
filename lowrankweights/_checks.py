"""Checks of arguments, with one wording: the argument, what was expected, what came."""

import difflib
import functools
import numbers
import os
import sys
import warnings

import numpy as np

# The largest number of which a product of four, and the smallest of which a square, is still a normal one
RANGES = {np.dtype(np.float32): (1e9, 1e-18), np.dtype(np.float64): (1e75, 1e-150)}

LONGEST = 400  # characters of what came


def fail(name, expected, got, error=ValueError):
    """Raise the package's one kind of error, with few exceptions a ``ValueError``: it names the argument.

    What came is told shortly: of a list of arrays, say, the beginning and the end.

    >>> fail("n", "an integer", 10 * "long ")
    Traceback (most recent call last):
    ValueError: n: expected an integer, got long long long long long long long long long long
    """
    text = str(got)
    if len(text) > LONGEST:
        text = f"{text[: LONGEST - 60]} ... {text[-40:]}"
    raise error(f"{name}: expected {expected}, got {text}")


def warn(message, category=UserWarning):
    """A warning at the line that called the package, however deep inside it this is."""
    frame, level = sys._getframe(1), 2
    while frame.f_back and frame.f_code.co_filename.startswith(os.path.dirname(__file__)):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


def renamed(old, new):
    """A decorator: the function's argument ``new`` may still be given by its old name, with a warning.

    >>> @renamed("share", "proportion")
    ... def half(proportion):
    ...     return proportion / 2
    >>> with warnings.catch_warnings(record=True) as said:
    ...     warnings.simplefilter("always")
    ...     half(share=0.5), str(said[0].message)
    (0.25, 'share: is now called proportion')
    """

    def decorate(function):
        @functools.wraps(function)
        def with_either_name(*args, **kwargs):
            if old in kwargs:
                warn(f"{old}: is now called {new}")
                kwargs[new] = kwargs.pop(old)
            return function(*args, **kwargs)

        return with_either_name

    return decorate


def array(name, value, ndim=None, shape=None, dtype=None):
    """Return ``value`` as a finite float array, checked against ``ndim`` or ``shape``.

    ``shape`` may hold None where any length will do. float32 and float64 are kept as they
    are unless ``dtype`` is given; everything else becomes float64.
    """
    try:
        a = np.asarray(value)
        if dtype is None:
            dtype = a.dtype if a.dtype in (np.float32, np.float64) else np.float64
        if np.iscomplexobj(a):
            raise TypeError
        a = a.astype(dtype, copy=False)
    except (TypeError, ValueError):
        fail(name, "an array of real numbers", type(value).__name__)
    ndims = (len(shape),) if shape is not None else (ndim,) if isinstance(ndim, int) else ndim
    if ndims is not None and a.ndim not in ndims:
        fail(name, f"an array with {' or '.join(map(str, ndims))} dimension(s)", f"shape {a.shape}")
    if shape is not None and any(s is not None and s != n for s, n in zip(shape, a.shape, strict=True)):
        wanted = ", ".join("any" if s is None else str(s) for s in shape)
        fail(name, f"shape ({wanted})", f"shape {a.shape}")
    # One pass without a temporary array: a NaN or an infinity survives the sum. A sum that
    # overflows though every entry is finite is rare, so only then look at each entry.
    with np.errstate(over="ignore", invalid="ignore"):
        suspicious = a.size and not np.isfinite(a.sum())
    if suspicious and not np.isfinite(a).all():
        n_bad = int(np.size(a) - np.isfinite(a).sum())
        fail(name, "finite numbers", f"{n_bad} NaN or infinite of {a.size}")
    return a


def in_range(name, a):
    """The float array, or a ``ValueError`` that tells its range where its dtype would overflow or vanish.

    >>> in_range("X", np.array([1e20, -3.0], np.float32))
    Traceback (most recent call last):
    ValueError: X: expected numbers up to 1e+09 (float32 overflows in products), got -3 to 1e+20
    """
    largest, smallest = RANGES[a.dtype]
    low, high = (a.min(), a.max()) if a.size else (0.0, 0.0)
    size = max(-low, high)
    if size > largest:
        expected = f"numbers up to {largest:.0e} ({a.dtype} overflows in products)"
        fail(name, expected, f"{low:.4g} to {high:.4g}")
    if 0 < size < smallest:
        expected = f"some numbers above {smallest:.0e} (in {a.dtype} products of smaller ones vanish)"
        fail(name, expected, f"{low:.4g} to {high:.4g}")
    return a


def levels(name, images):
    """Images as floats with levels in [0, 1]: integers from 0 to 255 divided by 255, booleans 0 and 1.

    Floats stay as they are; with none below 0 and some above 2 they are levels up to 255, say, and refused.

    >>> levels("images", np.array([0, 51, 255], np.uint8))
    array([0. , 0.2, 1. ])
    """
    images = np.asarray(images)
    if images.dtype.kind in "iu":
        low, high = images.min(initial=0), images.max(initial=0)
        if low < 0 or high > 255:
            fail(name, "integers from 0 to 255, or floats in [0, 1]", f"{images.dtype} from {low} to {high}")
        return images / 255
    if images.dtype.kind == "b":
        return images.astype(np.float64)
    if images.dtype.kind != "f":
        fail(name, "an array of numbers", f"an array of {images.dtype}")
    high = images.max(initial=0)
    if high > 2 and images.min(initial=0) >= 0:
        fail(name, "levels in [0, 1] (divide by 255)", f"numbers from 0 to {high:g}")
    return images


def stack(name, images):
    """Images of one shape as an array, (n, height, width) in grey or (n, height, width, n_channels).

    Three axes, the last of 3 or 4: that is one colour image, and refused. Grey images so narrow are
    given with their channel, (n, height, 3, 1).

    >>> stack("images", np.zeros((32, 32, 3)))
    Traceback (most recent call last):
    ValueError: images: expected several images, got one in colour, shape (32, 32, 3): give images[None], or \
images[..., None] if they are grey
    """
    try:
        images = np.asarray(images)
    except ValueError:
        shapes = [np.shape(image) for image in images]
        other = next(i for i, shape in enumerate(shapes) if shape != shapes[0])
        got = f"{shapes[0]} and, image {other}, {shapes[other]}; resize them"
        fail(name, "images of one shape", got)
    if images.ndim == 3 and images.shape[2] in (3, 4):
        remedy = f"give {name}[None], or {name}[..., None] if they are grey"
        fail(name, "several images", f"one in colour, shape {images.shape}: {remedy}")
    return images


def even(name, rows, remedy):
    """The rows as they are; a ``ValueError`` where they are lists of different lengths, or sets.

    >>> even("X", [[1, 2], [3]], "cut them")
    Traceback (most recent call last):
    ValueError: X: expected rows of one length (cut them), got 2 entries in row 0, 1 entries in row 1
    """
    listed = isinstance(rows, (list, tuple)) or (isinstance(rows, np.ndarray) and rows.dtype == object)
    if listed and any(isinstance(row, (list, tuple, set, np.ndarray)) for row in rows):
        counts = [len(row) if hasattr(row, "__len__") else None for row in rows]
        expected = f"rows of one length ({remedy})"
        if any(isinstance(row, set) for row in rows):
            fail(name, expected, "sets")
        for i, count in enumerate(counts):
            if count != counts[0]:
                words = ["a single value" if c is None else f"{c} entries" for c in (counts[0], count)]
                fail(name, expected, f"{words[0]} in row 0, {words[1]} in row {i}")
    return rows


def number(name, value, above=None, at_least=None, at_most=None, below=None):
    """Return ``value`` as a finite float within the bounds (``above`` and ``below`` are exclusive)."""
    bounds = [f"> {above}"] * (above is not None) + [f">= {at_least}"] * (at_least is not None)
    bounds += [f"<= {at_most}"] * (at_most is not None) + [f"< {below}"] * (below is not None)
    expected = "a finite number" + (" " + " and ".join(bounds) if bounds else "")
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real) or not np.isfinite(value):
        fail(name, expected, repr(value))
    if (
        (above is not None and not value > above)
        or (at_least is not None and not value >= at_least)
        or (at_most is not None and not value <= at_most)
        or (below is not None and not value < below)
    ):
        fail(name, expected, repr(value))
    return float(value)


def integer(name, value, at_least=None, at_most=None):
    """Return ``value`` as an int within the bounds."""
    expected = "an integer"
    if at_least is not None:
        expected += f" >= {at_least}"
    if at_most is not None:
        expected += (" and" if at_least is not None else "") + f" <= {at_most}"
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Integral):
        fail(name, expected, repr(value))
    if (at_least is not None and value < at_least) or (at_most is not None and value > at_most):
        fail(name, expected, repr(value))
    return int(value)


def returned(owner, method, value, shape):
    """Return what somebody's own method gave, or a ``ValueError`` that names class and method.

    >>> returned("", "upper", np.ones(3), (3, 1))
    Traceback (most recent call last):
    ValueError: str.upper: expected shape (3, 1), got shape (3,)
    """
    if np.shape(value) != shape:
        fail(f"{type(owner).__name__}.{method}", f"shape {shape}", f"shape {np.shape(value)}")
    return value


def two(name, value, expected):
    """Return a tuple of two; what is expected as the two is said in words."""
    if not isinstance(value, tuple) or len(value) != 2:
        shape = getattr(value, "shape", None)
        got = f"an array of shape {shape}" if shape is not None else type(value).__name__
        fail(name, f"{expected}, two things", f"{len(value)} things" if isinstance(value, tuple) else got)
    return value


def sizes(name, value, expected, n_entries=None):
    """Return a tuple, list or array of integers >= 1 as a tuple; ``n_entries``: how many there may be."""
    entries = value.tolist() if isinstance(value, np.ndarray) else value
    right = isinstance(entries, (tuple, list)) and len(entries) > 0
    right = right and all(
        isinstance(n, numbers.Integral) and not isinstance(n, bool) and n >= 1 for n in entries
    )
    if not right or (n_entries is not None and len(entries) not in n_entries):
        fail(name, f"{expected}, integers >= 1", repr(value))
    return tuple(int(n) for n in entries)


def choice(name, value, options):
    """Return ``value`` if it is one of ``options``; else name them, and the one closest to a typo."""
    options = list(options)
    if isinstance(value, str) and value in options:
        return value
    close = difflib.get_close_matches(value, options, n=1) if isinstance(value, str) else []
    hint = f" (did you mean {close[0]!r}?)" if close else ""
    fail(name, "one of " + ", ".join(map(repr, options)), repr(value) + hint)


def index_lists(name, lists, n):
    """Return lists of indices, each as an array of int; all must be from 0 to n - 1.

    >>> index_lists("wrong", [[0, 2], []], 3)
    [array([0, 2]), array([], dtype=int64)]
    """
    expected = f"lists of integers from 0 to {n - 1}"
    try:
        found = [np.asarray(one) for one in lists]
    except (TypeError, ValueError):
        fail(name, expected, repr(lists))
    for one in found:
        if one.ndim != 1 or (one.size and one.dtype.kind not in "iu"):
            fail(name, expected, f"{one.dtype} of shape {one.shape}")
        if one.size and not 0 <= one.min() <= one.max() < n:
            fail(name, expected, f"{one.min()} to {one.max()}")
    return [one.astype(np.int64, copy=False) for one in found]


def row_weights(weight, n, n_counted=1):
    """Return weights of n rows as a float64 array, >= 0, above 0 in ``n_counted`` rows; None stays None."""
    if weight is None:
        return None
    weight = array("weight", weight, shape=(n,), dtype=np.float64)
    if weight.min(initial=np.inf) < 0 or not weight.any():
        fail("weight", "numbers >= 0, not all 0", f"{weight.min():g} to {weight.max():g}")
    if np.count_nonzero(weight) < n_counted:
        fail("weight", f"numbers above 0 in at least {n_counted} rows", np.count_nonzero(weight))
    return weight


def generator(rng, name="rng"):
    """Return a ``numpy.random.Generator`` from a seed or a generator; None is not accepted."""
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, numbers.Integral) and not isinstance(rng, bool) and rng >= 0:
        return np.random.default_rng(int(rng))
    if isinstance(rng, np.random.SeedSequence):
        return np.random.default_rng(rng)
    fail(name, "a seed (an integer >= 0) or a numpy.random.Generator", repr(rng))
