"""Layers on images: the lines that they have beside those of a dense layer, their passes and their faults."""

from .passes import convolve, convolve_back, passed_back, passed_through

__all__ = ["convolve", "convolve_back", "passed_back", "passed_through"]
