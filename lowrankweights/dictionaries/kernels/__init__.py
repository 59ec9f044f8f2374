"""How alike two weights are: kernels of positions and of data, which add, multiply and are learned."""

from .algebra import Kernel
from .foreign import as_kernel, is_kernel
from .of_activities import Deviations, EmpiricalCovariance, SquaredCovariance, Tabulated
from .smooth import SquaredExponential

__all__ = [
    "Deviations",
    "EmpiricalCovariance",
    "Kernel",
    "SquaredCovariance",
    "SquaredExponential",
    "Tabulated",
    "as_kernel",
    "is_kernel",
]
