"""Directions of a network that is trained briefly depend on the classes, whoever builds the layer."""

import warnings

import numpy as np
import pytest
from sklearn.utils import Bunch

import lowrankweights as lrw
from lowrankweights.advice.race import Race
from lowrankweights.building import NetworkDirections
from lowrankweights.experiments import convnets, training
from lowrankweights.networks import Dense, Network
from lowrankweights.selection.choice import Choice
from lowrankweights.selection.fold import Folds
from lowrankweights.weights import Predicted

DIGITS = lrw.datasets.load_digits()
X, y = DIGITS.X_train[:300].astype(np.float32), DIGITS.y_train[:300]
BRIEF = NetworkDirections(n_hidden=12, n_iter=8)
HOW = {"hidden": [6], "dictionary": [BRIEF], "proportion": 0.1, "n_columns": [1], "seed": 0}


def of_figures(y):
    spec = {**HOW, "length_scale": 1.0, "index_sets": "uniform", "pretrain_iter": 0}
    return training.untrained(spec, Bunch(X_train=X, y_train=y, input_shape=(8, 8)), {}, 1)[0]


def of_figure_5(y):
    own = {
        "filters": [3],
        "windows": [3],
        "pool": 2,
        "padding": "valid",
        "activation": "sigmoid",
        "length_scale": 1.0,
    }
    both = {"dictionary": ["none", BRIEF], "proportion": [1.0, 0.1], "n_columns": [1, 1]}
    data = Bunch(X_train=X, y_train=y, input_shape=(8, 8, 1))
    return convnets.untrained({**HOW, **own, **both}, data, 1)[0]


def of_estimator(y):
    how = {"dictionary": BRIEF, "proportion": 0.1, "n_columns": 1, "input_shape": (8, 8), "random_state": 0}
    return lrw.LowRankMLPClassifier((6,), max_iter=1, **how).fit(X, y).network_


def of_convnet(y):
    how = {"dictionary": ("none", BRIEF), "proportion": (1.0, 0.1), "n_columns": 1, "input_shape": (8, 8)}
    model = lrw.LowRankConvNetClassifier((3,), 3, hidden_layer_sizes=(6,), max_iter=1, random_state=0, **how)
    return model.fit(X, y).network_


def of_search(others):
    folds = Folds(X, np.eye(10)[y], "softmax_cross_entropy", None, np.random.default_rng(0))
    choice = Choice((9, 6), ("none", BRIEF), (64, 3), (1, 1), 1e-4, n_v=64, n_out=10)
    fold = folds.first(1)[0]
    fold.Y = np.eye(10)[others][: len(fold.X)]  # the same rows, other classes
    return choice.network(fold, "sigmoid", np.random.default_rng(0))[0]


def of_advice(others):
    race = Race(X, y, 10, None, False, np.random.default_rng(0))
    fold = race.fold(len(X), 0)
    fold.Y = np.eye(10)[others][: len(fold.v)]
    return Network([Dense(Predicted(fold.prepared(BRIEF).draw(3).U, 6))], "softmax_cross_entropy")


@pytest.mark.parametrize("build", [of_figures, of_figure_5, of_estimator, of_convnet, of_search, of_advice])
def test_other_classes_give_another_dictionary(build):
    with warnings.catch_warnings(action="ignore"):
        nets = [build(y), build((y + np.arange(len(y)) % 2) % 10)]
    U = [
        [
            layer.parametrisation.U
            for layer in net.layers
            if hasattr(getattr(layer, "parametrisation", None), "U")
        ]
        for net in nets
    ]
    assert len(U[0]) == 1 and U[0][0].shape == U[1][0].shape
    assert abs(U[0][0] - U[1][0]).max() > 1e-3
