"""One run of the perceptron's experiments: build, pre-train, fine-tune until it gets no better, test.

The run ends by a rule of ``stop_rules``, on the error on validation images or (where all images are
trained on) on the training loss, and the parameters are those of the lowest. Test images are used
once, for the error reported.
"""

import warnings

import numpy as np

from .. import _checks
from ..building import build, layer_specs
from ..estimators.perceptron.training.schedule import stages_of
from ..optimisation.lbfgs import minimize_stages
from ..speed import Objective, predict
from .harness.checkpoints import Halfway
from .harness.stop_rules import STOP_RULES


def train(spec, data, shared, n_threads):
    """Train and test one network.

    Parameters
    ----------
    spec : dict
        See ``fit``.
    data : Bunch
        X_train, y_train, X_validation, y_validation, X_test, y_test, input_shape.
    shared : dict
        See ``build``.
    n_threads : int

    Returns
    -------
    result : dict
        Plain values: those of ``fit`` and of ``tested``.
    net : Network
    theta : ndarray

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C: a run is whole or is not written down.
    """
    result, net, theta = fit(spec, data, shared, n_threads)
    return {**result, **tested(net, theta, data)}, net, theta


def fit(spec, data, shared, n_threads):
    """``train`` without a look at test images.

    The spec has dictionary, proportion, n_columns, seed, hidden, max_iter, weight_decay, length_scale,
    index_sets, pretrain_iter (0: no pre-training), stop_rule (one of ``STOP_RULES``); and may have
    activation (else "sigmoid"), n_pieces and dropout, as in ``LowRankMLPClassifier``.
    """
    net, theta = untrained(spec, data, shared, n_threads)
    return fine_tune(spec, data, net, theta, n_threads)


def fine_tune(spec, data, net, theta, n_threads, checkpoint=None):
    """Minimise from theta on, until the spec's stop rule; returns as ``fit``.

    Where the spec has a ``schedule``, rows and iterations, samples of so many rows come first, and the rule
    begins with all rows. ``checkpoint`` is the path where the run leaves where it is.
    """
    _checks.choice("stop_rule", spec["stop_rule"], STOP_RULES)
    rule = STOP_RULES[spec["stop_rule"]]
    Y = np.eye(net.n_out, dtype=data.X_train.dtype)[data.y_train]
    objective = Objective(net, data.X_train, Y, spec["weight_decay"], n_threads)

    def validation_error(theta):
        return len(wrong_items(net, theta, data.X_validation, data.y_validation)) / len(data.y_validation)

    best = rule.callback(validation_error)
    stages, n_growing = _stages(spec, objective)
    halfway = Halfway(checkpoint, best, first=n_growing)
    theta, stages = halfway.go_on(theta, stages)
    found = minimize_stages(stages, theta, callbacks=[halfway], on_interrupt="raise")
    theta = found.theta if best.theta is None else best.theta
    result = {
        "n_dynamic": net.n_dynamic,
        "n_static": net.n_static,
        "validation_error": validation_error(theta) if rule.on_validation else None,
        "loss": found.loss if best.theta is None else float(objective(theta)[0]),
        "n_iter": halfway.done + found.n_iter,
        "best_iter": best.n_iter,
        "stopped": rule.name if found.status == "stopped" else found.status,
        "stop_sentence": rule.sentence,
    }
    if halfway.resumed_at:
        result |= {"resumed_at": halfway.resumed_at, "seconds_before": halfway.seconds}
    return result, net, theta


def _stages(spec, objective):
    """(objective, iterations) of each stage, and the iterations before all rows are looked at."""
    growing, everything = spec.get("schedule", []), [objective.n_rows, spec["max_iter"]]
    schedule = [*growing, everything] if growing else None
    rng, redrawn = np.random.default_rng(spec["seed"]), spec.get("dropout", 0.0) > 0
    stages = stages_of(schedule, objective, spec["max_iter"], rng, redrawn=redrawn)
    return stages, sum(n for _, n in growing)


def tested(net, theta, data):
    """The error on test images, and which of them are wrong."""
    wrong = wrong_items(net, theta, data.X_test, data.y_test)
    n_test = len(data.y_test)
    return {"error": len(wrong) / n_test, "n_test": n_test, "wrong": wrong.tolist()}


def wrong_items(net, theta, X, y):
    """Indices of the rows whose most probable class is not y."""
    return np.flatnonzero(predict(net, theta, X).argmax(axis=1) != y)


def untrained(spec, data, shared, n_threads):
    """The network, pre-trained where the spec says so, and its theta."""
    X, rng = data.X_train, np.random.default_rng(spec["seed"])
    n_classes = int(data.y_train.max()) + 1
    layers, Y = _layers(spec, X, data.input_shape), np.eye(n_classes, dtype=X.dtype)[data.y_train]
    how = {"Y": Y, "n_threads": n_threads, "shared": shared, "dropout": spec.get("dropout", 0.0)}
    with warnings.catch_warnings():  # where fewer pixels vary than are to be learned: the page says so
        warnings.filterwarnings("ignore", message="proportion: ")
        net, theta, _ = build(layers, X, n_classes, "softmax_cross_entropy", rng, **how)
    return net, theta


def _layers(spec, X, input_shape):
    """The specification of each hidden layer."""
    return layer_specs(
        tuple(spec["hidden"]),
        n_v=X.shape[1],
        dictionary=tuple(spec["dictionary"]),
        proportion=spec["proportion"],
        n_columns=spec["n_columns"],
        activation=spec.get("activation", "sigmoid"),
        n_pieces=spec.get("n_pieces", 2),
        input_shape=input_shape,
        length_scale=spec["length_scale"],
        index_sets=spec["index_sets"],
        pretrain=spec["pretrain_iter"] > 0 and "low_rank" not in spec["dictionary"],
        pretrain_iter=spec["pretrain_iter"] or 50,
    )
