"""The paper's dictionaries and their rivals at a budget of learned numbers: each one's network, and a run.

A budget counts everything that is learned: weights, biases, the output layer. Each model gets the network
whose number of learned parameters comes nearest.
"""

import itertools
import math
import time

import numpy as np

from ..building.strategies.settings import plain
from ..dictionaries.points import places_of
from ..networks import Dense, Network, RandomSubspace
from ..selection import select_network
from ..weights import Full
from ..weights.adapted import Hashed
from .harness.search import SEARCH
from .pruning import prune
from .training import fine_tune, fit, tested

DICTIONARIES = {
    "SE-Emp": ("squared_exponential", "covariance"),
    "Emp-Emp": ("covariance", "covariance"),
    "random projections": ("random_projection", "random_projection"),
    "low rank": ("low_rank", "low_rank"),
}
PCA, NARROWER, PRUNING, EVERY = "PCA + network", "narrower network", "pruning", "every weight"
RIVALS = (*DICTIONARIES, PCA, NARROWER, PRUNING, EVERY)
HASHED, SUBSPACE, CHOSEN = "hashed weights", "random subspace", "budget="
N_TERMS = 8  # of the learned numbers in each of a subspace's; more take longer, and P is near enough
N_COLUMNS = 10  # of layers with a dictionary, as in the paper


def network(spec, n_v, n_out):
    """What ``training.fit`` needs to know of a run's network.

    Parameters
    ----------
    spec : dict
        With rival (one of ``RIVALS``), budget (unless it is every weight), and what the rival has of its
        own: hidden (units of each layer); or n_layers, and n_components for PCA.
    n_v, n_out : int
        Inputs and classes.

    Returns
    -------
    settings : dict
        hidden, dictionary, proportion, n_columns; entries for each hidden layer.

    Examples
    --------
    >>> network({"rival": "PCA + network", "n_components": 50, "n_layers": 1, "budget": 12_000}, 784, 10)
    {'hidden': [197], 'dictionary': ['pca'], 'proportion': [0.06377551020408163], 'n_columns': [1]}
    """
    rival = spec["rival"]
    if rival in DICTIONARIES:
        hidden, dictionary = spec["hidden"], list(DICTIONARIES[rival])
        share = proportions if dictionary[0] != "low_rank" else proportions_of_ranks
        proportion = share(hidden, spec["budget"], n_v, n_out)
        columns = [1 if dictionary[0] == "low_rank" else N_COLUMNS] * len(hidden)
        return settings(hidden, dictionary[: len(hidden)], proportion, columns)
    if rival == HASHED:
        hidden = spec["hidden"]
        shares = proportions(hidden, spec["budget"], n_v, n_out)
        return settings(hidden, ["hashed"] * len(hidden), shares)
    if rival == PCA:
        n, rest = spec["n_components"], spec["n_layers"] - 1
        hidden = widths(spec["budget"], spec["n_layers"], n, n_out)
        return settings(hidden, ["pca"] + ["none"] * rest, [n / n_v] + [1.0] * rest)
    # else every weight, whether they are pruned later or move in a subspace
    narrower = rival == NARROWER
    hidden = widths(spec["budget"], spec["n_layers"], n_v, n_out) if narrower else spec["hidden"]
    return settings(hidden, ["none"] * len(hidden), [1.0] * len(hidden))


def settings(hidden, dictionary, proportion, n_columns=None):
    """A dict of these; one column in each layer unless said otherwise."""
    n_columns = [1] * len(hidden) if n_columns is None else n_columns
    return {"hidden": hidden, "dictionary": dictionary, "proportion": proportion, "n_columns": n_columns}


def proportions(hidden, budget, n_v, n_out):
    """The share of each filter that is learned, the same in all layers up to rounding.

    >>> [round(n * p, 6) for n, p in zip([784, 500], proportions([500, 500], 22_000, 784, 10))]
    [20.0, 12.0]
    """
    inputs = [n_v, *hidden[:-1]]
    each = _left_for_weights(hidden, budget, n_out) / sum(n * h for n, h in zip(inputs, hidden, strict=True))
    atoms = [max(1, round(each * n)) for n in inputs]
    # the last layer takes what rounding left
    others = sum(a * h for a, h in zip(atoms[:-1], hidden[:-1], strict=True))
    atoms[-1] = max(1, round((_left_for_weights(hidden, budget, n_out) - others) / hidden[-1]))
    return [a / n for a, n in zip(atoms, inputs, strict=True)]


def proportions_of_ranks(hidden, budget, n_v, n_out):
    """The share of a full layer's numbers that each layer's two factors have; as ``proportions``."""
    inputs = [n_v, *hidden[:-1]]
    full = [n * h for n, h in zip(inputs, hidden, strict=True)]
    a_rank = [n + h for n, h in zip(inputs, hidden, strict=True)]  # numbers of one more in rank
    left = _left_for_weights(hidden, budget, n_out)
    ranks = [max(1, round(left * f / sum(full) / r)) for f, r in zip(full, a_rank, strict=True)]
    others = sum(n * r for n, r in zip(ranks[:-1], a_rank[:-1], strict=True))
    ranks[-1] = max(1, round((left - others) / a_rank[-1]))
    return [n * r / f for n, r, f in zip(ranks, a_rank, full, strict=True)]


def _left_for_weights(hidden, budget, n_out):
    """Numbers left for the hidden layers' weights: all but biases and output layer."""
    return budget - sum(hidden) - (hidden[-1] + 1) * n_out


def widths(budget, n_layers, n_v, n_out):
    """Hidden units, as many in each of one or two layers, of a network of every weight on n_v numbers.

    >>> widths(22_000, 1, 784, 10), widths(22_000, 2, 784, 10)
    ([28], [27, 27])
    """
    # (n_layers - 1) h^2 + (n_v + n_layers + n_out) h + n_out = budget
    a, b, c = n_layers - 1, n_v + n_layers + n_out, budget - n_out
    h = c / b if a == 0 else (math.sqrt(b * b + 4 * a * c) - b) / (2 * a)
    return [max(1, round(h))] * n_layers


def hashed_or_subspace(spec, found, n_v, n_out):
    """A network whose hidden layers are hashed, or one that moves in a random subspace; and its theta."""
    sizes, rng = [n_v, *found["hidden"], n_out], np.random.default_rng(spec["seed"])
    weights = [Full(a, b) for a, b in itertools.pairwise(sizes)]
    if spec["rival"] == HASHED:
        for i, share in enumerate(found["proportion"]):
            n_values = max(1, round(share * sizes[i]) * sizes[i + 1])
            weights[i] = Hashed(sizes[i], sizes[i + 1], n_values, rng=spec["seed"] + i)
    kinds = ["sigmoid"] * len(found["hidden"]) + ["identity"]
    layers = [Dense(q, kind) for q, kind in zip(weights, kinds, strict=True)]
    net = Network(layers, "softmax_cross_entropy")
    if spec["rival"] == SUBSPACE:
        net = RandomSubspace(net, spec["budget"], spec["seed"], n_terms=N_TERMS)
    return net, net.init(rng)


def choose(spec, data, n_threads):
    """What ``budget=`` of the estimators chooses on the training rows; ``settings``, and what it tried."""
    X, Y = data.X_train, np.eye(int(data.y_train.max()) + 1, dtype=data.X_train.dtype)[data.y_train]
    how = {
        "points": places_of(data.input_shape, None, X.shape[1]),
        "rng": spec["seed"],
        "n_threads": n_threads,
    }
    report = select_network(X, Y, "softmax_cross_entropy", budget=spec["budget"], **how)
    chosen = report.chosen.choice
    found = {key: list(value) if isinstance(value, tuple) else value for key, value in _named(chosen).items()}
    return found, {"n_tried": len(report.tried), "search_seconds": round(report.seconds, 2)}


def _named(choice):
    """The parameters of a ``Choice`` by the names of ``settings``."""
    own = choice.parameters()
    return {"hidden": own.pop("hidden_layer_sizes"), **own}


def train_rival(spec, data, shared, n_threads):
    """A run: fitted, in a search never tested; ``shared`` keeps a network of every weight to be pruned.

    Also returned: the network as it came to be, and train_seconds (of processor time; dictionaries,
    pre-training and a choice of its own included, and what is shared as if it were not).
    """
    start = time.process_time()
    rival, searched = spec["rival"], {}
    if rival == CHOSEN:
        found, searched = choose(spec, data, n_threads)
    else:
        found = network(spec, data.X_train.shape[1], int(data.y_train.max()) + 1)
    how = {**spec, **found}
    if rival in (EVERY, PRUNING):
        if EVERY not in shared:
            fitted = fit(how, data, {}, n_threads)
            shared[EVERY] = (fitted, time.process_time() - start)
            start = time.process_time()
        (result, net, theta), seconds_before = shared[EVERY]
    else:
        result, net, theta = _fitted(how, data, n_threads)
        seconds_before = 0.0
    if rival == PRUNING:
        result, net, theta = prune(how, data, net, theta, spec["budget"], n_threads)
    seconds = round(seconds_before + time.process_time() - start, 2)
    found = {key: plain(value) for key, value in found.items()}
    made = {"hidden_layer_sizes": found.pop("hidden"), "n_components": spec.get("n_components"), **found}
    result = {**result, "train_seconds": seconds, **made, **searched}
    return result if spec["stage"] == SEARCH else {**result, **tested(net, theta, data)}


def _fitted(how, data, n_threads):
    if how["rival"] not in (HASHED, SUBSPACE):
        return fit(how, data, {}, n_threads)
    net, theta = hashed_or_subspace(how, how, data.X_train.shape[1], int(data.y_train.max()) + 1)
    return fine_tune(how, data, net, theta, n_threads)
