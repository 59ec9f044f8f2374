"""Paint the pixels: choose which weights of a feature are known, see at once what they predict.

``write_page`` makes a page that opens from a file, ``Explorer`` a notebook widget; both run the
same module in the browser, without a server.
"""

from .features import load_features
from .images import read_image
from .page import write_page
from .widget import Explorer

__all__ = ["Explorer", "load_features", "read_image", "write_page"]
