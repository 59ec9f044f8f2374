"""One run of the perceptron's experiments: build, pre-train, fine-tune until it gets no better, test.

The stop rule is stated, not a common count: the error on validation images is looked at after
every ``LOOK_EVERY`` iterations; the run ends when the lowest so far is ``PATIENCE`` iterations old,
and the parameters are those of that lowest. Test images are used once, for the error reported.
"""

import numpy as np

from ..building import Architecture, build
from ..lbfgs import minimize
from ..objective import Objective

LOOK_EVERY = 5
PATIENCE = 40


class EarlyStop:
    """The stop rule, as a callback of ``minimize``; keeps the best theta."""

    def __init__(self, net, X, y):
        self.net, self.X, self.y = net, X, y
        self.error, self.theta, self.n_iter = np.inf, None, 0

    def __call__(self, info):
        if info.n_iter % LOOK_EVERY:
            return
        error = len(wrong_items(self.net, info.theta, self.X, self.y)) / len(self.y)
        if error < self.error:
            self.error, self.theta, self.n_iter = error, info.theta, info.n_iter
        elif info.n_iter - self.n_iter >= PATIENCE:
            raise StopIteration


def train_and_test(spec, data, shared, n_threads):
    """The results of a run; arguments as in ``train_and_keep``."""
    return train_and_keep(spec, data, shared, n_threads)[0]


def train_and_keep(spec, data, shared, n_threads):
    """Results of a run as a dict of plain values, the network and its theta.

    Parameters
    ----------
    spec : dict
        dictionary, proportion, n_columns, seed, hidden, max_iter, weight_decay, length_scale,
        index_sets, pretrain_iter (0: no pre-training).
    data : Bunch
        X_train, y_train, X_validation, y_validation, X_test, y_test, input_shape.
    shared : dict
        See ``build``.
    n_threads : int
    """
    rng = np.random.default_rng(spec["seed"])
    architecture = Architecture(
        tuple(spec["hidden"]),
        dictionary=tuple(spec["dictionary"]),
        proportion=_possible(spec["proportion"], spec["dictionary"], data.X_train),
        n_columns=spec["n_columns"],
        input_shape=data.input_shape,
        length_scale=spec["length_scale"],
        index_sets=spec["index_sets"],
        pretrain=spec["pretrain_iter"] > 0 and "low_rank" not in spec["dictionary"],
        pretrain_iter=spec["pretrain_iter"] or 50,
    )
    n_classes = int(data.y_train.max()) + 1
    how = {"n_threads": n_threads, "shared": shared}
    net, theta, _ = build(architecture, data.X_train, n_classes, "softmax_cross_entropy", rng, **how)
    Y = np.eye(n_classes, dtype=data.X_train.dtype)[data.y_train]
    objective = Objective(net, data.X_train, Y, spec["weight_decay"], n_threads)
    best = EarlyStop(net, data.X_validation, data.y_validation)
    with objective.one_blas_thread():
        found = minimize(objective, theta, max_iter=spec["max_iter"], callbacks=[best])
        theta = found.theta if best.theta is None else best.theta
        wrong = wrong_items(net, theta, data.X_test, data.y_test)
    result = {
        "n_dynamic": net.n_dynamic,
        "n_static": net.n_static,
        "error": len(wrong) / len(data.y_test),
        "validation_error": best.error,
        "n_test": len(data.y_test),
        "wrong": wrong.tolist(),
        "loss": found.loss,
        "n_iter": found.n_iter,
        "best_iter": best.n_iter,
        "stopped": "validation" if found.status == "stopped" else found.status,
    }
    return result, net, theta


def wrong_items(net, theta, X, y):
    """Indices of the rows whose most probable class is not y."""
    return np.flatnonzero(net.predict(theta, X).argmax(axis=1) != y)


def _possible(proportion, dictionary, X):
    """The proportion; for a covariance, in the first layer, no more than the share of units that vary."""
    share = float((X[0] != X).any(axis=0).mean())
    first = dictionary[0] in ("covariance", "squared_covariance")
    return (min(proportion, share) if first else proportion,) + (proportion,) * (len(dictionary) - 1)
