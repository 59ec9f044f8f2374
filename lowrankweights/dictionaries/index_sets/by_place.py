"""Index sets that look at where weights are: dense around a place, or spread evenly; columns' centres."""

import functools

import numpy as np

from ... import _checks
from ..points import Grid, Points, tied_channels
from .index_set_checks import check_index_set, with_channels


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
    centre = _checks.array("centre", centre, shape=grid.coordinates.shape[1:])
    units, n_channels = _free_units(grid, n_alpha, candidates)
    chosen = _nearest_and_others(grid, units, n_alpha // n_channels, centre, rng)
    return with_channels(chosen // n_channels, n_channels)


def _free_units(grid, n_alpha, candidates):
    """The units among which n_alpha are chosen, of tied channels the first, and how many those are."""
    n_v, n_channels = len(grid), tied_channels(grid)
    n_alpha = _checks.integer("n_alpha", n_alpha, at_least=1, at_most=n_v)
    if candidates is not None:
        candidates = check_index_set(candidates, n_v, name="candidates")
        if len(candidates) < n_alpha:
            _checks.fail("n_alpha", f"at most the {len(candidates)} units that vary", n_alpha)
        return candidates, 1
    if n_alpha % n_channels:
        _checks.fail("n_alpha", f"a multiple of n_channels = {n_channels}", n_alpha)
    return np.arange(0, n_v, n_channels), n_channels


def _nearest_and_others(grid, units, n, centre, rng):
    """n of the units, sorted: half those nearest to the centre, half drawn from the rest."""
    distance = _distance(grid.coordinates[units], centre)
    near, rest = np.split(units[np.argsort(distance, kind="stable")], [(n + 1) // 2])
    far = _checks.generator(rng).choice(rest, n - len(near), replace=False)
    return np.sort(np.concatenate([near, far]))


def spread_index_set(shape, n_alpha, rng=0, candidates=None):
    """Choose an index set that covers the points evenly, without the holes and clusters of chance.

    The places of a low-discrepancy sequence, shifted by rng, over the box that holds the points; each takes
    the nearest position that is still free.

    Parameters
    ----------
    shape : (n,), (height, width) or (height, width, n_channels), or a Grid or Points
        Channels are tied where they lie beside each other, as on every grid.
    n_alpha : int
        Number of weights, all channels counted; divisible by the number of channels that are tied.
    rng : seed or numpy.random.Generator
    candidates : array of int, optional
        Choose among these weights only, each channel for itself.

    Returns
    -------
    alpha : ndarray of int, (n_alpha,), sorted and unique

    Notes
    -----
    Ours. The sequence is of multiples of the golden ratio's inverse, and of its likes on several axes: M.
    Roberts, The unreasonable effectiveness of quasirandom sequences, 2018.

    Examples
    --------
    >>> spread_index_set((100,), 5, rng=0)
    array([10, 25, 49, 63, 87])
    """
    grid = shape if isinstance(shape, Points) else Grid.of_image(shape, "shape")
    units, n_channels = _free_units(grid, n_alpha, candidates)
    chosen = _nearest_free(grid.coordinates[units], n_alpha // n_channels, _checks.generator(rng))
    return np.sort(with_channels(units[chosen] // n_channels, n_channels))


def _nearest_free(positions, n, rng):
    """Which n of the positions are taken by the places of the sequence, one after the other."""
    n_axes = positions.shape[1]
    low, high = positions.min(axis=0), positions.max(axis=0)
    # a pixel is a square around its position: half a pixel more on each side
    margin = (high - low) / (2 * np.maximum(len(positions) ** (1 / n_axes) - 1, 1))
    # place k is at (shift + k (g^-1, g^-2, ...)) mod 1, where g^(n_axes + 1) = g + 1: 1.618... on one axis
    g = 1.5
    for _ in range(60):
        g = (1 + g) ** (1 / (n_axes + 1))
    sequence = (rng.random(n_axes) + np.outer(np.arange(n), g ** -np.arange(1.0, n_axes + 1))) % 1
    taken = np.zeros(len(positions))
    for place in low - margin + sequence * (high - low + 2 * margin):
        taken[np.argmin(_distance(positions, place) + taken)] = np.inf
    return np.flatnonzero(taken)


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
