"""Minimise a function of one flat vector with SciPy's L-BFGS-B, and say why it stopped.

Knows no network: ``fun(theta) -> (loss, grad)``. What SciPy lacks is added here: callbacks
that see the gradient, Ctrl-C that keeps the best iterate, stages, checkpoints, a report.
"""

import sys
import time
import warnings
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from . import _checks
from .files import write_npz
from .stop_reasons import explain_abnormal

FTOL = 64 * np.finfo(float).eps  # SciPy's own 1e7 eps stops long before the gradient is small


@dataclass
class Info:
    """What a callback sees: ``theta`` is a copy; ``seconds`` since the start; n_iter from 1."""

    theta: np.ndarray
    loss: float
    grad_norm: float
    n_iter: int
    seconds: float


@dataclass
class Result:
    """Where the minimisation ended, and why.

    Attributes
    ----------
    theta : ndarray, (n,)
        The best completed iterate.
    loss : float
    n_iter, n_evaluations : int
    status : str
        "converged", "max_iter", "stopped" (a callback raised StopIteration), "interrupted"
        (Ctrl-C), "float32_limit" or "abnormal".
    message : str
        Why it stopped, in plain words, and what to do next.
    loss_curve, grad_norm_curve, seconds_curve : ndarray, (n_iter + 1,)
        At the start and after each iteration; the norm is the largest absolute entry.
    """

    theta: np.ndarray
    loss: float
    n_iter: int
    n_evaluations: int
    status: str
    message: str
    loss_curve: np.ndarray
    grad_norm_curve: np.ndarray
    seconds_curve: np.ndarray

    def __str__(self):
        return (
            f"{self.status}: {self.message}\n{self.n_iter} iterations, {self.n_evaluations} evaluations, "
            f"{self.seconds_curve[-1]:.1f} s; loss {self.loss_curve[0]:.5g} -> {self.loss:.5g}, "
            f"largest gradient entry {self.grad_norm_curve[-1]:.1e}"
        )


def minimize(
    fun,
    theta0,
    *,
    max_iter=200,
    tol=1e-6,
    ftol=FTOL,
    memory=10,
    callbacks=(),
    progress=False,
    checkpoint=None,
):
    """Minimise ``fun`` from ``theta0`` with L-BFGS.

    Parameters
    ----------
    fun : callable
        ``fun(theta) -> (loss, grad)``. If it has a ``dtype`` of float32, rounding is expected in
        its loss. Theta comes in float64 whatever the arithmetic inside.
    theta0 : array, (n,)
    max_iter : int
    tol : float
        Converged when no entry of the gradient is larger.
    ftol : float
        Converged when an iteration lowers the loss by less than ftol max(|loss|, 1).
    memory : int
        Past steps that L-BFGS remembers.
    callbacks : list of callable
        Called with an ``Info`` after each iteration; StopIteration stops and keeps the best.
    progress : bool
        Show a bar on stderr.
    checkpoint : path, optional
        Write theta there as .npz about every 30 seconds; see ``load_checkpoint``.

    Returns
    -------
    result : Result
        Also after Ctrl-C, with a warning: the best completed iterate is never lost.

    Raises
    ------
    ValueError
        If theta0 or what ``fun`` returns at theta0 is not finite, or has the wrong shape.

    Examples
    --------
    >>> result = minimize(lambda t: (t @ t, 2 * t), np.array([1.0, 2.0]))
    >>> result.status, result.loss < 1e-12
    ('converged', True)
    """
    return minimize_stages(
        [(fun, max_iter)],
        theta0,
        tol=tol,
        ftol=ftol,
        memory=memory,
        callbacks=callbacks,
        progress=progress,
        checkpoint=checkpoint,
    )


def minimize_stages(
    stages, theta0, *, tol=1e-6, ftol=FTOL, memory=10, callbacks=(), progress=False, checkpoint=None
):
    """Minimise one function after the other, each from where the last ended (growing samples).

    ``stages`` is a list of (fun, max_iter); the other arguments are those of ``minimize``. A
    callback's stop or Ctrl-C ends all stages. The loss is that of the last stage run.
    """
    theta = _checks.array("theta0", theta0, ndim=1, dtype=np.float64).copy()
    tol, ftol = _checks.number("tol", tol, at_least=0), _checks.number("ftol", ftol, at_least=0)
    memory = _checks.integer("memory", memory, at_least=1)
    max_iters = [_checks.integer("max_iter", n, at_least=0) for _, n in stages]
    watchers = list(callbacks or [])
    if checkpoint is not None:
        watchers.append(Checkpoint(checkpoint))
    run = _Run(watchers, _progress_bar(sum(max_iters)) if progress else None)
    try:
        for (fun, _), max_iter in zip(stages, max_iters, strict=True):
            run.begin(fun, theta)
            status, message = run.stage(max_iter, tol, ftol, memory)
            theta = run.best_theta
            if status in ("stopped", "interrupted"):
                break
    finally:
        run.close()
    return run.result(status, message)


class _Run:
    """Curves, the best iterate and the callbacks of one minimisation, over all its stages."""

    def __init__(self, callbacks, bar):
        self.callbacks, self.bar = callbacks, bar
        self.start = time.perf_counter()
        self.n_iter = self.n_evaluations = 0
        self.losses, self.grad_norms, self.seconds = [], [], []

    def begin(self, fun, theta):
        """Evaluate a stage's function where it starts."""
        self.fun, self.best_theta = fun, theta
        loss, grad = self.evaluate(theta)
        if not np.isfinite(loss) or not np.isfinite(grad).all():
            _checks.fail(
                "fun", "a finite loss and gradient at theta0", f"loss {loss}, or a gradient with NaN"
            )
        self.best_loss, self.last = loss, (theta.copy(), loss, grad)
        if not self.losses:
            self.record(loss, grad)

    def evaluate(self, theta):
        """fun in float64, with the shape of its gradient checked."""
        self.n_evaluations += 1
        result = self.fun(theta)
        if not isinstance(result, tuple) or len(result) != 2:
            _checks.fail("fun", "a pair (loss, grad)", type(result).__name__)
        loss, grad = float(result[0]), np.array(result[1], dtype=np.float64)
        if grad.shape != theta.shape:
            _checks.fail("fun's grad", f"shape {theta.shape}", f"shape {grad.shape}")
        return loss, grad

    def objective(self, theta):
        """What SciPy calls: never NaN, and the last point is remembered with its gradient."""
        same = np.array_equal(theta, self.last[0])
        loss, grad = self.last[1:] if same else self.evaluate(theta.copy())
        self.last = (theta.copy(), loss, grad)
        if not np.isfinite(loss) or not np.isfinite(grad).all():
            # A NaN would poison every later step: pretend that the loss rises on the way here,
            # so that the line search steps back.
            step, rise = theta - self.best_theta, 1 + abs(self.best_loss)
            return self.best_loss + rise, 2 * rise / (step @ step) * step
        return loss, grad.copy()

    def stage(self, max_iter, tol, ftol, memory):
        """Run SciPy on the present function; returns status and message."""
        if max_iter == 0:
            return "max_iter", "max_iter is 0: nothing was changed."
        options = {
            "maxiter": max_iter,
            "maxfun": 20 * max_iter + 100,
            "gtol": tol,
            "ftol": ftol,
            "maxcor": memory,
        }
        try:
            found = optimize.minimize(
                self.objective,
                self.best_theta,
                jac=True,
                method="L-BFGS-B",
                callback=self.after,
                options=options,
            )
        except KeyboardInterrupt:
            warnings.warn("interrupted: the best completed iterate is kept", RuntimeWarning, stacklevel=4)
            return "interrupted", "Ctrl-C: the best completed iterate is kept; start from its theta to go on."
        if found.status == 99:
            return "stopped", "A callback asked to stop; the best iterate is kept."
        if found.status == 1:
            return "max_iter", f"max_iter = {max_iter} reached before the gradient fell below tol = {tol:g}."
        if found.status == 0:
            if self.grad_norms[-1] <= tol:
                return "converged", f"No entry of the gradient is above tol = {tol:g}."
            if self.losses[-1] > self.losses[-2]:  # SciPy takes a rise for convergence
                return explain_abnormal(self.fun, *self.last)
            return (
                "converged",
                f"The loss falls no more: the last iteration lowered it by less than ftol = {ftol:g}.",
            )
        return explain_abnormal(self.fun, *self.last)

    def after(self, intermediate_result):
        """SciPy's callback after each iteration; its x is a live buffer, so it is copied."""
        theta, loss = intermediate_result.x.copy(), float(intermediate_result.fun)
        grad = self.last[2] if np.array_equal(theta, self.last[0]) else self.evaluate(theta)[1]
        self.n_iter += 1
        self.record(loss, grad)
        if loss <= self.best_loss:
            self.best_loss, self.best_theta = loss, theta
        if self.bar is not None:
            self.bar.update()
            self.bar.set_postfix_str(f"loss {loss:.5g}, gradient {self.grad_norms[-1]:.1e}", refresh=False)
        for callback in self.callbacks:
            callback(Info(theta.copy(), loss, self.grad_norms[-1], self.n_iter, self.seconds[-1]))

    def record(self, loss, grad):
        self.losses.append(loss)
        self.grad_norms.append(float(np.abs(grad).max(initial=0)))
        self.seconds.append(time.perf_counter() - self.start)

    def close(self):
        if self.bar is not None:
            self.bar.close()

    def result(self, status, message):
        curves = (np.array(c) for c in (self.losses, self.grad_norms, self.seconds))
        return Result(
            self.best_theta, self.best_loss, self.n_iter, self.n_evaluations, status, message, *curves
        )


class Checkpoint:
    """A callback that writes theta, loss and n_iter to an .npz file, at most every ``seconds``.

    SciPy cannot resume L-BFGS's memory of past steps: starting again from the file's theta is a
    new minimisation from a good place. The file is replaced at once or not at all.
    """

    def __init__(self, path, seconds=30):
        self.path, self.seconds, self.written = path, seconds, -np.inf

    def __call__(self, info):
        if info.seconds - self.written >= self.seconds:
            write_npz(self.path, theta=info.theta, loss=info.loss, n_iter=info.n_iter)
            self.written = info.seconds


def load_checkpoint(path):
    """theta, loss and n_iter of a checkpoint file, as a dict."""
    with np.load(path, allow_pickle=False) as file:
        return {"theta": file["theta"], "loss": float(file["loss"]), "n_iter": int(file["n_iter"])}


def _progress_bar(total):
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    # a log file gets a line now and then, not one an iteration
    every = 0.2 if sys.stderr.isatty() else 10
    return tqdm(total=total, unit="it", desc="L-BFGS", mininterval=every, maxinterval=every)
