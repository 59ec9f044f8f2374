"""The definition: forward and backward pass in NumPy, to be read; what runs fast is its twin in ``speed``."""

from .activations import ACTIVATIONS, Activation, sigmoid
from .dropout import Dropout
from .images import Conv2d, Flatten, MaxPool2d, Unflatten
from .layers import Dense, Layer
from .letters import LETTERS
from .losses import LOSSES, Loss
from .network import Network
from .rows import Rows
from .subspace import RandomSubspace

__all__ = [
    "ACTIVATIONS",
    "LETTERS",
    "LOSSES",
    "Activation",
    "Conv2d",
    "Dense",
    "Dropout",
    "Flatten",
    "Layer",
    "Loss",
    "MaxPool2d",
    "Network",
    "RandomSubspace",
    "Rows",
    "Unflatten",
    "sigmoid",
]
