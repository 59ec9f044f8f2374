"""Strategies: how a layer's dictionaries are made from its input, each with settings that a recipe holds."""

from .by_name import LEARNED, NAMES, STRATEGIES, AutoencoderFilters, Function, strategy_of
from .directions import Directions, KernelEigenvectors, NetworkDirections, PrincipalComponents
from .index_choices import INDEX_SETS, IndexSetChoice, Local, Pivoted, Spread, Uniform
from .kernel_strategies import (
    CovarianceRidge,
    GivenKernel,
    KernelRidge,
    KernelStrategy,
    ScaledSquaredExponentialRidge,
    SquaredCovarianceRidge,
    SquaredExponentialRidge,
    TaperedCovarianceRidge,
)
from .learned_kernel import LearnedKernel
from .strategy import DrawnDictionary, PreparedStrategy, Strategy, Unexplained

__all__ = [
    "INDEX_SETS",
    "LEARNED",
    "NAMES",
    "STRATEGIES",
    "AutoencoderFilters",
    "CovarianceRidge",
    "Directions",
    "DrawnDictionary",
    "Function",
    "GivenKernel",
    "IndexSetChoice",
    "KernelEigenvectors",
    "KernelRidge",
    "KernelStrategy",
    "LearnedKernel",
    "Local",
    "NetworkDirections",
    "Pivoted",
    "PreparedStrategy",
    "PrincipalComponents",
    "ScaledSquaredExponentialRidge",
    "Spread",
    "SquaredCovarianceRidge",
    "SquaredExponentialRidge",
    "Strategy",
    "TaperedCovarianceRidge",
    "Unexplained",
    "Uniform",
    "strategy_of",
]
