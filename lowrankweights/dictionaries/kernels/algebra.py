"""What a kernel is, and how kernels add and multiply.

A kernel k(i, j) says how alike the weights at two points of weight space are expected to be. It is
called with two lists of points and returns the matrix K of all pairs. A number, a function and a
scikit-learn kernel become kernels where they meet one: ``0.5 * SquaredExponential(2) + f``.
"""

import abc

import numpy as np

from ... import _checks
from ..._blas import one_blas_thread
from ..points import as_points

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
    ``hyperparameters``, ``with_hyperparameters(values)`` and ``evaluate_gradients(a, b)``, optional
        Of a kernel that can be learned: numbers above 0 by name, the same kernel with others, and
        dK / dlog p (n_a, n_b) for each of them, by the same names.
    ``__repr__``, optional: what errors and recipes call the kernel.

    They raise ``ValueError`` for points that they know nothing of, by ``points_a``, ``points_b`` or
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

    @one_blas_thread
    def gradients(self, points_a, points_b):
        """dK / dlog p for each of the ``hyperparameters``, a dict of (n_a, n_b); arguments as in a call."""
        a, b = as_points(points_a, "points_a"), as_points(points_b, "points_b")
        found = self.evaluate_gradients(a, b)
        return {name: self._checked(gradient, (len(a), len(b))) for name, gradient in found.items()}

    @property
    def hyperparameters(self):
        """What may be learned of the kernel: numbers above 0 by name."""
        return {}

    def with_hyperparameters(self, values):
        """The same kernel with other values of its ``hyperparameters``, a dict with all of them."""
        return self

    def evaluate_gradients(self, a, b):
        return {}

    def evaluate_diagonal(self, points):
        blocks = [points[start : start + BLOCK] for start in range(0, len(points), BLOCK)]
        return np.concatenate([np.zeros(0), *(np.diagonal(self(block, block)) for block in blocks)])

    def _checked(self, K, shape):
        return _checks.array(f"kernel (what {self!r} returned of all points)", K, shape=shape, dtype=float)

    def __add__(self, other):
        return Sum(self, other)

    def __mul__(self, other):
        return Product(self, other)

    __radd__, __rmul__ = __add__, __mul__

    def __repr__(self):
        return f"{type(self).__name__}()"


class Composed(Kernel):
    """Equal where it is made of the same."""

    def __eq__(self, other):
        return type(other) is type(self) and vars(self) == vars(other)

    def __hash__(self):
        return hash(repr(self))


class Constant(Composed):
    """k(i, j) = value everywhere; what a number becomes in ``0.5 * kernel``."""

    needs_places = False

    def __init__(self, value):
        self.value = _checks.number("value", value, at_least=0)

    def evaluate(self, a, b):
        return np.full((len(a), len(b)), self.value)

    def evaluate_diagonal(self, points):
        return np.full(len(points), self.value)

    @property
    def hyperparameters(self):
        return {"value": self.value} if self.value > 0 else {}

    def with_hyperparameters(self, values):
        return Constant(values.get("value", self.value))

    def evaluate_gradients(self, a, b):
        return {"value": self.evaluate(a, b)} if self.value > 0 else {}

    def __repr__(self):
        return f"{self.value:g}"


class _OfTwo(Composed):
    """What sums and products share."""

    def __init__(self, first, second):
        from .foreign import as_kernel  # which is made of this module

        self.first, self.second = first, second = as_kernel(first), as_kernel(second)
        known = {kernel.n_units for kernel in (first, second)} - {None}
        if len(known) == 2:
            _checks.fail("kernel", "two that know the same units", f"{first!r} and {second!r}")
        self.n_units = known.pop() if known else None
        self.needs_places = first.needs_places or second.needs_places

    @property
    def _parts(self):
        return {"first": self.first, "second": self.second}

    @property
    def hyperparameters(self):
        parts = self._parts.items()
        return {f"{part}.{name}": p for part, k in parts for name, p in k.hyperparameters.items()}

    def with_hyperparameters(self, values):
        own = {
            part: {name.removeprefix(f"{part}."): p for name, p in values.items() if name.startswith(part)}
            for part in self._parts
        }
        return type(self)(*(k.with_hyperparameters(own[part]) for part, k in self._parts.items()))

    def evaluate_gradients(self, a, b):
        # d(k1 + k2) = dk1 + dk2, and d(k1 k2) = dk1 k2 + k1 dk2
        gradients = {}
        for (part, k), other in zip(self._parts.items(), (self.second, self.first), strict=True):
            factor = other(a, b) if isinstance(self, Product) and k.hyperparameters else 1.0
            own = k.gradients(a, b).items()
            gradients |= {f"{part}.{name}": gradient * factor for name, gradient in own}
        return gradients


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


def same_channel(a, b):
    """Whether two points have the same channel, (n_a, n_b); a ``ValueError`` if only some have one."""
    if a.channels is None or b.channels is None:
        _checks.fail("points_b", f"{_kind(a)}, as in points_a", _kind(b))
    return a.channels[:, None] == b.channels[None, :]


def _kind(points):
    return "points without channels" if points.channels is None else "points with channels"
