"""How theta is found and checked: gradient checks, L-BFGS, why it stopped. Knows no network."""

from .early_stop import EarlyStop
from .gradcheck import adjoint_error, complex_step, directional_derivative, gradient_error, numeric_gradient
from .history import Info, Result
from .lbfgs import minimize, minimize_stages
from .progress import load_checkpoint

__all__ = [
    "EarlyStop",
    "Info",
    "Result",
    "adjoint_error",
    "complex_step",
    "directional_derivative",
    "gradient_error",
    "load_checkpoint",
    "minimize",
    "minimize_stages",
    "numeric_gradient",
]
