"""lowrankweights: predict most weights of a neural network, learn only the rest.

A weight matrix W = U w_alpha: the dictionary U is built once, only w_alpha is trained
(Denil, Shakibi, Dinh, Ranzato and de Freitas, Predicting Parameters in Deep Learning, NIPS 2013).
"""

from . import dictionaries
from ._lazy import lazy
from .dictionaries import (
    EmpiricalCovariance,
    Grid,
    Kernel,
    Points,
    SquaredCovariance,
    SquaredExponential,
    grid_coordinates,
    predict_features,
    predictive_variance,
    sample_index_set,
)
from .networks import Dense, Layer, Network
from .optimisation import check_gradient, gradient_error, minimize
from .speed import Objective
from .weights import Columns, Full, LowRank, Parametrisation, Predicted

__version__ = "0.1.0"

# What needs scikit-learn or matplotlib is imported at its first use, so that importing the
# package stays cheap.
_LAZY = {
    "LowRankAutoencoder": "estimators",
    "LowRankMLPClassifier": "estimators",
    "LowRankMLPRegressor": "estimators",
    "RICA": "estimators",
    "Strategy": "building",
    "ZCAWhitening": "unsupervised",
    "building": "building.",
    "coates": "unsupervised.coates.",
    "datasets": "datasets.",
    "draw": "teaching.worked.drawing",
    "explain": "teaching.worked.numbers",
    "experiments": "experiments.",
    "explorer": "explorer.",
    "load": "estimators.model_files",
    "patches": "unsupervised.patches.",
    "plotting": "plotting.",
    "predictability": "advice",
    "rica_objective": "unsupervised",
    "save": "estimators.model_files",
    "teaching": "teaching.",
    "timemachine": "timemachine.",
}

__all__ = [
    "Columns",
    "Dense",
    "EmpiricalCovariance",
    "Full",
    "Grid",
    "Kernel",
    "Layer",
    "LowRank",
    "Network",
    "Objective",
    "Parametrisation",
    "Points",
    "Predicted",
    "SquaredCovariance",
    "SquaredExponential",
    "check_gradient",
    "dictionaries",
    "gradient_error",
    "grid_coordinates",
    "minimize",
    "predict_features",
    "predictive_variance",
    "sample_index_set",
    *sorted(_LAZY),
]

__getattr__, _lazy_names = lazy(__name__, _LAZY)


def __dir__():
    return sorted({*globals(), *_lazy_names()})
