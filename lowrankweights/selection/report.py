"""What was tried, what was chosen, and how sure that is."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Tried:
    """A network that was tried.

    Attributes
    ----------
    choice : Choice
    error : float
        Of validation rows after its last round: share of wrong rows, or squared error over variance.
    standard_error : float
    round, n_rows : int
        The last round that it took part in, and the rows that it learned from there.
    seconds : float
        Of a processor.
    """

    choice: Any
    error: float
    standard_error: float
    round: int
    n_rows: int
    seconds: float


@dataclass(frozen=True)
class SelectionReport:
    """Print it for the table; ``tried`` has everything.

    Attributes
    ----------
    chosen : Tried
    reference : Tried or None
        Every weight, where it was asked how much may be lost.
    tried : list of Tried
        All that was tried, from the fewest learned numbers to the most.
    loss : float or None
        The chosen network's validation error less that of every weight, and its standard error: where there
        are several folds of the network that is drawn anew and trained on all rows, else of this one.
    loss_error : float or None
    max_loss : float or None
    n_rounds, n_rows, n_judging : int
        Rounds, rows that were learned from in the last one, and rows that judged.
    error_name : str
    """

    chosen: Tried
    tried: list
    n_rounds: int
    n_rows: int
    n_judging: int
    reference: Tried | None = None
    loss: float | None = None
    loss_error: float | None = None
    max_loss: float | None = None
    error_name: str = "error"

    @property
    def seconds(self):
        """Of a processor, all that was tried."""
        return sum(t.seconds for t in self.tried)

    @property
    def confidence(self):
        """How probable it is that no more than ``max_loss`` is lost, the difference taken as normal.

        Of this network, as if it had been the only one tried: where few rows judge, the smallest of several
        that seem good enough was lucky too.
        """
        if self.max_loss is None:
            return None
        apart = self.max_loss - self.loss
        if not self.loss_error:
            return float(apart >= 0)
        return 0.5 * math.erfc(-apart / (self.loss_error * math.sqrt(2)))

    @property
    def frontier(self):
        """Of those that learned from all rows: networks that no smaller one is better than."""
        last = [t for t in self.tried if t.n_rows == self.n_rows]
        best, found = math.inf, []
        for tried in sorted(last, key=lambda t: (t.choice.n_dynamic, t.error)):
            if tried.error < best:
                best = tried.error
                found.append(tried)
        return found

    def __str__(self):
        lines = [
            f"{'learned':>9}  {'validation ' + self.error_name:>18}  {'round':>5}  {'seconds':>7}  network"
        ]
        for tried in sorted(self.tried, key=lambda t: (-t.round, t.error))[:12]:
            mark = "*" if tried == self.chosen else "=" if tried == self.reference else " "
            error = f"{100 * tried.error:.2f} ± {100 * tried.standard_error:.2f} %"
            decay = f"weight decay {tried.choice.weight_decay:g}"
            lines.append(
                f"{mark}{tried.choice.n_dynamic:>8,}  {error:>18}  {tried.round:>5}  {tried.seconds:>7.1f}  "
                f"{tried.choice}, {decay}"
            )
        if len(self.tried) > 12:
            lines.append(f"{'':>11}and {len(self.tried) - 12} more, which left earlier")
        return "\n".join([*lines, self.summary()])

    def summary(self):
        """The choice in a sentence or two."""
        chosen = self.chosen.choice
        text = (
            f"* chosen: {chosen}, {chosen.n_dynamic:,} learned numbers; {len(self.tried)} networks tried in "
            f"{self.n_rounds} rounds, {self.seconds:.1f} s of a processor, judged by {self.n_judging:,} rows."
        )
        if self.reference is None:
            return text
        whole = self.reference.choice.n_dynamic
        saved = 100 * (1 - chosen.n_dynamic / whole)
        lost = f"{100 * self.loss:+.2f} ± {100 * self.loss_error:.2f} points"
        sure = f"at most {100 * self.max_loss:g} with probability {self.confidence:.2f}"
        return (
            f"{text}\n= every weight: {whole:,}. {saved:.1f} % of its numbers are not learned; the "
            f"{self.error_name} changes by {lost}, {sure}."
        )


def tried_of(contestant):
    """What is reported of a contestant."""
    c, errors = contestant, contestant.errors
    standard_error = float(errors.std() / np.sqrt(len(errors)))
    return Tried(c.choice, float(errors.mean()), standard_error, c.round, c.n_rows, c.seconds)
