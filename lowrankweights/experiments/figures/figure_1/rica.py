"""Figure 1, blocks 4 and 5: RICA's features of photographs, predicted from a few of their weights."""

import numpy as np

from ....dictionaries import completion
from ....results.files import array_from_text, array_to_text
from ....unsupervised.filters import energy_in_window
from ...harness.figure import Figure
from ...rica_filters import learn_as, patches_of, source_of
from . import strongest_and_all

COMMON = {
    "model": "rica", "dictionary": ["none"], "proportion": 1.0, "n_columns": 1, "seed": 0,
    "patch_shape": [12, 12], "n_components": 144, "sparsity": 0.3, "regularisation": 0.003, "ftol": 1e-6,
}  # fmt: skip
PRESETS = {
    "quick": {"data": "natural-bundled", "n_patches": 20_000, "max_iter": 600},
    "standard": {"data": "natural", "n_patches": 50_000, "max_iter": 2000},
    "paper": {"data": "natural", "n_patches": 200_000, "max_iter": 5000},
}
COLOUR = {**COMMON, "patch_shape": [12, 12, 3], "n_components": 100, "regularisation": 0.1}
OF_COLOUR = {
    "quick": {"data": "natural-bundled", "n_patches": 10_000, "max_iter": 300},
    "standard": {"data": "stl10", "n_patches": 50_000, "max_iter": 2000},
    "paper": {"data": "stl10", "n_patches": 200_000, "max_iter": 5000},
}
N_FEATURES = 4
PROPORTION_KNOWN = 0.3
WINDOW = 5


class FeaturesOfPhotographs(Figure):
    """One model, with every weight learned."""

    name, presets, common = "1-rica-natural", PRESETS, COMMON

    def runs(self, preset):
        """The only one."""
        return [{**self.common, "figure": self.name, **self.presets[preset]}]

    def run_one(self, spec, shared, n_threads):
        """Learn; keep all filters, those to which the data respond most first, flat ones last."""
        X, source = patches_of(spec)
        W, result = learn_as(spec, X, n_threads)
        response = np.square(X @ W.astype(X.dtype)).mean(axis=0)
        order = np.lexsort([-response, _is_flat(W, spec["patch_shape"])])
        return {**result, "source": source, "filters": array_to_text(W[:, order])}

    def summary(self, results):
        """How well the features come back, and how local the filters are."""
        W, shape = _filters(results)
        size = " x ".join(map(str, shape))
        energy = np.median(energy_in_window(W, shape, WINDOW))
        spread = f"(spread evenly it would be {WINDOW**2 / np.prod(shape[:2]):.2f})"
        strongest = _complete(W, shape)
        everyone = completion.complete(W, shape, PROPORTION_KNOWN, length_scale=strongest["length_scale"])
        lines = [
            f"learned from {source_of(results)}",
            f"the {N_FEATURES} of {W.shape[1]} filters with the largest response:",
            f"  {completion.describe(strongest)}",
            f"all {W.shape[1]}, from the same weights and with the same length scale:",
            f"  {completion.correlations(everyone)}",
            "  (a filter smaller than the gaps between known weights cannot be predicted from its own "
            "weights)",
            f"median share of a filter's energy in its best {WINDOW} x {WINDOW} window of {size}: "
            f"{energy:.2f} {spread}",
        ]
        return "\n".join(lines)

    def draw(self, results):
        """Features, some of their weights, the prediction; beside them all filters."""
        W, shape = _filters(results)
        strongest = f"the {N_FEATURES} filters with the largest response"
        everyone = f"all {W.shape[1]} filters of whitened {shape[0]} x {shape[1]} patches"
        return strongest_and_all(_complete(W, shape), W, shape, strongest, everyone)


class FeaturesOfColourImages(FeaturesOfPhotographs):
    """The same of colour images; quick: of scikit-learn's photographs."""

    name, presets, common = "1-rica-stl", OF_COLOUR, COLOUR


def _is_flat(W, shape):
    """Whether a filter sees the brightness or colour of the whole patch: a picture of it shows nothing."""
    channels = W.reshape(shape[0] * shape[1], -1, W.shape[1])
    return np.square(channels.mean(axis=0)).sum(axis=0) * len(channels) > 0.3 * np.square(W).sum(axis=0)


def _filters(results):
    W = array_from_text(results[0]["filters"], results[0]["n_components"])
    return W, tuple(results[0]["patch_shape"])


def _complete(W, shape):
    return completion.complete(W[:, :N_FEATURES], shape, PROPORTION_KNOWN)
