"""The paper's dictionaries and their rivals at a budget of learned numbers: each one's network, and a run.

A budget counts everything that is learned: weights, biases, the output layer. Each model gets the network
whose number of learned parameters comes nearest.
"""

import math
import time

from .harness.search import SEARCH
from .pruning import prune
from .training import fit, tested

DICTIONARIES = {
    "SE-Emp": ("squared_exponential", "covariance"),
    "Emp-Emp": ("covariance", "covariance"),
    "random projections": ("random_projection", "random_projection"),
    "low rank": ("low_rank", "low_rank"),
}
PCA, NARROWER, PRUNING, EVERY = "PCA + network", "narrower network", "pruning", "every weight"
RIVALS = (*DICTIONARIES, PCA, NARROWER, PRUNING, EVERY)
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
    if rival == PCA:
        n, rest = spec["n_components"], spec["n_layers"] - 1
        hidden = widths(spec["budget"], spec["n_layers"], n, n_out)
        return settings(hidden, ["pca"] + ["none"] * rest, [n / n_v] + [1.0] * rest)
    # else every weight, whether or not they are pruned later
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


def train_rival(spec, data, shared, n_threads):
    """A run: fitted, in a search never tested; ``shared`` keeps a network of every weight to be pruned.

    Also returned: the network as it came to be, and train_seconds (of processor time, dictionaries and
    pre-training included, and what is shared as if it were not).
    """
    start = time.process_time()
    found = network(spec, data.X_train.shape[1], int(data.y_train.max()) + 1)
    how, rival = {**spec, **found}, spec["rival"]
    if rival in (EVERY, PRUNING):
        if EVERY not in shared:
            fitted = fit(how, data, {}, n_threads)
            shared[EVERY] = (fitted, time.process_time() - start)
            start = time.process_time()
        (result, net, theta), seconds_before = shared[EVERY]
    else:
        result, net, theta = fit(how, data, {}, n_threads)
        seconds_before = 0.0
    if rival == PRUNING:
        result, net, theta = prune(how, data, net, theta, spec["budget"], n_threads)
    seconds = round(seconds_before + time.process_time() - start, 2)
    made = {"hidden_layer_sizes": found.pop("hidden"), "n_components": spec.get("n_components"), **found}
    result = {**result, "train_seconds": seconds, **made}
    return result if spec["stage"] == SEARCH else {**result, **tested(net, theta, data)}
