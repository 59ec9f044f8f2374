"""A network from data: dictionaries by name, built layer by layer."""

from .architecture import Architecture, build
from .strategies import STRATEGIES, LayerInput, predicted_layer

__all__ = [
    "STRATEGIES",
    "Architecture",
    "LayerInput",
    "build",
    "predicted_layer",
]
