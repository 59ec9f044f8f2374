"""Figure 6, left: error of a classifier on RICA's features against the share of each filter learned."""

import numpy as np

from . import results as result_files
from .rica_classification import (
    CIFAR,
    COMMON,
    DIGITS,
    STL,
    at_its_limit,
    error_interval,
    group,
    run_one,
    stl10_is_here,
    title,
)  # fmt: skip

PRESETS = {
    "quick": {"settings": {**DIGITS, "n_components": 40}, "seeds": 2},
    "standard": {"settings": {**CIFAR, "n_components": 400}, "seeds": 3},
    "paper": {"settings": {**CIFAR, "n_components": 800}, "seeds": 5},
}
PROPORTIONS = (0.08, 0.25, 0.5, 0.7, 0.9)

__all__ = ["draw", "group", "run_one", "runs", "summary"]


def runs(preset):
    """Seed by seed: nokernel, then the proportions; STL-10 after CIFAR-10 when its labels are here."""
    p = PRESETS[preset]
    chosen = [p["settings"]]
    if preset != "quick" and stl10_is_here():
        chosen.append({**STL, "n_components": p["settings"]["n_components"]})
    specs = []
    for settings in chosen:
        for seed in range(p["seeds"]):
            common = {**COMMON, **settings, "figure": "6-proportion", "seed": seed}
            specs.append({**common, "dictionary": ["none"], "proportion": 1.0})
            own = {**common, "dictionary": ["squared_exponential"]}
            specs += [{**own, "proportion": q} for q in PROPORTIONS]
    return specs


def summary(results):
    """Errors (%), and how much worse than nokernel, with the paired interval."""
    lines = []
    for data in _data_sets(results):
        own = result_files.select(results, data=data)
        full = [r for r in own if r["dictionary"] == ["none"]]
        lines.append(
            f"{title(own[0])}, {own[0]['n_components']} filters: error (%), difference to nokernel (points)"
        )
        for p in [1.0, *_proportions(own)]:
            part = full if p == 1.0 else _at(own, p)
            if not part:
                continue
            mean, low, high = error_interval(part)
            label = "nokernel" if p == 1.0 else f"{100 * p:g} % learned"
            line = f"  {label:<14} {mean:.2f}{at_its_limit(part)} ({low:.2f} to {high:.2f})"
            lines.append(line if p == 1.0 or not full else line + _difference(part, full))
    return "\n".join(lines)


def draw(results):
    """A panel for each data set: the share learned, and nokernel as a line."""
    import matplotlib.pyplot as plt

    from .. import plotting

    names = _data_sets(results)
    figure, axes = plt.subplots(
        1, len(names), figsize=(4.6 * len(names), 3.6), layout="constrained", squeeze=False
    )
    style, *_ = plotting.line_styles(1)
    for ax, data in zip(axes[0], names, strict=True):
        own = result_files.select(results, data=data)
        full = [r for r in own if r["dictionary"] == ["none"]]
        if full:
            mean, low, high = error_interval(full)
            ax.axhline(mean, color="#555555", lw=1.2, label="nokernel: every weight learned")
            ax.axhspan(low, high, color="#555555", alpha=0.12, lw=0)
        shares = _proportions(own)
        if shares:
            mean, low, high = np.array([error_interval(_at(own, p)) for p in shares]).T
            x, label = 100 * np.array(shares), "RICA, the rest predicted"
            ax.errorbar(x, mean, [mean - low, high - mean], capsize=2, elinewidth=0.8, label=label, **style)
        ax.set(xlabel="share of each filter's weights that is learned (%)", ylabel="error (%)", xlim=(0, 100))
        ax.set_title(f"{title(own[0])}, {own[0]['n_components']} filters")
        ax.grid(axis="y", lw=0.4, alpha=0.5)
        ax.legend(fontsize="small")
    return figure


def _difference(part, full):
    """The paired difference to nokernel over the seeds that both have."""
    seeds = sorted({r["seed"] for r in part} & {r["seed"] for r in full})
    if not seeds:
        return ""
    wrong = [[result_files.select(x, seed=s)[0]["wrong"] for s in seeds] for x in (part, full)]
    mean, low, high = (100 * v for v in result_files.paired_interval(*wrong, part[0]["n_test"]))
    return f"   {mean:+.2f} ({low:+.2f} to {high:+.2f})"


def _data_sets(results):
    return list(dict.fromkeys(r["data"] for r in results))


def _proportions(results):
    return sorted({r["proportion"] for r in results if r["dictionary"] != ["none"]})


def _at(results, proportion):
    return result_files.select(results, proportion=proportion, dictionary=["squared_exponential"])
