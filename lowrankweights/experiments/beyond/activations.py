"""Beyond the paper: what predicting 75 % of the weights costs with sigmoid, relu, maxout, dropout, on MNIST.

The paper says that rectified units, maxout and dropout go with predicted weights "without modification"
(section 1), and shows sigmoids. Each kind is trained with every weight and with a quarter of them, and it is
the difference, the loss of accuracy, that is compared.
"""

import dataclasses
import itertools
import time

import numpy as np

from ...results import Comparison
from ...results.claims import at_its_limit, compare, percent_wrong
from ...results.files import select
from ..harness.search import SEARCH, Model, SearchedFigure
from ..harness.stop_rules import ON_VALIDATION
from ..images import data_in_words, load
from ..training import fit, tested

KINDS = {
    "sigmoid": {"activation": "sigmoid"},
    "relu": {"activation": "relu"},
    "maxout": {"activation": "maxout", "n_pieces": 2},
    "dropout": {"activation": "relu"},
}
EVERY = {"dictionary": ["none", "none"], "proportion": 1.0, "n_columns": 1}
QUARTER = {"dictionary": ["squared_exponential", "covariance"], "proportion": 0.25, "n_columns": 10}
COMMON = {"model": "mlp", "index_sets": "uniform", "pretrain_iter": 0, "stop_rule": ON_VALIDATION.name}
MNIST = {"data": "mnist", "n_train": 20_000, "n_search": 10_000, "max_iter": 1000, "length_scale": 1.0}
PRESETS = {
    "quick": {
        "settings": {**MNIST, "data": "digits-16x16", "n_train": 1200, "n_search": 600, "max_iter": 400},
        "n_filters": [40, 40], "rates": [0.2], "seeds": 2,
    },
    "standard": {"settings": MNIST, "n_filters": [500, 500], "rates": [0.2, 0.5], "seeds": 5},
    "paper": {
        "settings": {**MNIST, "n_train": 50_000, "n_search": 20_000, "max_iter": 1500},
        "n_filters": [500, 500], "rates": [0.2, 0.5], "seeds": 5,
    },
}  # fmt: skip
MARGIN = 0.003
COLUMNS = {
    "units": "---", "every weight (%)": "---:", "25 % (%)": "---:", "loss (points)": "---:",
    "95 % interval": "---:", "learned, every weight": "---:", "learned, 25 %": "---:", "seconds": "---:",
}  # fmt: skip
LEGEND = (
    "Loss: the error with a quarter of each filter's weights learned (SE-Emp, ten columns) less that with "
    "every weight. Layers have equally many filters: a unit of maxout has two, so there are half as many. "
    "Dropout is of relu units, its rate (of {rates}) searched for; masks are drawn anew every 25 iterations. "
    "Nothing is pre-trained. Seconds: of a processor, in training, both together. *: a run was ended by its "
    "limit of iterations, and is left out of the claims."
)


class Activations(SearchedFigure):
    """Networks of each kind of unit, with every weight and with a quarter of them."""

    name, presets = "activations", PRESETS
    reading = (
        "**Nothing is lost.** With rectified units, maxout and dropout three quarters of the weights are "
        "predicted at -0.1 to +0.1 points, and no interval is clear of zero; with sigmoids errors fall by "
        "0.4. So the four are not shown to be within 0.3 points of each other, but it is a gain that sets "
        "one apart: the sigmoid network of every weight is the worst of the eight."
    )

    def models(self, preset):
        """Each kind with every weight and with a quarter."""
        p, models = self.presets[preset], {}
        for kind, own in KINDS.items():
            n_pieces = own.get("n_pieces", 1)
            common = {**COMMON, **p["settings"], **own, "kind": kind}
            common["hidden"] = [n // n_pieces for n in p["n_filters"]]
            options = {"dropout": p["rates"]} if kind == "dropout" else {}
            for share, predicted in (("every weight", EVERY), ("25 %", QUARTER)):
                models[f"{kind}, {share}"] = Model({**common, **predicted}, options)
        return models

    def seeds(self, preset):
        """Five in the standard preset."""
        return range(self.presets[preset]["seeds"])

    def run_one(self, spec, shared, n_threads):
        """Train a network, on fewer images where it is for the search, and then without a test."""
        search, start = spec["stage"] == SEARCH, time.process_time()
        data = load(spec["data"], spec["n_search" if search else "n_train"])
        result, net, theta = fit(spec, data, {}, n_threads)
        result |= {"train_seconds": round(time.process_time() - start, 2), "n_components": None}
        return result if search else {**result, **tested(net, theta, data)}

    def comparisons(self, results):
        """Primary: the two kinds whose losses are the least certain to be within the margin of each other."""
        pairs = [_pair(results, a, b) for a, b in itertools.permutations(KINDS, 2)]
        found = [(claim, pair) for pair in pairs if (claim := compare(*pair)) is not None]
        if len(found) == len(pairs):
            # the four are near each other if every pair is, so the pair that shows it least decides
            _, worst = max(found, key=lambda c: (max(c[0].mean - MARGIN, 0.0), c[0].p_value))
            text = f"the four losses are within {100 * MARGIN:g} points of each other ({worst.text})"
            yield worst._replace(text=text, primary=True)
        yield from (_pair(results, a, b) for a, b in itertools.combinations(KINDS, 2))
        for kind in KINDS:
            yield f"a quarter of the weights costs, {kind}", *_both(results, kind)

    def claims(self, results, n_seeds=1):
        """As ever, but that the pair which is furthest apart was chosen out of all is made up for."""
        n_pairs = len(KINDS) * (len(KINDS) - 1)
        return [
            dataclasses.replace(claim, verdict="undecided")
            if claim.verdict == "fails" and n_pairs * claim.p_value > 0.05
            else claim
            for claim in super().claims(results, n_seeds)
        ]

    def summary(self, results):
        """A row for each kind, in Markdown."""
        lines = ["| kind | " + " | ".join(COLUMNS) + " |", "|---|" + "|".join(COLUMNS.values()) + "|"]
        lines += [_row(results, kind) for kind in KINDS if all(_both(results, kind))]
        r, n_seeds = results[0], len({r["seed"] for r in results})
        rates = sorted({r["dropout"] for r in results if "dropout" in r})
        parts = (
            "\n".join(lines),
            (
                f"{r['n_train']:,} training images, {r['n_search']:,} of them in the search; {r['n_test']:,} "
                f"test images; means over the seeds, at most {n_seeds}. "
            )
            + LEGEND.format(rates=" and ".join(f"{rate:g}" for rate in rates) or "none"),
        )
        return "\n\n".join(parts)

    def draw(self, results):
        """The errors of each kind, its loss, and how far the losses of two are apart."""
        import matplotlib.pyplot as plt

        from ... import plotting

        claims = [compare(f"loss, {kind}", *_both(results, kind)) for kind in KINDS]
        claims += [compare(*_pair(results, a, b)) for a, b in itertools.combinations(KINDS, 2)]
        found = {c.text: 100 * np.array([c.mean, c.low, c.high]) for c in claims if c is not None}
        figure, (left, right) = plt.subplots(1, 2, figsize=(11.5, 3.8), layout="constrained")
        styles = plotting.line_styles(2)
        for k, label in enumerate(("a quarter of the weights", "every weight")):
            of_kinds = [(i, runs[k]) for i, kind in enumerate(KINDS) if (runs := _both(results, kind))[k]]
            for i, runs in of_kinds:
                mean, low, high = percent_wrong(runs)
                x, style = i + 0.2 * k - 0.1, {**styles[k], "ls": "none"}
                left.plot(x, mean, **style, label=label if i == of_kinds[0][0] else None)
                left.vlines(x, low, high, color=style["color"], lw=0.8)
        left.set_xticks(range(len(KINDS)), list(KINDS))
        left.set(ylabel="test error (%)", title=data_in_words(results))
        left.legend(fontsize="small", loc="upper right")
        if found:
            plotting.differences(found, right)
        return figure


def _both(results, kind):
    """The runs of a kind with a quarter of the weights, and with every one."""
    of_kind = select(results, kind=kind)
    return [[r for r in of_kind if r["proportion"] == p["proportion"]] for p in (QUARTER, EVERY)]


def _pair(results, a, b):
    """That the loss of kind a is no larger than that of kind b by the margin, as a ``Comparison``.

    With errors q of a quarter, e of every weight: (q_a - e_a) - (q_b - e_b) = (q_a + e_b) - (q_b + e_a).
    """
    (quarter_a, every_a), (quarter_b, every_b) = _both(results, a), _both(results, b)
    sides = _together(quarter_a, every_b), _together(quarter_b, every_a)
    return Comparison(f"loss of {a} less that of {b}", *sides, MARGIN)


def _together(some, others):
    """For each seed that both have a run with the wrong items of both."""
    partner = {r["seed"]: r for r in others}
    return [
        {
            "seed": r["seed"],
            "n_test": r["n_test"],
            "wrong": [*r["wrong"], *partner[r["seed"]]["wrong"]],
            "stopped": r["stopped"] if at_its_limit(r) else partner[r["seed"]]["stopped"],
        }
        for r in some
        if r["seed"] in partner
    ]


def _row(results, kind):
    quarter, every = _both(results, kind)
    claim = compare("", quarter, every)
    cells = ["-".join(map(str, every[0]["hidden"]))]
    for runs in (every, quarter):
        cells.append(f"{percent_wrong(runs)[0]:.2f}{'*' * any(map(at_its_limit, runs))}")
    cells += list(claim.cells()[1:3]) if claim is not None else ["-", "-"]
    cells += [f"{runs[0]['n_dynamic']:,}" for runs in (every, quarter)]
    seconds = sum(np.mean([r["train_seconds"] for r in runs]) for runs in (every, quarter))
    return f"| {kind} | " + " | ".join([*cells, f"{seconds:.0f}"]) + " |"
