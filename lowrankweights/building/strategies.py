"""Strategies by name: how a layer's dictionary is made from its input (paper, sections 3.5 and 4.1).

A strategy looks at a layer's input once, and returns ``draw(n_alpha, rng, column) -> (U, alpha)``,
which is called for each column; alpha is None where no index set is drawn.
"""

import functools
from dataclasses import dataclass, field

import numpy as np

from .. import _checks, dictionaries
from ..dictionaries import bases
from ..dictionaries.index_sets import count_known, local_index_set, sample_index_set
from ..dictionaries.kernels import EmpiricalCovariance, SquaredCovariance, SquaredExponential
from ..dictionaries.points import grid_coordinates
from ..unsupervised.pretraining import pretrain_layer
from ..weights.parametrisations import Columns, Full, LowRank, Predicted


@dataclass
class LayerInput:
    """What a strategy may look at: the layer's input over the data, and where it lives.

    Attributes
    ----------
    V : array, (n, n_v), or None
        None where there is no data: enough for dictionaries that need only the grid.
    shape : tuple or None
        (height, width[, n_channels]) where the input is an image.
    length_scale : float
        For the squared exponential, in pixels.
    ridge : float or None
        Relative to the mean of k(i, i) over the units that vary; None: the strategy's own.
    centres : array, (n_columns, 2), or None
        Places of the columns where index sets are local, in pixels; None: they are uniform.
    autoencoder : dict
        What ``pretrain_layer`` is told when an autoencoder's filters are the dictionary.
    name : str
        What errors call the layer's input.
    """

    V: np.ndarray | None
    shape: tuple | None = None
    length_scale: float = 1.0
    ridge: float | None = None
    centres: np.ndarray | None = None
    autoencoder: dict = field(default_factory=dict)
    name: str = "X"

    @property
    def n_v(self):
        return int(np.prod(self.shape)) if self.V is None else self.V.shape[1]

    @property
    def n_channels(self):
        return self.shape[2] if self.shape is not None and len(self.shape) == 3 else 1

    @property
    def points(self):
        """Coordinates on the image's grid, or the units' indices."""
        return np.arange(self.n_v) if self.shape is None else grid_coordinates(self.shape)

    def data(self, dictionary):
        """V, which this dictionary needs."""
        if self.V is None:
            _checks.fail("dictionary", f"data (the layer's input V) for {dictionary!r}", "none")
        return self.V

    def grid(self, dictionary):
        """The image's shape, which this dictionary needs."""
        if self.shape is None:
            _checks.fail(
                "dictionary",
                f"another than {dictionary!r} for a layer without a grid (hidden units have none; "
                "for the first layer give input_shape), for instance 'covariance'",
                repr(dictionary),
            )
        return self.shape

    def draw_index_set(self, n_alpha, rng, column, candidates=None):
        """alpha, uniform or local around the column's place; among ``candidates`` where given."""
        if self.centres is not None:
            return local_index_set(self.shape, n_alpha, self.centres[column], rng, candidates)
        n_channels = self.n_channels if candidates is None else 1
        return sample_index_set(self.n_v, n_alpha, rng, n_channels, candidates)


def squared_exponential(layer, rng):
    """SE: kernel ridge with the squared exponential; the input must be an image."""
    layer.grid("squared_exponential")
    kernel, points = SquaredExponential(layer.length_scale), layer.points
    ridge = 1e-2 if layer.ridge is None else layer.ridge

    def draw(n_alpha, rng, column):
        alpha = layer.draw_index_set(n_alpha, rng, column)
        return dictionaries.kernel_ridge(kernel, points, alpha, ridge), alpha

    return draw


def covariance(layer, rng, name="covariance", kernel_class=EmpiricalCovariance):
    """Emp: kernel ridge with the covariance of the layer's input units.

    alpha is drawn among units that vary, so that channels of a pixel are not tied.
    """
    kernel = kernel_class(layer.data(name))
    points, varying = np.arange(layer.n_v), kernel.varying
    relative = 1e-3 if layer.ridge is None else layer.ridge

    def draw(n_alpha, rng, column):
        what = "units whose square varies" if kernel_class is SquaredCovariance else "units that vary"
        if len(varying) == 0:
            _checks.fail(layer.name, f"{what}, for {name!r}", "none")
        if n_alpha > len(varying):
            most = f"at most {len(varying) / layer.n_v:.3f}, as {layer.name} has {len(varying)} {what}"
            got = f"{n_alpha / layer.n_v:.3g} ({n_alpha} of {layer.n_v})"
            _checks.fail("proportion", f"{most} ({name!r})", got)
        alpha = layer.draw_index_set(n_alpha, rng, column, candidates=varying)
        ridge = relative * kernel.diagonal(varying).mean()
        return dictionaries.kernel_ridge(kernel, points, alpha, ridge), alpha

    return draw


def squared_covariance(layer, rng):
    """Emp2: kernel ridge with the covariance of the squares of the layer's input units."""
    return covariance(layer, rng, "squared_covariance", SquaredCovariance)


def random_connections(layer, rng):
    """RandCon: random columns of the identity."""

    def draw(n_alpha, rng, column):
        alpha = layer.draw_index_set(n_alpha, rng, column)
        return dictionaries.identity_atoms(layer.n_v, alpha), alpha

    return draw


def random_projection(layer, rng):
    """RandFixU: independent Gaussian atoms."""
    return lambda n_alpha, rng, column: (dictionaries.random_projection(layer.n_v, n_alpha, rng), None)


def autoencoder(layer, rng):
    """AE: filters of a full autoencoder of the layer's input, trained once; each column draws its own."""
    V = layer.data("autoencoder")
    full = Full(layer.n_v, layer.n_v)
    theta, _, _ = pretrain_layer(
        full, v=V, rng=rng, **{"activation": "sigmoid", "max_iter": 50} | layer.autoencoder
    )
    return _from_basis(bases.unit_atoms(theta[: full.n_dynamic].reshape(layer.n_v, layer.n_v)))


def kmeans(layer, rng):
    """Centres of k-means on the layer's input; each column draws its own (the authors' code).

    Where there are fewer distinct samples than units, random directions take their place (ours).
    """
    return _from_basis(bases.kmeans_basis(layer.data("kmeans"), layer.n_v, rng))


def fixed_basis(name, make, layer, rng):
    """DCT or wavelets: the lower half of the frequencies that n_alpha allows, and others at random."""
    return _from_basis(make(layer.grid(name)), lowest=True)


def _from_basis(basis, lowest=False):
    def draw(n_alpha, rng, column):
        return bases.draw_atoms(basis, n_alpha, rng, n_first=n_alpha // 2 if lowest else 0), None

    return draw


STRATEGIES = {
    "random_connections": random_connections,
    "random_projection": random_projection,
    "squared_exponential": squared_exponential,
    "covariance": covariance,
    "squared_covariance": squared_covariance,
    "autoencoder": autoencoder,
    "dct": functools.partial(fixed_basis, "dct", bases.dct_basis),
    "wavelet": functools.partial(fixed_basis, "wavelet", bases.wavelet_basis),
    "kmeans": kmeans,
}
NAMES = ["none", "low_rank", *STRATEGIES]
WITH_INDEX_SETS = ("random_connections", "squared_exponential", "covariance", "squared_covariance")


def check_name(dictionary, name="dictionary"):
    """Return a strategy's name, or a function f(V, points, n_alpha, rng) -> U, if it is one."""
    return dictionary if callable(dictionary) else _checks.choice(name, dictionary, NAMES)


def predicted_layer(layer, n_h, dictionary, proportion, n_columns, rng):
    """The parametrisation of a layer, and the index set of each column that has one.

    Parameters
    ----------
    layer : LayerInput
    n_h : int
        Hidden units, divided among the columns; sizes differ by at most one.
    dictionary : str or callable
        One of ``NAMES``, or f(V, points, n_alpha, rng) -> U.
    proportion : float
        n_alpha / n_v, in (0, 1]. Low rank gets the rank with the same number of dynamic weights.
    n_columns : int
    rng : numpy.random.Generator

    Returns
    -------
    parametrisation : Parametrisation
    index_sets : list of ndarray
    """
    n_v, n_columns = layer.n_v, _checks.integer("n_columns", n_columns, at_least=1)
    proportion = _checks.number("proportion", proportion, above=0, at_most=1)
    if check_name(dictionary) == "none":
        return Full(n_v, n_h), []
    if dictionary == "low_rank":
        return LowRank(n_v, n_h, rank=max(1, round(proportion * n_v * n_h / (n_v + n_h)))), []
    if n_columns > n_h:
        _checks.fail("n_columns", f"at most one column a hidden unit ({n_h})", n_columns)
    draw = _custom(layer, dictionary) if callable(dictionary) else STRATEGIES[dictionary](layer, rng)
    n_alpha = count_known(proportion, n_v, layer.n_channels if layer.shape is not None else 1)
    columns, index_sets = [], []
    for column, units in enumerate(np.array_split(np.arange(n_h), n_columns)):
        U, alpha = draw(n_alpha, rng, column)
        columns.append(Predicted(U, n_h=len(units)))
        index_sets.append(alpha)
    parametrisation = columns[0] if n_columns == 1 else Columns(columns)
    return parametrisation, [alpha for alpha in index_sets if alpha is not None]


def _custom(layer, function):
    """The user's own f(V, points, n_alpha, rng) -> U as a strategy."""

    def draw(n_alpha, rng, column):
        U = _checks.array(
            "dictionary (what the function returned)", function(layer.V, layer.points, n_alpha, rng)
        )
        if U.shape != (layer.n_v, n_alpha):
            _checks.fail("dictionary (what the function returned)", f"shape {(layer.n_v, n_alpha)}", U.shape)
        return U, None

    return draw
