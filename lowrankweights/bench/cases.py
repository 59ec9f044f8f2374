"""What is timed: the paper's MNIST network with every weight learned, and with fewer."""

import itertools
from dataclasses import dataclass

import numpy as np

from .. import dictionaries
from ..dictionaries.index_sets import count_known
from ..networks.layers import Dense
from ..networks.network import Network
from ..weights.parametrisations import Columns, Full, Predicted

SIZES = (784, 500, 500, 10)


@dataclass(frozen=True)
class Case:
    """A share of the weights and a number of columns; ``proportion`` None: every weight."""

    proportion: float | None
    n_columns: int = 1

    @property
    def name(self):
        if self.proportion is None:
            return "every weight"
        columns = "one column" if self.n_columns == 1 else f"{self.n_columns} columns"
        return f"{100 * self.proportion:g} %, {columns}"

    def network(self):
        """The network, with random projections as dictionaries: their values do not matter to the clock."""
        rng = np.random.default_rng(0)
        hidden = itertools.pairwise(SIZES[:-1])
        layers = [Dense(self._weights(n_v, n_h, rng), "sigmoid") for n_v, n_h in hidden]
        return Network([*layers, Dense(Full(*SIZES[-2:]))], "softmax_cross_entropy")

    def _weights(self, n_v, n_h, rng):
        if self.proportion is None:
            return Full(n_v, n_h)
        n_alpha, n_units = count_known(self.proportion, n_v), n_h // self.n_columns
        columns = [
            Predicted(dictionaries.random_projection(n_v, n_alpha, rng), n_units)
            for _ in range(self.n_columns)
        ]
        return columns[0] if self.n_columns == 1 else Columns(columns)


EVERY = Case(None)
TABLE = (EVERY, Case(0.1, 10), Case(0.1), Case(0.05))
CURVE = tuple(Case(p) for p in (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0))


def data(n_rows, dtype):
    """Inputs and one-hot targets of MNIST's shape, drawn at random: their values do not matter."""
    rng = np.random.default_rng(0)
    X = rng.random((n_rows, SIZES[0]), dtype=dtype)
    return X, np.eye(SIZES[-1], dtype=dtype)[rng.integers(SIZES[-1], size=n_rows)]
