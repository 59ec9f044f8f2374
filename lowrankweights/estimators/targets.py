"""Targets of a regression as the network learns them, and the network that predicts them as they were."""

import dataclasses

import numpy as np

from ..optimisation.lbfgs import checked_callbacks


class StandardisedTargets:
    """Targets less their mean, over their standard deviation, output by output.

    Parameters
    ----------
    Y : array, (n, n_out)
        As they were given.

    Attributes
    ----------
    Y : ndarray, (n, n_out)
        What is learned, (Y - mean) / scale; float64.
    mean, scale : ndarray, (n_out,)
        Of a constant output the scale is 1.

    Notes
    -----
    The output layer is linear, so that it takes mean and scale in without an error,

        z scale + mean = v (W scale) + (b scale + mean).

    Ours.

    Examples
    --------
    >>> from lowrankweights import Dense, Full, Network
    >>> targets = StandardisedTargets(np.array([[10.0], [30.0]]))
    >>> net = Network([Dense(Full(1, 1))], "squared_error")
    >>> targets.Y.ravel(), targets.fold(net, np.array([2.0, 0.5]))  # theta = [W, b]
    (array([-1.,  1.]), array([20., 25.]))
    """

    def __init__(self, Y):
        Y = np.asarray(Y, dtype=np.float64)
        unit = np.abs(Y).max(axis=0)  # so that no square is too small or too large for a float
        unit[unit == 0] = 1.0
        self.mean = (Y / unit).mean(axis=0) * unit
        deviation = ((Y - self.mean) / unit).std(axis=0)
        self.scale = np.where(deviation > 8 * np.finfo(float).eps, deviation * unit, 1.0)
        self.Y = (Y - self.mean) / self.scale

    def fold(self, net, theta):
        """theta of the network for the targets as given, from that of the network for ``Y``."""
        theta = theta.copy()
        W, b = net.layers[-1].split(net.split(theta)[-1])
        W.reshape(-1, len(b))[:] *= self.scale
        b[:] = b * self.scale + self.mean
        return theta

    def seen_by(self, callbacks, net):
        """The callbacks, so that they see the theta of the network for the targets as given."""

        def seen(callback):
            return lambda info: callback(dataclasses.replace(info, theta=self.fold(net, info.theta)))

        return [seen(callback) for callback in checked_callbacks(callbacks)]
