"""A stated rule for when to stop: what must fall hardly falls any more."""

import numpy as np

from .. import _checks

LOOK_EVERY = 5  # iterations
PATIENCE = 60  # iterations


class EarlyStop:
    """A callback of ``minimize`` that stops when a measure no longer falls, and keeps the best theta.

    Every ``look_every`` iterations k it looks at m_k = measure(info). With l_k the lowest value seen
    up to k, it stops as soon as

        l_k >= (1 - least_fall) l_(k - patience)

    Parameters
    ----------
    measure : callable
        ``measure(info)``: a number >= 0 that should fall, for instance the error on validation data.
    least_fall : float
        By which part of itself it must fall within ``patience`` iterations, 0 to 1.
    patience, look_every : int
        Iterations; patience is a multiple of look_every.

    Attributes
    ----------
    theta : ndarray or None
        The parameters of the lowest value; None before the first look.
    value : float
        That value.
    n_iter : int
        Its iteration.

    Raises
    ------
    ValueError
        If least_fall is not in [0, 1], or patience no multiple of look_every.

    Notes
    -----
    Ours.

    Examples
    --------
    >>> from lowrankweights.optimisation import minimize
    >>> stop = EarlyStop(lambda info: info.loss, least_fall=0.5, patience=2, look_every=1)
    >>> minimize(lambda t: (1 + t @ t, 2 * t), np.array([3.0]), tol=0, ftol=0, callbacks=[stop]).n_iter >= 2
    True
    """

    def __init__(self, measure, least_fall, patience=PATIENCE, look_every=LOOK_EVERY):
        self.measure = measure
        self.least_fall = _checks.number("least_fall", least_fall, at_least=0, at_most=1)
        self.look_every = _checks.integer("look_every", look_every, at_least=1)
        self.patience = _checks.integer("patience", patience, at_least=1)
        if self.patience % self.look_every:
            _checks.fail("patience", f"a multiple of look_every ({look_every})", patience)
        self.value, self.theta, self.n_iter, self.lowest = np.inf, None, 0, []

    def __call__(self, info):
        """Look, every ``look_every`` iterations."""
        if info.n_iter % self.look_every:
            return
        value = self.measure(info)
        if value < self.value:
            self.value, self.theta, self.n_iter = value, info.theta, info.n_iter
        self.lowest.append(self.value)
        looks = self.patience // self.look_every
        if len(self.lowest) > looks and self.value >= (1 - self.least_fall) * self.lowest[-1 - looks]:
            raise StopIteration


def fell_by_less(what, least_fall, patience=PATIENCE):
    """The rule in words.

    >>> fell_by_less("loss", 0.0005)
    'loss fell by less than 0.05% in 60 iterations'
    """
    return f"{what} fell by less than {100 * least_fall:g}% in {patience} iterations"
