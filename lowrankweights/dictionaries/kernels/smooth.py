"""Smoothness in weight space: the paper's kernel of positions."""

import numpy as np

from ... import _checks
from .algebra import Composed, same_channel


class SquaredExponential(Composed):
    r"""Smoothness in pixel space: k(i, j) = exp(-|i - j|^2 / (2 length_scale^2)).

    Parameters
    ----------
    length_scale : float or tuple of float
        sigma, in pixels; above 0. Weights much closer than this are nearly equal. A tuple has one for each
        axis: then each difference is divided by its own.
    between_channels : float
        k(i, j) is multiplied by it where channels differ, in [0, 1]. 0: channels do not covary (from the
        authors' code); 1: the channel makes no difference, as where another kernel looks after colours.

    Attributes
    ----------
    hyperparameters : dict
        What can be learned: the length scale, or that of each axis, in pixels.

    Notes
    -----
    Paper, section 3.2. Channels are those of ``Points`` and ``Grid``, and the third column of a plain array.
    All axes of a ``Grid`` are positions, so that it can be a volume. A scale for each axis is ours.

    Examples
    --------
    >>> k = SquaredExponential(length_scale=1.0)
    >>> k([[0, 0]], [[0, 0], [1, 0]]).round(4)
    array([[1.    , 0.6065]])
    """

    def __init__(self, length_scale=1.0, between_channels=0.0):
        if isinstance(length_scale, (tuple, list, np.ndarray)):
            length_scale = tuple(_checks.number("length_scale", s, above=0) for s in length_scale)
        else:
            length_scale = _checks.number("length_scale", length_scale, above=0)
        self.length_scale = length_scale
        self.between_channels = _checks.number("between_channels", between_channels, at_least=0, at_most=1)

    def evaluate(self, a, b):
        # k(i, j) = exp(-|i - j|^2 / (2 length_scale^2))
        K = np.exp(-0.5 * sum(self._squared(a, b)))
        if self.between_channels == 1 or (a.channels is None and b.channels is None):
            return K
        return K * np.where(same_channel(a, b), 1.0, self.between_channels)

    def _squared(self, a, b):
        """|i - j|^2 / length_scale^2, (n_a, n_b), in a list; along each axis where each has its own scale."""
        n_axes = a.coordinates.shape[1]
        if b.coordinates.shape[1] != n_axes:
            _checks.fail("points_b", f"{n_axes} coordinates, as in points_a", f"shape {np.shape(b)}")
        # Each coordinate by itself: exact for whole pixels, no cancellation as in a² - 2ab + b².
        pairs = zip(a.coordinates.T, b.coordinates.T, strict=True)
        squared = [(a_i[:, None] - b_i[None, :]) ** 2 for a_i, b_i in pairs]
        if not isinstance(self.length_scale, tuple):
            return [sum(squared) / self.length_scale**2]
        if len(self.length_scale) != n_axes:
            got = f"{len(self.length_scale)}: {self.length_scale}"
            _checks.fail("length_scale", f"one number, or one for each of {n_axes} axes", got)
        return [along / s**2 for along, s in zip(squared, self.length_scale, strict=True)]

    def evaluate_diagonal(self, points):
        return np.ones(len(points))

    @property
    def hyperparameters(self):
        if not isinstance(self.length_scale, tuple):
            return {"length_scale": self.length_scale}
        return {f"length_scale[{axis}]": s for axis, s in enumerate(self.length_scale)}

    def with_hyperparameters(self, values):
        scales = tuple(values[name] for name in self.hyperparameters)
        scales = scales if isinstance(self.length_scale, tuple) else scales[0]
        return SquaredExponential(scales, self.between_channels)

    def evaluate_gradients(self, a, b):
        # dk / dlog length_scale = k |i - j|^2 / length_scale^2, along its axis where each has its own
        parts = zip(self.hyperparameters, self._squared(a, b), strict=True)
        K = self.evaluate(a, b)
        return {name: K * squared for name, squared in parts}

    def __repr__(self):
        of_axes = isinstance(self.length_scale, tuple)
        scale = self.length_scale if of_axes else f"{self.length_scale:g}"
        between = f", between_channels={self.between_channels:g}" if self.between_channels else ""
        return f"SquaredExponential(length_scale={scale}{between})"
