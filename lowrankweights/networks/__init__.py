"""The definition: forward and backward pass in NumPy, to be read; what runs fast is its twin in ``speed``."""

from .layers import Dense
from .network import Network

__all__ = [
    "Dense",
    "Network",
]
