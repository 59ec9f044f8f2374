"""Figure 6, right: RICA against RICA-50% at equal numbers of learned parameters.

RICA-50% predicts half of each filter, and has twice as many filters.
"""

import numpy as np

from ...results import files as result_files
from ...results.claims import compare
from .. import rica_classification as rica

PRESETS = {
    "quick": {"settings": rica.DIGITS, "n_components": (4, 8, 16, 32), "seeds": 2},
    "standard": {"settings": rica.CIFAR, "n_components": (17, 66, 146, 275, 404), "seeds": 3},
    "paper": {"settings": rica.CIFAR, "n_components": (17, 66, 146, 275, 404, 533), "seeds": 5},
}
ITERATIONS = (
    "iterations: medians. A run ends when its loss hardly falls any more; where there are more filters\n"
    "than pixels most of the loss is what no filter can change, and the larger model ends sooner."
)
MODELS = {"RICA": (["none"], 1.0), "RICA-50%": (["squared_exponential"], 0.5)}

group, run_one = rica.group, rica.run_one


def runs(preset):
    """Seed by seed, budget by budget: RICA with n filters, then RICA-50% with 2 n."""
    p = PRESETS[preset]
    chosen = [p["settings"]] + [rica.STL] * (preset != "quick" and rica.stl10_is_here())
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
                    specs.append({**rica.COMMON, **settings, "figure": "6-budget", "seed": seed, **own})
    return specs


def summary(results):
    """Errors (%) at each budget, and how long the runs were."""
    lines = []
    for data in rica.data_sets(results):
        own = result_files.select(results, data=data)
        lines.append(f"{rica.title(own[0])}: error (%) at equal numbers of learned parameters")
        lines.append(f"({rica.tested_on(own[0])})")
        lines.append("   learned     RICA  RICA-50%    iterations of each")
        for n_dynamic in _budgets(own):
            sides = [_at(own, name, n_dynamic) for name in MODELS]
            errors = [f"{rica.error_interval(r)[0]:.2f}{rica.marks(r)}" if r else "-" for r in sides]
            n_iter = [f"{np.median([x['n_iter'] for x in r]):.0f}" if r else "-" for r in sides]
            lines.append(
                f"  {n_dynamic:>8,}  {errors[0]:>7}  {errors[1]:>8}    {n_iter[0]:>6}  {n_iter[1]:>6}"
            )
    return "\n".join(lines + rica.legend("".join(lines)) + [ITERATIONS])


def check_claims(results):
    """The paper's claim at each budget, as a list of ``Claim``."""
    found = []
    for data in rica.data_sets(results):
        own = result_files.select(results, data=data)
        for n_dynamic in _budgets(own):
            a, b = (_at(own, name, n_dynamic) for name in MODELS)
            text = f"RICA-50% beats RICA with {n_dynamic:,} learned parameters, {rica.title(own[0])}"
            found.append(compare(text, b, a))
    return [claim for claim in found if claim is not None]


def draw(results):
    """A panel for each data set: error against the number of learned parameters."""
    return rica.panels(results, _panel)


def _panel(ax, own):
    from ... import plotting

    for style, name in zip(plotting.line_styles(2), MODELS, strict=True):
        budgets = [b for b in _budgets(own) if _at(own, name, b)]
        if budgets:
            mean, low, high = np.array([rica.error_interval(_at(own, name, b)) for b in budgets]).T
            bars = [mean - low, high - mean]
            ax.errorbar(budgets, mean, bars, capsize=2, elinewidth=0.8, label=name, **style)
    ax.set(xlabel="learned parameters of the filters (thousands)", xscale="log")
    ticks = _budgets(own)
    ax.set_xticks(ticks, [f"{t / 1000:.3g}" for t in ticks], minor=False)
    ax.minorticks_off()


def _budgets(results):
    return sorted({r["n_dynamic"] for r in results})


def _at(results, name, n_dynamic):
    dictionary, proportion = MODELS[name]
    return result_files.select(results, dictionary=dictionary, proportion=proportion, n_dynamic=n_dynamic)
