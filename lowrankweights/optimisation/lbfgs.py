"""Minimise a function of one flat vector with L-BFGS, and say why it stopped.

Knows no network: ``fun(theta) -> (loss, grad)``. The steps are SciPy's L-BFGS-B. What SciPy lacks is
added: callbacks that see the gradient, Ctrl-C that keeps the best iterate, stages, checkpoints, a report.
"""

import numpy as np

from .. import _checks
from .._blas import one_blas_thread
from .history import Curves, Info, Result
from .progress import Bar, Checkpoint
from .stage import Stage

FTOL = 64 * np.finfo(float).eps  # SciPy's own 1e7 eps stops long before the gradient is small
LONG = 300_000  # entries of theta, above which ten past steps are remembered instead of thirty


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
    on_interrupt="keep",
):
    """Minimise ``fun`` from ``theta0`` with L-BFGS.

    Parameters
    ----------
    fun : callable
        ``fun(theta) -> (loss, grad)``. Theta comes in float64 whatever the arithmetic inside. If fun
        has a ``dtype`` of float32, rounding is expected in its loss; if it has a method ``remark()``,
        what that says of the data ends the message. It runs on one thread of BLAS:
        the result has the same bits for any number of processors.
    theta0 : array, (n,)
    max_iter : int
    tol : float
        Converged when no entry of the gradient is larger; if fun has a method ``gradient_to_judge(theta,
        grad)``, no entry of what that returns.
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
    on_interrupt : "keep" or "raise"
        What Ctrl-C means. "keep": a warning, and the best iterate so far is the result (unless during
        the first evaluation: nothing to keep). "raise": half a minimisation is nothing to go on with,
        and the KeyboardInterrupt goes through.

    Returns
    -------
    result : Result

    Raises
    ------
    ValueError
        If theta0 or what ``fun`` returns there is not finite, or a gradient has the wrong shape.
        NaN on the way is no error: the line search steps back, or the best iterate is kept.
    KeyboardInterrupt
        See on_interrupt.

    Notes
    -----
    **A step**, at theta with loss f and gradient g::

        d      = -B g                           downhill; B (n, n) stands for the inverse Hessian
        theta' = theta + t d                    t > 0 from the line search; there f' and g'
        s = theta' - theta,   y = g' - g        how far it went, how the gradient changed by it

    Were f a quadratic, then y = (its Hessian) s. So the next B is asked for B' y = s (the secant
    equation), and changed as little as that allows; it is symmetric and, as s.y > 0, positive
    definite, so that d goes down::

        B' = (I - rho s y^T) B (I - rho y s^T) + rho s s^T,     rho = 1 / s.y            (BFGS)

    B is never written out. Only the last ``memory`` pairs (s_i, y_i) are kept (the L of L-BFGS), and
    B g is the update above taken in from B_0 = (s.y / y.y) I, s and y of the last pair, by two loops::

        q = g;        for i from the last pair to the first:   m_i = rho_i s_i.q,   q = q - m_i y_i
        q = B_0 q;    for i from the first pair to the last:   q = q + (m_i - rho_i y_i.q) s_i
        B g = q

    The first step has no pair: B = I.

    **The line search** tries t = 1 first (1 / |g| in the first step), and looks for the strong Wolfe
    conditions::

        f'       <= f + 0.001 t g.d             the loss falls by a part of what the slope promised
        |g'.d|   <= 0.9 |g.d|                   the slope has flattened, from which s.y > 0 follows

    **It stops** at the first of these, which ``status`` and ``message`` tell:

    - max |g_i| <= tol: "converged";
    - f - f' <= ftol max(|f|, |f'|, 1): "converged", the loss falls no more;
    - max_iter iterations: "max_iter";
    - a callback raises StopIteration: "stopped";
    - Ctrl-C: "interrupted", where on_interrupt is "keep";
    - the line search finds no lower loss, along -g neither. Where rounding is the reason that is
      "float32_limit" or "converged", where the loss has a kink "kink", else "abnormal", and the message
      says whether the gradient is wrong, the loss noisy or NaN.

    Byrd, Lu, Nocedal and Zhu, SIAM Journal on Scientific Computing 16, 1995, here without bounds;
    the two loops: Nocedal, Mathematics of Computation 35, 1980.

    Examples
    --------
    >>> result = minimize(lambda t: (t @ t, 2 * t), np.array([1.0, 2.0]))
    >>> result.status, result.loss < 1e-12
    ('converged', True)
    """
    options = {"tol": tol, "ftol": ftol, "memory": memory, "callbacks": callbacks, "progress": progress}
    options |= {"checkpoint": checkpoint, "on_interrupt": on_interrupt}
    return minimize_stages([(fun, max_iter)], theta0, **options)


@one_blas_thread
def minimize_stages(
    stages,
    theta0,
    *,
    tol=1e-6,
    ftol=FTOL,
    memory=None,
    callbacks=(),
    progress=False,
    checkpoint=None,
    on_interrupt="keep",
):
    """Minimise one function after the other, each from where the last ended (growing samples, or masks
    that are drawn anew).

    ``stages`` is a list of (fun, max_iter); the other arguments are those of ``minimize``. A
    callback's stop or Ctrl-C ends all stages. The loss is that of the last stage run; n_iter and
    the curves go over all of them, with one entry for the start.

    >>> shifted = lambda t: ((t - 1) @ (t - 1), 2 * (t - 1))
    >>> minimize_stages([(lambda t: (t @ t, 2 * t), 5), (shifted, 50)], np.array([2.0])).theta.round(4)
    array([1.])
    """
    theta = _checks.array("theta0", theta0, ndim=1, dtype=np.float64)
    stages = [(fun, _checks.integer("max_iter", n, at_least=0)) for fun, n in stages]
    if not stages:
        _checks.fail("stages", "at least one (fun, max_iter)", "none")
    _checks.choice("on_interrupt", on_interrupt, ("keep", "raise"))
    options = _scipy_options(theta.size, tol, ftol, memory)
    callbacks = checked_callbacks(callbacks)
    run = _Run(theta, callbacks, Bar(sum(n for _, n in stages)) if progress else None, checkpoint)
    try:
        for fun, max_iter in stages:
            status, message = run.minimize(fun, max_iter, options, sum(n for _, n in stages))
            if status == "stopped":
                break
    except KeyboardInterrupt:
        if on_interrupt == "raise" or not run.stages:
            raise
        _checks.warn("interrupted: the best completed iterate is kept", RuntimeWarning)
        status, message = "interrupted", "Ctrl-C: the best iterate is kept; start from its theta to go on."
    finally:
        run.close()
    return run.result(status, message)


def _scipy_options(n, tol, ftol, memory):
    """The checked options of a minimisation over n numbers, under SciPy's names."""
    memory = (30 if n <= LONG else 10) if memory is None else memory
    return {
        "gtol": _checks.number("tol", tol, at_least=0),
        "ftol": _checks.number("ftol", ftol, at_least=0),
        "maxcor": _checks.integer("memory", memory, at_least=1),
    }


class _Run:
    """A minimisation over all its stages: where it is, and who is told after each iteration."""

    def __init__(self, theta, callbacks, bar, checkpoint):
        self.theta, self.stages, self.curves = theta, [], Curves()
        self.callbacks, self.bar = list(callbacks or []), bar
        self.checkpoint = None if checkpoint is None else Checkpoint(checkpoint)

    def minimize(self, fun, max_iter, options, of_all):
        """Minimise fun from the best theta so far; returns status and message."""
        stage = Stage(fun, self.stages[-1].best.theta if self.stages else self.theta, self._completed)
        if not stage.start.is_finite():
            if not self.stages:
                n_bad = np.sum(~np.isfinite(stage.start.grad))
                got = f"loss {stage.start.loss} and {n_bad} bad entries in the gradient"
                _checks.fail("fun", "a finite loss and gradient at theta0", got)
            return "abnormal", "A stage starts where its loss or gradient is not finite; theta is kept."
        self.stages.append(stage)
        if len(self.stages) == 1:
            self.curves.add(stage.start.loss, stage.largest(stage.start))
            self._save()  # a path that cannot be written is better known now
        status, message = stage.run(max_iter, options, of_all)
        remark = getattr(fun, "remark", str)() if status != "stopped" else ""
        return status, f"{message} {remark}".rstrip()

    def _completed(self, point):
        """After each iteration: note it, then tell the bar, the checkpoint and the callbacks."""
        curves = self.curves
        curves.add(point.loss, self.stages[-1].largest(point))
        if self.checkpoint is not None and self.checkpoint.is_due(curves):
            self._save()
        if self.bar is not None:
            self.bar.update(point.loss, curves.grad_norms[-1])
        seen = point.loss, curves.grad_norms[-1], curves.n_iter, curves.seconds[-1]
        for callback in self.callbacks:
            callback(Info(point.theta.copy(), *seen))

    def _save(self):
        if self.checkpoint is not None and self.stages:
            best = self.stages[-1].best
            self.checkpoint.save(best.theta, best.loss, self.curves)

    def close(self):
        """At the end, whatever ended it."""
        if self.bar is not None:
            self.bar.close()
        self._save()

    def result(self, status, message):
        """What the best iterate is, and how it was found."""
        best, n_evaluations = self.stages[-1].best, sum(stage.n_evaluations for stage in self.stages)
        n_iter = self.curves.n_iter
        return Result(best.theta, best.loss, n_iter, n_evaluations, status, message, **self.curves.arrays())


def checked_callbacks(callbacks):
    """The callbacks as a list."""
    expected = "a list of functions, callbacks=[f]"
    if callbacks is None:
        return []
    if callable(callbacks) or not hasattr(callbacks, "__iter__"):
        _checks.fail("callbacks", expected, repr(callbacks))
    callbacks = list(callbacks)
    for callback in callbacks:
        if not callable(callback):
            _checks.fail("callbacks", expected, f"{callback!r} in it")
    return callbacks
