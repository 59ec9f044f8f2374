"""Why L-BFGS's line search failed: a wrong gradient, a noisy loss, a kink, or rounding."""

import numpy as np

STEPS = (1e-3, 1e-4, 1e-5, 1e-6)


def explain_abnormal(fun, theta, loss, grad):
    """Status and message for a line search that found no lower loss.

    Compares the slope of the loss along the gradient at ``theta``, from ahead and from behind,
    with what the gradient says.

    Parameters
    ----------
    fun : callable
        ``fun(theta) -> (loss, grad)``; a ``dtype`` of float32 explains everything.
    theta, loss, grad
        Where the search began, (n,), a float and (n,).

    Returns
    -------
    status : "converged", "float32_limit" or "abnormal"
    message : str

    Notes
    -----
    Ours.

    Examples
    --------
    >>> explain_abnormal(lambda t: (t @ t, -2 * t), np.ones(2), 2.0, -2 * np.ones(2))[1][:22]
    'The gradient is wrong:'
    """
    if getattr(fun, "dtype", None) == np.float32:
        return "float32_limit", (
            "The loss falls no more that float32 could tell: rounding hides smaller changes. The result is "
            "kept; dtype float64 would go further."
        )
    again = float(fun(theta.copy())[0])
    if again != loss:
        return "abnormal", (
            f"The loss is noisy: two evaluations at one theta gave {loss!r} and {again!r}. Fix the seed, or "
            "whatever else differs from call to call; the best iterate is kept."
        )
    norm = np.linalg.norm(grad)
    if norm == 0:
        return "converged", "The gradient is zero."
    direction = grad / norm
    ahead, behind = np.array([_slopes(fun, theta, loss, direction, h) for h in STEPS]).T
    if _close((ahead + behind) / 2, norm).any():
        return (
            "converged",
            "The loss falls no more that float64 could tell; the gradient agrees with the loss.",
        )
    # at a smooth minimum the slopes shrink with the step, at a kink they do not
    steepest = np.maximum(np.abs(ahead), np.abs(behind))
    if norm <= steepest[0] and steepest[1] < 0.2 * steepest[0]:
        return "converged", "The loss has a minimum here, as near as float64 can tell."
    if not _close(ahead, behind, 0.1).any():
        return "abnormal", (
            "There is a kink here: the loss has different slopes on both sides. That is no mistake; a smooth "
            "loss (sigmoid or tanh, not relu) would go further. The best iterate is kept."
        )
    return "abnormal", (
        f"The gradient is wrong: along it the loss has slope {ahead[-2]:.3g}, the gradient says {norm:.3g}. "
        "Compare with gradient_error; the best iterate is kept."
    )


def _slopes(fun, theta, loss, direction, h):
    """One-sided slopes of the loss along a direction, ahead and behind."""
    ahead, behind = (float(fun(theta + s * h * direction)[0]) for s in (1, -1))
    return (ahead - loss) / h, (loss - behind) / h


def _close(a, b, tolerance=0.02):
    return np.abs(a - b) <= tolerance * np.maximum(np.abs(a), np.abs(b))
