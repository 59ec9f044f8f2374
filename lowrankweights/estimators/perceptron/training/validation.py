"""Early stopping: the loss of rows that are not learned from, and the iterate where it was lowest."""

import dataclasses

import numpy as np

from ....optimisation.early_stop import EarlyStop
from ....speed.objective import mean_loss


class Validation:
    """The validation loss after each iteration; a callback of ``minimize`` that stops when it falls no more.

    Parameters
    ----------
    net : Network
    held_out : LabelledRows
        In the units in which the network learns.
    theta : ndarray, (n_dynamic,)
        Where the minimisation starts.
    patience : int
        It stops when no loss is a new lowest for so many iterations.
    n_threads : int, optional

    Attributes
    ----------
    curve : list of float
        The loss at the start and after each iteration; without weight decay.
    """

    def __init__(self, net, held_out, theta, patience, n_threads=None):
        self.net, self.held_out, self.start, self.n_threads = net, held_out, theta.copy(), n_threads
        self.stop = EarlyStop(self._measure, 0.0, patience, look_every=1)
        self.curve = [self._loss(theta)]

    def __call__(self, info):
        self.stop(info)

    def _measure(self, info):
        self.curve.append(self._loss(info.theta))
        return self.curve[-1]

    def _loss(self, theta):
        rows = self.held_out
        return mean_loss(self.net, theta, rows.X, rows.Y, rows.context, self.n_threads)

    @property
    def best_iter(self):
        """The iteration of the lowest loss, 0 for the start."""
        return int(np.argmin(self.curve))

    def best_of(self, result):
        """The result of the minimisation with the theta of the lowest validation loss, and why it ended."""
        best, patience = self.best_iter, self.stop.patience
        ended_here = result.status == "stopped" and len(self.curve) - 1 - best >= patience
        why = f"No lower validation loss in {patience} iterations." if ended_here else result.message
        kept = f"Kept is iteration {best}, where the validation loss was lowest, {self.curve[best]:.4g}."
        theta, loss = self.stop.theta if best else self.start, float(result.loss_curve[best])
        return dataclasses.replace(result, theta=theta, loss=loss, message=f"{why} {kept}")
