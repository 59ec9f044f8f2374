"""One run of the perceptron's experiments: build, pre-train, fine-tune until it gets no better, test.

The stop rule is stated, not a common count: every ``LOOK_EVERY`` iterations the error on validation
images (or, where all images are trained on, the training loss) is looked at; the run ends when the
lowest so far has not fallen by its least fall within ``PATIENCE`` iterations, and the parameters
are those of the lowest. Test images are used once, for the error reported.
"""

import numpy as np

from ..building import build, layer_specs
from ..optimisation.lbfgs import minimize
from ..speed import Objective, predict

LOOK_EVERY = 5
PATIENCE = 60
LEAST_FALL = {"validation error": 0.02, "training loss": 0.05}
STOP_RULES = {
    f"{what} fell by less than {fall:.0%} in {PATIENCE} iterations": what for what, fall in LEAST_FALL.items()
}
ON_VALIDATION, ON_LOSS = STOP_RULES


class EarlyStop:
    """The stop rule, as a callback of ``minimize``; keeps the best theta.

    Parameters
    ----------
    measure : callable
        ``measure(info)``: what must fall.
    least_fall : float
        By which share of itself within ``PATIENCE`` iterations.
    """

    def __init__(self, measure, least_fall):
        self.measure, self.least_fall = measure, least_fall
        self.value, self.theta, self.n_iter, self.lowest = np.inf, None, 0, []

    def __call__(self, info):
        if info.n_iter % LOOK_EVERY:
            return
        value = self.measure(info)
        if value < self.value:
            self.value, self.theta, self.n_iter = value, info.theta, info.n_iter
        self.lowest.append(self.value)
        looks = PATIENCE // LOOK_EVERY
        if len(self.lowest) > looks and self.value >= (1 - self.least_fall) * self.lowest[-1 - looks]:
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
        index_sets, pretrain_iter (0: no pre-training), stop_rule (one of ``STOP_RULES``).
    data : Bunch
        X_train, y_train, X_validation, y_validation, X_test, y_test, input_shape.
    shared : dict
        See ``build``.
    n_threads : int
    """
    rng, layers = np.random.default_rng(spec["seed"]), _layers(spec, data)
    n_classes = int(data.y_train.max()) + 1
    how = {"n_threads": n_threads, "shared": shared}
    net, theta, _ = build(layers, data.X_train, n_classes, "softmax_cross_entropy", rng, **how)
    Y = np.eye(n_classes, dtype=data.X_train.dtype)[data.y_train]
    objective = Objective(net, data.X_train, Y, spec["weight_decay"], n_threads)
    rule = STOP_RULES[spec["stop_rule"]]

    def validation_error(theta):
        return len(wrong_items(net, theta, data.X_validation, data.y_validation)) / len(data.y_validation)

    of = {
        "validation error": lambda info: validation_error(info.theta),
        "training loss": lambda info: info.loss,
    }
    best = EarlyStop(of[rule], LEAST_FALL[rule])
    with objective.one_blas_thread():
        found = minimize(objective, theta, max_iter=spec["max_iter"], callbacks=[best])
        if found.status == "interrupted":  # a run is whole or is not written down
            raise KeyboardInterrupt
        theta = found.theta if best.theta is None else best.theta
        loss = found.loss if best.theta is None else float(objective(theta)[0])
        wrong = wrong_items(net, theta, data.X_test, data.y_test)
    result = {
        "n_dynamic": net.n_dynamic,
        "n_static": net.n_static,
        "error": len(wrong) / len(data.y_test),
        "validation_error": validation_error(theta) if rule == "validation error" else None,
        "n_test": len(data.y_test),
        "wrong": wrong.tolist(),
        "loss": loss,
        "n_iter": found.n_iter,
        "best_iter": best.n_iter,
        "stopped": rule if found.status == "stopped" else found.status,
    }
    return result, net, theta


def _layers(spec, data):
    return layer_specs(
        tuple(spec["hidden"]),
        n_v=data.X_train.shape[1],
        activation="sigmoid",
        dictionary=tuple(spec["dictionary"]),
        proportion=_possible(spec["proportion"], spec["dictionary"], data.X_train),
        n_columns=spec["n_columns"],
        input_shape=data.input_shape,
        length_scale=spec["length_scale"],
        index_sets=spec["index_sets"],
        pretrain=spec["pretrain_iter"] > 0 and "low_rank" not in spec["dictionary"],
        pretrain_iter=spec["pretrain_iter"] or 50,
    )


def wrong_items(net, theta, X, y):
    """Indices of the rows whose most probable class is not y."""
    return np.flatnonzero(predict(net, theta, X).argmax(axis=1) != y)


def _possible(proportion, dictionary, X):
    """The proportion; for a covariance, in the first layer, no more than the share of units that vary."""
    share = float((X[0] != X).any(axis=0).mean())
    first = dictionary[0] in ("covariance", "squared_covariance")
    return (min(proportion, share) if first else proportion,) + (proportion,) * (len(dictionary) - 1)
