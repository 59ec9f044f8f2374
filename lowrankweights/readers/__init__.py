"""Files of one's own, read, checked and told: tables, arrays and folders of pictures become X and y.

A *source* (``TableSource``, ``ArraysSource``, ``PicturesSource``) is what a file holds. What it means is its
*schema*: names and kinds of columns, levels, target, classes, the size of a picture. A schema is plain data,
learned from the training rows and kept in the model file; by it new files are read.
"""

from .own_data import SOURCES, Options, OwnData, read, read_like, schema_of
from .summary import summary

__all__ = ["SOURCES", "Options", "OwnData", "read", "read_like", "schema_of", "summary"]
