"""How theta is found and checked: gradient checks, L-BFGS, why it stopped. Knows no network."""

from .gradcheck import adjoint_error, complex_step, gradient_error, numeric_gradient
from .lbfgs import Info, Result, load_checkpoint, minimize, minimize_stages

__all__ = [
    "Info",
    "Result",
    "adjoint_error",
    "complex_step",
    "gradient_error",
    "load_checkpoint",
    "minimize",
    "minimize_stages",
    "numeric_gradient",
]
