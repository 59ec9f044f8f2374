"""Networks with every number and every shape shown: worked numbers (``explain``) and pictures (``draw``).

A formula's words are in ``numbers.py``, how they look in ``formats.py``, the picture in ``drawing.py``.
"""

from ..._lazy import lazy

# matplotlib is imported when something is drawn
_NAMES = {"WorkedNumbers": "formats", "draw": "drawing", "explain": "numbers"}
__all__ = sorted(_NAMES)
__getattr__, __dir__ = lazy(__name__, _NAMES)
