"""W from few numbers, and dL/dW back to them: parametrisations know neither layers nor kernels."""

from .adapted import Adapted, Hashed
from .factors import Factors
from .parametrisations import Columns, Full, LowRank, Parametrisation, Predicted, check_parametrisation

__all__ = [
    "Adapted",
    "Columns",
    "Factors",
    "Full",
    "Hashed",
    "LowRank",
    "Parametrisation",
    "Predicted",
    "check_parametrisation",
]
