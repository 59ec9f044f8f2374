"""Numerical checks of gradients: trust, but measure.

``fun(theta) -> (loss, grad)`` throughout, with theta and grad flat vectors of one length.
"""

import numpy as np

from .. import _checks
from .evaluation import finite_loss_and_grad

EVERY_ENTRY = 500  # above this many parameters, random directions are compared
N_DIRECTIONS = 100


def gradient_error(fun, theta, rng=0):
    """How far a gradient is from that of its loss, as one number: below 1e-6 in float64 it is right.

    What a larger number means depends on the arithmetic (a right gradient in float32 may have 0.05), on
    the scale of the loss and on theta: ``check_gradient`` judges.

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
    grad = finite_loss_and_grad(fun, theta)[1]
    if theta.size <= EVERY_ENTRY:
        numeric, analytic = numeric_gradient(fun, theta), grad
    else:
        directions = _checks.generator(rng).normal(size=(N_DIRECTIONS, theta.size))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        numeric = np.array([directional_derivative(fun, theta, d) for d in directions])
        analytic = directions @ grad
    return float(np.abs(numeric - analytic).max(initial=0) / max(1e-8, np.abs(analytic).max(initial=0)))


def numeric_gradient(fun, theta):
    """Gradient by central differences, (f(theta + h e_i) - f(theta - h e_i)) / 2h for every entry i.

    Parameters and errors are those of ``gradient_error``; it costs 2 n evaluations.

    Returns
    -------
    numeric : ndarray, (n,)

    Examples
    --------
    >>> numeric_gradient(lambda t: (t @ t, 2 * t), np.array([1.0, -2.0])).round(6)
    array([ 2., -4.])
    """
    theta = _checks.array("theta", theta, ndim=1, dtype=np.float64)
    numeric = np.empty_like(theta)
    for i in range(theta.size):
        direction = np.zeros_like(theta)
        direction[i] = 1.0
        numeric[i] = directional_derivative(fun, theta, direction)
    return numeric


def directional_derivative(fun, theta, direction, step=None):
    """Slope of the loss along d, (f(theta + h d) - f(theta - h d)) / 2h.

    Parameters
    ----------
    fun : callable
        ``fun(theta) -> (loss, grad)``.
    theta, direction : array, (n,)
    step : float, optional
        h. The default balances the error of the formula, h^2, with that of rounding, eps / h.

    Raises
    ------
    ValueError
        As ``gradient_error``, or if direction has not theta's length.

    Examples
    --------
    >>> slope = directional_derivative(lambda t: (t @ t, 2 * t), np.ones(2), np.array([1.0, 1.0]))
    >>> round(slope, 6)
    4.0
    """
    theta = _checks.array("theta", theta, ndim=1, dtype=np.float64)
    direction = _checks.array("direction", direction, shape=theta.shape, dtype=np.float64)
    if step is None:
        along = np.abs(theta[direction != 0])
        scale = max(1.0, along.max(initial=0)) / max(np.abs(direction).max(initial=0), 1e-300)
        step = np.finfo(float).eps ** (1 / 3) * scale
    step = _checks.number("step", step, above=0)
    ahead, behind = theta + step * direction, theta - step * direction
    return (finite_loss_and_grad(fun, ahead)[0] - finite_loss_and_grad(fun, behind)[0]) / (2 * step)


def complex_step(loss, theta, step=1e-30):
    """Gradient by Im f(theta + i h e_k) / h: exact to rounding, as nothing is subtracted.

    Parameters
    ----------
    loss : callable
        ``loss(theta) -> number``, made of operations that take complex numbers (no abs, no
        maximum, no conjugate).
    theta : array, (n,)
    step : float

    Returns
    -------
    grad : ndarray, (n,)

    Raises
    ------
    ValueError
        If loss returns a real number: the derivative was dropped with the imaginary part.

    Notes
    -----
    Squire and Trapp, Using complex variables to estimate derivatives of real functions, SIAM
    Review 40, 1998.

    Examples
    --------
    >>> complex_step(lambda t: np.exp(t[0]) * t[1], np.array([0.0, 3.0]))
    array([3., 1.])
    """
    theta = _checks.array("theta", theta, ndim=1, dtype=np.float64)
    numeric = np.empty_like(theta)
    for k in range(theta.size):
        moved = theta.astype(complex)
        moved[k] += 1j * step
        value = loss(moved)
        if np.ndim(value) != 0 or not np.iscomplexobj(value):
            _checks.fail("loss", "a complex number at complex theta", type(value).__name__)
        numeric[k] = np.imag(value) / step
    return numeric


def adjoint_error(forward, adjoint, shape_in, shape_out, rng=0):
    """|<A x, y> - <x, A^T y>| / (|A x| |y|) for random x and y: 0 but for rounding if A^T is right.

    Parameters
    ----------
    forward, adjoint : callable
        x -> A x and y -> A^T y, both linear.
    shape_in, shape_out : int or tuple
        Of x and of y.
    rng : seed or numpy.random.Generator

    Raises
    ------
    ValueError
        If what a function returns is not finite or has not the shape of the other's argument.

    Notes
    -----
    Ours; known as the dot-product test.

    Examples
    --------
    >>> A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> adjoint_error(lambda x: A @ x, lambda y: A.T @ y, 3, 2) < 1e-15
    True
    """
    rng = _checks.generator(rng)
    x, y = rng.normal(size=shape_in), rng.normal(size=shape_out)
    Ax = _checks.array("forward(x)", forward(x), shape=y.shape, dtype=np.float64)
    Aty = _checks.array("adjoint(y)", adjoint(y), shape=x.shape, dtype=np.float64)
    gap = np.sum(Ax * y) - np.sum(x * Aty)
    return float(abs(gap) / max(np.linalg.norm(Ax) * np.linalg.norm(y), 1e-300))
