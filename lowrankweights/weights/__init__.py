"""W from few numbers, and dL/dW back to them: parametrisations know neither layers nor kernels."""

from .parametrisations import Columns, Full, LowRank, Parametrisation, Predicted, check_parametrisation

__all__ = [
    "Columns",
    "Full",
    "LowRank",
    "Parametrisation",
    "Predicted",
    "check_parametrisation",
]
