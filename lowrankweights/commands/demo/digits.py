"""The demo's second part: digits read with all and with a tenth of the weights learned."""

import time

from ... import datasets
from ...dictionaries import completion
from ...estimators import LowRankMLPClassifier

HIDDEN = (100, 100)
PROPORTIONS = (1.0, 0.1)
N_FEATURES = 6
PROPORTION_KNOWN = 0.2
LENGTH_SCALE = 2.0  # pixels
CAPTIONS = {
    "features.png": (
        "Features of digits, a fifth of their weights, and the features predicted from these",
        "Top: features learned with all their weights. Middle: a fifth of the weights, at random. "
        "Bottom: all weights, predicted from these by kernel ridge regression.",
    ),
    "filters.png": (
        "Filters with every weight learned, and with a tenth learned",
        "First-layer filters: every weight learned; a tenth learned and the rest predicted at every step.",
    ),
    "training.png": (
        "Training loss of both networks",
        "The training loss with its weight decay, which is most of it: the first network decays almost eight "
        "times as many weights.",
    ),
}


def show(out, hidden=HIDDEN):
    """Train both networks and draw.

    Parameters
    ----------
    out : Path
        A folder.
    hidden : tuple of int
        Hidden units of each layer.

    Returns
    -------
    rows : list of tuple
        Of the table.
    pictures : list of (file name, title, caption)
    """
    digits = datasets.load("digits-16x16")
    print("Handwritten digits that come with scikit-learn, enlarged from 8 x 8 to 16 x 16 pixels.")
    print(f"Licence: {digits.license}")
    sizes = "-".join(map(str, (digits.X_train.shape[1], *hidden, 10)))
    print(f"{len(digits.X_train):,} to train on, {len(digits.X_test)} to test on; {sizes}, L-BFGS.\n")
    models = {p: _fit(digits, hidden, p) for p in PROPORTIONS}
    table = _table(models, digits)
    print(_text_table(table))
    return table, _draw(models, digits.input_shape, out)


def _fit(digits, hidden, proportion):
    everything = proportion == 1.0
    model = LowRankMLPClassifier(
        hidden,
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
    """Write the pictures; returns (file name, title, caption) triples."""
    import matplotlib.pyplot as plt

    from ... import plotting

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
    return [(name, *caption) for name, caption in CAPTIONS.items()]


def _draw_completion(W, shape, plotting):
    c = completion.complete(completion.strongest(W, N_FEATURES), shape, PROPORTION_KNOWN)
    return plotting.feature_completion(c["W"], c["alpha"], c["U"], shape, c["length_scale"])


def _draw_filters(models, shape, plt, plotting):
    figure, axes = plt.subplots(1, 2, figsize=(8, 4.2), layout="compressed")
    titles = ("every weight learned", "a tenth learned, the rest predicted")
    for ax, model, title in zip(axes, models.values(), titles, strict=True):
        plotting.tiles(model.filters_[0], shape, ax)
        ax.set_title(title)
    return figure


def _draw_training(full, few, plt, plotting):
    figure, ax = plt.subplots(figsize=(8, 2.8), layout="constrained")
    curves = {"every weight learned": full.loss_curve_, "a tenth learned": few.loss_curve_}
    plotting.loss_curves(curves, ax, "training loss (with weight decay)")
    return figure
