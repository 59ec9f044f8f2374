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

from .. import _checks
from ..files import write_npz
from .gradcheck import loss_and_grad
from .stop_reasons import explain_abnormal

FTOL = 64 * np.finfo(float).eps  # SciPy's own 1e7 eps stops long before the gradient is small
LONG = 300_000  # entries of theta, above which ten past steps are remembered instead of thirty
SAVE_EVERY = 30  # seconds between two writes of a checkpoint


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
    memory=None,
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
    memory : int, optional
        Past steps that L-BFGS remembers; default: 30, or 10 where theta is so long that they cost
        more than they save.
    callbacks : list of callable
        Called with an ``Info`` after each iteration; StopIteration stops and keeps the best.
    progress : bool
        Show a bar on stderr.
    checkpoint : path, optional
        Write theta and curves there as .npz, every 30 s and at the end; see ``load_checkpoint``.

    Returns
    -------
    result : Result
        Also after Ctrl-C, with a warning (unless during the first evaluation: nothing to keep).

    Raises
    ------
    ValueError
        If theta0 or what ``fun`` returns there is not finite, or a gradient has the wrong shape.
        NaN on the way is no error: the line search steps back, or the best iterate is kept.

    Notes
    -----
    Byrd, Lu, Nocedal and Zhu, SIAM Journal on Scientific Computing 16, 1995; here without bounds.

    Examples
    --------
    >>> result = minimize(lambda t: (t @ t, 2 * t), np.array([1.0, 2.0]))
    >>> result.status, result.loss < 1e-12
    ('converged', True)
    """
    options = {"tol": tol, "ftol": ftol, "memory": memory, "callbacks": callbacks}
    return minimize_stages([(fun, max_iter)], theta0, **options, progress=progress, checkpoint=checkpoint)


def minimize_stages(
    stages, theta0, *, tol=1e-6, ftol=FTOL, memory=None, callbacks=(), progress=False, checkpoint=None
):
    """Minimise one function after the other, each from where the last ended (growing samples).

    ``stages`` is a list of (fun, max_iter); the other arguments are those of ``minimize``. A
    callback's stop or Ctrl-C ends all stages. The loss is that of the last stage run; n_iter and
    the curves go over all of them, with one entry for the start.

    >>> shifted = lambda t: ((t - 1) @ (t - 1), 2 * (t - 1))
    >>> minimize_stages([(lambda t: (t @ t, 2 * t), 5), (shifted, 50)], np.array([2.0])).theta.round(4)
    array([1.])
    """
    theta = _checks.array("theta0", theta0, ndim=1, dtype=np.float64).copy()
    memory = (30 if theta.size <= LONG else 10) if memory is None else memory
    options = {
        "gtol": _checks.number("tol", tol, at_least=0),
        "ftol": _checks.number("ftol", ftol, at_least=0),
        "maxcor": _checks.integer("memory", memory, at_least=1),
    }
    stages = [(fun, _checks.integer("max_iter", n, at_least=0)) for fun, n in stages]
    if not stages:
        _checks.fail("stages", "at least one (fun, max_iter)", "none")
    bar = _progress_bar(sum(n for _, n in stages)) if progress else None
    run = _Run(theta, list(callbacks or []), bar, checkpoint)
    try:
        for fun, max_iter in stages:
            status, message = run.stage(fun, max_iter, options)
            if status == "stopped":
                break
    except KeyboardInterrupt:
        if not run.losses:  # nothing to keep yet
            raise
        warnings.warn("interrupted: the best completed iterate is kept", RuntimeWarning, stacklevel=3)
        status, message = "interrupted", "Ctrl-C: the best iterate is kept; start from its theta to go on."
    finally:
        run.close()
    return run.result(status, message)


class _Run:
    """Curves, the best iterate and the callbacks of one minimisation, over all its stages."""

    def __init__(self, theta, callbacks, bar, checkpoint):
        self.best_theta, self.callbacks, self.bar, self.checkpoint = theta, callbacks, bar, checkpoint
        self.start, self.saved_at = time.perf_counter(), 0.0
        self.n_iter = self.n_evaluations = 0
        self.losses, self.grad_norms, self.seconds = [], [], []

    def stage(self, fun, max_iter, options):
        """Minimise fun from the best theta so far; returns status and message."""
        self.fun = fun
        loss, grad = self.evaluate(self.best_theta)
        if not _finite(loss, grad):
            if not self.losses:
                bad = f"loss {loss} and {np.sum(~np.isfinite(grad))} bad entries in the gradient"
                _checks.fail("fun", "a finite loss and gradient at theta0", bad)
            return "abnormal", "A stage starts where its loss or gradient is not finite; theta is kept."
        self.best_loss = loss
        self.last = self.iterate = (self.best_theta.copy(), loss, grad)  # evaluated; accepted
        self.rose = self.saw_nan = False
        if not self.losses:
            self.record(loss, grad)
            self.save()  # a path that cannot be written is better known now
        if max_iter == 0:
            return "max_iter", "max_iter is 0: nothing was changed."
        # at most two line searches an iteration, 20 evaluations each: maxfun is never the reason
        options = options | {"maxiter": max_iter, "maxfun": 40 * max_iter + 100}
        how = {"method": "L-BFGS-B", "jac": True, "callback": self.after, "options": options}
        found = optimize.minimize(self.objective, self.best_theta, **how)
        return self.explain(found.status, max_iter, options["gtol"], options["ftol"])

    def evaluate(self, theta):
        self.n_evaluations += 1
        return loss_and_grad(self.fun, theta)

    def objective(self, theta):
        """What SciPy calls: never NaN, and the last point is remembered with its gradient."""
        if not np.array_equal(theta, self.last[0]):
            self.last = (theta.copy(), *self.evaluate(theta))
        _, loss, grad = self.last
        if not _finite(loss, grad):
            # NaN would poison every later step: pretend a rise, so that the line search steps back
            self.saw_nan = True
            step, rise = theta - self.best_theta, 1 + abs(self.best_loss)
            return self.best_loss + rise, 2 * rise / max(step @ step, 1e-300) * step
        return loss, grad.copy()

    def after(self, intermediate_result):
        """SciPy's callback after each iteration; its x is a live buffer, so it is copied."""
        theta, loss = intermediate_result.x.copy(), float(intermediate_result.fun)
        if not _finite(loss, theta):  # after an overflow SciPy itself can step to NaN
            self.saw_nan = True
            raise StopIteration
        grad = self.last[2] if np.array_equal(theta, self.last[0]) else self.evaluate(theta)[1]
        self.rose, self.saw_nan = loss > self.iterate[1], False
        self.iterate = (theta, loss, grad)
        if loss <= self.best_loss:
            self.best_loss, self.best_theta = loss, theta
        self.n_iter += 1
        self.record(loss, grad)
        if self.seconds[-1] - self.saved_at >= SAVE_EVERY:
            self.save()
        if self.bar is not None:
            self.bar.update()
            self.bar.set_postfix_str(f"loss {loss:.5g}, gradient {self.grad_norms[-1]:.1e}", refresh=False)
        for callback in self.callbacks:
            callback(Info(theta.copy(), loss, self.grad_norms[-1], self.n_iter, self.seconds[-1]))

    def explain(self, scipy_status, max_iter, tol, ftol):
        """Status and message from SciPy's number: 0 converged, 1 limit, 2 abnormal, 99 a callback."""
        if scipy_status == 99 and not self.saw_nan:
            return "stopped", "A callback asked to stop; the best iterate is kept."
        if scipy_status == 1:
            return "max_iter", f"max_iter = {max_iter} was reached, tol = {tol:g} was not: raise max_iter."
        if scipy_status == 0 and np.abs(self.iterate[2]).max(initial=0) <= tol:
            return "converged", f"No entry of the gradient is above tol = {tol:g}."
        if scipy_status == 0 and not self.rose:  # SciPy takes a rise for convergence
            return "converged", f"The loss fell by less than ftol = {ftol:g} of its size: it falls no more."
        if self.saw_nan:
            where = "next to the best iterate, which is kept: look for log(0) or an overflow in fun."
            return "abnormal", f"The loss or its gradient is NaN or infinite {where}"
        return explain_abnormal(self.fun, *self.iterate)

    def record(self, loss, grad):
        self.losses.append(loss)
        self.grad_norms.append(float(np.abs(grad).max(initial=0)))
        self.seconds.append(time.perf_counter() - self.start)

    def curves(self):
        curves = {"loss": self.losses, "grad_norm": self.grad_norms, "seconds": self.seconds}
        return {f"{name}_curve": np.array(values) for name, values in curves.items()}

    def save(self):
        if self.checkpoint is not None and self.losses:
            best = {"theta": self.best_theta, "loss": self.best_loss, "n_iter": self.n_iter}
            write_npz(self.checkpoint, **best, **self.curves())
            self.saved_at = self.seconds[-1]

    def close(self):
        if self.bar is not None:
            self.bar.close()
        self.save()

    def result(self, *why):
        return Result(self.best_theta, self.best_loss, self.n_iter, self.n_evaluations, *why, **self.curves())


def load_checkpoint(path):
    """What a checkpoint holds: theta, loss, n_iter, and the curves of ``Result``, as a dict.

    SciPy cannot resume L-BFGS's memory of past steps: starting again from the file's theta is a
    new minimisation from a good place. The file is replaced at once or not at all.
    """
    with np.load(path, allow_pickle=False) as file:
        saved = {name: file[name] for name in file.files}
    return saved | {"loss": float(saved["loss"]), "n_iter": int(saved["n_iter"])}


def _finite(*values):
    return all(np.isfinite(value).all() for value in values)


def _progress_bar(total):
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    every = 0.2 if sys.stderr.isatty() else 10  # a log file gets a line now and then
    return tqdm(total=total, unit="it", desc="L-BFGS", mininterval=every, maxinterval=every)
