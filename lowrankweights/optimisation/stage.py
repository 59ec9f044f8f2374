"""One function minimised by one call of SciPy's L-BFGS-B: what SciPy lacks, and why it stopped."""

from typing import NamedTuple

import numpy as np
from scipy import optimize

from .evaluation import loss_and_grad
from .stop_reasons import explain_abnormal

# A fall of the loss that is more than rounding, relative to the loss
CLEAR32, CLEAR64 = 1e-5, 1e-11
MUCH_SMALLER = 1e-3  # a gradient by so much smaller than at the start is no wrong one


class Point(NamedTuple):
    """theta with its loss and gradient."""

    theta: np.ndarray
    loss: float
    grad: np.ndarray

    def is_finite(self):
        """Whether neither loss nor gradient is NaN or infinite."""
        return bool(np.isfinite(self.loss) and np.isfinite(self.grad).all())


class Stage:
    """Minimise ``fun`` from ``theta``.

    Parameters
    ----------
    fun : callable
        ``fun(theta) -> (loss, grad)``.
    theta : ndarray, (n,)
    completed : callable
        ``completed(point)`` is called after each iteration, with the ``Point`` it led to;
        StopIteration ends the stage.

    Attributes
    ----------
    start, best : Point
        Where it began; the lowest iterate so far.
    n_evaluations : int
    """

    def __init__(self, fun, theta, completed):
        self.fun, self.completed, self.n_evaluations = fun, completed, 0
        self.start = self.best = self._evaluate(theta)
        self._evaluated = self._iterate = self.start  # the last point looked at; the last one accepted
        self._saw_nan = self._agreed = self._stopped = False

    def run(self, max_iter, options, of_all=None):
        """Status and message; ``options`` are SciPy's gtol, ftol and maxcor.

        ``of_all``: the iterations of all stages together, which the message names in place of ``max_iter``.
        """
        if max_iter == 0:
            return "max_iter", "max_iter is 0: nothing was changed."
        self._tol = options["gtol"]
        if self._is_small(self.start):
            return self._converged()
        options = options | {"gtol": 0.0}  # it is for ``_after`` to stop: fun may have a measure of its own
        # at most two line searches an iteration, 20 evaluations each: maxfun is never the reason
        options = options | {"maxiter": max_iter, "maxfun": 40 * max_iter + 100}
        how = {"method": "L-BFGS-B", "jac": True, "callback": self._after, "options": options}
        found = optimize.minimize(self._loss_and_grad, self.start.theta, **how)
        return self._explain(found.status, of_all or max_iter, options["ftol"])

    def largest(self, point):
        """The largest entry of the gradient, or of fun's ``gradient_to_judge``, if it has one."""
        judge = getattr(self.fun, "gradient_to_judge", None)
        grad = point.grad if judge is None else judge(point.theta, point.grad)
        return float(np.abs(grad).max(initial=0))

    def _evaluate(self, theta):
        self.n_evaluations += 1
        return Point(theta.copy(), *loss_and_grad(self.fun, theta))

    def _loss_and_grad(self, theta):
        """What SciPy calls: never NaN, and the last point is remembered with its gradient."""
        if not np.array_equal(theta, self._evaluated.theta):
            self._evaluated = self._evaluate(theta)
        point = self._evaluated
        if not point.is_finite():
            # NaN would poison every later step: pretend a rise, so that the line search steps back
            self._saw_nan = True
            step, rise = theta - self.best.theta, 1 + abs(self.best.loss)
            return self.best.loss + rise, 2 * rise / max(step @ step, 1e-300) * step
        return point.loss, point.grad.copy()

    def _after(self, intermediate_result):
        """SciPy's callback after each iteration; its x is a live buffer, so it is copied."""
        theta, loss = intermediate_result.x.copy(), float(intermediate_result.fun)
        if not (np.isfinite(loss) and np.isfinite(theta).all()):  # after an overflow SciPy can step to NaN
            self._saw_nan = True
            raise StopIteration
        last = self._evaluated if np.array_equal(theta, self._evaluated.theta) else self._evaluate(theta)
        point = Point(theta, loss, last.grad)
        self._saw_nan = False
        self._look_at_step(self._iterate, point)
        self._iterate = point
        if loss <= self.best.loss:
            self.best = point
        self._stopped = True  # should a callback raise
        self.completed(point)
        self._stopped = False
        if self._is_small(point):
            raise StopIteration

    def _is_small(self, point):
        return self.largest(point) <= self._tol

    def _converged(self):
        return "converged", f"No entry of the gradient is above tol = {self._tol:g}."

    def _look_at_step(self, a, b):
        """Note whether the loss last fell as the gradients said, where it fell by more than rounding."""
        fall = a.loss - b.loss
        clear = CLEAR32 if getattr(self.fun, "dtype", None) == np.float32 else CLEAR64
        if abs(fall) > clear * max(abs(a.loss), abs(b.loss)):
            # f - f' is about (g + g').(theta - theta') / 2
            promised = 0.5 * float((a.grad + b.grad) @ (a.theta - b.theta))
            self._agreed = fall > 0 and fall / 3 < promised < 3 * fall

    def _explain(self, scipy_status, max_iter, ftol):
        """Status and message from SciPy's number: 0 converged, 1 limit, 2 abnormal, 99 a callback."""
        if scipy_status in (0, 99) and not self._stopped and self._is_small(self._iterate):
            return self._converged()
        if scipy_status == 99 and not self._saw_nan:
            return "stopped", "A callback asked to stop; the best iterate is kept."
        if scipy_status == 1:
            return (
                "max_iter",
                f"max_iter = {max_iter} was reached, tol = {self._tol:g} was not: raise max_iter.",
            )
        # SciPy takes a rise for convergence too, and a step of no effect: then slopes are looked at
        small = ftol > CLEAR64 or self.largest(self._iterate) <= MUCH_SMALLER * self.largest(self.start)
        if scipy_status == 0 and self._agreed and small:
            return "converged", f"The loss fell by less than ftol = {ftol:g} of its size: it falls no more."
        if self._saw_nan:
            where = "next to the best iterate, which is kept: look for log(0) or an overflow in fun."
            return "abnormal", f"The loss or its gradient is NaN or infinite {where}"
        return explain_abnormal(self.fun, *self._iterate)
