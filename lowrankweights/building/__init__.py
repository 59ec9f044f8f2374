"""A network from data: strategies that make dictionaries, each with a recipe, and layers built on them."""

from .convolutional import ConvolutionSpec, build_convolutional, convolutional_specs
from .layer_by_layer import BuiltLayer, build, predicted_layer
from .layer_input import LayerInput
from .recipes import from_recipe
from .specification import LayerSpec, layer_specs
from .strategies import (
    INDEX_SETS,
    NAMES,
    STRATEGIES,
    CovarianceRidge,
    DrawnDictionary,
    GivenKernel,
    IndexSetChoice,
    KernelRidge,
    KernelStrategy,
    Local,
    Pivoted,
    PreparedStrategy,
    Spread,
    SquaredCovarianceRidge,
    SquaredExponentialRidge,
    Strategy,
    Uniform,
    strategy_of,
)
from .trained_filters import length_scale_of_trained_filters, takes_length_scale, with_trained_length_scale

__all__ = [
    "INDEX_SETS",
    "NAMES",
    "STRATEGIES",
    "BuiltLayer",
    "ConvolutionSpec",
    "CovarianceRidge",
    "DrawnDictionary",
    "GivenKernel",
    "IndexSetChoice",
    "KernelRidge",
    "KernelStrategy",
    "LayerInput",
    "LayerSpec",
    "Local",
    "Pivoted",
    "PreparedStrategy",
    "Spread",
    "SquaredCovarianceRidge",
    "SquaredExponentialRidge",
    "Strategy",
    "Uniform",
    "build",
    "build_convolutional",
    "convolutional_specs",
    "from_recipe",
    "layer_specs",
    "length_scale_of_trained_filters",
    "predicted_layer",
    "strategy_of",
    "takes_length_scale",
    "with_trained_length_scale",
]
