"""A network that may be chosen: its sizes, how its weights are made, and its weight decay."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from ..building import LayerInput, LayerSpec, Targets, predicted_layer
from ..networks import Dense, Network
from ..speed import output
from ..weights import Columns, Full, Predicted


@dataclass(frozen=True)
class Choice:
    """A multilayer perceptron, one entry a hidden layer.

    Attributes
    ----------
    hidden : tuple of int
        Hidden units.
    dictionary : tuple of Strategy or "none"
    n_alpha : tuple of int
        Weights learned of each filter; of "none" all that there are.
    n_columns : tuple of int
    weight_decay : float
    n_v, n_out : int
        Inputs and outputs.

    Examples
    --------
    >>> from lowrankweights.building import strategy_of
    >>> choice = Choice((61,), (strategy_of("pca"),), (30,), (1,), 5e-5, n_v=784, n_out=10)
    >>> choice.n_dynamic, str(choice)
    (2511, '61 units, pca 30')
    """

    hidden: tuple
    dictionary: tuple
    n_alpha: tuple
    n_columns: tuple
    weight_decay: float
    n_v: int
    n_out: int

    @property
    def n_dynamic(self):
        """Numbers that are learned, biases and the output layer included."""
        inner = sum(a * h + h for a, h in zip(self.n_alpha, self.hidden, strict=True))
        return inner + (self.hidden[-1] + 1) * self.n_out

    @property
    def inputs(self):
        """Inputs of each hidden layer."""
        return (self.n_v, *self.hidden[:-1])

    def parameters(self):
        """Parameters of the estimators that make this network; dictionaries have settings of their own."""
        return {
            "hidden_layer_sizes": self.hidden,
            "dictionary": self.dictionary,
            "proportion": tuple(a / n for a, n in zip(self.n_alpha, self.inputs, strict=True)),
            "n_columns": self.n_columns,
            "weight_decay": self.weight_decay,
            "length_scale": 1.0,
            "ridge": None,
            "index_sets": "uniform",
        }

    def with_decay(self, weight_decay):
        """The same network with another weight decay."""
        return dataclasses.replace(self, weight_decay=weight_decay)

    def network(self, fold, activation, rng):
        """The network on a fold's rows, and its initial theta."""
        layers, thetas, v = [], [], fold.X
        each = zip(self.hidden, self.dictionary, self.n_alpha, self.n_columns, strict=True)
        for i, (n_h, dictionary, n_alpha, n_columns) in enumerate(each):
            if dictionary == "none":
                q = Full(v.shape[1], n_h)
            elif i == 0:
                prepared = fold.prepared(dictionary)
                q = _columns(prepared, min(n_alpha, prepared.n_atoms), n_columns, n_h, rng)
            else:
                spec = LayerSpec(n_h, dictionary, n_alpha / v.shape[1], n_columns)
                targets = Targets(fold.Y, fold.loss)
                q, _ = predicted_layer(LayerInput(v, weight=fold.weight, targets=targets), spec, rng)
            layers.append(Dense(q, activation))
            thetas.append(layers[-1].init(rng))
            if i + 1 < len(self.hidden):
                v = output(layers[-1], thetas[-1], v, n_threads=1)
        last = Dense(Full(self.hidden[-1], self.n_out))
        return Network([*layers, last], fold.loss), np.concatenate([*thetas, last.init(rng)])

    def __str__(self):
        layers = []
        for dictionary, n_alpha, n_columns in zip(self.dictionary, self.n_alpha, self.n_columns, strict=True):
            columns = f" x {n_columns} columns" if n_columns > 1 else ""
            layers.append("every weight" if dictionary == "none" else f"{dictionary.name} {n_alpha}{columns}")
        return f"{'-'.join(map(str, self.hidden))} units, {', '.join(layers)}"


def _columns(prepared, n_alpha, n_columns, n_h, rng):
    """The parametrisation of a first layer, whose strategy has looked at its input."""
    units = np.array_split(np.arange(n_h), n_columns)
    drawn = [prepared.draw(n_alpha, rng, column, n_columns) for column in range(n_columns)]
    leaves = [Predicted(d.U, len(own)) for d, own in zip(drawn, units, strict=True)]
    return leaves[0] if n_columns == 1 else Columns(leaves)
