"""A multilayer perceptron from data, layer by layer: dictionary, initial weights, pre-training.

A deep layer's dictionary is made from the hidden units below it, under their initial or their
pre-trained weights (paper, section 3.5).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import _checks
from .._blas import one_blas_thread
from ..dictionaries.index_sets import count_known
from ..networks.dropout import Dropout
from ..networks.layers import Dense, Weighted
from ..networks.network import Network
from ..speed import output
from ..unsupervised.pretraining import pretrain_layer
from ..weights.parametrisations import Columns, Full, LowRank, Predicted
from .layer_input import LayerInput, Targets


@dataclass
class BuiltLayer:
    """A predicted layer as it is before fine-tuning.

    Attributes
    ----------
    layer : Dense or Conv2d
    index_sets : list of ndarray
        alpha of each column that has one.
    recipes : list of dict
        Of each column's dictionary; see ``from_recipe``.
    unexplained : list of Unexplained or None
        What the known weights of each column leave of the kernel's variance.
    theta : ndarray
        The layer's p and b.
    H : ndarray, (n, n_h)
        Its output over the data.
    pretraining : Result or None
        How pre-training went.
    """

    layer: Weighted
    index_sets: list
    recipes: list
    unexplained: list
    theta: np.ndarray
    H: np.ndarray
    pretraining: Any = None


@one_blas_thread
def build(
    specs, X, n_out, loss, rng, *, Y=None, weight=None, n_threads=None, engine=None, shared=None, dropout=0.0
):
    """Build the network for the data.

    Parameters
    ----------
    specs : sequence of LayerSpec
        The hidden layers; see ``layer_specs``. The output layer learns every weight.
    X : array, (n, n_v)
    n_out : int
    loss : str
    rng : numpy.random.Generator
    Y : array, (n, n_out), optional
        For dictionaries of a network that is trained briefly.
    weight : array, (n,), optional
        How much each row counts, in what dictionaries are made of and in pre-training; see ``LayerInput``.
    n_threads, engine
        For pre-training; see ``Objective``.
    shared : dict, optional
        Layers built earlier for the same X, Y and weight; equal ones are taken from it, new ones put there.
    dropout : float
        Share of the hidden units that are left out in training; dictionaries are made of all of them.

    Returns
    -------
    network : Network
    theta : ndarray, (n_dynamic,)
    layers : list of BuiltLayer

    Raises
    ------
    ValueError
        If a dictionary needs data or points that are not there, or more units that vary.
    KeyboardInterrupt
        On Ctrl-C in pre-training.
    """
    resources = {"n_threads": n_threads, "engine": engine}
    shared = {} if shared is None else shared
    # each layer has a seed of its own: it does not depend on how the others are made
    seeds = rng.integers(2**63, size=len(specs) + 1)
    built, layers, v, key = [], [], X, ()
    for i, (spec, seed) in enumerate(zip(specs, seeds[:-1], strict=True)):
        # a layer depends on its own specification and seed, and on those of the layers below
        key = (*key, int(seed), spec)
        if key not in shared:
            targets = None if Y is None else Targets(Y, loss)
            layer_input = LayerInput(v, spec.points, f"hidden layer {i}" if i else "X", weight, targets)
            shared[key] = _build_layer(layer_input, spec, np.random.default_rng(seed), resources)
        built.append(shared[key])
        layers += [built[-1].layer, *([Dropout(dropout, rng=int(seed))] if dropout else [])]
        v = built[-1].H
    last = Dense(Full(v.shape[1], n_out))
    thetas = [b.theta for b in built] + [last.init(np.random.default_rng(seeds[-1]))]
    return Network([*layers, last], loss), np.concatenate(thetas), built


def _build_layer(layer_input, spec, rng, resources):
    parametrisation, drawn = predicted_layer(layer_input, spec, rng, **resources)
    dense = Dense(parametrisation, spec.activation, spec.n_pieces)
    if spec.pretrain_iter is None:
        return built_layer(dense, drawn, rng, layer_input.v, resources["n_threads"])
    how = {"max_iter": spec.pretrain_iter, "rng": rng, "weight": layer_input.weight, **resources}
    theta, H, result = pretrain_layer(parametrisation, spec.activation, layer_input.v, **how)
    return BuiltLayer(dense, *_kept(drawn), theta, H, result)


def built_layer(layer, drawn, rng, v, n_threads=None):
    """The ``BuiltLayer`` of a layer with its initial theta, and its output over v."""
    theta = layer.init(rng)
    return BuiltLayer(layer, *_kept(drawn), theta, output(layer, theta, v, n_threads))


def _kept(drawn):
    """Index sets, recipes and what is left unexplained, of drawn dictionaries."""
    alphas = [d.alpha for d in drawn if d.alpha is not None]
    return alphas, [d.recipe for d in drawn], [d.unexplained for d in drawn]


@one_blas_thread
def predicted_layer(layer_input, spec, rng, **resources):
    """The parametrisation of a layer's weights, and the dictionaries in it.

    Parameters
    ----------
    layer_input : LayerInput
    spec : LayerSpec
        The hidden units are divided among the columns, each with all its pieces; sizes differ by at most
        one. Low rank gets the rank with the same number of dynamic weights.
    rng : seed or numpy.random.Generator
    **resources
        ``n_threads`` and ``engine``, for a strategy that learns.

    Returns
    -------
    parametrisation : Parametrisation
    drawn : list of DrawnDictionary
        One a column; empty where there is no dictionary.

    Raises
    ------
    ValueError
        As ``build`` does.

    Examples
    --------
    >>> from lowrankweights import Grid
    >>> from lowrankweights.building import LayerSpec
    >>> spec = LayerSpec(20, "squared_exponential", proportion=0.25, n_columns=2)
    >>> columns, drawn = predicted_layer(LayerInput(None, Grid((8, 8))), spec, rng=0)
    >>> columns.n_dynamic, [d.U.shape for d in drawn]
    (320, [(64, 16), (64, 16)])
    """
    n_v, n_z, rng = layer_input.n_v, spec.n_filters, _checks.generator(rng)
    if spec.dictionary == "none":
        return Full(n_v, n_z), []
    if spec.dictionary == "low_rank":
        return LowRank(n_v, n_z, rank=max(1, round(spec.proportion * n_v * n_z / (n_v + n_z)))), []
    prepared = spec.dictionary.prepare(layer_input, rng, **resources)
    n_alpha, most = count_known(spec.proportion, n_v, layer_input.n_channels), prepared.n_atoms
    if n_alpha > most:
        whose = f"{layer_input.name} has only {most} {spec.dictionary.varying} of {n_v}"
        _checks.warn(
            f"proportion: {n_alpha} weights of each filter were to be learned, but {whose}: so many are"
        )
        n_alpha = most
    drawn = [prepared.draw(n_alpha, rng, column, spec.n_columns) for column in range(spec.n_columns)]
    units = np.array_split(np.arange(spec.n_h), spec.n_columns)
    columns = [Predicted(d.U, n_h=len(own) * spec.n_pieces) for d, own in zip(drawn, units, strict=True)]
    return columns[0] if spec.n_columns == 1 else Columns(columns), drawn
