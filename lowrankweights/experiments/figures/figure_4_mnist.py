"""Figure 4, left: error of an MLP on MNIST against the share of weights learned, for each dictionary.

784-500-500-10, sigmoid; the first two layers predicted, ten columns each, pre-trained as autoencoders
except LowRank (paper, section 4.1). Beyond the paper: the number of columns, and local columns.
"""

import functools

import numpy as np

from ... import _checks, datasets
from ...results import files as result_files
from ...results.claims import at_its_limit, compare
from ..training import ON_LOSS, ON_VALIDATION, train_and_test

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
    "figure": "4-mnist",
    "model": "mlp",
    "n_components": None,
    "index_sets": "uniform",
    "stop_rule": ON_VALIDATION,
}
MNIST = {"data": "mnist", "hidden": [500, 500], "n_columns": 10, "length_scale": 1.0, "weight_decay": 5e-5}
DIGITS = {"data": "digits", "hidden": [100, 100], "n_columns": 10, "length_scale": 2.0, "weight_decay": 1e-3}
PRESETS = {
    "quick": {
        "settings": {**DIGITS, "n_train": 1200, "pretrain_iter": 20, "max_iter": 400},
        "proportions": (0.05, 0.1, 0.25, 0.5, 1.0), "seeds": 1, "columns": (1, 5), "at": (0.1,),
    },
    "standard": {
        "settings": {**MNIST, "n_train": 20_000, "pretrain_iter": 30, "max_iter": 1000},
        "proportions": (0.0255, 0.05, 0.1, 0.25, 0.5, 1.0), "seeds": 3, "columns": (1, 5), "at": (0.05, 0.1),
    },
    "paper": {
        "settings": {**MNIST, "n_train": 60_000, "pretrain_iter": 50, "max_iter": 1500,
                     "stop_rule": ON_LOSS},
        "proportions": tuple(np.linspace(20 / 784, 1, 10).round(4).tolist()), "seeds": 3,
        "columns": (1, 5), "at": (0.1338,),
    },
}  # fmt: skip
N_VALIDATION = 10_000
LOW_SHARE = 0.1  # "few dynamic parameters"
MARGIN = 0.003


def runs(preset):
    """The specs: seed by seed, so that what is stopped early has whole curves."""
    p = PRESETS[preset]
    specs = []
    for seed in range(p["seeds"]):
        common = {**COMMON, **p["settings"], "seed": seed}
        everything = {"dictionary": list(STRATEGIES["nokernel"]), "proportion": 1.0, "n_columns": 1}
        specs.append({**common, **everything})
        for proportion in p["proportions"]:
            for name, dictionary in STRATEGIES.items():
                columns = {"n_columns": 1} if name == "LowRank" else {}
                if name != "nokernel":
                    own = {"dictionary": list(dictionary), "proportion": proportion}
                    specs.append({**common, **own, **columns})
        se_emp = {"dictionary": list(STRATEGIES["SE-Emp"])}
        for proportion in p["at"]:
            own = {**common, **se_emp, "proportion": proportion}
            specs += [{**own, "n_columns": n} for n in p["columns"]]
            specs.append({**own, "index_sets": "local"})
    return specs


def group(spec):
    """Runs with the same first layer: it is pre-trained once."""
    return [spec[k] for k in ("seed", "proportion", "n_columns", "index_sets")] + spec["dictionary"][:1]


def run_one(spec, shared, n_threads):
    """Train and test one network."""
    return train_and_test(spec, load(spec["data"], spec["n_train"]), shared, n_threads)


@functools.cache
def load(name, n_train):
    """Training, validation and test images.

    MNIST's validation images are the last 10,000 training images; with all 60,000 to train on they
    are among them, and the stop rule looks at the loss. The digits' are those not trained on.
    """
    data = datasets.load_digits(zoom=2) if name == "digits" else datasets.fetch_mnist()
    n_validation = N_VALIDATION if name == "mnist" else len(data.X_train) - n_train
    n_needed = 60_000 if n_train == 60_000 else n_train + n_validation
    if len(data.X_train) < n_needed:
        _checks.fail("data", f"at least {n_needed:,} training images", f"{len(data.X_train):,} of {name}")
    data.X_validation, data.y_validation = data.X_train[-n_validation:], data.y_train[-n_validation:]
    data.X_train, data.y_train = data.X_train[:n_train], data.y_train[:n_train]
    return data


def name_of(result):
    """The paper's name of the strategy, with what is beyond the paper."""
    name = next(k for k, v in STRATEGIES.items() if list(v) == result["dictionary"])
    return name if result["index_sets"] == "uniform" else f"{name}, local columns"


def in_main_panel(result, n_columns=10):
    """Whether a run belongs to a curve of the left panel."""
    return result["index_sets"] == "uniform" and result["n_columns"] in (
        (1,) if name_of(result) in ("LowRank", "nokernel") else (n_columns,)
    )


def of(results, name, proportion=None, n_columns=10):
    """The runs of a strategy in the main panel, with one number of columns."""
    own = [r for r in results if in_main_panel(r, n_columns) and name_of(r) == name]
    return own if proportion is None else result_files.select(own, proportion=proportion)


def summary(results):
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
    seeds = len({r["seed"] for r in results})
    r = results[0]
    lines += [
        "",
        f"Means over the seeds that are done, at most {seeds}. {r['n_train']:,} training and "
        f"{r['n_test']:,} test images, "
        f"{'-'.join(map(str, r['hidden']))} hidden units; a run ends when its {r['stop_rule']}. *: a run was "
        "ended by its limit of iterations, and is left out of the claims; +: one was at its lowest when its "
        "rule ended it, and would have fallen a little further. Emp-Emp: a pixel that never varies cannot be "
        "learned from, so in the first layer the share is at most that of the pixels that vary.",
    ]
    return "\n".join(lines)


def _cell(runs):
    still_falling = any(r["best_iter"] == r["n_iter"] for r in runs)
    mark = "*" if any(map(at_its_limit, runs)) else "+" * still_falling
    return f"{100 * np.mean([r['error'] for r in runs]):.2f}{mark}" if runs else "-"


def check_claims(results):
    """The paper's claims about this figure, and what we asked beyond it, as a list of ``Claim``."""
    everything = of(results, "nokernel")
    found = []
    for p in sorted({r["proportion"] for r in results if r["proportion"] <= LOW_SHARE}):
        for ours in ("SE-Emp", "SE-Emp2"):
            for other in ("RandCon-RandCon", "RandFixU-RandFixU", "LowRank"):
                text = f"{ours} beats {other} at {100 * p:g} %"
                found.append(compare(text, of(results, ours, p), of(results, other, p)))
    text = f"SE-Emp at 5 % is within {100 * MARGIN:g} points of learning everything"
    found.append(compare(text, of(results, "SE-Emp", 0.05), everything, MARGIN))
    for p in sorted({r["proportion"] for r in results}):
        uniform = of(results, "SE-Emp", p)
        local = [r for r in result_files.select(results, proportion=p) if r["index_sets"] == "local"]
        found.append(compare(f"local columns beat uniform ones, SE-Emp at {100 * p:g} %", local, uniform))
        for n in (1, 5):
            few = of(results, "SE-Emp", p, n)
            found.append(compare(f"ten columns beat {n}, SE-Emp at {100 * p:g} %", uniform, few))
    return [claim for claim in found if claim is not None]


def draw(results):
    """Error against the share of weights learned, and against the number of columns."""
    import matplotlib.pyplot as plt

    from ... import plotting

    size = {"figsize": (9.4, 4.3), "layout": "constrained", "width_ratios": [2, 1], "sharey": True}
    figure, (left, right) = plt.subplots(1, 2, **size)
    main = [r for r in results if in_main_panel(r)]
    styles = zip(STRATEGIES, plotting.line_styles(len(STRATEGIES)), strict=True)
    for i, (name, style) in enumerate(styles):
        own = [r for r in main if name_of(r) == name]
        if name == "nokernel" and own:
            mean, low, high = _error(own)
            left.axhline(mean, color="#555555", lw=1.2, label="nokernel (every weight)")
            left.axhspan(low, high, color="#555555", alpha=0.12, lw=0)
        elif own:
            # a little beside each other, so that the intervals can be told apart
            _error_line(left, own, "proportion", 100 * 1.015 ** (i - 4), style, name)
    left.set_xscale("log")
    shares = sorted({100 * r["proportion"] for r in main})
    left.set_xticks(shares, [f"{p:g}" for p in shares], minor=False)
    left.minorticks_off()
    left.set(xlabel="share of each filter's weights that is learned (%)", ylabel="test error (%)")
    figure.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=4, fontsize="small")
    _draw_columns(right, results)
    plotting.log_percent_axis(left)
    return figure


def _draw_columns(ax, results):
    """SE-Emp with several numbers of columns, and with local ones."""
    from ... import plotting

    se_emp = [r for r in results if r["dictionary"] == list(STRATEGIES["SE-Emp"])]
    shares = sorted({r["proportion"] for r in se_emp if r["n_columns"] != 10 or r["index_sets"] == "local"})
    for i, (style, p) in enumerate(zip(plotting.line_styles(len(shares)), shares, strict=True)):
        own = result_files.select(se_emp, proportion=p)
        uniform = result_files.select(own, index_sets="uniform")
        _error_line(ax, uniform, "n_columns", 1.01 ** (2 * i - 1), style, f"{100 * p:g} % learned")
        local = {**style, "marker": "*", "ms": 10, "mfc": "white", "ls": "none"}
        own = result_files.select(own, index_sets="local")
        _error_line(ax, own, "n_columns", 1.03, local, f"{100 * p:g} %, local columns")
    ax.set(xlabel="columns in each layer (SE-Emp)", xlim=(0, 11.5))
    ax.set_xticks([1, 5, 10])
    if shares:
        ax.legend(fontsize="small")


def _error_line(ax, results, key, factor, style, label):
    """Mean error with its interval at each value of ``key``."""
    values = sorted({r[key] for r in results})
    points = [_error(result_files.select(results, **{key: v})) for v in values]
    if points:
        mean, low, high = np.array(points).T
        x = factor * np.array(values)
        ax.plot(x, mean, label=label, **style)
        ax.vlines(x, low, high, color=style["color"], lw=0.8, alpha=0.6)


def _error(results):
    """Mean error in %, and its 95 % interval over seeds and items."""
    wrong = [r["wrong"] for r in results]
    interval = result_files.paired_interval(wrong, [[]] * len(wrong), results[0]["n_test"], n_draws=500)
    return 100 * np.array(interval)
