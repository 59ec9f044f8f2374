"""Figure 1, block 2: features of an MLP that read digits, predicted from a few of their weights."""

import numpy as np

from ....dictionaries import completion
from ...harness.figure import Figure
from ...harness.stop_rules import ON_LOSS
from ...images import load
from ...training import train
from ..figure_4_mnist import COMMON, DIGITS, MNIST

PRESETS = {
    "quick": {**DIGITS, "n_train": 1200, "pretrain_iter": 50, "max_iter": 200},
    "standard": {**MNIST, "n_train": 20_000, "pretrain_iter": 50, "max_iter": 300},
    "paper": {**MNIST, "n_train": 60_000, "pretrain_iter": 100, "max_iter": 500, "stop_rule": ON_LOSS.name},
}
EVERYTHING = {"dictionary": ["none", "none"], "proportion": 1.0, "n_columns": 1, "seed": 0}
N_FEATURES = 4
PROPORTION_KNOWN = 0.2


class FeaturesOfDigits(Figure):
    """One network, with every weight learned, pre-trained and with weight decay."""

    name, presets = "1-mnist", PRESETS

    def runs(self, preset):
        """The only one."""
        known = {"proportion_known": PROPORTION_KNOWN}
        return [{**COMMON, "figure": self.name, **self.presets[preset], **EVERYTHING, **known}]

    def run_one(self, spec, shared, n_threads):
        """Train; keep the strongest features of the first layer, four digits of each weight."""
        data = load(spec["data"], spec["n_train"])
        result, net, theta = train(spec, data, shared, n_threads)
        features = completion.strongest(net.weights(theta)[0], N_FEATURES)
        return {**result, "shape": list(data.input_shape), "features": np.round(features, 4).tolist()}

    def summary(self, results):
        """How well the features come back, in a line."""
        n_hidden = results[0]["hidden"][0]
        chosen = f"the {N_FEATURES} of {n_hidden} features with the largest norm:"
        return f"{chosen}\n  {completion.describe(_complete(results[0]))}"

    def draw(self, results):
        """Features, a fifth of their weights, the prediction."""
        from .... import plotting

        c = _complete(results[0])
        return plotting.feature_completion(c["W"], c["alpha"], c["U"], results[0]["shape"], c["length_scale"])


def _complete(result):
    return completion.complete(np.array(result["features"]), result["shape"], result["proportion_known"])
