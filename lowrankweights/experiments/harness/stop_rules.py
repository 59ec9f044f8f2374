"""When a run ends: a stated rule on what must fall, not a common count of iterations."""

from collections.abc import Callable
from dataclasses import dataclass

from ...optimisation.early_stop import EarlyStop, fell_by_less


@dataclass(frozen=True)
class StopRule:
    """A rule by which a run ends, see ``EarlyStop``.

    Attributes
    ----------
    name : str
        What specs and results call it: it stays.
    sentence : str
        What readers are told, written beside the results; free to be reworded.
    measure : callable
        ``measure(info, validation_error)``: what must fall. ``validation_error(theta)`` may be called.
    least_fall : float
        By which part of itself it must fall.
    """

    name: str
    sentence: str
    measure: Callable
    least_fall: float

    def callback(self, validation_error):
        """The rule as a callback of ``minimize``, which keeps the best theta."""
        return EarlyStop(lambda info: self.measure(info, validation_error), self.least_fall)


ON_VALIDATION = StopRule(
    "validation error",
    fell_by_less("validation error", 0.02),
    lambda info, validation_error: validation_error(info.theta),
    least_fall=0.02,
)
ON_LOSS = StopRule(
    "training loss",
    fell_by_less("training loss", 0.05),
    lambda info, validation_error: info.loss,
    least_fall=0.05,
)
STOP_RULES = {rule.name: rule for rule in (ON_VALIDATION, ON_LOSS)}
