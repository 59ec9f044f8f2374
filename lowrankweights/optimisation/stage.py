"""One function minimised by one call of SciPy's L-BFGS-B: what SciPy lacks, and why it stopped."""

from typing import NamedTuple

import numpy as np
from scipy import optimize

from .evaluation import loss_and_grad
from .stop_reasons import explain_abnormal


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
        self._rose = self._saw_nan = False

    def run(self, max_iter, options):
        """Status and message; ``options`` are SciPy's gtol, ftol and maxcor."""
        if max_iter == 0:
            return "max_iter", "max_iter is 0: nothing was changed."
        # at most two line searches an iteration, 20 evaluations each: maxfun is never the reason
        options = options | {"maxiter": max_iter, "maxfun": 40 * max_iter + 100}
        how = {"method": "L-BFGS-B", "jac": True, "callback": self._after, "options": options}
        found = optimize.minimize(self._loss_and_grad, self.start.theta, **how)
        return self._explain(found.status, max_iter, options["gtol"], options["ftol"])

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
        self._rose, self._saw_nan = loss > self._iterate.loss, False
        self._iterate = point
        if loss <= self.best.loss:
            self.best = point
        self.completed(point)

    def _explain(self, scipy_status, max_iter, tol, ftol):
        """Status and message from SciPy's number: 0 converged, 1 limit, 2 abnormal, 99 a callback."""
        if scipy_status == 99 and not self._saw_nan:
            return "stopped", "A callback asked to stop; the best iterate is kept."
        if scipy_status == 1:
            return "max_iter", f"max_iter = {max_iter} was reached, tol = {tol:g} was not: raise max_iter."
        if scipy_status == 0 and np.abs(self._iterate.grad).max(initial=0) <= tol:
            return "converged", f"No entry of the gradient is above tol = {tol:g}."
        if scipy_status == 0 and not self._rose:  # SciPy takes a rise for convergence
            return "converged", f"The loss fell by less than ftol = {ftol:g} of its size: it falls no more."
        if self._saw_nan:
            where = "next to the best iterate, which is kept: look for log(0) or an overflow in fun."
            return "abnormal", f"The loss or its gradient is NaN or infinite {where}"
        return explain_abnormal(self.fun, *self._iterate)
