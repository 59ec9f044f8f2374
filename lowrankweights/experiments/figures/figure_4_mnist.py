"""Figure 4, left: error of an MLP on MNIST against the proportion of weights learned, for each dictionary.

784-500-500-10, sigmoid; the first two layers predicted, ten columns each, pre-trained as autoencoders
except LowRank (paper, section 4.1). Beyond the paper: the number of columns, and local columns.
"""

import numpy as np

from ...results import Comparison
from ...results.claims import at_its_limit, percent_wrong
from ...results.files import select
from ..harness.figure import Figure
from ..harness.stop_rules import ON_LOSS, ON_VALIDATION, PATIENT
from ..images import data_in_words, load
from ..training import train

STRATEGIES = {
    "nokernel": ("none", "none"),
    "LowRank": ("low_rank", "low_rank"),
    "RandCon-RandCon": ("random_connections", "random_connections"),
    "RandFixU-RandFixU": ("random_projection", "random_projection"),
    "SE-Emp": ("squared_exponential", "covariance"),
    "SE-Emp2": ("squared_exponential", "squared_covariance"),
    "SE-AE": ("squared_exponential", "autoencoder"),
    "Emp-Emp": ("covariance", "covariance"),
}
COMMON = {
    "model": "mlp",
    "n_components": None,
    "index_sets": "uniform",
    "stop_rule": ON_VALIDATION.name,
}
MNIST = {"data": "mnist", "hidden": [500, 500], "n_columns": 10, "length_scale": 1.0, "weight_decay": 5e-5}
DIGITS = {
    "data": "digits-16x16", "hidden": [100, 100], "n_columns": 10, "length_scale": 2.0, "weight_decay": 1e-3,
}  # fmt: skip
PRESETS = {
    "quick": {
        "settings": {**DIGITS, "n_train": 1200, "pretrain_iter": 20, "max_iter": 400},
        "proportions": (0.05, 0.1, 0.25, 0.5, 1.0), "seeds": 1, "columns": (1, 5), "at": (0.1,),
    },
    "standard": {
        "settings": {**MNIST, "n_train": 20_000, "pretrain_iter": 30, "max_iter": 1000},
        "proportions": (0.0255, 0.05, 0.1, 0.25, 0.5, 1.0), "seeds": 3, "columns": (1, 5), "at": (0.05, 0.1),
        "primary_seeds": 6, "patient": (0.25, 0.5, 1.0),
    },
    "paper": {
        "settings": {**MNIST, "n_train": 60_000, "pretrain_iter": 50, "max_iter": 1500,
                     "stop_rule": ON_LOSS.name},
        "proportions": tuple(np.linspace(20 / 784, 1, 10).round(4).tolist()), "seeds": 3,
        "columns": (1, 5), "at": (0.1338,),
    },
}  # fmt: skip
LOW_PROPORTION = 0.1  # "few dynamic parameters"
PRIMARY = (("SE-Emp", "RandFixU-RandFixU"), ("SE-Emp", "LowRank"))  # the first beats the second
MARGIN = 0.002
INTERVALS = "Upright lines and the grey band: 95 % intervals of the mean, over seeds and test images."


class ErrorByDictionary(Figure):
    """Networks with each dictionary and proportion, several seeds."""

    name, presets = "4-mnist", PRESETS
    changes = (
        "**What changed.** Intervals used to be a bootstrap over three seeds, which held the truth in 81 to "
        "86 of 100 simulated cases instead of 95; these do in 94 to 97. With them, and corrected for seven "
        "claims, three seeds decide nothing, so the strategies of the primary claims were given three more, "
        "a number that was fixed beforehand; the first three were known when the claims were named. The "
        'margin of "no worse" is now 0.2 points instead of 0.3.'
    )
    reading = (
        "**Why LowRank gets worse from 25 to 100 % (2.96, 3.45, 3.48 %).** The rule that ends a run does it: "
        "LowRank's validation error rises for some fifty iterations before it falls again (seed 0, 100 %: "
        "3.6 % at iteration 175, its lowest until the rule ended the run at 230; 2.7 % at 440 where it may "
        "go on). With three times the patience all nine runs end lower, and the means fall to 2.89, 2.89 and "
        "2.75 %, about what every weight has. The other cells keep the common rule."
    )

    def runs(self, preset):
        """The specs: seed by seed, so that what is stopped early has whole curves."""
        p = self.presets[preset]
        specs = []
        for seed in range(p["seeds"]):
            common = {"figure": self.name, **COMMON, **p["settings"], "seed": seed}
            everything = {"dictionary": list(STRATEGIES["nokernel"]), "proportion": 1.0, "n_columns": 1}
            specs.append({**common, **everything})
            for proportion in p["proportions"]:
                for name, dictionary in STRATEGIES.items():
                    columns = {"n_columns": 1} if name == "LowRank" else {}
                    if name != "nokernel":
                        predicted = {"dictionary": list(dictionary), "proportion": proportion}
                        specs.append({**common, **predicted, **columns})
            se_emp = {**common, "dictionary": list(STRATEGIES["SE-Emp"])}
            for proportion in p["at"]:
                specs += [{**se_emp, "proportion": proportion, "n_columns": n} for n in p["columns"]]
                specs.append({**se_emp, "proportion": proportion, "index_sets": "local"})
            low_rank = {**common, "dictionary": list(STRATEGIES["LowRank"]), "n_columns": 1}
            patient = {**low_rank, "stop_rule": PATIENT.name}
            specs += [{**patient, "proportion": proportion} for proportion in p.get("patient", ())]
        return specs + self._more_seeds(p)

    def _more_seeds(self, p):
        """The specs of seeds that only the primary claims have."""
        specs, low = [], [q for q in p["proportions"] if q <= LOW_PROPORTION]
        for seed in range(p["seeds"], p.get("primary_seeds", 0)):
            common = {"figure": self.name, **COMMON, **p["settings"], "seed": seed}
            models = [("nokernel", 1.0, 1)]
            for name in dict.fromkeys(sum(PRIMARY, ())):
                n_columns = 1 if name == "LowRank" else p["settings"]["n_columns"]
                models += [(name, q, n_columns) for q in low]
            for name, q, n_columns in models:
                model = {"dictionary": list(STRATEGIES[name]), "proportion": q, "n_columns": n_columns}
                specs.append({**common, **model})
        return specs

    def group(self, spec):
        """Runs with the same first layer: it is pre-trained once."""
        return [spec[k] for k in ("seed", "proportion", "n_columns", "index_sets")] + spec["dictionary"][:1]

    def run_one(self, spec, shared, n_threads):
        """Train and test one network."""
        return train(spec, load(spec["data"], spec["n_train"]), shared, n_threads)[0]

    def summary(self, results):
        """A Markdown table of test errors (%), mean over the seeds; a star where a run hit its limit."""
        proportions = sorted({r["proportion"] for r in results})
        lines = [
            "Test error (%) against the share of each filter's weights that is learned:",
            "",
            "| | " + " | ".join(f"{100 * p:g} %" for p in proportions) + " |",
            "|---|" + "---:|" * len(proportions),
        ]
        for name in STRATEGIES:
            cells = [_cell(of(results, name, p)) for p in proportions]
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
        if patient := [r for r in results if r["stop_rule"] == PATIENT.name]:
            cells = [_cell(select(patient, proportion=p)) for p in proportions]
            lines.append(f"| {name_of(patient[0])} | " + " | ".join(cells) + " |")
        seeds = len({r["seed"] for r in results})
        r = results[0]
        lines += [
            "",
            f"Means over the seeds that are done, at most {seeds}. {r['n_train']:,} training and "
            f"{r['n_test']:,} test images, "
            f"{'-'.join(map(str, r['hidden']))} hidden units; a run ends when its {r['stop_sentence']} "
            f"(patient: in {PATIENT.patience}). "
            "*: a run was ended by its limit of iterations, and is left out of the claims; +: one was at its "
            "lowest when its rule ended it, and would have fallen a little further. Emp-Emp: a pixel that "
            "never varies cannot be learned from, so in the first layer the share is at most that of the "
            "pixels that vary.",
        ]
        return "\n".join(lines)

    def comparisons(self, results):
        """The paper's claims about this figure (primary), and what we asked beyond it."""
        everything = of(results, "nokernel")
        proportions = sorted({r["proportion"] for r in results})
        for p in (p for p in proportions if p <= LOW_PROPORTION):
            for ours in ("SE-Emp", "SE-Emp2"):
                for other in ("RandCon-RandCon", "RandFixU-RandFixU", "LowRank"):
                    text = f"{ours} beats {other} at {100 * p:g} %"
                    primary = (ours, other) in PRIMARY
                    yield Comparison(text, of(results, ours, p), of(results, other, p), 0.0, primary)
        text = f"SE-Emp at 5 % is no worse than learning every weight by {100 * MARGIN:g} points"
        yield Comparison(text, of(results, "SE-Emp", 0.05), everything, MARGIN, primary=True)
        for p in proportions:
            uniform = of(results, "SE-Emp", p)
            local = select(results, proportion=p, index_sets="local")
            yield f"local columns beat uniform ones, SE-Emp at {100 * p:g} %", local, uniform
            for n in (1, 5):
                few = of(results, "SE-Emp", p, n)
                yield f"ten columns beat {n}, SE-Emp at {100 * p:g} %", uniform, few
            patient = [r for r in select(results, proportion=p) if r["stop_rule"] == PATIENT.name]
            yield f"patience helps LowRank at {100 * p:g} %", patient, of(results, "LowRank", p)

    def draw(self, results):
        """Error against the proportion learned, and against the number of columns."""
        import matplotlib.pyplot as plt

        from ... import plotting

        size = {"figsize": (9.4, 4.3), "layout": "constrained", "width_ratios": [2, 1], "sharey": True}
        figure, (left, right) = plt.subplots(1, 2, **size)
        main = [r for r in results if in_main_panel(r)]
        styles = zip(STRATEGIES, plotting.line_styles(len(STRATEGIES)), strict=True)
        for i, (name, style) in enumerate(styles):
            runs = [r for r in main if name_of(r) == name]
            if name == "nokernel" and runs:
                mean, low, high = percent_wrong(runs)
                left.axhline(mean, color="#555555", lw=1.2, label="nokernel (every weight)")
                left.axhspan(low, high, color="#555555", alpha=0.12, lw=0)
            elif runs:
                # a little beside each other, so that the intervals can be told apart
                _error_line(left, runs, "proportion", 100 * 1.015 ** (i - 4), style, name)
        if patient := [r for r in results if r["stop_rule"] == PATIENT.name]:
            style = {**plotting.line_styles(len(STRATEGIES))[1], "mfc": "white", "ls": "none"}
            _error_line(left, patient, "proportion", 100 * 1.015**-2, style, name_of(patient[0]))
        left.set_xscale("log")
        percent = sorted({100 * r["proportion"] for r in main})
        left.set_xticks(percent, [f"{p:g}" for p in percent], minor=False)
        left.minorticks_off()
        left.set(xlabel="share of each filter's weights that is learned (%)", ylabel="test error (%)")
        left.set_title(data_in_words(main), fontsize="small")
        figure.supxlabel(INTERVALS, fontsize="small")
        figure.legend(
            *left.get_legend_handles_labels(), loc="outside upper center", ncols=4, fontsize="small"
        )
        _draw_columns(right, results)
        plotting.log_percent_axis(left)
        return figure


def name_of(result):
    """The paper's name of the strategy, with what is beyond the paper."""
    name = next(k for k, v in STRATEGIES.items() if list(v) == result["dictionary"])
    if result["stop_rule"] == PATIENT.name:
        return f"{name}, patient"
    return name if result["index_sets"] == "uniform" else f"{name}, local columns"


def in_main_panel(result, n_columns=10):
    """Whether a run belongs to a curve of the left panel."""
    one = name_of(result) in ("LowRank", "nokernel")
    return name_of(result) in STRATEGIES and result["n_columns"] == (1 if one else n_columns)


def of(results, name, proportion=None, n_columns=10):
    """The runs of a strategy in the main panel, with one number of columns."""
    runs = [r for r in results if in_main_panel(r, n_columns) and name_of(r) == name]
    return runs if proportion is None else select(runs, proportion=proportion)


def _cell(runs):
    still_falling = any(r["best_iter"] == r["n_iter"] for r in runs)
    mark = "*" if any(map(at_its_limit, runs)) else "+" * still_falling
    return f"{100 * np.mean([r['error'] for r in runs]):.2f}{mark}" if runs else "-"


def _draw_columns(ax, results):
    """SE-Emp with several numbers of columns, and with local ones."""
    from ... import plotting

    se_emp = [r for r in results if r["dictionary"] == list(STRATEGIES["SE-Emp"])]
    beyond = [r for r in se_emp if r["n_columns"] != 10 or r["index_sets"] == "local"]
    proportions = sorted({r["proportion"] for r in beyond})
    for i, (style, p) in enumerate(zip(plotting.line_styles(len(proportions)), proportions, strict=True)):
        uniform, local = (select(se_emp, proportion=p, index_sets=kind) for kind in ("uniform", "local"))
        _error_line(ax, uniform, "n_columns", 1.01 ** (2 * i - 1), style, f"{100 * p:g} % learned")
        star = {**style, "marker": "*", "ms": 10, "mfc": "white", "ls": "none"}
        _error_line(ax, local, "n_columns", 1.03, star, f"{100 * p:g} %, local columns")
    ax.set(xlabel="columns in each layer (SE-Emp)", xlim=(0, 11.5))
    ax.set_xticks([1, 5, 10])
    if proportions:
        ax.legend(fontsize="small")


def _error_line(ax, results, key, factor, style, label):
    """Mean error with its interval at each value of ``key``."""
    values = sorted({r[key] for r in results})
    points = [percent_wrong(select(results, **{key: v})) for v in values]
    if points:
        mean, low, high = np.array(points).T
        x = factor * np.array(values)
        ax.plot(x, mean, label=label, **style)
        ax.vlines(x, low, high, color=style["color"], lw=0.8, alpha=0.6)
