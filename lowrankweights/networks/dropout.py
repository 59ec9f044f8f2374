"""Dropout: units are left out in training, others for each row, and yet the loss is one function of theta.

The mask is no draw but a function of seed, stage, row and unit: the same in any block, subset and process.
"""

import copy
import math

import numpy as np

from .. import _checks
from ..weights.streams import seed_of, stream, uniform
from .layers import Layer


class Dropout(Layer):
    """h = v mask / (1 - rate) in training, h = v in prediction.

    Of rows of any shape each number is a unit. The mask is 0 with probability ``rate``, else 1. For each row
    (``Rows.number``) it is fixed while ``Rows.stage`` is the same, so that L-BFGS has one function to
    minimise, and another one at the next stage: see ``Objective.at_stage``.

    Parameters
    ----------
    rate : float
        Share of the units that are left out, in [0, 1).
    rng : seed or numpy.random.Generator
        Of the masks; a generator is asked for a seed once. Of one network each ``Dropout`` wants its own.

    Raises
    ------
    ValueError
        If rate is not in [0, 1), or rng is neither.

    Notes
    -----
    G. Hinton, N. Srivastava, A. Krizhevsky, I. Sutskever and R. Salakhutdinov, Improving neural networks
    by preventing co-adaptation of feature detectors, arXiv:1207.0580, 2012; here scaled in training instead
    of in prediction. Masks that stay for a stage are ours.

    Examples
    --------
    >>> from lowrankweights.networks import Rows
    >>> layer, rows = Dropout(0.5, rng=0).on((6,)), Rows.of(2)
    >>> layer.forward(None, np.ones((2, 6)), rows)[0]
    array([[0., 2., 0., 2., 2., 0.],
           [0., 2., 0., 2., 0., 0.]])
    """

    def __init__(self, rate, rng=0):
        self.rate = _checks.number("rate", rate, at_least=0, below=1)
        self.rng = seed_of(rng, _checks.generator(rng))

    def on(self, in_shape):
        placed = copy.copy(self)
        placed.in_shape = placed.out_shape = tuple(in_shape)
        return placed

    def forward(self, theta, v, rows):
        if not rows.training:
            return v, None
        # mask = 1 where the number u of the row's unit is >= rate, else 0; u in [0, 1)
        mask = uniform(self.keys(rows), math.prod(v.shape[1:])).reshape(v.shape) >= self.rate
        # h = v mask / (1 - rate)
        factor = mask.astype(v.dtype) * v.dtype.type(1 / (1 - self.rate))
        return v * factor, factor

    def backward(self, theta, factor, dh):
        # dv = dh mask / (1 - rate)
        return np.zeros(0), dh if factor is None else dh * factor

    def keys(self, rows):
        """For each row the key (n,), uint64, of its stream of numbers, one number a unit."""
        seed, stage = (np.array([k % 2**64], np.uint64) for k in (self.rng, rows.stage))
        return stream(stream(seed, stage), rows.number.astype(np.uint64))
