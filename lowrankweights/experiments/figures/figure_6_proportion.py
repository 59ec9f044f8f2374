"""Figure 6, left: error of a classifier on RICA's features against the share of each filter learned."""

import numpy as np

from ...results import files as result_files
from ...results.claims import compare
from .. import rica_classification as rica

PRESETS = {
    "quick": {"settings": {**rica.DIGITS, "n_components": 40}, "seeds": 2},
    "standard": {"settings": {**rica.CIFAR, "n_components": 400}, "seeds": 3},
    "paper": {"settings": {**rica.CIFAR, "n_components": 800}, "seeds": 5},
}
PROPORTIONS = (1.0, 0.5, 0.25), (0.08, 0.7, 0.9)  # those that the claim needs come first
MARGIN = 0.01

group, run_one = rica.group, rica.run_one


def runs(preset):
    """CIFAR-10, then STL-10 when its labels are here: what the claim needs for all seeds, then the rest."""
    p = PRESETS[preset]
    chosen = [p["settings"]]
    if preset != "quick" and rica.stl10_is_here():
        chosen.append({**rica.STL, "n_components": p["settings"]["n_components"]})
    specs = []
    for settings in chosen:
        for proportions in PROPORTIONS:
            for seed in range(p["seeds"]):
                common = {**rica.COMMON, **settings, "figure": "6-proportion", "seed": seed}
                names = [["none"] if q == 1 else ["squared_exponential"] for q in proportions]
                pairs = zip(proportions, names, strict=True)
                specs += [{**common, "dictionary": d, "proportion": q} for q, d in pairs]
    return specs


def summary(results):
    """Errors (%) with their intervals."""
    lines = []
    for data in rica.data_sets(results):
        own = result_files.select(results, data=data)
        lines.append(f"{rica.title(own[0])}, {own[0]['n_components']} filters: error (%) and its interval")
        lines.append(f"({rica.tested_on(own[0])})")
        parts = {"nokernel": _full(own)}
        parts |= {f"{100 * p:g} % learned": _at(own, p) for p in _proportions(own)}
        for label, part in parts.items():
            if part:
                mean, low, high = rica.error_interval(part)
                lines.append(f"  {label:<14} {mean:.2f}{rica.marks(part)} ({low:.2f} to {high:.2f})")
    return "\n".join(lines + rica.legend("".join(lines)))


def check_claims(results):
    """How near each share comes to learning every weight, as a list of ``Claim``."""
    found = []
    for data in rica.data_sets(results):
        own = result_files.select(results, data=data)
        for p in _proportions(own):
            text = f"{100 * p:g} % learned is within {100 * MARGIN:g} point of nokernel, {rica.title(own[0])}"
            found.append(compare(text, _at(own, p), _full(own), MARGIN))
    return [claim for claim in found if claim is not None]


def draw(results):
    """A panel for each data set: the share learned, and nokernel as a line."""
    return rica.panels(results, _panel)


def _panel(ax, own):
    from ... import plotting

    style, *_ = plotting.line_styles(1)
    if full := _full(own):
        mean, low, high = rica.error_interval(full)
        ax.axhline(mean, color="#555555", lw=1.2, label="nokernel: every weight learned")
        ax.axhspan(low, high, color="#555555", alpha=0.12, lw=0)
    shares = _proportions(own)
    if shares:
        mean, low, high = np.array([rica.error_interval(_at(own, p)) for p in shares]).T
        x, label = 100 * np.array(shares), "RICA, the rest predicted"
        ax.errorbar(x, mean, [mean - low, high - mean], capsize=2, elinewidth=0.8, label=label, **style)
    ax.set(xlabel="share of each filter's weights that is learned (%)", xlim=(0, 100))
    ax.set_title(f"{rica.title(own[0])}, {own[0]['n_components']} filters")


def _proportions(results):
    return sorted({r["proportion"] for r in results if r["dictionary"] != ["none"]})


def _full(results):
    return result_files.select(results, dictionary=["none"])


def _at(results, proportion):
    return result_files.select(results, proportion=proportion, dictionary=["squared_exponential"])
