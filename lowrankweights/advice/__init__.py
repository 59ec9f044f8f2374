"""What to train, asked before a long training: whether weights can be predicted, and what a budget buys."""

from .candidates import Candidate, candidates_for
from .explained import explained_variance
from .predictability import predictability
from .report import PredictabilityReport

__all__ = ["Candidate", "PredictabilityReport", "candidates_for", "explained_variance", "predictability"]
