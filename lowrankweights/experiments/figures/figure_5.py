"""Figure 5: error of a convolutional network against the share of each filter's weights that is learned.

Three convolutions, each with max pooling after it, a dense hidden layer, softmax; the squared exponential
everywhere, one column in each convolution and five in the dense layer (paper, section 4.2). The paper says
neither how its maps are padded nor pooled: ours are padded, so that they keep their size, and of each 2 x 2
the largest number is kept.
"""

import numpy as np

from ...results import Comparison
from ...results.claims import at_its_limit, percent_wrong
from ...results.files import select
from ..convnets import longest, timed, train
from ..harness.figure import Figure
from ..harness.search import TIMING
from ..harness.stop_rules import IMPATIENT
from ..images import data_in_words

COMMON = {
    "model": "convnet", "n_components": None, "pool": 2, "padding": "same", "length_scale": 1.0,
    "activation": "relu", "stop_rule": IMPATIENT.name,
}  # fmt: skip
DIGITS = {
    "data": "digits-16x16", "n_train": 1000, "n_validation": 400, "filters": [8, 12], "windows": [5, 3],
    "hidden": [20], "weight_decay": 1e-3, "schedule": [], "max_iter": 300, "n_timed": 200,
}  # fmt: skip
CIFAR = {"data": "cifar10", "n_validation": 5000, "weight_decay": 1e-3, "n_timed": 200}
# The paper's network with fewer filters, smaller windows and fewer hidden units. Sizes, weight decay and
# schedule were chosen on validation images.
REDUCED = {
    **CIFAR, "n_train": 20_000, "filters": [16, 32, 64], "windows": [5, 5, 5], "hidden": [64],
    "schedule": [[1000, 40], [4000, 40]], "max_iter": 300,
}  # fmt: skip
PAPER = {
    **CIFAR, "n_train": 35_000, "filters": [48, 64, 64], "windows": [8, 8, 5], "hidden": [500],
    "schedule": [[1000, 40], [4000, 40]], "max_iter": 500,
}  # fmt: skip
PRESETS = {
    "quick": {"settings": DIGITS, "seeds": 3},
    "standard": {"settings": REDUCED, "seeds": 3},
    "paper": {"settings": PAPER, "seeds": 3},
}
QUARTER, OTHERS = 0.25, (1.0, 0.1, 0.05, 0.5, 0.75)
N_COLUMNS = 5  # of the dense hidden layer
MARGIN = 0.02


def every_weight(settings):
    """What a spec says of a network without dictionaries."""
    n = len(settings["filters"]) + len(settings["hidden"])
    return {"dictionary": ["none"] * n, "proportion": 1.0, "n_columns": [1] * n}


class ErrorOfConvnets(Figure):
    """Networks with each proportion, and with every weight; several seeds."""

    name, presets = "5", PRESETS
    changes = (
        "**What changed.** A smaller network was run first, with 8, 16 and 32 filters and a rule that ended "
        "runs earlier: three seeds erred on 38.8 % of the held-out images with every weight learned, on "
        "40.6 % with a quarter, whose training loss was higher too: it had no weights to spare. These "
        "runs are of a network with twice the filters, chosen on validation images."
    )

    def models(self, preset):
        """What differs between the models: what the claim needs, then the others."""
        p = self.presets[preset]["settings"]
        n_convolutions, n_dense = len(p["filters"]), len(p["hidden"])
        predicted = {"dictionary": ["squared_exponential"] * (n_convolutions + n_dense)}
        predicted["n_columns"] = [1] * n_convolutions + [N_COLUMNS] * n_dense
        first = [every_weight(p), {**predicted, "proportion": QUARTER}]
        return first, [{**predicted, "proportion": q} for q in OTHERS]

    reading = (
        "**Where it holds, and where not.** From a quarter of the weights on nothing is lost: every share's "
        "mean error is below that of learning every weight, by 0.6 to 2.7 points, though no interval is "
        "clear of zero. With a tenth 8.8 points are lost and with a twentieth 25: of a 5 x 5 window these "
        "are two places and one, and so few say little of a filter. Of the paper's 8 x 8 windows they are "
        "six and three."
    )

    def runs(self, preset, timings=()):
        """The specs: what the primary claim needs for all seeds, then the other proportions."""
        p = self.presets[preset]
        return [
            {"figure": self.name, **COMMON, **p["settings"], **model, "seed": seed}
            for models in self.models(preset)
            for seed in range(p["seeds"])
            for model in models
        ]

    def searches(self, preset):
        """One evaluation of each model on the clock."""
        specs = [spec for spec in self.runs(preset) if spec["seed"] == 0]
        return [{**spec, "stage": TIMING} for spec in specs]

    def run_one(self, spec, shared, n_threads):
        """Train and test one network, or time it."""
        return timed(spec, n_threads) if spec.get("stage") == TIMING else train(spec, shared, n_threads)[0]

    def of_searches(self, preset, results):
        """Time of an evaluation for each model, and of the whole."""
        of = {_key(r): r["milliseconds"] for r in select(results, stage=TIMING)}
        lines = ["| learned | ms an image | numbers learned | fixed |", "|---|---:|---:|---:|"]
        for r in sorted(select(results, stage=TIMING), key=_key):
            counts = f"{r['n_dynamic']:,} | {r['n_static']:,}"
            lines.append(f"| {label(r)} | {r['milliseconds']:.3g} | {counts} |")
        hours = sum(longest(spec, of[_key(spec)]) for spec in self.runs(preset) if _key(spec) in of)
        told = (
            "One loss and gradient, a processor's milliseconds for each image. All "
            f"{len(self.runs(preset))} runs, were each to go on to its limit of iterations: {_hours(hours)} "
            "of a processor, half of it on two."
        )
        return "\n".join(lines) + "\n\n" + told

    def summary(self, results):
        """A row for each model, in Markdown."""
        lines = [
            "| learned | error (%) | 95 % interval | numbers learned | iterations | processor minutes |",
            "|---|---:|---:|---:|---:|---:|",
        ]
        for runs in _by_model(results):
            mean, low, high = percent_wrong(runs)
            mark = "*" * any(map(at_its_limit, runs))
            n_iter = np.mean([r["n_iter"] for r in runs])
            minutes = np.mean([r["seconds"] * r["n_threads"] for r in runs]) / 60
            lines.append(
                f"| {label(runs[0])} | {mean:.2f}{mark} | {low:.2f} to {high:.2f} | "
                f"{runs[0]['n_dynamic']:,} | {n_iter:.0f} | {minutes:.1f} |"
            )
        r = results[0]
        layers = [f"{n} filters of {w} x {w}" for n, w in zip(r["filters"], r["windows"], strict=True)]
        told = (
            f"{', '.join(layers)}; {' and '.join(map(str, r['hidden'])) or 'no'} dense hidden units. "
            f"{r['n_train']:,} training, {r['n_validation']:,} validation, {r['n_test']:,} held-out images; "
            f"means over the seeds that are done, at most {len({r['seed'] for r in results})}. The share is "
            "that of a window's places, in whole numbers: of 5 x 5, 10 % are two. A run ends when its "
            f"{r['stop_sentence']}. *: a run was ended by its limit of iterations, and is left out of the "
            "claims."
        )
        return "\n".join([*lines, "", told])

    def comparisons(self, results):
        """How near each proportion comes to learning every weight; primary: a quarter."""
        everything = _of(results, None)
        for q in sorted({QUARTER, *OTHERS}):
            text = f"{100 * q:g} % learned is no worse than every weight by {100 * MARGIN:g} points"
            yield Comparison(text, _of(results, q), everything, MARGIN, primary=q == QUARTER)

    def draw(self, results):
        """Error against the proportion learned, and every weight as a line."""
        import matplotlib.pyplot as plt

        from ... import plotting

        figure, ax = plt.subplots(figsize=(5.6, 3.8), layout="constrained")
        style, *_ = plotting.line_styles(1)
        if everything := _of(results, None):
            mean, low, high = percent_wrong(everything)
            ax.axhline(mean, color="#555555", lw=1.2, label="nokernel: every weight learned")
            ax.axhspan(low, high, color="#555555", alpha=0.12, lw=0)
        points = [
            (100 * q, *percent_wrong(runs)) for q in sorted(OTHERS + (QUARTER,)) if (runs := _of(results, q))
        ]
        if points:
            x, mean, low, high = np.array(points).T
            label = "squared exponential, the rest predicted"
            ax.errorbar(x, mean, [mean - low, high - mean], capsize=2, elinewidth=0.8, label=label, **style)
        ax.set(xlabel="share of each filter's weights that is learned (%)", xlim=(0, 103))
        ax.set(ylabel="error on held-out images (%)", title=data_in_words(results))
        ax.grid(axis="y", lw=0.4, alpha=0.5)
        ax.legend(fontsize="small")
        figure.supxlabel(
            "Bars and the grey band: 95 % intervals of the mean, over seeds and images", fontsize="small"
        )
        return figure


def label(result):
    """A model in words."""
    return "every weight" if result["dictionary"][0] == "none" else f"{100 * result['proportion']:g} %"


def _key(result):
    """By which a model is told from another: what is learned, every weight last."""
    return result["dictionary"][0] == "none", result["proportion"]


def _of(results, proportion):
    """The runs with a proportion; None: with every weight."""
    key = (True, 1.0) if proportion is None else (False, proportion)
    return [r for r in results if _key(r) == key]


def _by_model(results):
    keys = sorted({_key(r) for r in results})
    return [[r for r in results if _key(r) == key] for key in keys]


def _hours(hours):
    return (
        f"{60 * hours:.1f} minutes"
        if hours < 1
        else f"{hours:.1f} hours"
        if hours < 48
        else f"{hours / 24:.1f} days"
    )
