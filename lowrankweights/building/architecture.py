"""Builds a multilayer perceptron from data, layer by layer: dictionary, initial weights, pre-training.

A deep layer's dictionary is made from the hidden units below it, under their initial or their
pre-trained weights (paper, section 3.5).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import _checks
from ..dictionaries.index_sets import column_centres
from ..networks.activations import ACTIVATIONS
from ..networks.layers import Dense
from ..networks.network import Network
from ..speed import output
from ..unsupervised.pretraining import pretrain_layer
from ..weights.parametrisations import Full
from .strategies import WITH_INDEX_SETS, LayerInput, check_name, predicted_layer

INDEX_SETS = ("uniform", "local")
WITHOUT_COLUMNS = ("none", "low_rank")


@dataclass(frozen=True)
class Architecture:
    """What the hidden layers look like; the meanings are those of ``LowRankMLPClassifier``.

    ``dictionary``, ``proportion``, ``n_columns`` and ``ridge`` may be tuples with one entry a layer.
    """

    hidden_layer_sizes: tuple
    dictionary: Any = "covariance"
    proportion: Any = 0.5
    n_columns: Any = 10
    input_shape: tuple | None = None
    length_scale: float = 1.0
    ridge: Any = None
    activation: str = "sigmoid"
    index_sets: str = "uniform"
    pretrain: bool = False
    pretrain_iter: int = 50

    def __post_init__(self):
        sizes = self.hidden_layer_sizes
        sizes = sizes if isinstance(sizes, (tuple, list, np.ndarray)) else (sizes,)
        if len(sizes) == 0:
            _checks.fail("hidden_layer_sizes", "at least one hidden layer", "()")
        sizes = tuple(_checks.integer("hidden_layer_sizes", n, at_least=1) for n in sizes)
        object.__setattr__(self, "hidden_layer_sizes", sizes)
        if self.input_shape is not None:
            object.__setattr__(self, "input_shape", _check_input_shape(self.input_shape))

    def of_layer(self, name, i):
        """A parameter's value for hidden layer i: its own entry of a tuple, or the one value."""
        value, n_layers = getattr(self, name), len(self.hidden_layer_sizes)
        if not isinstance(value, (tuple, list)):
            return value
        if len(value) != n_layers:
            _checks.fail(name, f"one value, or one for each of {n_layers} hidden layers", repr(value))
        return value[i]

    def check(self, n_v):
        """Everything that can be said to be wrong before the first layer is built."""
        for i, n_h in enumerate(self.hidden_layer_sizes):
            check_name(self.of_layer("dictionary", i))
            _checks.number("proportion", self.of_layer("proportion", i), above=0, at_most=1)
            n_columns = _checks.integer("n_columns", self.of_layer("n_columns", i), at_least=1)
            if n_columns > n_h and self.of_layer("dictionary", i) not in WITHOUT_COLUMNS:
                _checks.fail("n_columns", f"at most one a hidden unit ({n_h})", n_columns)
            if self.of_layer("ridge", i) is not None:
                _checks.number("ridge", self.of_layer("ridge", i), at_least=0)
        _checks.choice("activation", self.activation, ACTIVATIONS)
        _checks.choice("index_sets", self.index_sets, INDEX_SETS)
        _checks.number("length_scale", self.length_scale, above=0)
        _checks.integer("pretrain_iter", self.pretrain_iter, at_least=0)
        if self.input_shape is not None and np.prod(self.input_shape) != n_v:
            _checks.fail("input_shape", f"as many pixels as X has columns ({n_v})", self.input_shape)
        if self.index_sets == "local" and self.input_shape is None:
            _checks.fail("index_sets", "'uniform' where no input_shape is given", "'local'")
        self._check_what_one_dictionary_needs()

    def _check_what_one_dictionary_needs(self):
        names = [self.of_layer("dictionary", i) for i in range(len(self.hidden_layer_sizes))]
        if "autoencoder" in names:
            _checks.integer("pretrain_iter (for 'autoencoder')", self.pretrain_iter, at_least=1)
        if self.index_sets == "local" and names[0] not in WITH_INDEX_SETS:
            why = f"a first layer with {names[0]!r}, which draws no index sets"
            _checks.warn(f"index_sets: 'local' changes nothing in {why}")

    def layer_input(self, V, i, training):
        """What the strategy of hidden layer i looks at."""
        shape = tuple(self.input_shape) if i == 0 and self.input_shape is not None else None
        centres = None
        if self.index_sets == "local" and shape is not None:
            centres = column_centres(shape, self.of_layer("n_columns", i))
        train = {"activation": self.activation, "max_iter": self.pretrain_iter, **training}
        name = f"hidden layer {i}" if i else "X"
        return LayerInput(V, shape, self.length_scale, self.of_layer("ridge", i), centres, train, name)


def _check_input_shape(shape):
    """(height, width) or (height, width, n_channels) as a tuple of integers."""
    if np.ndim(shape) != 1 or len(shape) not in (2, 3):
        _checks.fail("input_shape", "(height, width) or (height, width, n_channels)", repr(shape))
    return tuple(_checks.integer("input_shape", n, at_least=1) for n in shape)


@dataclass
class BuiltLayer:
    """A hidden layer, its index sets, its theta, its output over the data, and how pre-training went."""

    layer: Dense
    index_sets: list
    theta: np.ndarray
    H: np.ndarray
    pretraining: Any = None


def build(architecture, X, n_out, loss, rng, *, n_threads=None, engine=None, shared=None):
    """Build the network for the data.

    Parameters
    ----------
    architecture : Architecture
    X : array, (n, n_v)
    n_out : int
    loss : str
    rng : numpy.random.Generator
    n_threads, engine
        For pre-training; see ``Objective``.
    shared : dict, optional
        Layers built earlier for the same X; equal ones are taken from it, new ones are put there.

    Returns
    -------
    network : Network
    theta : ndarray, (n_dynamic,)
    layers : list of BuiltLayer
    """
    architecture.check(X.shape[1])
    training = {"n_threads": n_threads, "engine": engine}
    shared = {} if shared is None else shared
    # each layer has a seed of its own: it does not depend on how the others are made
    seeds = rng.integers(2**63, size=len(architecture.hidden_layer_sizes) + 1)
    built, v, key = [], X, ()
    for i, seed in enumerate(seeds[:-1]):
        key = (*key, int(seed), _settings(architecture, i))
        if key not in shared:
            shared[key] = _build_layer(architecture, v, i, np.random.default_rng(seed), training)
        built.append(shared[key])
        v = built[-1].H
    output = Dense(Full(v.shape[1], n_out))
    thetas = [b.theta for b in built] + [output.init(np.random.default_rng(seeds[-1]))]
    return Network([*(b.layer for b in built), output], loss), np.concatenate(thetas), built


def _settings(architecture, i):
    """Everything that layer i depends on, beside the layers below."""
    own = tuple(architecture.of_layer(name, i) for name in ("dictionary", "proportion", "n_columns", "ridge"))
    names = ("input_shape", "length_scale", "activation", "index_sets", "pretrain", "pretrain_iter")
    common = tuple(getattr(architecture, name) for name in names)
    return (architecture.hidden_layer_sizes[i], *own, *common)


def _build_layer(architecture, v, i, rng, training):
    n_h, dictionary = architecture.hidden_layer_sizes[i], architecture.of_layer("dictionary", i)
    layer_input = architecture.layer_input(v, i, training)
    chosen = (architecture.of_layer(name, i) for name in ("proportion", "n_columns"))
    parametrisation, index_sets = predicted_layer(layer_input, n_h, dictionary, *chosen, rng)
    layer = Dense(parametrisation, architecture.activation)
    pretrain = architecture.pretrain
    if pretrain and dictionary == "low_rank":
        _checks.warn(
            "pretrain: a low_rank layer is not pre-trained (as in the paper, which found it unstable)"
        )
        pretrain = False
    if pretrain:
        theta, H, result = pretrain_layer(
            parametrisation,
            architecture.activation,
            v,
            max_iter=architecture.pretrain_iter,
            rng=rng,
            **training,
        )
        return BuiltLayer(layer, index_sets, theta, H, result)
    theta = layer.init(rng)
    return BuiltLayer(layer, index_sets, theta, output(layer, theta, v))
