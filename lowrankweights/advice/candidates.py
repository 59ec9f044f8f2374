"""What can be tried at one number of learned parameters: each dictionary and its rivals, in several sizes."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .. import _checks
from ..building import STRATEGIES, strategy_of
from ..building.specification import USUAL_COLUMNS
from ..dictionaries.index_sets import count_known
from ..weights.parametrisations import Columns, Full, LowRank, Predicted
from .explained import MOST_ATOMS

SHARES = (0.05, 0.15, 0.5)  # some of explained.SHARES
SLOW = 500  # inputs, above which the dictionaries that are learned take longer to make than a trial

# From the simplest to the least simple: of two that are as good, the first is advised.
APPROACHES = [
    *["none", "pca", "low_rank", "covariance", "squared_exponential", "dct", "wavelet"],
    *["tapered_covariance", "scaled_squared_exponential", "kernel_eigenvectors", "squared_covariance"],
    *["learned_kernel", "network_directions", "kmeans", "autoencoder"],
    *["random_connections", "random_projection"],
]
# Tried where they are named: near relations of others, and one that is a training of its own
ON_REQUEST = [
    *["tapered_covariance", "scaled_squared_exponential", "kernel_eigenvectors", "network_directions"],
    "learned_kernel",
]


@dataclass(frozen=True)
class Candidate:
    """A network of one hidden layer: how its weights are made, and its sizes.

    Attributes
    ----------
    name : str
        The dictionary's.
    dictionary : Strategy, "none" or "low_rank"
    n_h : int
        Hidden units.
    n_alpha : int
        Weights learned of each filter; with "low_rank" the rank.
    n_v, n_out : int
        Inputs and outputs.
    """

    name: str
    dictionary: Any
    n_h: int
    n_alpha: int
    n_v: int
    n_out: int

    @property
    def n_columns(self):
        """Ten, as in the paper, at most one a unit; one where all have the same atoms."""
        return 1 if self.name in ("none", "low_rank", "pca") else min(USUAL_COLUMNS, self.n_h)

    @property
    def n_dynamic(self):
        """Numbers that are learned, biases and the output layer included."""
        inner = self.n_alpha * (self.n_h + (self.n_v if self.name == "low_rank" else 0))
        return inner + self.n_h + (self.n_h + 1) * self.n_out

    @property
    def proportion(self):
        """As the estimators take it."""
        if self.name == "low_rank":
            return self.n_alpha * (self.n_v + self.n_h) / (self.n_v * self.n_h)
        return self.n_alpha / self.n_v

    def parametrisation(self, prepared, rng):
        """The hidden layer's, with dictionaries drawn anew; ``prepared``: a ``PreparedStrategy`` or None."""
        if self.name == "none":
            return Full(self.n_v, self.n_h)
        if self.name == "low_rank":
            return LowRank(self.n_v, self.n_h, self.n_alpha)
        n_alpha, n = min(self.n_alpha, prepared.n_atoms), self.n_columns
        units = np.array_split(np.arange(self.n_h), n)
        drawn = [prepared.draw(n_alpha, rng, column, n).U for column in range(n)]
        columns = [Predicted(U, len(own)) for U, own in zip(drawn, units, strict=True)]
        return columns[0] if n == 1 else Columns(columns)

    def parameters(self):
        """Parameters of ``LowRankMLPClassifier`` and ``LowRankMLPRegressor`` that make this network."""
        found = {"hidden_layer_sizes": (self.n_h,), "dictionary": self.name}
        if self.name == "none":
            return found
        found |= {"proportion": self.proportion, "n_columns": self.n_columns}
        if self.name == "low_rank":
            return found
        if type(self.dictionary) is not STRATEGIES.get(self.name):
            return {**found, "dictionary": self.dictionary}
        own, scale = self.dictionary.settings(), {}
        if "length_scale" in own:
            scale = {"length_scale": own["length_scale"]}
        as_named = own == strategy_of(self.name, **scale).settings()
        return {**found, **scale} if as_named else {**found, "dictionary": self.dictionary}


def candidates_for(dictionaries, budget, n_v, n_out, n_channels=1, length_scales=None):
    """The candidates whose number of learned parameters comes nearest to the budget.

    A dictionary gets one candidate for each share of ``SHARES``: the smaller the share, the more hidden
    units n_h, as

        budget = n_alpha n_h + n_h + (n_h + 1) n_out            (every weight: n_alpha = n_v)
        budget = rank (n_v + n_h) + n_h + (n_h + 1) n_out       (low rank, whose U has a quarter to
                                                                 three quarters of the budget)

    Parameters
    ----------
    dictionaries : dict
        Name: Strategy, "none" or "low_rank".
    budget : int
    n_v, n_out, n_channels : int
    length_scales : dict, optional
        n_alpha: length scale of the squared exponential.

    Returns
    -------
    candidates : list of Candidate

    Raises
    ------
    ValueError
        If the budget is too small for one hidden unit; the smallest is named.

    Examples
    --------
    >>> for c in candidates_for({"none": "none", "pca": "pca"}, 1300, n_v=54, n_out=7):
    ...     print(c.name, c.n_alpha, c.n_h, c.n_dynamic)
    none 54 21 1309
    pca 3 118 1305
    pca 8 81 1303
    pca 27 37 1302
    """
    drawn = any(name not in ("none", "low_rank") for name in dictionaries)
    smallest = (count_known(SHARES[0], n_v, n_channels) if drawn else n_v) + 1 + 2 * n_out
    if budget < smallest:
        each = smallest - 1 - 2 * n_out
        _checks.fail("budget", f"at least {smallest}: one hidden unit of {each} learned weight(s)", budget)
    found = []
    for name, dictionary in dictionaries.items():
        if name == "low_rank":
            found += _low_rank(budget, n_v, n_out)
            continue
        atoms = [n_v] if name == "none" else sorted({count_known(p, n_v, n_channels) for p in SHARES})
        for n_alpha in [n for n in atoms if n <= MOST_ATOMS or n in (n_v, atoms[0])]:
            n_h = round((budget - n_out) / (n_alpha + 1 + n_out))
            if n_h >= 1:
                scale = (length_scales or {}).get(n_alpha) if name == "squared_exponential" else None
                own = dictionary if scale is None else replace(dictionary, length_scale=scale)
                found.append(Candidate(name, own, n_h, n_alpha, n_v, n_out))
    return found


def _low_rank(budget, n_v, n_out):
    """Ranks for which there are fewer numbers in the two factors than in W."""
    found = []
    for rank in sorted({max(1, round(part * budget / n_v)) for part in (0.25, 0.5, 0.75)}):
        n_h = round((budget - n_out - rank * n_v) / (rank + 1 + n_out))
        if n_h >= 1 and rank * (n_v + n_h) < n_v * n_h:
            found.append(Candidate("low_rank", "low_rank", n_h, rank, n_v, n_out))
    return found


def approaches(dictionaries, points, n_v):
    """Name: Strategy, "none" or "low_rank", of all that may be tried; and name: why not, of what is left out.

    ``dictionaries`` is None (all that fit) or a list of names and Strategies; "none" is always there.
    """
    left_out = {}
    if dictionaries is None:
        wanted = [name for name in APPROACHES if name not in ON_REQUEST]
        if n_v > SLOW:
            for name in ("autoencoder", "kmeans"):
                wanted.remove(name)
                left_out[name] = f"slow to make for more than {SLOW} inputs; dictionaries=[...] can name it"
        if points is None:
            needs = ("squared_exponential", "dct", "wavelet")
            left_out |= {name: "needs input_shape or points" for name in needs}
            wanted = [name for name in wanted if name not in needs]
    else:
        if isinstance(dictionaries, str) or not hasattr(dictionaries, "__iter__"):
            _checks.fail("dictionaries", "None or a list of names and strategies", repr(dictionaries))
        wanted = ["none", *(d for d in dictionaries if not (isinstance(d, str) and d == "none"))]
    strategies = [strategy_of(d, "dictionaries") for d in wanted]
    return {s if isinstance(s, str) else s.name: s for s in strategies}, left_out
