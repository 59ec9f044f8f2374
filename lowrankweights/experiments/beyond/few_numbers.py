"""Beyond the paper: all of MNIST with few learned numbers, against every weight of the paper's network.

50,000 of the 60,000 training images are trained on, by the other 10,000 runs end; test images are looked at
once, for the errors reported. What ``budget=`` chooses is searched on the 50,000 alone.
"""

from ...results import Comparison
from .. import rivals
from .frontier import SMALL, FrontierMnist
from .rivals import MNIST, at, budgets

MARGINS = {2600: 0.004, 5200: 0.002, 10_400: 0.001}  # what may be lost, fixed before the runs
HIDDEN = dict.fromkeys(MARGINS)  # of those with predicted weights, which are not here
ALL = {**MNIST, "n_train": 50_000, "n_search": 50_000, "pretrain_iter": 50, "max_iter": 1500}
FULL = {"full": [[500, 500]], "pretrain_iter": [0, 50]}
PRESETS = {
    "quick": {
        "settings": {**MNIST, "data": "digits-16x16", "n_train": 1200, "n_search": 1200, "pretrain_iter": 10,
                     "max_iter": 300},
        **SMALL, "pretrain_iter": [0, 10],
    },
    "standard": {"settings": ALL, "hidden": HIDDEN, **FULL, "n_components": [20, 30, 40, 60], "seeds": 5},
    "paper": {
        "settings": {**ALL, "max_iter": 3000},
        "hidden": HIDDEN, **FULL, "n_components": [20, 30, 40, 60], "seeds": 5,
    },
}  # fmt: skip


class FewNumbers(FrontierMnist):
    """Three budgets against every weight, which is searched with and without pre-training."""

    name, presets = "few-numbers", PRESETS
    names = (rivals.CHOSEN, rivals.PCA, rivals.EVERY)
    reading = (
        "**What it shows.** With 10,400 learned numbers, 98.4 % of the weights not learned, a network of "
        "one hidden layer is better than the paper's with every weight (by 0.3 points). With 5,200 (99.2 %) "
        "it is no worse in the mean, and with 2,600 (99.6 %) it loses 0.15 points: both intervals end below "
        "the margin, but not so clearly as three claims at a time ask for, and their verdicts are open. "
        "With 2,600 and with 5,200 numbers all searches chose the leading directions of a network that was "
        "trained for 250 iterations, with 10,400 two of five, two a covariance tapered by distance, in "
        "eight columns, and one principal components. PCA + a network is worse by 0.37 points with 2,600 "
        "(the interval, one of several here, is clear of zero), and by 0.19 and 0.13 with more, which is "
        "not clear; once its settings are known it is trained in an eighth to a fifteenth of the time, and "
        "the search for them took longer. The dictionaries are stored besides: 23,520 fixed numbers at the "
        "least. All runs of `budget=` were made anew when a fault had been found: this experiment had not "
        "handed the classes to the dictionary, whose network learned the images instead. The dense layers "
        "of a convolutional network had the same fault; the perceptrons never did."
    )

    def models(self, preset):
        """``budget=``, PCA, and every weight."""
        models = super().models(preset)
        models[rivals.EVERY].options["pretrain_iter"] = self.presets[preset]["pretrain_iter"]
        return models

    def comparisons(self, results):
        """Primary: no worse than every weight by the margin of each budget."""
        for budget in budgets(results):
            margin = MARGINS.get(budget, 0.004)
            ours, every = at(results, rivals.CHOSEN, budget), at(results, rivals.EVERY, None)
            text = f"with {budget:,} learned numbers no worse than every weight by {100 * margin:g} points"
            yield Comparison(text, ours, every, margin, primary=True)
        for budget in budgets(results):
            ours, every = at(results, rivals.CHOSEN, budget), at(results, rivals.EVERY, None)
            yield Comparison(f"with {budget:,} learned numbers better than every weight", ours, every)
            yield self._pair(results, rivals.PCA, budget, margin=0.0)

    def claims(self, results, n_seeds=1):
        """All that were named beforehand: nothing is to be made up for."""
        return super(FrontierMnist, self).claims(results, n_seeds)
