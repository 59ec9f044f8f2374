"""Why L-BFGS's line search found no lower loss: a wrong gradient, a noisy loss, a kink, or rounding.

Nothing is taken on trust: the slope of the loss along the gradient, from steps of every size, is held against
the gradient's length and against the noise of loss and gradient, which is measured.
"""

from typing import NamedTuple

import numpy as np

from .evaluation import loss_and_grad
from .gradient_report import noise_of

STEPS = 10.0 ** -np.arange(0, 9)
NEIGHBOURS = 10  # points by which the noise is measured
POINTS = 32  # of a line, along which the gradient is summed
APART = 0.02  # a gradient further from the slope than this part, and than noise explains, is wrong


class Slopes(NamedTuple):
    """The loss along the gradient's direction d from theta: what is seen there, and how sure that is.

    Attributes
    ----------
    ahead, behind : ndarray
        (f(theta + h d) - f) / h and (f - f(theta - h d)) / h for each of ``STEPS``.
    noise, grad_noise : float
        Of the loss, and of the gradient along d: how much they differ by rounding.
    """

    ahead: np.ndarray
    behind: np.ndarray
    noise: float
    grad_noise: float

    def best(self):
        """The slope in the middle, at the step where its error is smallest, and that error."""
        slopes = (self.ahead + self.behind) / 2
        # by the formula's next term, about as much as from one step to the next smaller one, and by noise
        errors = np.abs(np.diff(slopes)) + self.noise / STEPS[1:]
        i = int(np.nanargmin(np.where(np.isfinite(errors), errors, np.inf)))
        return float(slopes[i + 1]), float(errors[i] + self.grad_noise)

    def fall(self):
        """By how much a step downhill lowers the loss, at most."""
        return float(np.nanmax(self.behind * STEPS, initial=0.0))


def explain_abnormal(fun, theta, loss, grad):
    """Status and message for a line search that found no lower loss.

    Parameters
    ----------
    fun : callable
        ``fun(theta) -> (loss, grad)``; its ``dtype``, if it has one, is named where rounding is the reason.
    theta, loss, grad
        Where the search began, (n,), a float and (n,).

    Returns
    -------
    status : "converged", "float32_limit", "kink" or "abnormal"
    message : str

    Notes
    -----
    Ours.

    Examples
    --------
    >>> explain_abnormal(lambda t: (t @ t, -2 * t), np.ones(2), 2.0, -2 * np.ones(2))[1][:22]
    'The gradient is wrong:'
    """
    again = loss_and_grad(fun, theta)[0]
    if again != loss:
        return "abnormal", (
            f"The loss is noisy: two evaluations at one theta gave {loss!r} and {again!r}. Fix the seed, or "
            "whatever else differs from call to call; the best iterate is kept."
        )
    norm = float(np.linalg.norm(grad))
    if norm == 0:
        return "converged", "The gradient is zero."
    seen = slopes_along(fun, theta, loss, grad / norm)
    (slope, error), falls = seen.best(), seen.fall() > 10 * seen.noise
    agrees = abs(slope - norm) <= APART * norm + 3 * error
    if agrees and falls:
        return "abnormal", (
            "The gradient agrees with the loss, and a step along it still lowers the loss by "
            f"{seen.fall():.2g}, but L-BFGS found none that does. Start again from the result's theta; if it "
            "stops again, bring X (and y) to a scale of about 1."
        )
    if agrees:
        return _limit(fun, told=error < 0.1 * norm)
    if _is_right_on_the_way(fun, theta, grad / norm, seen.noise / norm):
        return "kink", (
            "There is a kink here: the loss has different slopes on both sides. That is no mistake; a smooth "
            "loss (sigmoid or tanh, not relu) would go further. The best iterate is kept."
        )
    return "abnormal", (
        f"The gradient is wrong: along it the loss has slope {slope:.3g}, the gradient says {norm:.3g}. "
        "Find the entries with lrw.check_gradient; the best iterate is kept."
    )


def slopes_along(fun, theta, loss, direction):
    """The ``Slopes`` of the loss along a direction of length 1."""

    def at(h):
        with np.errstate(over="ignore", invalid="ignore"):
            return loss_and_grad(fun, theta + h * direction)

    ahead, behind = (np.array([at(sign * h)[0] for h in STEPS]) for sign in (1, -1))
    spacing = 1e-6 * max(1.0, float(np.abs(theta).max(initial=0)))
    near = [at(k * spacing) for k in range(NEIGHBOURS)]
    noise = noise_of([f for f, _ in near]), noise_of([float(g @ direction) for _, g in near])
    return Slopes((ahead - loss) / STEPS, (loss - behind) / STEPS, *noise)


def _is_right_on_the_way(fun, theta, direction, noise):
    """Whether the loss changes along a line by the integral of its gradient, as it does across kinks too.

    ``noise`` is the loss's over the gradient's length; the line is as short as it allows.
    """
    h = min((h for h in STEPS if noise < 0.01 * h), default=STEPS[0])
    middles = h * ((np.arange(POINTS) + 0.5) / POINTS * 2 - 1)
    slopes = np.array([loss_and_grad(fun, theta + t * direction)[1] @ direction for t in middles])
    change = (
        (loss_and_grad(fun, theta + h * direction)[0] - loss_and_grad(fun, theta - h * direction)[0]) / h / 2
    )
    return abs(slopes.mean() - change) <= 0.1 * np.abs(slopes).max()


def _limit(fun, told):
    """Status and message where rounding hides what is still to be gained."""
    if getattr(fun, "dtype", None) == np.float32:
        return "float32_limit", (
            "The loss falls no more that float32 could tell: rounding hides smaller changes. The result is "
            "kept; dtype float64 would go further."
        )
    if told:
        return "converged", (
            "The loss falls no more that float64 could tell; the gradient agrees with the loss."
        )
    return "converged", "The loss has a minimum here, as near as float64 can tell."
