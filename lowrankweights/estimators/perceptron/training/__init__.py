"""What a perceptron learns from and for how long: its rows, the stages of its schedule, early stopping."""

from .rows import LabelledRows, row_weights
from .schedule import check_schedule, stages_of
from .validation import Validation

__all__ = ["LabelledRows", "Validation", "check_schedule", "row_weights", "stages_of"]
