"""scikit-learn faces of the models."""

from .autoencoder import LowRankAutoencoder
from .perceptron import LowRankMLPClassifier, LowRankMLPRegressor

__all__ = ["LowRankAutoencoder", "LowRankMLPClassifier", "LowRankMLPRegressor"]
