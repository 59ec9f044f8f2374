"""The definition: forward and backward pass in NumPy, to be read; what runs fast is its twin in ``speed``."""

from .activations import ACTIVATIONS, sigmoid
from .layers import Dense, Layer
from .letters import LETTERS
from .losses import LOSSES
from .network import Network
from .rows import Rows

__all__ = ["ACTIVATIONS", "LETTERS", "LOSSES", "Dense", "Layer", "Network", "Rows", "sigmoid"]
