"""One run of the convolutional experiments (paper, 4.2): images, the network, training, and its time.

The run ends by a rule of ``stop_rules`` on validation images; held-out images are used once.
"""

import functools
import time

import numpy as np
from sklearn.utils import Bunch

from .. import _checks
from ..building import build_convolutional, convolutional_specs
from ..speed import Objective
from .images import labelled
from .training import fine_tune, tested

EVALUATIONS = 1.1  # for each iteration, as line searches take more than one now and then


def train(spec, shared, n_threads):
    """Train and test one network.

    The spec has data, n_train, n_validation, filters, windows, pool, padding, hidden, dictionary (one name
    for each convolution, then one for each dense hidden layer), proportion, n_columns (alike),
    length_scale, activation, weight_decay, schedule (rows and iterations of samples that grow, before all
    rows), max_iter (with all rows), stop_rule and seed.

    Returns
    -------
    result : dict
        As of ``training.train``.
    net, theta
    """
    data = load(spec["data"], spec["n_train"], spec["n_validation"])
    net, theta = untrained(spec, data, n_threads)
    found, net, theta = fine_tune(spec, data, net, theta, n_threads, shared.get("checkpoint"))
    return {**found, **tested(net, theta, data)}, net, theta


@functools.lru_cache(maxsize=1)
def load(name, n_train, n_validation):
    """The first training images to train on, the next to choose by, others to test on (see ``labelled``).

    They are flat, and each channel has mean 0 and variance 1 over the training images: one mean and scale for
    all pixels, so that these keep a common unit, and the zeros around an image are its mean.
    """
    data, n = labelled(name), n_train + n_validation
    if len(data.X_train) < n:
        got = f"{len(data.X_train):,} of {name} in {data.folder}"
        _checks.fail("data", f"at least {n:,} training images beside those held out", got)
    shape = (*data.X_train.shape[1:], 1)[:3]  # (height, width, n_channels)
    X_train, X_test = (part.reshape(-1, *shape) for part in (data.X_train, data.X_test))
    X = X_train[:n_train]
    mean, scale = X.mean(axis=(0, 1, 2), dtype=np.float64), X.std(axis=(0, 1, 2), dtype=np.float64)
    mean, scale = mean.astype(X.dtype), scale.astype(X.dtype)
    parts = {"train": X, "validation": X_train[n_train:n], "test": X_test}
    flat = {f"X_{part}": ((X - mean) / scale).reshape(len(X), -1) for part, X in parts.items()}
    y = {"y_train": data.y_train[:n_train], "y_validation": data.y_train[n_train:n], "y_test": data.y_test}
    return Bunch(input_shape=shape, **flat, **y)


def untrained(spec, data, n_threads):
    """The network of a spec and its initial theta."""
    specs = convolutional_specs(
        tuple(spec["filters"]),
        tuple(spec["windows"]),
        spec["pool"],
        spec["padding"],
        tuple(spec["hidden"]),
        input_shape=data.input_shape,
        dictionary=tuple(spec["dictionary"]),
        proportion=spec["proportion"],
        n_columns=tuple(spec["n_columns"]),
        length_scale=spec["length_scale"],
        activation=spec["activation"],
    )
    n_classes, loss = int(data.y_train.max()) + 1, "softmax_cross_entropy"
    rng, Y = np.random.default_rng(spec["seed"]), np.eye(n_classes, dtype=data.X_train.dtype)[data.y_train]
    how = {"Y": Y, "n_threads": n_threads}
    net, theta, _ = build_convolutional(*specs, data.X_train, data.input_shape, n_classes, loss, rng, **how)
    return net, theta


def timed(spec, n_threads, repeats=3):
    """Milliseconds of a processor for the loss and gradient of one of ``n_timed`` images."""
    data = load(spec["data"], spec["n_train"], spec["n_validation"])
    net, theta = untrained(spec, data, n_threads)
    few = slice(spec["n_timed"])
    Y = np.eye(net.n_out, dtype=data.X_train.dtype)[data.y_train[few]]
    objective, seconds = Objective(net, data.X_train[few], Y, spec["weight_decay"], n_threads), []
    for _ in range(1 + repeats):
        start = time.process_time()
        objective(theta)
        seconds.append(time.process_time() - start)
    return {
        "milliseconds": round(1e3 * min(seconds[1:]) / spec["n_timed"], 4),
        "n_dynamic": net.n_dynamic,
        "n_static": net.n_static,
    }


def longest(spec, milliseconds):
    """Processor hours of a run that goes on to its limit of iterations.

    >>> spec = {"schedule": [[1000, 10]], "n_train": 9000, "max_iter": 100}
    >>> round(longest(spec, 2.0), 2)
    0.56
    """
    images = sum(rows * n for rows, n in [*spec["schedule"], (spec["n_train"], spec["max_iter"])])
    return EVALUATIONS * images * milliseconds / 3.6e6


def first_filters(net, theta):
    """The filters of the first convolution, (height * width * n_channels, n), and their shape."""
    conv = next(q for q in net.layers if hasattr(q, "window") and hasattr(q, "parametrisation"))
    return net.weights(theta)[0], (*conv.window, conv.in_shape[2])
