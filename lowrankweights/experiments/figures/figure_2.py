"""Figure 2: RICA's filters with 100 %, 90 %, ... 10 % of each learned, the rest predicted at every iteration.

The index sets are nested, and every run starts from the same full W0: w_alpha = W0[alpha]. Filters
are matched to those of the 100 % column, so that a row is one feature.
"""

import numpy as np

from ...results.files import array_from_text, array_to_text, select
from ...unsupervised.filters import match
from ..harness.figure import Figure
from ..rica_filters import learn_as, patches_of, source_of

COMMON = {
    "model": "rica", "n_columns": 1, "patch_shape": [16, 16], "n_components": 36,
    "sparsity": 0.3, "regularisation": 0.5, "length_scale": 2.0, "ftol": 1e-6,
}  # fmt: skip
PRESETS = {
    "quick": {"data": "natural-bundled", "n_patches": 10_000, "max_iter": 300},
    "standard": {"data": "natural", "n_patches": 50_000, "max_iter": 2000},
    "paper": {"data": "natural", "n_patches": 200_000, "max_iter": 5000},
}
PROPORTIONS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
N_ROWS = 12


class FiltersByProportion(Figure):
    """One run a column; with 100 % every weight is learned, without a dictionary."""

    name, presets = "2", PRESETS

    def runs(self, preset):
        """A run for each proportion; a preset may name others than ``PROPORTIONS``."""
        common = {"figure": self.name, **COMMON, **self.presets[preset], "seed": 0}
        proportions = common.pop("proportions", PROPORTIONS)
        names = {p: ["none"] if p == 1 else ["squared_exponential"] for p in proportions}
        return [{**common, "proportion": p, "dictionary": names[p]} for p in proportions]

    def run_one(self, spec, shared, n_threads):
        """Learn; keep all filters."""
        X, source = patches_of(spec)
        W, result = learn_as(spec, X, n_threads)
        return {**result, "source": source, "filters": array_to_text(W)}

    def summary(self, results):
        """The median |cosine| of each column with the 100 % column, and that of chance."""
        lines = [
            f"learned from {source_of(results)}",
            "|cosine| of matched filters with those of which all weights are learned:",
            "  learned  median  lower and upper quartile  learned numbers",
        ]
        for r, (_, cosine) in zip(_columns(results), _matched(results), strict=True):
            low, middle, high = np.quantile(cosine, [0.25, 0.5, 0.75])
            lines.append(f"  {100 * r['proportion']:>5.0f} %    {middle:.2f}       {low:.2f}  {high:.2f}"
                         f"{r['n_dynamic']:>25,}")  # fmt: skip
        by_chance = median_cosine_by_chance(_columns(results)[0])
        lines += [
            f"   random    {by_chance:.2f}       (filters drawn from the space of the 100 % column)",
            "Each column is a minimum of its own, from the same start: small differences say little.",
        ]
        return "\n".join(lines)

    def draw(self, results):
        """Every third feature, those found again best on top; a column for each proportion learned."""
        import matplotlib.pyplot as plt

        from ... import plotting

        columns, matched = _columns(results), _matched(results)
        shape, n_h = columns[0]["patch_shape"], columns[0]["n_components"]
        order = np.argsort(-np.mean([cosine for _, cosine in matched], axis=0))
        rows = order[np.linspace(0, n_h - 1, min(N_ROWS, n_h)).round().astype(int)]
        figure, axes = plt.subplots(
            1, len(columns), figsize=(0.78 * len(columns) + 0.6, 0.66 * len(rows) + 1.3), layout="compressed"
        )
        for ax, r, (W, cosine) in zip(axes, columns, matched, strict=True):
            plotting.tiles(W[:, rows], shape, ax, n_across=1)
            ax.set_title(f"{100 * r['proportion']:.0f} %", fontsize="medium")
            ax.set_xlabel(f"{np.median(cosine):.2f}" if r["proportion"] < 1 else "", fontsize="small")
        axes[0].set_xlabel("median\n|cosine|", fontsize="small")
        n_v = int(np.prod(shape))
        figure.suptitle(
            f"Share of each filter's {n_v} weights that is learned; the rest is predicted", fontsize=10
        )
        figure.supxlabel(
            f"RICA on whitened {shape[0]} x {shape[1]} patches of photographs. A row is one feature: "
            f"{len(rows)} of the {n_h},\nfrom the one that is found again best in all columns to the one "
            f"found worst. Below each\ncolumn: the median over all {n_h} of the |cosine| with the filters "
            "of the first.",
            fontsize="small",
        )
        return figure


def median_cosine_by_chance(result, n_draws=20):
    """The median |cosine| of matched random filters that span what the learned ones span."""
    n_h, rng = result["n_components"], np.random.default_rng(0)
    W = array_from_text(result["filters"], n_h)
    Q = np.linalg.qr(W)[0]
    drawn = [Q @ np.linalg.qr(rng.normal(size=(n_h, n_h)))[0] for _ in range(n_draws)]
    return np.median([match(random, W)[1] for random in drawn])


def _columns(results):
    """The runs of the first seed, most weights learned first."""
    first = select(results, seed=min(r["seed"] for r in results))
    return sorted(first, key=lambda r: -r["proportion"])


def _matched(results):
    """(W, |cosine|) of each column, matched to the first."""
    filters = [array_from_text(r["filters"], r["n_components"]) for r in _columns(results)]
    return [match(W, filters[0]) for W in filters]
