"""Parametrisations: a few numbers p become a weight matrix W, and dL/dW comes back to them.

``p`` is one flat vector, what L-BFGS sees. ``expand(p)`` is W (n_v, n_h) and ``pull_back(dW, p)`` is
dL/dp; for those linear in p the two are adjoint: <expand(p), D> = <p, pull_back(D, p)>.
"""

import abc

import numpy as np

from .. import _checks
from . import packing
from .factors import Factors


class Parametrisation(abc.ABC):
    """What every parametrisation offers; one's own is a subclass that sets ``shapes`` and has ``init``,
    ``expand`` and ``pull_back``.

    It works in ``Network`` and ``Objective`` (docs/network.md); the estimators make their own. To be
    saved, its class names the arguments that it is made from in ``arguments``.

    Attributes
    ----------
    n_v, n_h : int
        W has n_v rows (inputs) and n_h columns (filters, one a hidden unit).
    shapes : dict
        Names and shapes of the learned arrays, in their order in p. Set by the subclass; b is a layer's bias.
    n_dynamic, n_static : int
        Numbers that are learned, and numbers computed once and never altered (paper, section 1).
    composing_multiplications : int
        Multiplications of one ``expand`` and one ``pull_back``.
    leaves : list of Parametrisation
        The parametrisations that W consists of, side by side: its columns, or only itself.
    units : list of slice
        The columns of W (hidden units) of each leaf.

    Examples
    --------
    Of one's own: filters that are the same in every hidden unit but for a factor, W = u p^T.

    >>> class Scaled(Parametrisation):
    ...     def __init__(self, u, n_h):
    ...         super().__init__(len(u), n_h)
    ...         self.u, self.shapes, self.n_static = u, {"p": (n_h,)}, len(u)
    ...     def init(self, rng, variance=None):
    ...         variance = self.glorot_variance() if variance is None else variance
    ...         return np.random.default_rng(rng).normal(scale=variance**0.5, size=self.n_h)
    ...     def expand(self, p):
    ...         return np.outer(self.u.astype(p.dtype), p)
    ...     def pull_back(self, dW, p):
    ...         return self.u @ dW  # dp_j = sum_k u_k dW_kj
    >>> Scaled(np.array([1.0, 2.0]), n_h=2).expand(np.array([3.0, 4.0]))
    array([[3., 4.],
           [6., 8.]])
    """

    n_static = 0
    composing_multiplications = 0

    def __init__(self, n_v, n_h):
        self.n_v = _checks.integer("n_v", n_v, at_least=1)
        self.n_h = _checks.integer("n_h", n_h, at_least=1)

    @abc.abstractmethod
    def init(self, rng, variance=None):
        """Initial p (n_dynamic,), with the given variance of an entry of W (default: Glorot's)."""

    @abc.abstractmethod
    def expand(self, p):
        """W (n_v, n_h), in p's dtype."""

    @abc.abstractmethod
    def pull_back(self, dW, p):
        """dL/dp (n_dynamic,) at p, from dL/dW (n_v, n_h)."""

    @property
    def n_dynamic(self):
        return sum(packing.sizes(self.shapes.values()))

    @property
    def leaves(self):
        return [self]

    @property
    def units(self):
        return [slice(0, self.n_h)]

    def parts(self, p):
        """The leaves' own parts of p, as views."""
        return [p]

    def unpack(self, p):
        """The learned arrays by name, as views of p."""
        return dict(zip(self.shapes, packing.unpack(p, self.shapes.values()), strict=True))

    def glorot_variance(self):
        """2 / (n_v + n_h): the variance of an initial weight of a full layer (Glorot and Bengio, 2010)."""
        return 2.0 / (self.n_v + self.n_h)


class Full(Parametrisation):
    """Every weight is learned: W = p.

    Examples
    --------
    >>> Full(2, 3).expand(np.arange(6.0))
    array([[0., 1., 2.],
           [3., 4., 5.]])
    """

    def __init__(self, n_v, n_h):
        super().__init__(n_v, n_h)
        self.shapes = {"W": (self.n_v, self.n_h)}

    def init(self, rng, variance=None):
        variance = self.glorot_variance() if variance is None else variance
        return _checks.generator(rng).normal(scale=variance**0.5, size=self.n_dynamic)

    def expand(self, p):
        return p.reshape(self.n_v, self.n_h)

    def pull_back(self, dW, p):
        return dW.ravel()


class Predicted(Parametrisation):
    """Only w_alpha is learned, the rest is predicted: W = U w_alpha (paper, sections 2 and 3.1).

    Parameters
    ----------
    U : array, (n_v, n_alpha)
        The dictionary; static. ``w_alpha`` is (n_alpha, n_h).
    n_h : int
    factors : Factors, or (rows, columns, mixing), optional
        U as a product, if it is one: a convolution with it is faster then.

    Examples
    --------
    >>> U = np.array([[1.0], [0.5]])
    >>> Predicted(U, n_h=2).expand(np.array([2.0, 4.0]))
    array([[2., 4.],
           [1., 2.]])
    """

    def __init__(self, U, n_h, factors=None):
        self.U = _checks.array("U", U, ndim=2, dtype=np.float64).copy()
        self.U.setflags(write=False)  # it never changes, and its casts below stay true
        n_v, self.n_alpha = (_checks.integer("U (its shape)", n, at_least=1) for n in self.U.shape)
        super().__init__(n_v, n_h)
        self.shapes = {"w_alpha": (self.n_alpha, self.n_h)}
        self.factors = None if factors is None else Factors.of(factors, self.U)
        self.n_static = self.U.size
        self.composing_multiplications = 2 * self.U.size * self.n_h
        self._cast = {self.U.dtype: self.U}

    def dictionary(self, dtype):
        """U in the given dtype; cast once."""
        dtype = np.dtype(dtype)
        if dtype not in self._cast:
            self._cast[dtype] = self.U.astype(dtype)
        return self._cast[dtype]

    def init(self, rng, variance=None):
        """Initial w_alpha, scaled so that the entries of W vary on average as in a full layer.

        The mean variance of an entry of W = U w_alpha is var(w_alpha) |U|^2 / n_v.
        """
        variance = self.glorot_variance() if variance is None else variance
        size = np.sum(self.U**2)
        if not size > 0:
            _checks.fail("U", "at least one entry that is not 0", "zeros only")
        return _checks.generator(rng).normal(scale=(variance * self.n_v / size) ** 0.5, size=self.n_dynamic)

    def expand(self, p):
        # W = U w_alpha
        return self.dictionary(p.dtype) @ p.reshape(self.n_alpha, self.n_h)

    def pull_back(self, dW, p):
        # dw_alpha = U^T dW
        return (self.dictionary(dW.dtype).T @ dW).ravel()


class LowRank(Parametrisation):
    """Both factors are learned: W = U V, with U (n_v, rank) and V (rank, n_h) (paper, section 2).

    Examples
    --------
    >>> LowRank(4, 3, rank=2).n_dynamic
    14
    """

    def __init__(self, n_v, n_h, rank):
        super().__init__(n_v, n_h)
        self.rank = _checks.integer("rank", rank, at_least=1)
        self.shapes = {"U": (self.n_v, self.rank), "V": (self.rank, self.n_h)}
        self.composing_multiplications = 3 * self.n_v * self.rank * self.n_h

    def init(self, rng, variance=None):
        """Initial U and V, of equal variance; an entry of U V has variance rank var(U) var(V)."""
        variance = self.glorot_variance() if variance is None else variance
        return _checks.generator(rng).normal(scale=(variance / self.rank) ** 0.25, size=self.n_dynamic)

    def expand(self, p):
        # W = U V
        U, V = self.unpack(p).values()
        return U @ V

    def pull_back(self, dW, p):
        U, V = self.unpack(p).values()
        # dU = dW V^T, dV = U^T dW
        return packing.pack([dW @ V.T, U.T @ dW])


class Columns(Parametrisation):
    """The columnar architecture: W = [U_1 w_1, ..., U_J w_J], blocks that share no parameter.

    Parameters
    ----------
    columns : list of Parametrisation
        One for each column, all with the same n_v. The hidden units are those of column 1, then
        those of column 2, ... Columns of columns are laid side by side: ``leaves`` has them all.

    Notes
    -----
    Paper, section 3.4.

    Examples
    --------
    >>> Columns([Full(2, 1), Columns([Full(2, 1), LowRank(2, 3, rank=1)])]).shapes
    {'column 1, W': (2, 1), 'column 2, W': (2, 1), 'column 3, U': (2, 1), 'column 3, V': (1, 3)}
    """

    def __init__(self, columns):
        columns = list(columns) if hasattr(columns, "__iter__") else None
        if not columns or not all(isinstance(c, Parametrisation) for c in columns):
            _checks.fail("columns", "a list of at least one parametrisation", repr(columns))
        heights = sorted({c.n_v for c in columns})
        if len(heights) > 1:
            _checks.fail("columns", "the same n_v (height of U) in every column", f"n_v in {heights}")
        super().__init__(heights[0], sum(c.n_h for c in columns))
        self.columns = [leaf for c in columns for leaf in c.leaves]
        self._units = packing.slices(c.n_h for c in self.columns)
        self._own = packing.slices(c.n_dynamic for c in self.columns)
        numbered = enumerate(self.columns, start=1)
        self.shapes = {f"column {j}, {name}": s for j, c in numbered for name, s in c.shapes.items()}
        self.n_static = sum(c.n_static for c in self.columns)
        self.composing_multiplications = sum(c.composing_multiplications for c in self.columns)

    @property
    def leaves(self):
        return self.columns

    @property
    def units(self):
        return self._units

    def parts(self, p):
        return [p[own] for own in self._own]

    def unpack(self, p):
        """The learned arrays by name; for each name a list with one entry a column that has it.

        What ``Full`` columns learn is under "W_j": "W" is the whole layer's, composed.

        >>> list(Columns([Full(2, 1), LowRank(2, 3, rank=1)]).unpack(np.zeros(7)))
        ['W_j', 'U', 'V']
        """
        arrays = {}
        for column, part in zip(self.columns, self.parts(p), strict=True):
            for name, a in column.unpack(part).items():
                arrays.setdefault("W_j" if name == "W" else name, []).append(a)
        return arrays

    def init(self, rng, variance=None):
        """Initial p; the variance is that of the whole layer, not of a layer as wide as a column."""
        variance = self.glorot_variance() if variance is None else variance
        rng = _checks.generator(rng)
        return packing.pack([c.init(rng, variance) for c in self.columns])

    def expand(self, p):
        # W = [W_1, ..., W_J]
        return np.hstack([c.expand(part) for c, part in zip(self.columns, self.parts(p), strict=True)])

    def pull_back(self, dW, p):
        # dp = [dp_1, ..., dp_J], each from its own columns of dW
        each = zip(self.columns, self.units, self.parts(p), strict=True)
        return np.concatenate([c.pull_back(dW[:, units], part) for c, units, part in each])


def check_parametrisation(parametrisation, name="parametrisation"):
    """The parametrisation, or a ``ValueError``: it is none, or one's own of other shapes than it says."""
    if not isinstance(parametrisation, Parametrisation):
        _checks.fail(name, "a Parametrisation (Full, Predicted, ...)", repr(parametrisation))
    for q in (parametrisation, *parametrisation.leaves):
        if type(q) not in (Full, Predicted, LowRank, Columns):
            p = _checks.returned(q, "init", q.init(np.random.default_rng(0)), (q.n_dynamic,))
            W = _checks.returned(q, "expand", q.expand(p), (q.n_v, q.n_h))
            _checks.returned(q, "pull_back", q.pull_back(np.zeros_like(W), p), (q.n_dynamic,))
    return parametrisation
