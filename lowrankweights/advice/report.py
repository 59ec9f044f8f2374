"""What was found: numbers, a picture, and advice in words."""

from dataclasses import dataclass
from typing import Any

import numpy as np

REFERENCE = "random_projection"
WORDS = {
    "none": "every weight, narrower",
    "pca": "pca + network",
    "low_rank": "low rank",
}


@dataclass(frozen=True, eq=False)
class PredictabilityReport:
    """What ``predictability`` found; ``str`` is a table and the advice.

    Attributes
    ----------
    advice : str
        What to train, why, and how sure that is.
    recommended : dict
        Parameters of ``LowRankMLPClassifier`` (or ``LowRankMLPRegressor``) that can be fitted at once.
    shares : ndarray
        n_alpha / n_v, increasing.
    explained : dict
        Dictionary: ndarray, explained variance for each of ``shares``; nan beyond its atoms.
    trials : list of dict
        The best network of each approach, from the best on; empty without y. ``approach``; ``error`` on
        rows held out (of classes the part that is wrong, of targets 1 - R^2), its ``standard_error``;
        ``difference`` from the best, row by row, and ``difference_error``, nan unless both were in the last
        round; ``round``, the last that it took part in (errors of earlier ones are of fewer rows and
        iterations; see ``race.run``); ``n_dynamic``, numbers learned; ``parameters`` for the estimator.
    left_out : dict
        Dictionary: why it was not tried.
    n_rows, n_v, budget : int
    task : "classification", "regression" or None
    """

    advice: str
    recommended: dict
    shares: Any
    explained: dict
    trials: list
    left_out: dict
    n_rows: int
    n_v: int
    budget: int
    task: str | None

    @property
    def table(self):
        """{approach: what is known of it}: ``explained``, by share, and the entries of its trial."""
        found = {name: {"explained": dict(zip(self.shares.tolist(), curve.tolist(), strict=True))}
                 for name, curve in self.explained.items()}  # fmt: skip
        for trial in self.trials:
            found.setdefault(trial["approach"], {}).update(trial)
        return found

    def plot(self, ax=None):
        """Explained variance against share, a line a dictionary; random projections dashed in grey.

        Returns the Axes.
        """
        import matplotlib.pyplot as plt

        from ..plotting import line_styles

        if ax is None:
            _, ax = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
        percent, others = 100 * self.shares, [name for name in self.explained if name != REFERENCE]
        others.sort(key=lambda name: -np.nanmean(self.explained[name]))
        for name, style in zip(others, line_styles(len(others)), strict=True):
            ax.plot(percent, 100 * self.explained[name], label=name.replace("_", " "), **style)
        ax.plot([0, 100], [0, 100], color="#bbbbbb", lw=0.9, zorder=0, label="nothing predicted")
        if REFERENCE in self.explained:
            grey = {"color": "#777777", "ls": "--", "lw": 1.8, "zorder": 5}
            ax.plot(percent, 100 * self.explained[REFERENCE], label=REFERENCE.replace("_", " "), **grey)
        ax.set(xlabel="share of the weights learned, %", ylabel="explained variance of a feature, %")
        lowest = min((100 * np.nanmin(curve) for curve in self.explained.values()), default=0)
        ax.set(ylim=(max(-20, min(0, lowest)) - 2, 103), xlim=(0, 100))
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(axis="y", lw=0.4, alpha=0.5)
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize="small")
        return ax

    def __str__(self):
        lines = [f"{self.n_rows:,} rows of {self.n_v} inputs", "", "Explained variance of a feature, %", ""]
        head = "".join(f"{share:>8.0%}" for share in self.shares)
        lines.append(f"{'share of its weights':24}{head}")
        for name, curve in sorted(self.explained.items(), key=lambda item: -np.nansum(item[1])):
            lines.append(f"{name:24}" + "".join(f"{_percent(e):>8}" for e in curve))
        if self.trials:
            what = "error, %" if self.task == "classification" else "1 - R^2, %"
            lines += ["", f"Trials, each with about {self.budget:,} learned numbers", ""]
            lines.append(f"{'':24}{what:>16}{'hidden':>8}{'share':>8}{'decay':>8}")
            lines += [_line(trial, self.trials[0]["round"]) for trial in self.trials]
            lines.append(
                "(in brackets: the round of the race after which it was out, with errors of fewer rows)"
            )
        for name, why in self.left_out.items():
            lines.append(f"not tried: {name} ({why})")
        return "\n".join([*lines, "", self.advice])


def _percent(part):
    return "" if np.isnan(part) else f"{100 * part:.1f}"


def _line(trial, last):
    parameters = trial["parameters"]
    error = f"{100 * trial['error']:.1f} ± {100 * trial['standard_error']:.1f}"
    left = "" if trial["round"] == last else f"  ({trial['round']})"
    share = f"{parameters['proportion']:.2g}" if "proportion" in parameters else "all"
    units, decay = parameters["hidden_layer_sizes"][0], parameters["weight_decay"]
    name = WORDS.get(trial["approach"], trial["approach"])
    return f"{name:24}{error:>16}{units:>8}{share:>8}{decay:>8g}{left}"
