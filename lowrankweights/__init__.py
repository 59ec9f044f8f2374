"""lowrankweights: predict most weights of a neural network, learn only the rest.

A weight matrix W = U w_alpha: the dictionary U is built once, only w_alpha is trained
(Denil, Shakibi, Dinh, Ranzato and de Freitas, Predicting Parameters in Deep Learning, NIPS 2013).
"""

from ._lazy import lazy

__version__ = "0.1.0"

# Each name is imported at its first use, so that importing the package is cheap.
_NAMES = {
    "Adapted": "weights",
    "Columns": "weights",
    "Conv2d": "networks",
    "Dense": "networks",
    "Dropout": "networks",
    "Flatten": "networks",
    "MaxPool2d": "networks",
    "EmpiricalCovariance": "dictionaries",
    "Full": "weights",
    "Grid": "dictionaries",
    "Hashed": "weights",
    "Kernel": "dictionaries",
    "Layer": "networks",
    "LowRank": "weights",
    "LowRankAutoencoder": "estimators",
    "LowRankConvNetClassifier": "estimators",
    "LowRankMLPClassifier": "estimators",
    "LowRankMLPRegressor": "estimators",
    "Network": "networks",
    "Objective": "speed",
    "Parametrisation": "weights",
    "Points": "dictionaries",
    "Predicted": "weights",
    "RICA": "estimators",
    "RandomSubspace": "networks",
    "SquaredCovariance": "dictionaries",
    "SquaredExponential": "dictionaries",
    "Strategy": "building",
    "Unflatten": "networks",
    "ZCAWhitening": "unsupervised",
    "building": "building.",
    "check_gradient": "optimisation",
    "coates": "unsupervised.coates.",
    "datasets": "datasets.",
    "dictionaries": "dictionaries.",
    "draw": "teaching.worked.drawing",
    "experiments": "experiments.",
    "explain": "teaching.worked.numbers",
    "explorer": "explorer.",
    "gradient_error": "optimisation",
    "grid_coordinates": "dictionaries",
    "ledger": "estimators.ledger",
    "load": "estimators.model_files",
    "minimize": "optimisation",
    "patches": "unsupervised.patches.",
    "pivoted_index_set": "dictionaries",
    "plotting": "plotting.",
    "predict_features": "dictionaries",
    "predictability": "advice",
    "predictive_variance": "dictionaries",
    "rica_objective": "unsupervised",
    "sample_index_set": "dictionaries",
    "save": "estimators.model_files",
    "speech": "speech.",
    "teaching": "teaching.",
    "timemachine": "timemachine.",
}

_ROOMS = ("estimators", "networks", "optimisation", "speed", "unsupervised", "weights")

__all__ = sorted(_NAMES)

__getattr__, _names = lazy(__name__, _NAMES | {room: f"{room}." for room in _ROOMS})


def __dir__():
    return sorted({*globals(), *_names()})
