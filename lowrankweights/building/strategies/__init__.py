"""Strategies: how a layer's dictionaries are made from its input, each with settings that a recipe holds."""

from .by_name import LEARNED, NAMES, STRATEGIES, AutoencoderFilters, Function, strategy_of
from .index_choices import INDEX_SETS, IndexSetChoice, Local, Pivoted, Spread, Uniform
from .kernel_strategies import (
    CovarianceRidge,
    GivenKernel,
    KernelRidge,
    KernelStrategy,
    SquaredCovarianceRidge,
    SquaredExponentialRidge,
)
from .strategy import DrawnDictionary, PreparedStrategy, Strategy, Unexplained

__all__ = [
    "INDEX_SETS",
    "LEARNED",
    "NAMES",
    "STRATEGIES",
    "AutoencoderFilters",
    "CovarianceRidge",
    "DrawnDictionary",
    "Function",
    "GivenKernel",
    "IndexSetChoice",
    "KernelRidge",
    "KernelStrategy",
    "Local",
    "Pivoted",
    "PreparedStrategy",
    "Spread",
    "SquaredCovarianceRidge",
    "SquaredExponentialRidge",
    "Strategy",
    "Unexplained",
    "Uniform",
    "strategy_of",
]
