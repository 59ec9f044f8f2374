"""The multilayer perceptron of which only a part of the weights is learned."""

from .classifier import LowRankMLPClassifier
from .regressor import LowRankMLPRegressor

__all__ = ["LowRankMLPClassifier", "LowRankMLPRegressor"]
