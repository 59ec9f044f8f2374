"""The same numbers as ``networks``, fast: orders of a product, compiled loops, sums over blocks of rows.

It imports the definition, never the reverse; tests hold each twin against it.
"""

from . import convolutions  # the twins of layers on images are registered there
from .blocks import BlockSum, Engine, Work, available_processors
from .objective import ModelTwin, Objective, model_twin, output, predict
from .plan import Plan
from .twins import Twin, twins

__all__ = [
    "BlockSum",
    "Engine",
    "ModelTwin",
    "Objective",
    "Plan",
    "Twin",
    "Work",
    "available_processors",
    "convolutions",
    "model_twin",
    "output",
    "predict",
    "twins",
]
