"""The multilayer perceptron of which only a part of the weights is learned."""

from .classifier import LowRankMLPClassifier
from .convnet import LowRankConvNetClassifier
from .regressor import LowRankMLPRegressor

__all__ = ["LowRankConvNetClassifier", "LowRankMLPClassifier", "LowRankMLPRegressor"]
