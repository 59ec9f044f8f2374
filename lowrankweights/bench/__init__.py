"""``lowrankweights bench``: our time as a ratio of the machine's own matrix products, and of others'.

Everything is measured in one run, in turn (A B C, A B C, ...), and given as medians: on a noisy
machine only ratios from one run mean something. (Only scikit-learn, whose loss and gradient cannot be
called by themselves, is timed once, through fits.)
"""

from .race import run as run_race
from .run import run

__all__ = ["run", "run_race"]
