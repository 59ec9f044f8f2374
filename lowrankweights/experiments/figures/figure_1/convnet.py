"""Figure 1, blocks 1 and 3: a convolutional network's filters, predicted from a few of their weights."""

import numpy as np

from ....dictionaries import completion
from ...convnets import first_filters, train
from ...harness.figure import Figure
from ...images import data_in_words
from ..figure_5 import COMMON, DIGITS, PAPER, REDUCED, every_weight
from . import strongest_and_all

OF_CIFAR = {
    "quick": {**DIGITS, "filters": [12, 8], "windows": [7, 3], "hidden": []},
    "standard": {**REDUCED, "windows": [8, 5, 5]},
    "paper": PAPER,
}
LABELLED = {"data": "stl10", "n_train": 4000, "n_validation": 1000, "schedule": [[1000, 40]]}
OF_STL = {
    "quick": {**OF_CIFAR["quick"]},
    "standard": {**OF_CIFAR["standard"], **LABELLED},
    "paper": {**PAPER, **LABELLED},
}
N_FEATURES = 4
PROPORTION_KNOWN = 0.2


class FiltersOfCifar(Figure):
    """One network, with every weight learned."""

    name, presets = "1-convnet-cifar", OF_CIFAR
    reading = (
        "**These filters do not come back.** Trained on 20,000 images alone every weight goes its own way: "
        "the filters are hardly smooth (the length scale that explains their known weights best is half a "
        "pixel), and so a fifth of the weights says next to nothing of the others. That such filters need "
        "not be learned whole is seen from the other side: a network that is held to smooth ones, of which "
        "a quarter of the weights is learned, reads images as well or better ([Figure 5](5-standard.md))."
    )

    def runs(self, preset):
        """The only one."""
        settings = self.presets[preset]
        known = {"proportion_known": PROPORTION_KNOWN, "seed": 0}
        return [{**COMMON, "figure": self.name, **settings, **every_weight(settings), **known}]

    def run_one(self, spec, shared, n_threads):
        """Train; keep the first layer's filters, the largest first, four digits of each weight."""
        result, net, theta = train(spec, shared, n_threads)
        W, shape = first_filters(net, theta)
        largest = completion.strongest(W, W.shape[1])
        return {**result, "shape": list(shape), "features": np.round(largest, 4).tolist()}

    def summary(self, results):
        """How well the filters come back, and how well the network reads images."""
        r = results[0]
        W, shape = np.array(r["features"]), tuple(r["shape"])
        strongest = _complete(r)
        everyone = completion.complete(W, shape, PROPORTION_KNOWN, length_scale=strongest["length_scale"])
        lines = [
            f"the {N_FEATURES} of {W.shape[1]} filters with the largest norm:",
            f"  {completion.describe(strongest)}",
            f"all {W.shape[1]}, from the same weights and with the same length scale:",
            f"  {completion.correlations(everyone)}",
            f"the network errs on {100 * r['error']:.1f} % of {r['n_test']:,} images that were held out "
            f"({r['n_train']:,} to train; stopped by: {r['stop_sentence']})",
        ]
        return "\n".join(lines)

    def draw(self, results):
        """Filters, some of their weights, the prediction; beside them all filters."""
        r = results[0]
        W, shape = np.array(r["features"]), tuple(r["shape"])
        strongest = f"the {N_FEATURES} filters with the largest norm"
        everyone = f"all {W.shape[1]} filters, {' x '.join(map(str, shape))}\n{data_in_words([r])}"
        return strongest_and_all(_complete(r), W, shape, strongest, everyone)


class FiltersOfStl(FiltersOfCifar):
    """The same of STL-10's labelled images; quick: of the digits."""

    name, presets = "1-convnet-stl", OF_STL
    reading = (
        "STL-10's images are reduced to 32 x 32 pixels, as the network is that for CIFAR-10. Its labelled "
        "images were not at hand where this was written: it was tried on a made folder."
    )


def _complete(result):
    W = np.array(result["features"])[:, :N_FEATURES]
    return completion.complete(W, tuple(result["shape"]), result["proportion_known"])
