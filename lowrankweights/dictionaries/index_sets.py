"""Which weights of a feature are known: index sets, uniform, dense around a place, or nested.

Sets are of units' indices, (row * width + column) * n_channels + channel (paper, sections 3.2 and 3.4).
A way of choosing alpha of one's own, for the estimators: ``building.IndexSetChoice``.
"""

import functools

import numpy as np

from .. import _checks
from .points import Grid, Points, tied_channels


def sample_index_set(n_v, n_alpha, rng=0, n_channels=1, candidates=None):
    """Draw the index set alpha uniformly at random, without replacement.

    Parameters
    ----------
    n_v : int
        Number of weights of a feature, all channels counted.
    n_alpha : int
        Number of weights to draw, all channels counted; divisible by ``n_channels``.
    rng : seed or numpy.random.Generator
    n_channels : int
        The same pixels are drawn in each channel ("tied across channels").
    candidates : array of int, optional
        Draw among these weights only, for instance those of units that vary
        (then ``n_channels`` must be 1).

    Returns
    -------
    alpha : ndarray of int, (n_alpha,), sorted and unique

    Notes
    -----
    Paper, section 3.2.

    Examples
    --------
    >>> sample_index_set(12, 6, rng=0, n_channels=3) % 3
    array([0, 1, 2, 0, 1, 2])
    """
    n_v = _checks.integer("n_v", n_v, at_least=1)
    n_channels = _checks.integer("n_channels", n_channels, at_least=1)
    if n_v % n_channels:
        _checks.fail("n_channels", f"a divisor of n_v = {n_v}", n_channels)
    n_alpha = _checks.integer("n_alpha", n_alpha, at_least=1, at_most=n_v)
    if n_alpha % n_channels:
        _checks.fail("n_alpha", f"a multiple of n_channels = {n_channels}", n_alpha)
    rng = _checks.generator(rng)
    if candidates is None:
        pixels = rng.choice(n_v // n_channels, n_alpha // n_channels, replace=False)
        return np.sort(_with_channels(pixels, n_channels))
    if n_channels != 1:
        _checks.fail("n_channels", "1 when candidates are given", n_channels)
    candidates = check_index_set(candidates, n_v, name="candidates")
    if len(candidates) < n_alpha:
        _checks.fail("n_alpha", f"at most the {len(candidates)} of {n_v} units that vary", n_alpha)
    return np.sort(rng.choice(candidates, n_alpha, replace=False))


def local_index_set(shape, n_alpha, centre, rng=0, candidates=None):
    """Draw an index set that is dense around one place and sparse elsewhere.

    Half of it are the pixels nearest to the centre, every one of them; the other half is drawn
    uniformly from the rest.

    Parameters
    ----------
    shape : (n,), (height, width) or (height, width, n_channels), or a Grid or Points
        Channels are tied where they lie beside each other, as on every grid.
    n_alpha : int
        Number of weights, all channels counted; divisible by the number of channels that are tied.
    centre : (row, column)
        In pixels; for other points, one number an axis.
    rng : seed or numpy.random.Generator
    candidates : array of int, optional
        Draw among these weights only, each channel for itself.

    Returns
    -------
    alpha : ndarray of int, (n_alpha,), sorted and unique

    Notes
    -----
    Paper, section 3.4: "high resolution in a local area of pixel space while using a sparser
    representation in the remainder". The paper always draws uniformly; how to be local is ours.

    Examples
    --------
    >>> local_index_set((5, 5), 8, centre=(0, 0), rng=0)[:2]
    array([0, 1])
    """
    grid = shape if isinstance(shape, Points) else Grid.of_image(shape, "shape")
    n_v, n_channels = len(grid), tied_channels(grid)
    n_alpha = _checks.integer("n_alpha", n_alpha, at_least=1, at_most=n_v)
    centre = _checks.array("centre", centre, shape=grid.coordinates.shape[1:])
    if candidates is not None:
        candidates = check_index_set(candidates, n_v, name="candidates")
        if len(candidates) < n_alpha:
            _checks.fail("n_alpha", f"at most the {len(candidates)} units that vary", n_alpha)
        return _nearest_and_others(grid, candidates, n_alpha, centre, rng)
    if n_alpha % n_channels:
        _checks.fail("n_alpha", f"a multiple of n_channels = {n_channels}", n_alpha)
    first_channel = np.arange(0, n_v, n_channels)
    chosen = _nearest_and_others(grid, first_channel, n_alpha // n_channels, centre, rng)
    return _with_channels(chosen // n_channels, n_channels)


def _nearest_and_others(grid, units, n, centre, rng):
    """n of the units, sorted: half those nearest to the centre, half drawn from the rest."""
    distance = _distance(grid.coordinates[units], centre)
    near, rest = np.split(units[np.argsort(distance, kind="stable")], [(n + 1) // 2])
    far = _checks.generator(rng).choice(rest, n - len(near), replace=False)
    return np.sort(np.concatenate([near, far]))


def nested_index_set(shape, proportion, rng):
    """alpha of a share of the pixels, all channels of each: a larger share contains the smaller ones.

    Parameters
    ----------
    shape : (n,), (height, width) or (height, width, n_channels), or a Grid
    proportion : float
        n_alpha / n_v, in (0, 1].
    rng : seed or numpy.random.Generator
        The same for all shares that are to be nested.

    Returns
    -------
    alpha : ndarray of int, (n_alpha,), sorted and unique

    Notes
    -----
    Ours: so that results at several shares differ in the share only.

    Examples
    --------
    >>> small, large = (set(nested_index_set((4, 4, 3), p, rng=0)) for p in (0.25, 0.5))
    >>> len(small), len(large), small < large
    (12, 24, True)
    """
    grid = Grid.of_image(shape, "shape")
    order = _checks.generator(rng).permutation(len(grid) // grid.n_channels)
    n_pixels = count_known(proportion, len(grid), grid.n_channels) // grid.n_channels
    return _with_channels(np.sort(order[:n_pixels]), grid.n_channels)


def _with_channels(pixels, n_channels):
    """The units of all channels of each pixel: pixel * n_channels + channel."""
    return (pixels[:, None] * n_channels + np.arange(n_channels)).ravel()


def column_centres(shape, n_columns):
    """A place for each column, spread evenly.

    Parameters
    ----------
    shape : (n,), (height, width) or (height, width, n_channels), or a Grid or Points
    n_columns : int

    Returns
    -------
    centres : ndarray, (n_columns, d)
        On a grid of two axes over the ellipse that fits into the image, row and column in pixels: a
        sunflower's spiral (H. Vogel, 1979), which fits any number. On one axis at equal distances. Over
        more axes and scattered points as ``_spread`` says (ours).

    Examples
    --------
    >>> column_centres((28, 28), 1)
    array([[13.5, 13.5]])
    >>> column_centres((9,), 2)
    array([[2.],
           [6.]])
    """
    n_columns = _checks.integer("n_columns", n_columns, at_least=1)
    points = shape if isinstance(shape, Points) else Grid.of_image(shape, "shape")
    n_axes = len(points.shape) if isinstance(points, Grid) else None
    j, middle = np.arange(n_columns), points.coordinates[-1] / 2
    if n_axes == 1:
        return middle * (2 * j[:, None] + 1) / n_columns
    if n_axes != 2:
        return _spread(points.coordinates, n_columns)
    if n_columns == 1:
        return middle[None]
    radius, angle = np.sqrt((j + 0.5) / n_columns), j * np.pi * (3 - np.sqrt(5))
    return middle + middle * radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _spread(positions, n_places, n_steps=10):
    """Places (n_places, d) spread over positions: first these far from each other, then in their midst.

    The first is the position nearest to the mean, each other one the farthest from those before; then in
    each step a place becomes the mean of the positions nearest to it (Lloyd's algorithm, 1957). Nothing is
    drawn. Where positions are fewer than places, they are taken again.
    """
    positions = np.unique(positions, axis=0)
    n = min(n_places, len(positions))
    places = [positions[_distance(positions, positions.mean(axis=0)).argmin()]]
    distance = _distance(positions, places[0])
    while len(places) < n:
        places.append(positions[distance.argmax()])
        distance = np.minimum(distance, _distance(positions, places[-1]))
    places = np.array(places)
    for _ in range(n_steps):
        nearest = np.argmin([_distance(positions, place) for place in places], axis=0)
        for j in np.unique(nearest):
            places[j] = positions[nearest == j].mean(axis=0)
    return places[np.arange(n_places) % n]


def _distance(positions, place):
    return functools.reduce(np.hypot, (positions - place).T, 0.0)


def check_index_set(alpha, n_v, name="alpha"):
    """Return alpha as an int array; a ``ValueError`` if an index is repeated or out of range."""
    alpha = np.asarray(alpha)
    if alpha.ndim != 1 or alpha.size == 0 or not np.issubdtype(alpha.dtype, np.integer):
        _checks.fail(name, "a 1-d array of at least one integer", f"shape {alpha.shape}, dtype {alpha.dtype}")
    if alpha.min() < 0 or alpha.max() >= n_v:
        _checks.fail(name, f"indices from 0 to {n_v - 1}", f"{alpha.min()} to {alpha.max()}")
    if len(np.unique(alpha)) < len(alpha):
        values, counts = np.unique(alpha, return_counts=True)
        _checks.fail(name, "indices without repetition", f"{values[counts > 1][0]} more than once")
    return alpha.astype(np.intp)


def count_known(proportion, n_v, n_channels=1, name="proportion"):
    """n_alpha = max(1, round(proportion n_v)), to the nearest multiple of ``n_channels``.

    >>> count_known(0.1, 784), count_known(0.001, 64), count_known(0.1, 108, n_channels=3)
    (78, 1, 12)
    """
    proportion = _checks.number(name, proportion, above=0, at_most=1)
    return n_channels * max(1, round(proportion * n_v / n_channels))
