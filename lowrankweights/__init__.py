"""lowrankweights: predict most weights of a neural network, learn only the rest.

A weight matrix W = U w_alpha: the dictionary U is built once, only w_alpha is trained
(Denil, Shakibi, Dinh, Ranzato and de Freitas, Predicting Parameters in Deep Learning, NIPS 2013).
"""

import importlib

from . import dictionaries
from .dictionaries import predict_features, predictive_variance
from .gradcheck import gradient_error
from .kernels import EmpiricalCovariance, SquaredCovariance, SquaredExponential
from .layers import Dense
from .lbfgs import minimize
from .networks import Network
from .objective import Objective
from .parametrisations import Columns, Full, LowRank, Predicted
from .rica import rica_objective
from .weight_space import grid_coordinates, sample_index_set

__version__ = "0.1.0"

# What needs scikit-learn or matplotlib is imported at its first use, so that importing the
# package stays cheap.
_LAZY = {
    "LowRankAutoencoder": "estimators",
    "LowRankMLPClassifier": "estimators",
    "LowRankMLPRegressor": "estimators",
    "RICA": "estimators",
    "ZCAWhitening": "patches",
    "save": "model_files",
    "load": "model_files",
    "coates": None,
    "datasets": None,
    "patches": None,
    "explorer": None,
    "plotting": None,
    "teaching": None,
    "explain": "teaching.worked_numbers",
    "draw": "teaching.drawing",
    "timemachine": None,
}

__all__ = [
    "Columns",
    "Dense",
    "EmpiricalCovariance",
    "Full",
    "LowRank",
    "Network",
    "Objective",
    "Predicted",
    "SquaredCovariance",
    "SquaredExponential",
    "dictionaries",
    "gradient_error",
    "grid_coordinates",
    "minimize",
    "predict_features",
    "predictive_variance",
    "rica_objective",
    "sample_index_set",
    *sorted(_LAZY),
]


def __getattr__(name):
    if name not in _LAZY:
        raise AttributeError(f"module 'lowrankweights' has no attribute {name!r}")
    module = importlib.import_module(f".{_LAZY[name] or name}", __name__)
    value = getattr(module, name) if _LAZY[name] else module
    globals()[name] = value
    return value


def __dir__():
    return sorted(set(globals()) | set(_LAZY))
