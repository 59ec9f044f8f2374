"""When a run ends: a stated rule on what must fall, not a common count of iterations."""

from dataclasses import dataclass

from ...optimisation.early_stop import PATIENCE, EarlyStop, fell_by_less


@dataclass(frozen=True)
class StopRule:
    """A rule by which a run ends, see ``EarlyStop``.

    Attributes
    ----------
    name : str
        What specs and results call it: it stays.
    on_validation : bool
        Whether it is the error on validation images that must fall, or the training loss.
    least_fall : float
        By which part of itself it must fall.
    patience : int
        Within so many iterations.
    """

    name: str
    on_validation: bool
    least_fall: float
    patience: int = PATIENCE

    @property
    def sentence(self):
        """What readers are told, written beside the results; free to be reworded."""
        what = "validation error" if self.on_validation else "training loss"
        return fell_by_less(what, self.least_fall, self.patience)

    def callback(self, validation_error):
        """The rule as a callback of ``minimize``, which keeps the best theta.

        ``validation_error(theta)`` is what it asks where it is on validation.
        """

        def measure(info):
            return validation_error(info.theta) if self.on_validation else info.loss

        return EarlyStop(measure, self.least_fall, self.patience)


ON_VALIDATION = StopRule("validation error", on_validation=True, least_fall=0.02)
PATIENT = StopRule("validation error, patient", on_validation=True, least_fall=0.02, patience=180)
IMPATIENT = StopRule("validation error, impatient", on_validation=True, least_fall=0.02, patience=40)
ON_LOSS = StopRule("training loss", on_validation=False, least_fall=0.05)
STOP_RULES = {rule.name: rule for rule in (ON_VALIDATION, PATIENT, IMPATIENT, ON_LOSS)}
