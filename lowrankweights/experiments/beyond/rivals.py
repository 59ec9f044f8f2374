"""Beyond the paper: its dictionaries against their rivals at equal numbers of learned parameters, on MNIST.

Each model is searched the same way before its seeds are run: three weight decays, one or two hidden layers,
and the few settings that are its own.
"""

import numpy as np

from ...results import Comparison
from ...results.claims import at_its_limit, percent_wrong
from ...results.files import select
from .. import rivals
from ..harness.search import SEARCH, Model, SearchedFigure
from ..harness.stop_rules import ON_VALIDATION
from ..images import data_in_words, load

COMMON = {"model": "mlp", "index_sets": "uniform", "stop_rule": ON_VALIDATION.name}
MNIST = {
    "data": "mnist", "n_train": 20_000, "n_search": 10_000, "pretrain_iter": 30, "max_iter": 1000,
    "length_scale": 1.0,
}  # fmt: skip
# two networks for each budget, of two hidden layers or one, for those that have their weights predicted
HIDDEN = {2500: [[50, 50], [61]], 12_000: [[200, 200], [200]], 22_000: [[500, 500], [330]]}
FULL = [[500, 500], [200]]  # networks of every weight, which are also pruned
PRESETS = {
    "quick": {
        "settings": {**MNIST, "data": "digits-16x16", "n_train": 1200, "n_search": 600, "pretrain_iter": 10,
                     "max_iter": 300},
        "hidden": {1000: [[30]], 3000: [[60]]}, "full": [[60]], "n_components": [25], "seeds": 2,
    },
    "standard": {"settings": MNIST, "hidden": HIDDEN, "full": FULL, "n_components": [25, 50], "seeds": 5},
    "paper": {
        "settings": {**MNIST, "n_train": 50_000, "n_search": 20_000, "pretrain_iter": 50, "max_iter": 1500},
        "hidden": HIDDEN, "full": FULL, "n_components": [25, 50], "seeds": 5,
    },
}  # fmt: skip
OURS = ("SE-Emp", "Emp-Emp", rivals.CHOSEN)  # with the paper's dictionaries; the others are their rivals
MARGIN = 0.002
COLUMNS = {
    "model": "---", "layers": "---", "error (%)": "---:", "95 % interval": "---:", "learned": "---:",
    "stored": "---:", "seconds": "---:",
}  # fmt: skip

LEGEND = (
    "Learned: weights and biases that training changes. Stored: these, and the dictionaries (those of "
    "kernels and random numbers could be made again from a seed) or the places of the weights that are "
    "left. Seconds: of a processor, in training, dictionary and pre-training included; pruning with the "
    "training of every weight before it. *: a run was ended by its limit of iterations, and is left out "
    "of the claims."
)


class Rivals(SearchedFigure):
    """Networks of every kind with equally many learned numbers."""

    name, presets = "rivals", PRESETS
    names = rivals.RIVALS  # every weight last, which has no budget
    reading = (
        "**Where each is right.** With 2,500 learned numbers PCA + a network has the least error (3.3 %),"
        " then pruning (3.8 %); the paper's dictionaries come after them (4.4 and 4.5 %), far before a "
        "narrower network and low rank, which so few numbers can hardly build. With 12,000 and 22,000 SE-"
        "Emp, PCA + a network and pruning are within 0.3 points of each other, their intervals overlap, "
        "and none is worse than every weight. So where there are data to compute principal components of,"
        ' these are the simpler choice (dictionary "pca", one column), and for very few numbers the '
        "better one. Predicted weights are right where a dictionary must not depend on data (SE-Emp's "
        "first layer is made of positions alone), and wherever the alternatives are random projections, "
        "low rank or a narrower network, which were worse at every budget. Pruning needs the training of "
        "every weight first, and took two to eight times as long."
    )

    def models(self, preset):
        """Each rival at each budget, and every weight, which has none."""
        p = self.presets[preset]
        common = {**COMMON, **p["settings"]}
        models = {
            rivals.EVERY: Model({**common, "rival": rivals.EVERY}, _options(rivals.EVERY, None, None, p))
        }
        for budget, hidden in p["hidden"].items():
            for rival in self.names[:-1]:
                settings = {**common, "rival": rival, "budget": budget}
                name = rival if rival in OURS else f"rival: {rival}"
                models[f"{name}, {budget:,}"] = Model(settings, _options(rival, budget, hidden, p))
        return models

    def seeds(self, preset):
        """Five in the standard preset."""
        return range(self.presets[preset]["seeds"])

    def group(self, spec):
        """A network of every weight with all that it is pruned to; others by themselves."""
        if spec["rival"] in (rivals.EVERY, rivals.PRUNING):
            return [spec["seed"], spec["stage"], spec["weight_decay"], spec["hidden"]]
        return super().group(spec)

    def run_one(self, spec, shared, n_threads):
        """``rivals.train_rival``, on fewer images where it is for the search."""
        n_train = spec["n_search" if spec["stage"] == SEARCH else "n_train"]
        return rivals.train_rival(spec, self.load(spec["data"], n_train), shared, n_threads)

    def load(self, name, n_train):
        """The data of a run."""
        return load(name, n_train)

    def comparisons(self, results):
        """SE-Emp against each rival at each budget; primary at the largest: low rank, and PCA."""
        most = max(budgets(results), default=0)
        for budget in budgets(results):
            ours = at(results, "SE-Emp", budget)
            for rival in self.names[1:]:
                known = budget == most and rival in ("low rank", rivals.PCA)
                near = rival in (rivals.PCA, rivals.EVERY)
                words = f"is no worse than {rival} by {100 * MARGIN:g} points" if near else f"beats {rival}"
                text = f"SE-Emp with {budget:,} learned numbers {words}"
                yield Comparison(text, ours, at(results, rival, budget), MARGIN if near else 0.0, known)

    def summary(self, results):
        """A table in Markdown for each budget."""
        parts = []
        for budget in [None, *budgets(results)]:
            lines = ["| " + " | ".join(COLUMNS) + " |", "|" + "|".join(COLUMNS.values()) + "|"]
            runs = {name: at(results, name, budget) for name in self.names if _is_at(name, budget)}
            lines += [_row(name, of_rival) for name, of_rival in runs.items() if of_rival]
            parts.append(f"{f'{budget:,} learned numbers' if budget else 'No budget'}:")
            parts.append("\n".join(lines))
        r, n_seeds = results[0], len({r["seed"] for r in results})
        parts.append(
            f"{r['n_train']:,} training images, {r['n_search']:,} of them in the search; "
            f"{r['n_test']:,} test images; means over the seeds, at most {n_seeds}. {LEGEND}"
        )
        return "\n\n".join(parts)

    def draw(self, results):
        """Error against learned numbers, and against stored ones."""
        import matplotlib.pyplot as plt

        from ... import plotting

        figure, axes = plt.subplots(1, 2, figsize=(8.4, 4.2), layout="constrained", sharey=True)
        for ax, x in zip(axes, ("n_dynamic", "stored"), strict=True):
            _draw_panel(ax, results, self.names[:-1], x)
        axes[0].set(xlabel="learned numbers", ylabel="test error (%)")
        axes[1].set(xlabel="stored numbers (dictionaries, places included)")
        plotting.log_percent_axis(axes[0])
        axes[0].set_title(data_in_words(results), fontsize="small")
        figure.legend(
            *axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=4, fontsize="small"
        )
        bars = "Upright lines and the grey band: 95 % intervals of the mean, over seeds and test images."
        figure.supxlabel(bars, fontsize="small")
        return figure


def _options(rival, budget, hidden, p):
    """What is searched for a rival: weight decays, if not the usual ones, and what it has of its own."""
    if rival == rivals.CHOSEN:
        return None
    decays = {"weight_decay": p["weight_decays"]} if "weight_decays" in p else {}
    return {**decays, **_own_options(rival, budget, hidden, p)}


def _own_options(rival, budget, hidden, p):
    """Its layers, and what else it has."""
    if rival == rivals.PCA:
        return {"n_components": p["n_components"], "n_layers": [2, 1]}
    if rival == rivals.NARROWER:
        return {"n_layers": [2, 1]}
    if rival == rivals.PRUNING:  # biases are never pruned, of ten classes neither
        return {"hidden": [units for units in p["full"] if sum(units) + 10 < budget]}
    if rival in (rivals.SUBSPACE, rivals.EVERY):
        return {"hidden": p["full"]}
    return {"hidden": hidden} | ({"length_scale": [1.0, 2.0]} if rival == "SE-Emp" else {})


def budgets(results):
    """The budgets of results, rising; every weight has none."""
    return sorted({r["budget"] for r in results if "budget" in r})


def _is_at(name, budget):
    return (name == rivals.EVERY) == (budget is None)


def at(results, rival, budget):
    """The runs of a rival at a budget; every weight has none."""
    return select(results, rival=rival, budget=None if rival == rivals.EVERY else budget)


def _row(name, runs):
    mean, low, high = percent_wrong(runs)
    learned, stored, seconds = (
        np.mean([value(r) for r in runs])
        for value in (lambda r: r["n_dynamic"], _stored, lambda r: r["train_seconds"])
    )
    star = "*" * any(map(at_its_limit, runs))
    cells = [
        name,
        "-".join(map(str, runs[0]["hidden_layer_sizes"])),
        f"{mean:.2f}{star}",
        f"{low:.2f} to {high:.2f}",
    ]
    return "| " + " | ".join([*cells, f"{learned:,.0f}", f"{stored:,.0f}", f"{seconds:.0f}"]) + " |"


def _stored(result):
    return result["n_dynamic"] + result["n_static"]


def _draw_panel(ax, results, names, x):
    """A line for each rival; every weight as a line with a band."""
    from ... import plotting

    if every := at(results, rivals.EVERY, None):
        mean, low, high = percent_wrong(every)
        count = int(np.mean([_stored(r) for r in every]))
        ax.axhline(mean, color="#555555", lw=1.2, label=f"every weight ({count:,})")
        ax.axhspan(low, high, color="#555555", alpha=0.12, lw=0)
    for i, (name, style) in enumerate(zip(names, plotting.line_styles(len(names)), strict=True)):
        points = []
        for budget in budgets(results):
            if runs := at(results, name, budget):
                count = _stored if x == "stored" else (lambda r: r["budget"])
                points.append((np.mean([count(r) for r in runs]), *percent_wrong(runs)))
        if points:
            count, mean, low, high = np.array(points).T
            beside = 1.0 if x == "stored" else 1.02 ** (i - (len(names) - 1) / 2)  # to be told apart
            style["lw"] = 2.4 if name == rivals.CHOSEN else style["lw"]
            ax.plot(beside * count, mean, label=name, **style)
            ax.vlines(beside * count, low, high, color=style["color"], lw=0.8, alpha=0.6)
    ax.set_xscale("log")
    low, high = ax.get_xlim()
    marks = (1, 3) if high < 100 * low else (1,)
    powers = [mark * 10**k for k in range(8) for mark in marks if low <= mark * 10**k <= high]
    ticks = powers if x == "stored" else budgets(results)
    ax.set_xticks(ticks, [f"{n:,}" for n in ticks], minor=False)
    ax.minorticks_off()
