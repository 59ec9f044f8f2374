"""Convolutions, fast: windows as few large matrix products, orders of a product, pooling in one pass."""

from .convolution_twins import ConvolutionTwin
from .pooling import PoolingTwin

__all__ = ["ConvolutionTwin", "PoolingTwin"]
