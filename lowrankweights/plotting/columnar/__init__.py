"""Layers and networks drawn from their objects: columns as parallel paths, with all shapes."""

from .columnar_layers import WIDTH, columnar, columnar_layer, height_of

__all__ = ["WIDTH", "columnar", "columnar_layer", "height_of"]
