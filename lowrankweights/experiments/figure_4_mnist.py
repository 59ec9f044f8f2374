"""Figure 4, left: error of an MLP on MNIST against the share of weights learned, for each dictionary.

784-500-500-10, sigmoid; the first two layers predicted, ten columns each, pre-trained as autoencoders
except LowRank (paper, section 4.1). Beyond the paper: the number of columns, and local columns.
"""

import functools

import numpy as np

from .. import datasets
from . import results as result_files
from .training import train_and_test

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
COMMON = {"figure": "4-mnist", "model": "mlp", "n_components": None, "index_sets": "uniform"}
MNIST = {"data": "mnist", "hidden": [500, 500], "n_columns": 10, "length_scale": 1.0, "weight_decay": 5e-5}
DIGITS = {"data": "digits", "hidden": [100, 100], "n_columns": 10, "length_scale": 2.0, "weight_decay": 1e-3}
PRESETS = {
    "quick": {
        "settings": {**DIGITS, "n_train": 1200, "pretrain_iter": 20, "max_iter": 200},
        "proportions": (0.05, 0.1, 0.25, 0.5, 1.0), "seeds": 1, "columns": (1, 5), "at": (0.1,),
    },
    "standard": {
        "settings": {**MNIST, "n_train": 20_000, "pretrain_iter": 30, "max_iter": 600},
        "proportions": (0.0255, 0.05, 0.1, 0.25, 0.5, 1.0), "seeds": 3, "columns": (1, 5), "at": (0.05, 0.1),
    },
    "paper": {
        "settings": {**MNIST, "n_train": 60_000, "pretrain_iter": 50, "max_iter": 1000},
        "proportions": tuple(np.linspace(20 / 784, 1, 10).round(4).tolist()), "seeds": 3,
        "columns": (1, 5), "at": (0.1341,),
    },
}  # fmt: skip
N_VALIDATION = 10_000


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
    are among them, and the stop rule then looks at training images. The digits' are the last ones.
    """
    data = datasets.load_digits(zoom=2) if name == "digits" else datasets.fetch_mnist()
    n_validation = N_VALIDATION if name == "mnist" else len(data.X_train) - n_train
    data.X_validation, data.y_validation = data.X_train[-n_validation:], data.y_train[-n_validation:]
    data.X_train, data.y_train = data.X_train[:n_train], data.y_train[:n_train]
    return data


def name_of(result):
    """The paper's name of the strategy, with what is beyond the paper."""
    name = next(k for k, v in STRATEGIES.items() if list(v) == result["dictionary"])
    return name if result["index_sets"] == "uniform" else f"{name}, local columns"


def at_its_limit(result):
    """Whether max_iter ended the run before the stop rule did; such runs are left out of claims."""
    return result["stopped"] == "max_iter"


def in_main_panel(result, n_columns=10):
    return result["index_sets"] == "uniform" and result["n_columns"] in (
        (1,) if name_of(result) in ("LowRank", "nokernel") else (n_columns,)
    )


def summary(results):
    """A table of test errors (%), mean over the seeds; a star where a run hit its limit."""
    proportions = sorted({r["proportion"] for r in results})
    head = ["", *(f"{100 * p:g} %" for p in proportions)]
    rows = [head]
    for name in STRATEGIES:
        cells = [name]
        for p in proportions:
            own = [r for r in result_files.select(results, proportion=p) if in_main_panel(r)]
            own = [r for r in own if name_of(r) == name]
            star = "*" if any(map(at_its_limit, own)) else ""
            cells.append(f"{100 * np.mean([r['error'] for r in own]):.2f}{star}" if own else "-")
        rows.append(cells)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in rows]
    return "test error (%) against the share of the weights learned\n" + "\n".join(lines)


def draw(results):
    """Error against the share of weights learned, and against the number of columns."""
    import matplotlib.pyplot as plt

    from .. import plotting

    figure, (left, right) = plt.subplots(
        1, 2, figsize=(9.2, 4.0), layout="constrained", width_ratios=[1.6, 1], sharey=True
    )
    main = [r for r in results if in_main_panel(r)]
    for style, name in zip(plotting.line_styles(len(STRATEGIES)), STRATEGIES, strict=True):
        own = [r for r in main if name_of(r) == name]
        if name == "nokernel" and own:
            mean, low, high = _error(own)
            left.axhline(mean, color="#555555", lw=1.2, label=name)
            left.axhspan(low, high, color="#555555", alpha=0.12, lw=0)
        elif own:
            _error_line(left, own, "proportion", 100, style, name)
    left.set(xlabel="share of each filter's weights that is learned (%)", ylabel="test error (%)")
    left.set_title("dictionaries of the first and second layer")
    left.legend(fontsize="small", ncols=2)
    _draw_columns(right, results)
    plotting.log_percent_axis(left)
    return figure


def _draw_columns(ax, results):
    """SE-Emp with several numbers of columns, and with local ones."""
    from .. import plotting

    se_emp = [r for r in results if r["dictionary"] == list(STRATEGIES["SE-Emp"])]
    shares = sorted({r["proportion"] for r in se_emp if r["n_columns"] != 10 or r["index_sets"] == "local"})
    for style, p in zip(plotting.line_styles(len(shares)), shares, strict=True):
        own = result_files.select(se_emp, proportion=p)
        uniform = result_files.select(own, index_sets="uniform")
        _error_line(ax, uniform, "n_columns", 1, style, f"{100 * p:g} % learned")
        local = {**style, "marker": "*", "ms": 10, "mfc": "white", "ls": "none"}
        _error_line(ax, result_files.select(own, index_sets="local"), "n_columns", 1, local, "local columns")
    ax.set(xlabel="columns in each layer", title="SE-Emp")
    ax.set_xticks([1, 5, 10])
    ax.legend(fontsize="small")


def _error_line(ax, results, key, factor, style, label):
    """Mean error with its interval at each value of ``key``."""
    values = sorted({r[key] for r in results})
    points = [_error(result_files.select(results, **{key: v})) for v in values]
    if points:
        mean, low, high = np.array(points).T
        x = factor * np.array(values)
        ax.errorbar(x, mean, [mean - low, high - mean], capsize=2, elinewidth=0.8, label=label, **style)


def _error(results):
    """Mean error in %, and its 95 % interval over seeds and items."""
    wrong = [r["wrong"] for r in results]
    interval = result_files.paired_interval(wrong, [[]] * len(wrong), results[0]["n_test"], n_draws=500)
    return 100 * np.array(interval)
