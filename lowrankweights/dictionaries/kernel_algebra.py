"""What a kernel is, how kernels add and multiply, and what else serves as one.

A kernel k(i, j) says how alike the weights at two points of weight space are expected to be. It is
called with two lists of points and returns the matrix K of all pairs. A number, a function and a
scikit-learn kernel become kernels where they meet one: ``0.5 * SquaredExponential(2) + f``.
"""

import abc
import numbers

import numpy as np

from .. import _checks
from .._blas import one_blas_thread
from .points import as_points

BLOCK = 256  # points whose matrix is made for its diagonal, where a kernel does not know it


class Kernel(abc.ABC):
    """Base class of all kernels: a subclass offers ``evaluate``, everything else follows.

    ``evaluate(a, b) -> K``
        ``a`` and ``b`` are ``Points`` (``coordinates`` (n, d), ``channels`` (n,) or None, ``units``
        (n,) or None), never plain arrays. K is (n_a, n_b) with K[m, n] = k(a_m, b_n), finite;
        symmetric and positive semidefinite where b is a.
    ``evaluate_diagonal(points) -> diagonal``, optional
        k(i, i) for each of the ``Points``, (n,), where there is a faster way than the matrix.
    ``needs_places``, optional
        False of a kernel that needs no positions: it may be called with units' indices alone.
    ``n_units``, ``varying``, optional
        Of a kernel made of data: how many units it knows, and which of them vary, an array of int.
    ``__repr__``, optional: what errors and recipes call the kernel.

    Both methods raise ``ValueError`` for points that they know nothing of, by ``points_a``, ``points_b`` or
    ``points``. What they return is checked wherever a kernel is called.

    Examples
    --------
    One's own kernel, for weights along a time axis that repeats:

    >>> class Periodic(Kernel):
    ...     def __init__(self, period):
    ...         self.period = period
    ...
    ...     def evaluate(self, a, b):
    ...         lag = a.coordinates[:, None, 0] - b.coordinates[None, :, 0]
    ...         return np.exp(-2 * np.sin(np.pi * lag / self.period) ** 2)
    ...
    >>> from lowrankweights import Grid, SquaredExponential
    >>> k = 0.5 * Periodic(3.0) * SquaredExponential(20.0)
    >>> k(Grid((4,)), Grid((4,)))[0].round(2)
    array([0.5 , 0.11, 0.11, 0.49])
    """

    needs_places, n_units, varying = True, None, None
    __array_ufunc__ = None  # so that a NumPy number on the left leaves the product to us

    @one_blas_thread
    def __call__(self, points_a, points_b):
        """The matrix of k(i, j), (n_a, n_b), for i in ``points_a`` and j in ``points_b``.

        Parameters
        ----------
        points_a, points_b : Points, Grid or array
            A plain array is read as ``points.as_points`` says: (n, 2) row and column, (n, 3) row,
            column and channel, (n,) positions on a line or indices of units.
        """
        a, b = as_points(points_a, "points_a"), as_points(points_b, "points_b")
        return self._checked(self.evaluate(a, b), (len(a), len(b)))

    def diagonal(self, points):
        """The vector of k(i, i), (n,), without the rest of the matrix."""
        points = as_points(points)
        return self._checked(self.evaluate_diagonal(points), (len(points),))

    @abc.abstractmethod
    def evaluate(self, a, b):
        """The matrix of k(i, j), (n_a, n_b), for ``Points`` a and b."""

    def evaluate_diagonal(self, points):
        blocks = [points[start : start + BLOCK] for start in range(0, len(points), BLOCK)]
        return np.concatenate([np.zeros(0), *(np.diagonal(self(block, block)) for block in blocks)])

    def _checked(self, K, shape):
        return _checks.array(f"kernel (what {self!r} returned of all points)", K, shape=shape, dtype=float)

    def __add__(self, other):
        return Sum(self, as_kernel(other))

    def __mul__(self, other):
        return Product(self, as_kernel(other))

    __radd__, __rmul__ = __add__, __mul__

    def __repr__(self):
        return f"{type(self).__name__}()"


class _Composed(Kernel):
    """Equal where it is made of the same."""

    def __eq__(self, other):
        return type(other) is type(self) and vars(self) == vars(other)

    def __hash__(self):
        return hash(repr(self))


class Constant(_Composed):
    """k(i, j) = value everywhere; what a number becomes in ``0.5 * kernel``."""

    needs_places = False

    def __init__(self, value):
        self.value = _checks.number("value", value, at_least=0)

    def evaluate(self, a, b):
        return np.full((len(a), len(b)), self.value)

    def evaluate_diagonal(self, points):
        return np.full(len(points), self.value)

    def __repr__(self):
        return f"{self.value:g}"


class _OfTwo(_Composed):
    """What sums and products share."""

    def __init__(self, first, second):
        self.first, self.second = first, second
        known = {kernel.n_units for kernel in (first, second)} - {None}
        if len(known) == 2:
            _checks.fail("kernel", "two that know the same units", f"{first!r} and {second!r}")
        self.n_units = known.pop() if known else None
        self.needs_places = first.needs_places or second.needs_places


class Sum(_OfTwo):
    """(k1 + k2)(i, j) = k1(i, j) + k2(i, j)."""

    @property
    def varying(self):
        """Units that either knows something of; None: all."""
        known = self.first.varying, self.second.varying
        return None if known[0] is None or known[1] is None else np.union1d(*known)

    def evaluate(self, a, b):
        return self.first(a, b) + self.second(a, b)

    def evaluate_diagonal(self, points):
        return self.first.diagonal(points) + self.second.diagonal(points)

    def __repr__(self):
        return f"({self.first!r} + {self.second!r})"


class Product(_OfTwo):
    """(k1 k2)(i, j) = k1(i, j) k2(i, j)."""

    @property
    def varying(self):
        """Units that both know something of; None: all."""
        first, second = self.first.varying, self.second.varying
        return second if first is None else first if second is None else np.intersect1d(first, second)

    def evaluate(self, a, b):
        return self.first(a, b) * self.second(a, b)

    def evaluate_diagonal(self, points):
        return self.first.diagonal(points) * self.second.diagonal(points)

    def __repr__(self):
        return f"{self.first!r} * {self.second!r}"


class OfFunction(_Composed):
    """k(i, j) as a function computes it: f(points_a, points_b) -> K, of two plain arrays.

    The function is given ``np.asarray`` of the points: positions, and the channel as last column if
    there are channels.
    """

    def __init__(self, function):
        self.function = function

    def evaluate(self, a, b):
        return self.function(np.asarray(a), np.asarray(b))

    def __repr__(self):
        return getattr(self.function, "__name__", None) or repr(self.function)


class OfScikitLearn(_Composed):
    """A kernel of scikit-learn's Gaussian processes: of positions; k = 0 between different channels."""

    def __init__(self, kernel):
        self.kernel = kernel

    def evaluate(self, a, b):
        K = self.kernel(a.coordinates, b.coordinates)
        return K if a.channels is None and b.channels is None else K * same_channel(a, b)

    def evaluate_diagonal(self, points):
        return self.kernel.diag(points.coordinates)

    def __repr__(self):
        return repr(self.kernel)


class White(_Composed):
    """k(i, i) = variance, else 0; scikit-learn's ``WhiteKernel`` of two lists would be all 0."""

    def __init__(self, variance):
        self.variance = variance

    def evaluate(self, a, b):
        columns = (np.asarray(points).reshape(len(points), -1).T for points in (a, b))
        return self.variance * np.all([x[:, None] == y for x, y in zip(*columns, strict=True)], axis=0)

    def __repr__(self):
        return f"White({self.variance:g})"


def as_kernel(kernel):
    """A ``Kernel`` of whatever serves as one.

    Parameters
    ----------
    kernel : Kernel, number, function or scikit-learn kernel
        A number >= 0 is k(i, j) = number. A function is f(points_a, points_b) -> K (n_a, n_b), of the
        points as plain arrays. A kernel of ``sklearn.gaussian_process.kernels`` sees positions only.

    Returns
    -------
    kernel : Kernel
        The same one, if it is a ``Kernel`` already.

    Raises
    ------
    ValueError
        If it is none of these.

    Notes
    -----
    Written first, a scikit-learn kernel does not leave the operator to us: ``RBF(2.0) * k`` is a
    kernel of scikit-learn's that can neither be called nor shown. It serves all the same wherever a
    kernel is asked for, as its parts are taken out here; ``k * RBF(2.0)`` is simply ours.

    Examples
    --------
    >>> from sklearn.gaussian_process.kernels import RBF
    >>> as_kernel(RBF(2.0))([[0.0, 0.0]], [[0.0, 2.0]]).round(4)
    array([[0.6065]])
    >>> as_kernel(lambda a, b: a @ b.T)([[1.0, 2.0]], [[3.0, 4.0]])
    array([[11.]])
    """
    if isinstance(kernel, Kernel):
        return kernel
    if isinstance(kernel, numbers.Real):
        return Constant(kernel)
    if isinstance(kernel, type):
        _checks.fail("kernel", f"a kernel made of it, {kernel.__name__}(...)", f"the class {kernel.__name__}")
    if not callable(kernel):
        expected = "a Kernel, a number, a function f(points_a, points_b) -> K or a scikit-learn kernel"
        _checks.fail("kernel", expected, repr(kernel))
    return _of_scikit(kernel) if _is_scikit(kernel) else OfFunction(kernel)


def is_kernel(value):
    """Whether it is a ``Kernel`` or one of scikit-learn's: no class, number or function."""
    return isinstance(value, Kernel) or (not isinstance(value, type) and _is_scikit(value))


def _is_scikit(kernel):
    return hasattr(kernel, "diag") and hasattr(kernel, "is_stationary")


def _of_scikit(kernel):
    """Sums and products taken apart: a kernel of ours stands in them as the value of a constant."""
    if isinstance(getattr(kernel, "constant_value", None), Kernel):
        return kernel.constant_value
    operator = {"Sum": Sum, "Product": Product}.get(type(kernel).__name__)
    if operator is not None and hasattr(kernel, "k1"):
        return operator(_of_scikit(kernel.k1), _of_scikit(kernel.k2))
    if type(kernel).__name__ == "WhiteKernel":
        return White(kernel.noise_level)
    return OfScikitLearn(kernel)


def same_channel(a, b):
    """Whether two points have the same channel, (n_a, n_b); a ``ValueError`` if only some have one."""
    if a.channels is None or b.channels is None:
        _checks.fail("points_b", f"{_kind(a)}, as in points_a", _kind(b))
    return a.channels[:, None] == b.channels[None, :]


def _kind(points):
    return "points without channels" if points.channels is None else "points with channels"
