"""A convolutional network from images, layer by layer: dictionaries of windows, pooling, dense layers."""

import math
from dataclasses import dataclass

import numpy as np

from .. import _checks
from .._blas import one_blas_thread
from ..dictionaries.points import Grid
from ..dictionaries.ridge import kernel_ridge_factors
from ..networks import Conv2d, Dense, Flatten, MaxPool2d, Network, Unflatten
from ..speed import output
from ..weights.parametrisations import Columns, Full, Predicted
from .layer_by_layer import built_layer, predicted_layer
from .layer_input import LayerInput, Targets
from .specification import LayerSpec, layer_sizes, layer_specs, one_each, without_places

N_IMAGES, N_WINDOWS = 1000, 20_000  # that dictionaries are made of, where they are made of data


@dataclass(frozen=True)
class ConvolutionSpec:
    """What a convolution is to be, and the pooling after it.

    Parameters
    ----------
    layer : LayerSpec
        Its n_h is the number of filters; the points are the window's.
    window : (height, width)
    pool : (height, width)
        (1, 1): there is none.
    padding : "same" or "valid"
    """

    layer: LayerSpec
    window: tuple
    pool: tuple
    padding: str = "same"


def convolutional_specs(
    filters,
    windows,
    pool,
    padding,
    hidden_layer_sizes,
    *,
    input_shape,
    dictionary,
    proportion,
    n_columns,
    ridge=None,
    index_sets="uniform",
    **others,
):
    """The specifications of the convolutions and of the dense layers after them.

    Parameters
    ----------
    filters : tuple of int
        Filters of each convolution.
    windows, pool : int, or tuple with one for each convolution
        A number, or (height, width).
    padding : "same" or "valid"
    hidden_layer_sizes : tuple of int
        Of dense hidden layers; () for none. On the maps of the last convolution the first of them has places:
        (row, column), with the maps as channels.
    input_shape : (height, width, n_channels)
    dictionary, proportion, n_columns, ridge : one value, or a tuple with one for each predicted layer
        The convolutions first.
    index_sets
        As in ``layer_specs``; dense layers after the first have no places.
    **others
        ``length_scale`` and ``activation``, as in ``layer_specs``.

    Returns
    -------
    convolutions : list of ConvolutionSpec
    dense : list of LayerSpec

    Raises
    ------
    ValueError
        As ``layer_specs``; or if a window does not fit its images, or pooling leaves nothing.

    Examples
    --------
    >>> convolutions, dense = convolutional_specs(
    ...     (8, 16), 5, 2, "same", (30,), input_shape=(28, 28, 1), dictionary="squared_exponential",
    ...     proportion=0.25, n_columns=(1, 1, 5))
    >>> [c.layer.points for c in convolutions], dense[0].points
    ([Grid((5, 5), channels=1), Grid((5, 5), channels=8)], Grid((7, 7), channels=16))
    """
    filters = layer_sizes("filters", filters, "convolution")
    hidden = layer_sizes("hidden_layer_sizes", hidden_layer_sizes, none_of="")
    windows, pool = _pairs("windows", windows, len(filters)), _pairs("pool", pool, len(filters))
    each = {"dictionary": dictionary, "proportion": proportion, "n_columns": n_columns, "ridge": ridge}
    n, of = (
        len(filters) + len(hidden),
        f"layers, {len(filters)} convolutions and {len(hidden)} dense hidden ones",
    )
    each = {name: one_each(name, value, n, of) for name, value in each.items()}
    shape, convolutions, dense, others = input_shape, [], [], others | {"index_sets": index_sets}
    for i, (n_h, window, block) in enumerate(zip(filters, windows, pool, strict=True)):
        grid = Grid(window, channels=shape[2])
        own = {name: values[i] for name, values in each.items()}
        (spec,) = layer_specs(n_h, n_v=len(grid), points=grid, **own, **others)
        convolutions.append(ConvolutionSpec(spec, window, block, padding))
        shape = _after(convolutions[-1], shape, i)
    points, n_v = Grid(shape[:2], channels=shape[2]), math.prod(shape)
    for i, n_h in enumerate(hidden, start=len(filters)):
        own = {name: values[i] for name, values in each.items()}
        dense += layer_specs(n_h, n_v=n_v, points=points, **own, **others)
        points, n_v = None, n_h  # hidden units are nowhere
        others["index_sets"] = without_places(index_sets)
    return convolutions, dense


@one_blas_thread
def build_convolutional(
    convolutions, dense, X, input_shape, n_out, loss, rng, *, Y=None, weight=None, n_threads=None
):
    """Build the network: every row of X flat, made an image, convolved and pooled, flat again, dense layers.

    Parameters
    ----------
    convolutions, dense : list of ConvolutionSpec, list of LayerSpec
        From ``convolutional_specs``.
    X : array, (n, n_v)
        Images laid out flat, n_v = height * width * n_channels.
    input_shape : (height, width, n_channels)
    n_out, loss, rng, Y, weight, n_threads
        As in ``build``. A thousand rows, drawn at random, are looked at; of a convolution's windows, which
        have no classes, a network that is trained briefly learns to give back what it sees.

    Returns
    -------
    network, theta, layers
        As of ``build``; a ``BuiltLayer`` for every predicted layer.
    """
    seeds = [np.random.default_rng(s) for s in rng.integers(2**63, size=len(convolutions) + len(dense) + 2)]
    rows = seeds[-1].permutation(len(X))[:N_IMAGES]
    v, weight = X[rows].reshape(-1, *input_shape), None if weight is None else weight[rows]
    targets = None if Y is None else Targets(Y[rows], loss)
    layers, built = [Unflatten(input_shape)], []
    for i, spec in enumerate(convolutions):
        built.append(_convolution(v, spec, seeds[i], f"convolution {i + 1}", weight, n_threads))
        layers.append(built[-1].layer)
        v = built[-1].H
        if spec.pool != (1, 1):
            layers.append(MaxPool2d(spec.pool).on(v.shape[1:]))
            v = output(layers[-1], np.zeros(0), v, n_threads)
    layers.append(Flatten())
    v = v.reshape(len(v), -1)
    for i, spec in enumerate(dense, start=len(convolutions)):
        name = f"hidden layer {i - len(convolutions) + 1}"
        layer_input = LayerInput(v, spec.points, name, weight, targets)
        parametrisation, drawn = predicted_layer(layer_input, spec, seeds[i], n_threads=n_threads)
        layer = Dense(parametrisation, spec.activation)
        built.append(built_layer(layer, drawn, seeds[i], v, n_threads))
        layers.append(layer)
        v = built[-1].H
    last = Dense(Full(v.shape[1], n_out))
    theta = np.concatenate([b.theta for b in built] + [last.init(seeds[-2])])
    return Network([*layers, last], loss), theta, built


def _convolution(v, spec, rng, name, weight, n_threads):
    """A convolution of images v, whose windows its dictionary is made of, if it is made of data."""
    shape, own = v.shape[1:], spec.layer
    free = Conv2d(Full(len(own.points), own.n_h), spec.window, spec.padding).on(shape)
    n_places = free.out_shape[0] * free.out_shape[1]
    some = slice(-(-N_WINDOWS // n_places))  # they come in no order
    u = free.windows(v[some]).reshape(-1, len(own.points))
    weight = None if weight is None else np.repeat(weight[some], n_places)
    layer_input = LayerInput(u, own.points, name, weight)
    parametrisation, drawn = predicted_layer(layer_input, own, rng, n_threads=n_threads)
    parametrisation = _with_factors(parametrisation, drawn)
    layer = Conv2d(parametrisation, spec.window, spec.padding, own.activation).on(shape)
    return built_layer(layer, drawn, rng, v, n_threads)


def _with_factors(parametrisation, drawn):
    """The parametrisation, its dictionaries as products where they are such."""
    if not drawn or drawn[0].parts is None:
        return parametrisation
    leaves = [
        Predicted(
            leaf.U, leaf.n_h, kernel_ridge_factors(d.parts.kernel, d.parts.points, d.alpha, d.parts.ridge)
        )
        for leaf, d in zip(parametrisation.leaves, drawn, strict=True)
    ]
    return leaves[0] if len(leaves) == 1 else Columns(leaves)


def _after(spec, shape, i):
    """The shape of the maps after convolution i and its pooling."""
    try:
        layer = Conv2d(Full(len(spec.layer.points), spec.layer.n_h), spec.window, spec.padding).on(shape)
        return MaxPool2d(spec.pool).on(layer.out_shape).out_shape
    except ValueError as error:
        raise ValueError(f"convolution {i + 1}, on images of shape {shape}: {error}") from None


def _pairs(name, value, n):
    """(height, width) for each of n convolutions, from a number, or a tuple with a number or a pair each."""
    each = one_each(name, value, n, "convolutions")
    pairs = [one if isinstance(one, (tuple, list)) else (one, one) for one in each]
    return [_checks.sizes(name, pair, "a number >= 1 or (height, width)", (2,)) for pair in pairs]
