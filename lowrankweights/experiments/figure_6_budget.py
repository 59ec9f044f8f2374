"""Figure 6, right: RICA against RICA-50% at equal numbers of learned parameters.

RICA-50% predicts half of each filter, and has twice as many filters.
"""

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
    "quick": {"settings": DIGITS, "n_components": (4, 8, 16, 32), "seeds": 2},
    "standard": {"settings": CIFAR, "n_components": (25, 50, 100, 200, 400), "seeds": 3},
    "paper": {"settings": CIFAR, "n_components": (17, 66, 146, 275, 404, 533), "seeds": 5},
}
MODELS = {"RICA": (["none"], 1.0), "RICA-50%": (["squared_exponential"], 0.5)}

__all__ = ["draw", "group", "run_one", "runs", "summary"]


def runs(preset):
    """Seed by seed, budget by budget: RICA with n filters, then RICA-50% with 2 n."""
    p = PRESETS[preset]
    chosen = [p["settings"]] + [STL] * (preset != "quick" and stl10_is_here())
    specs = []
    for settings in chosen:
        for seed in range(p["seeds"]):
            for n in p["n_components"]:
                for dictionary, proportion in MODELS.values():
                    own = {
                        "dictionary": dictionary,
                        "proportion": proportion,
                        "n_components": round(n / proportion),
                    }
                    specs.append({**COMMON, **settings, "figure": "6-budget", "seed": seed, **own})
    return specs


def summary(results):
    """Errors (%) at each budget, and the paired difference with its interval."""
    lines = []
    for data in dict.fromkeys(r["data"] for r in results):
        own = result_files.select(results, data=data)
        level = 90 if len(own[0]["fold_errors"]) > 1 else 95
        lines.append(f"{title(own[0])}: error (%) at equal numbers of learned parameters")
        lines.append(f"   learned     RICA  RICA-50%   RICA-50% less RICA, points ({level} % interval)")
        for n_dynamic in sorted({r["n_dynamic"] for r in own}):
            a, b = (_at(own, name, n_dynamic) for name in MODELS)
            if not a or not b:
                continue
            mean, low, high = _difference(b, a, level / 100)
            errors = [f"{error_interval(r)[0]:.2f}{at_its_limit(r)}" for r in (a, b)]
            lines.append(
                f"  {n_dynamic:>8,}  {errors[0]:>7}  {errors[1]:>8}   {mean:+.2f} ({low:+.2f} to {high:+.2f})"
            )
    return "\n".join(lines)


def draw(results):
    """A panel for each data set: error against the number of learned parameters."""
    import matplotlib.pyplot as plt

    from .. import plotting

    names = list(dict.fromkeys(r["data"] for r in results))
    figure, axes = plt.subplots(
        1, len(names), figsize=(4.6 * len(names), 3.6), layout="constrained", squeeze=False
    )
    for ax, data in zip(axes[0], names, strict=True):
        own = result_files.select(results, data=data)
        for style, name in zip(plotting.line_styles(2), MODELS, strict=True):
            budgets = sorted({r["n_dynamic"] for r in own if r["dictionary"] == MODELS[name][0]})
            if budgets:
                mean, low, high = np.array([error_interval(_at(own, name, b)) for b in budgets]).T
                bars = [mean - low, high - mean]
                ax.errorbar(budgets, mean, bars, capsize=2, elinewidth=0.8, label=name, **style)
        ax.set(
            xlabel="learned parameters of the filters", ylabel="error (%)", xscale="log", title=title(own[0])
        )
        ticks = sorted({r["n_dynamic"] for r in own})
        ax.set_xticks(ticks, [f"{t:,}" for t in ticks], minor=False)
        ax.minorticks_off()
        ax.grid(axis="y", lw=0.4, alpha=0.5)
        ax.legend(fontsize="small")
    return figure


def _difference(b, a, level):
    """The paired difference in error b - a (points) over the seeds that both have."""
    seeds = sorted({r["seed"] for r in a} & {r["seed"] for r in b})
    wrong = [[result_files.select(x, seed=s)[0]["wrong"] for s in seeds] for x in (b, a)]
    return [100 * v for v in result_files.paired_interval(*wrong, a[0]["n_test"], level)]


def _at(results, name, n_dynamic):
    dictionary, proportion = MODELS[name]
    return result_files.select(results, dictionary=dictionary, proportion=proportion, n_dynamic=n_dynamic)
