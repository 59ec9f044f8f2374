"""Where the weights of a feature live: points, grids of them, and what users give for either."""

from .grid import Grid, grid_coordinates, image_grid
from .places import places_of, tied_channels
from .points import Points, as_points

__all__ = ["Grid", "Points", "as_points", "grid_coordinates", "image_grid", "places_of", "tied_channels"]
