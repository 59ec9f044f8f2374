"""scikit-learn faces of the models."""

from .autoencoder import LowRankAutoencoder
from .perceptron import LowRankConvNetClassifier, LowRankMLPClassifier, LowRankMLPRegressor
from .rica import RICA

__all__ = [
    "RICA",
    "LowRankAutoencoder",
    "LowRankConvNetClassifier",
    "LowRankMLPClassifier",
    "LowRankMLPRegressor",
]
