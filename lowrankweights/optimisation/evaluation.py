"""What ``fun(theta)`` must return, checked with one wording for gradient checks and L-BFGS."""

import numpy as np

from .. import _checks


def loss_and_grad(fun, theta):
    """fun(theta) as a float and a float64 vector of theta's length; a ``ValueError`` says what else came.

    fun may change its argument and use one array for all its gradients: it gets and gives copies.
    The numbers may be NaN or infinite.

    >>> loss_and_grad(lambda t: (t @ t, 2 * t), np.array([1.0, 2.0]))
    (5.0, array([2., 4.]))
    """
    result = fun(theta.copy())
    if not isinstance(result, tuple) or len(result) != 2:
        _checks.fail("fun", "a pair (loss, grad)", type(result).__name__)
    loss, grad = map(np.asarray, result)
    for name, value, shape in (("fun's loss", loss, ()), ("fun's grad", grad, theta.shape)):
        if value.dtype.kind not in "fiu":
            got = "None" if value.shape == () and value.item() is None else f"an array of {value.dtype}"
            _checks.fail(name, f"real numbers of shape {shape}", got)
        if value.shape != shape:
            _checks.fail(name, f"shape {shape}", f"shape {value.shape}")
    return float(loss), grad.astype(np.float64)


def finite_loss_and_grad(fun, theta):
    """``loss_and_grad``, where what is not finite is a ``ValueError`` too."""
    loss, grad = loss_and_grad(fun, theta)
    if not np.isfinite(loss):
        _checks.fail("fun's loss", "a finite number", loss)
    return loss, _checks.array("fun's grad", grad)
