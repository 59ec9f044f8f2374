"""``lowrankweights demo``: the idea on bundled digits, in about a minute, as pictures on a page."""

import time
from html import escape

import numpy as np

from . import datasets, dictionaries
from .estimators import LowRankMLPClassifier
from .kernels import SquaredExponential
from .weight_space import count_known, grid_coordinates, sample_index_set

HIDDEN = (100, 100)
PROPORTIONS = (1.0, 0.1)
N_FEATURES = 6
SHARE_KNOWN = 0.2
LENGTH_SCALE = 2.0  # pixels


def run(out):
    """Train with all and with a tenth of the weights; write pictures and index.html to ``out``."""
    import matplotlib

    matplotlib.use("Agg")
    out.mkdir(parents=True, exist_ok=True)
    digits = datasets.load_digits(zoom=2)
    print("Handwritten digits that come with scikit-learn, enlarged from 8 x 8 to 16 x 16 pixels.")
    print(f"Licence: {digits.license}")
    sizes = "-".join(map(str, (digits.X_train.shape[1], *HIDDEN, 10)))
    print(f"{len(digits.X_train):,} to train on, {len(digits.X_test)} to test on; {sizes}, L-BFGS.\n")
    models = {p: _fit(digits, p) for p in PROPORTIONS}
    table = _table(models, digits)
    print(_text_table(table))
    pictures = _draw(models, digits.input_shape, out)
    page = out / "index.html"
    page.write_text(_page(table, pictures), encoding="utf-8")
    print(f"\nPictures: open {page}")


def _fit(digits, proportion):
    everything = proportion == 1.0
    model = LowRankMLPClassifier(
        HIDDEN,
        dictionary="none" if everything else ("squared_exponential", "covariance"),
        proportion=proportion,
        n_columns=1 if everything else 10,
        input_shape=digits.input_shape,
        length_scale=LENGTH_SCALE,
        weight_decay=1e-3,
        max_iter=200,
        random_state=0,
        verbose=True,
    )
    start = time.perf_counter()
    model.fit(digits.X_train, digits.y_train)
    model.seconds_ = time.perf_counter() - start
    return model


def _table(models, digits):
    rows = [("weights learned", "dynamic", "static", "test error", "iterations", "seconds")]
    for proportion, m in models.items():
        error = 1 - m.score(digits.X_test, digits.y_test)
        label = "all" if proportion == 1.0 else f"{proportion:.0%} of each hidden filter"
        counts = f"{m.n_dynamic_:,}", f"{m.n_static_:,}"
        rows.append((label, *counts, f"{100 * error:.1f} %", str(m.n_iter_), f"{m.seconds_:.1f}"))
    return rows


def _text_table(rows):
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *rest in rows:
        cells = (cell.rjust(w) for cell, w in zip(rest, widths[1:], strict=True))
        lines.append("  ".join([first.ljust(widths[0]), *cells]))
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _draw(models, shape, out):
    """Write the pictures; returns (file name, caption) pairs."""
    import matplotlib.pyplot as plt

    from . import plotting

    full, few = (models[p] for p in PROPORTIONS)
    with plt.rc_context(plotting.STYLE):
        figures = {
            "features.png": _draw_completion(full.filters_[0], shape, plotting),
            "filters.png": _draw_filters(models, shape, plt, plotting),
            "training.png": _draw_training(full, few, plt, plotting),
        }
        for name, figure in figures.items():
            figure.savefig(out / name)
            plt.close(figure)
    return list(zip(figures, _captions(np.prod(shape)), strict=True))


def _captions(n_v):
    n_known = count_known(SHARE_KNOWN, n_v)
    return (
        f"Top: features learned with all their weights. Middle: {n_known} of {n_v} weights, at random. "
        "Bottom: all weights, predicted from these by kernel ridge regression "
        f"(squared exponential, length scale {LENGTH_SCALE:g} pixels).",
        "First-layer filters: every weight learned, and a tenth learned with the rest predicted at every "
        "step. Blue is negative, red positive; each filter on its own scale.",
        "The training loss of both networks.",
    )


def _draw_completion(W, shape, plotting):
    points = grid_coordinates(shape)
    alpha = sample_index_set(len(W), count_known(SHARE_KNOWN, len(W)), rng=0)
    U = dictionaries.kernel_ridge(SquaredExponential(LENGTH_SCALE), points, alpha, ridge=1e-2)
    # the strongest features: those that matter most to the layer above
    strongest = np.argsort(-np.square(W).sum(axis=0))[:N_FEATURES]
    return plotting.feature_completion(W[:, strongest], alpha, U, shape)


def _draw_filters(models, shape, plt, plotting):
    figure, axes = plt.subplots(1, 2, figsize=(8, 4.2), layout="compressed")
    titles = ("every weight learned", "a tenth learned, the rest predicted")
    for ax, model, title in zip(axes, models.values(), titles, strict=True):
        plotting.tiles(model.filters_[0], shape, ax)
        ax.set_title(title)
    return figure


def _draw_training(full, few, plt, plotting):
    figure, ax = plt.subplots(figsize=(5.2, 3.2), layout="constrained")
    curves = {"every weight learned": full.loss_curve_, "a tenth learned": few.loss_curve_}
    plotting.loss_curves(curves, ax, "training loss (with weight decay)")
    return figure


def _page(rows, pictures):
    """One page with the table and the pictures."""
    head, *body = ("".join(f"<{tag}>{escape(c)}</{tag}>" for c in row) for tag, row in _tagged(rows))
    figures = "\n".join(FIGURE.format(name=name, caption=escape(caption)) for name, caption in pictures)
    rows = "".join(f"<tr>{row}</tr>" for row in body)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return PAGE.format(table=table, figures=figures)


def _tagged(rows):
    return [("th" if i == 0 else "td", row) for i, row in enumerate(rows)]


FIGURE = """<figure><img src="{name}" alt="{caption}"><figcaption>{caption}</figcaption></figure>"""
PAGE = """<!doctype html>
<html lang="en-GB">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>lowrankweights: demo</title>
<style>
  body {{ font: 17px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 50rem;
         margin: 2.5rem auto; padding: 0 1.2rem; }}
  h1 {{ font-size: 1.7rem; line-height: 1.2; }}
  table {{ border-collapse: collapse; margin: 1.5rem 0; font-variant-numeric: tabular-nums; }}
  th, td {{ text-align: right; padding: .35rem .8rem; border-bottom: 1px solid #ddd; }}
  th:first-child, td:first-child {{ text-align: left; padding-left: 0; }}
  figure {{ margin: 2.2rem 0; }}
  img {{ max-width: 100%; height: auto; }}
  figcaption {{ color: #555; font-size: .92rem; max-width: 40rem; }}
</style>
<h1>Most weights of a neural network need not be learned</h1>
<p>Two networks read handwritten digits (scikit-learn's, enlarged to 16 &times; 16 pixels). The first learns
every weight. The second learns a tenth of the weights of each hidden filter and predicts the rest from
them: W = U w<sub>&alpha;</sub>, with a dictionary U that is built once.</p>
{table}
{figures}
<p>The idea: M. Denil, B. Shakibi, L. Dinh, M. Ranzato and N. de Freitas, <cite>Predicting Parameters in Deep
Learning</cite>, NIPS 2013.</p>
</html>
"""
