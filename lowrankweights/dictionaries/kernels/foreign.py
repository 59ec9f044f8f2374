"""What else serves as a kernel: numbers, functions, and kernels of scikit-learn's Gaussian processes."""

import numbers

import numpy as np

from ... import _checks
from .algebra import Composed, Constant, Kernel, Product, Sum, same_channel


class OfFunction(Composed):
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


class OfScikitLearn(Composed):
    """A kernel of scikit-learn's Gaussian processes: of positions; k = 0 between different channels."""

    def __init__(self, kernel):
        self.kernel = kernel

    def evaluate(self, a, b):
        K = self.kernel(a.coordinates, b.coordinates)
        return K if a.channels is None and b.channels is None else K * same_channel(a, b)

    def evaluate_diagonal(self, points):
        return self.kernel.diag(points.coordinates)

    @property
    def hyperparameters(self):
        return dict(zip(self._names(), np.exp(self.kernel.theta).tolist(), strict=True))

    def with_hyperparameters(self, values):
        return OfScikitLearn(self.kernel.clone_with_theta(np.log([values[name] for name in self._names()])))

    def evaluate_gradients(self, a, b):
        # scikit-learn has the gradients of a list of points with itself only
        both = np.concatenate([a.coordinates, b.coordinates])
        gradients = self.kernel(both, eval_gradient=True)[1][: len(a), len(a) :]
        apart = 1.0 if a.channels is None and b.channels is None else same_channel(a, b)
        return {name: gradients[..., i] * apart for i, name in enumerate(self._names())}

    def _names(self):
        free = (h for h in self.kernel.hyperparameters if not h.fixed)
        return [h.name if h.n_elements == 1 else f"{h.name}[{i}]" for h in free for i in range(h.n_elements)]

    def __repr__(self):
        return repr(self.kernel)


class White(Composed):
    """k(i, i) = variance, else 0; scikit-learn's ``WhiteKernel`` of two lists would be all 0."""

    def __init__(self, variance):
        self.variance = variance

    def evaluate(self, a, b):
        columns = (np.asarray(points).reshape(len(points), -1).T for points in (a, b))
        return self.variance * np.all([x[:, None] == y for x, y in zip(*columns, strict=True)], axis=0)

    @property
    def hyperparameters(self):
        return {"variance": self.variance}

    def with_hyperparameters(self, values):
        return White(values["variance"])

    def evaluate_gradients(self, a, b):
        return {"variance": self.evaluate(a, b)}

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
        return Constant(_checks.number("kernel", kernel, at_least=0))
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
