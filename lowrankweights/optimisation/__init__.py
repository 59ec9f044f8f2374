"""How theta is found and checked: gradient checks, L-BFGS, why it stopped. Knows no network."""

from .early_stop import EarlyStop
from .gradcheck import adjoint_error, complex_step, directional_derivative, gradient_error, numeric_gradient
from .gradient_report import GradientReport, check_gradient, measured_noise
from .history import Info, Result
from .lbfgs import minimize, minimize_stages
from .progress import load_checkpoint

__all__ = [
    "EarlyStop",
    "GradientReport",
    "Info",
    "Result",
    "adjoint_error",
    "check_gradient",
    "complex_step",
    "directional_derivative",
    "gradient_error",
    "load_checkpoint",
    "measured_noise",
    "minimize",
    "minimize_stages",
    "numeric_gradient",
]
