"""Numerical checks of gradients: trust, but measure.

``fun(theta) -> (loss, grad)`` throughout, with theta and grad flat vectors of one length.
"""

import numpy as np

from . import _checks

EVERY_ENTRY = 500  # above this many parameters, random directions are compared
N_DIRECTIONS = 100


def gradient_error(fun, theta, rng=0):
    """How far a gradient is from that of its loss: below 1e-6 it is right, 0.01 and more is a mistake.

    Parameters
    ----------
    fun : callable
        ``fun(theta) -> (loss, grad)``.
    theta : array, (n,)
        Where to compare; away from kinks such as relu's.
    rng : seed or numpy.random.Generator
        Of the directions, when there are more than 500 parameters.

    Returns
    -------
    error : float
        max |numeric - analytic| / max(1e-8, max |analytic|), by central differences: over every
        entry up to 500, above that over 100 random directions.

    Raises
    ------
    ValueError
        If the loss is not a finite number or grad is not a finite vector of theta's length.

    Notes
    -----
    Ours.

    Examples
    --------
    >>> gradient_error(lambda t: (t @ t, 2 * t), np.array([1.0, -2.0])) < 1e-9
    True
    >>> round(gradient_error(lambda t: (t @ t, 2.2 * t), np.array([1.0, -2.0])), 3)
    0.091
    """
    theta = _checks.array("theta", theta, ndim=1, dtype=np.float64)
    grad = evaluate(fun, theta)[1]
    if theta.size <= EVERY_ENTRY:
        numeric, analytic = numeric_gradient(fun, theta), grad
    else:
        directions = _checks.generator(rng).normal(size=(N_DIRECTIONS, theta.size))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        numeric = np.array([directional_derivative(fun, theta, d) for d in directions])
        analytic = directions @ grad
    return float(np.abs(numeric - analytic).max() / max(1e-8, np.abs(analytic).max()))


def numeric_gradient(fun, theta):
    """(f(theta + h e_i) - f(theta - h e_i)) / 2h for every entry i, (n,)."""
    theta = _checks.array("theta", theta, ndim=1, dtype=np.float64)
    numeric = np.empty_like(theta)
    for i in range(theta.size):
        direction = np.zeros_like(theta)
        direction[i] = 1.0
        numeric[i] = directional_derivative(fun, theta, direction)
    return numeric


def directional_derivative(fun, theta, direction, step=None):
    """(f(theta + h d) - f(theta - h d)) / 2h, the slope of the loss along d.

    The default step balances the error of the formula, h^2, with that of rounding, eps / h.
    """
    if step is None:
        along = np.abs(theta[direction != 0])
        scale = max(1.0, along.max(initial=0)) / max(np.abs(direction).max(), 1e-300)
        step = np.finfo(float).eps ** (1 / 3) * scale
    ahead, behind = theta + step * direction, theta - step * direction
    return (evaluate(fun, ahead)[0] - evaluate(fun, behind)[0]) / (2 * step)


def complex_step(loss, theta, step=1e-30):
    """Im f(theta + i h e_k) / h for every k, (n,): exact to rounding, as nothing is subtracted.

    ``loss(theta) -> number`` must be made of operations that take complex numbers (no abs, no
    maximum, no conjugate).

    >>> complex_step(lambda t: np.exp(t[0]) * t[1], np.array([0.0, 3.0]))
    array([3., 1.])
    """
    theta = _checks.array("theta", theta, ndim=1, dtype=np.float64)
    return np.array([np.imag(loss(theta + 1j * step * e)) / step for e in np.eye(theta.size)])


def adjoint_error(forward, adjoint, shape_in, shape_out, rng=0):
    """|<A x, y> - <x, A^T y>| / (|A x| |y|) for random x and y: 0 but for rounding if A^T is right.

    >>> A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> adjoint_error(lambda x: A @ x, lambda y: A.T @ y, 3, 2) < 1e-15
    True
    """
    rng = _checks.generator(rng)
    x, y = rng.normal(size=shape_in), rng.normal(size=shape_out)
    Ax, Aty = forward(x), adjoint(y)
    gap = np.sum(Ax * y) - np.sum(x * Aty)
    return float(abs(gap) / max(np.linalg.norm(Ax) * np.linalg.norm(y), 1e-300))


def evaluate(fun, theta):
    """fun(theta) as a float and a float64 vector of theta's length; a ``ValueError`` says what else came."""
    result = fun(theta)
    if not isinstance(result, tuple) or len(result) != 2:
        _checks.fail("fun", "a pair (loss, grad)", type(result).__name__)
    loss, grad = result
    grad = _checks.array("fun's grad", grad, shape=(theta.size,), dtype=np.float64)
    if np.ndim(loss) != 0 or not np.isfinite(loss):
        _checks.fail("fun's loss", "a finite number", repr(loss))
    return float(loss), grad
