"""Beyond the paper: the best error at every number of learned numbers.

What ``budget=`` of the estimators chooses, against the rivals at equal numbers of learned parameters, and
every weight of a large network. It searches anew in every run, on the run's training images alone.
"""

import dataclasses

import numpy as np

from ...results import Comparison
from ...results.claims import LEVEL, compare
from .. import rica_features, rivals
from .rivals import MNIST, Rivals, at, budgets

# two networks for each budget, for those that have their weights predicted or hashed
HIDDEN = {
    1000: [[25, 25], [30]], 2500: [[50, 50], [61]], 5000: [[100, 100], [110]], 10_000: [[170, 170], [180]],
    20_000: [[500, 500], [330]], 50_000: [[500, 500], [500]],
}  # fmt: skip
FULL = [[500, 500], [200]]
STANDARD = {"settings": MNIST, "hidden": HIDDEN, "full": FULL, "n_components": [15, 30, 50, 90], "seeds": 5}
OF_DIGITS = {"n_train": 1200, "n_search": 600, "pretrain_iter": 10, "max_iter": 300}
SMALL = {"hidden": {600: [[20]], 2000: [[50]]}, "full": [[60]], "n_components": [10, 25], "seeds": 2}
CIFAR = {
    "data": "cifar10-rica", "n_train": 20_000, "n_search": 10_000, "pretrain_iter": 30, "max_iter": 1000,
    "length_scale": 1.0,
}  # fmt: skip
OF_FEATURES = {
    "settings": CIFAR, "hidden": {5000: [[60, 60], [100]], 20_000: [[200, 200], [250]]},
    "full": FULL, "n_components": [25, 50, 100], "seeds": 5, "weight_decays": [1e-4, 1e-3, 1e-2],
}  # fmt: skip
MARGIN = 0.001
HOW_MANY = 3  # budgets at which it is to be better than PCA


PRESETS = {
    "quick": {"settings": {**MNIST, **OF_DIGITS, "data": "digits-16x16"}, **SMALL},
    "standard": STANDARD,
    "paper": {
        **STANDARD,
        "settings": {**MNIST, "n_train": 50_000, "n_search": 20_000, "pretrain_iter": 50, "max_iter": 1500},
    },
}
CIFAR_PRESETS = {
    "quick": {"settings": {**CIFAR, **OF_DIGITS, "data": "digits-rica", "n_train": 1000}, **SMALL},
    "standard": OF_FEATURES,
    "paper": {**OF_FEATURES, "settings": {**CIFAR, "n_search": 20_000, "max_iter": 1500}},
}


class FrontierMnist(Rivals):
    """Error against learned numbers, on MNIST."""

    name, presets = "frontier-mnist", PRESETS
    names = (rivals.CHOSEN, *rivals.RIVALS[:-1], rivals.HASHED, rivals.SUBSPACE, rivals.EVERY)
    reading = (
        "**What it shows.** Neither claim is decided. With 1,000 numbers what `budget=` chooses, leading "
        "directions of a briefly trained network, is better than PCA + a network by 0.6 points. At the five "
        "other budgets the two differ by less than 0.1 points, which is not clear at any. Up to 20,000 "
        "numbers no rival has a lower mean error; with 50,000 SE-Emp has. From 10,000 numbers on it is "
        "better than every weight of 500-500 (by 0.25 to 0.5 points), with 5,000 not clearly worse. The "
        "paper's dictionaries come near from 5,000 on. Hashed weights and a random subspace, which store "
        "nothing else, need more than four times as many numbers for the error of 2,500 principal ones, and "
        "more than ten times as many for that of 5,000; low rank and a narrower network are wrong about "
        "more than 10 % of the images with 5,000 numbers or fewer. **So**: where principal components can "
        "be computed they did as well here from 2,500 numbers on, and are quicker once it is known how "
        "many; `budget=` finds that out by itself, and knows something better where numbers are fewest. Its "
        "runs were made anew twice, all 30 of them. First its search was changed (two sizes of a kind stay, "
        "weight decays are told apart on all rows): test errors of the first seeds were the occasion, "
        "validation images decided. Then a fault was found: this experiment had not handed the classes to "
        "the dictionary, whose network learned the images instead. The dense layers of a convolutional "
        "network had the same fault; the perceptrons never did."
    )

    def comparisons(self, results):
        """Primary: nowhere worse than a rival by the margin; better than PCA at so many budgets."""
        pairs = [self._pair(results, rival, n) for n in budgets(results) for rival in self.names[1:-1]]
        yield from _least_clear(pairs)
        better = [self._pair(results, rivals.PCA, n, margin=0.0) for n in budgets(results)]
        yield from _kth_clearest(better, min(HOW_MANY, len(better)))
        yield from (self._best(pairs, n) for n in budgets(results))
        yield from better
        yield from (self._pair(results, rivals.EVERY, n) for n in budgets(results))

    def _pair(self, results, rival, budget, margin=MARGIN):
        words = f"no worse than {rival} by {100 * margin:g} points" if margin else f"better than {rival}"
        sides = at(results, rivals.CHOSEN, budget), at(results, rival, budget)
        return Comparison(f"budget={budget:,} is {words}", *sides, margin)

    def _best(self, pairs, budget):
        """Of the pairs at a budget that with the rival whose mean error is lowest."""
        here = [pair for pair in pairs if pair.b and pair.b[0]["budget"] == budget]
        best = min(
            here, key=lambda pair: np.mean([r["error"] for r in pair.b]), default=Comparison("", [], [])
        )
        return best._replace(text=f"{best.text}, the best there")

    def claims(self, results, n_seeds=1):
        """As ever, but that the pair which decides was chosen out of several is made up for."""
        n_pairs = len(budgets(results)) * len(self.names[1:-1])
        n_others = len(budgets(results)) - min(HOW_MANY, len(budgets(results)))
        return [_made_up_for(claim, n_pairs, n_others + 1) for claim in super().claims(results, n_seeds)]

    def summary(self, results):
        """A table for each budget; how long a choice took."""
        chosen = [r for r in results if r["rival"] == rivals.CHOSEN]
        if not chosen:
            return super().summary(results)
        n_tried, seconds = (np.median([r[k] for r in chosen]) for k in ("n_tried", "search_seconds"))
        return (
            f"{super().summary(results)} {rivals.CHOSEN}: searched anew with every seed, on the training "
            f"images alone; {n_tried:.0f} networks, {seconds:.0f} processor seconds (medians), which are "
            f"among its seconds; those of the others' searches are not."
        )

    def of_searches(self, preset, results):
        """What was chosen for each rival, and how long the searches took."""
        took = {}
        for r in results:
            if r["stage"] == "search" and "budget" in r:
                key = r["rival"], r["budget"]
                took[key] = took.get(key, 0.0) + r["train_seconds"]
        text = super().of_searches(preset, results)
        if not took:
            return text
        low, high = min(took, key=took.get), max(took, key=took.get)
        words = [f"{took[key]:.0f} ({key[0]}, {key[1]:,})" for key in (low, high)]
        return f"{text}\n\nA search at one budget took {words[0]} to {words[1]} processor seconds."


class FrontierCifar(FrontierMnist):
    """The same of features of CIFAR-10's images by RICA."""

    name, presets = "frontier-cifar", CIFAR_PRESETS
    names = tuple(name for name in FrontierMnist.names if name != "SE-Emp")  # features are nowhere
    reading = (
        "**What it shows.** What `budget=` chooses, in all ten runs leading directions of a network that "
        "was trained for 100 iterations, is better than PCA + a network at both budgets (by 3.0 and 2.3 "
        "points), perhaps because what varies most in features is not what tells classes apart. Pruning is "
        "not told apart from it with 5,000 numbers and better by 1.1 points with 20,000, so that the first "
        "claim fails: it has the training of every weight before it, from which it keeps what mattered. All "
        "others have larger mean errors, by 3 to 10 points with 5,000 numbers and by 0.9 to 4.8 with "
        "20,000. Every weight of 500-500 is better by 1.7 and 0.7 points. Emp-Emp, and random projections "
        "with 5,000 numbers, chose the largest weight decay that they were given. The search of `budget=` "
        "was changed after its first runs, for which test errors (40.4 and 39.9 %) were the occasion; the "
        "causes were found on validation images: where the largest weight decay wins the search goes on "
        "from there, as it had not, and the rivals' weight decays reach tenfold further since; and this "
        "experiment had not handed the classes to the dictionary, whose network then learned the features "
        "instead. All runs of `budget=` here are made after that."
    )

    def load(self, name, n_train):
        """The features of so many images."""
        return rica_features.load(name, n_train)


def _least_clear(pairs):
    """Of pairs that are all to be no worse the one that shows it least: all are if this one is."""
    found = [(claim, pair) for pair in pairs if (claim := compare(*pair)) is not None]
    if found and len(found) == len(pairs):
        _, worst = max(found, key=lambda c: (max(c[0].mean - c[0].margin, 0.0), c[0].p_value))
        text = f"nowhere worse than a rival by {100 * MARGIN:g} points (least clear: {worst.text})"
        yield worst._replace(text=text, primary=True)


def _kth_clearest(pairs, k):
    """Of pairs the one with the k-th clearest difference in favour: k are better if this one is."""
    found = [(claim, pair) for pair in pairs if (claim := compare(*pair)) is not None]
    if found and len(found) == len(pairs):
        ordered = sorted(found, key=lambda c: c[0].p_value if c[0].mean < 0 else 2 - c[0].p_value)
        n_clear = sum(claim.high < 0 for claim, _ in found)
        text = (
            f"better than {rivals.PCA} at {k} of {len(pairs)} budgets ({LEVEL:.0%} intervals clear of zero: "
            f"at {n_clear}; the clearest but {k - 1}: {ordered[k - 1][1].text})"
        )
        yield ordered[k - 1][1]._replace(text=text, primary=True)


def _made_up_for(claim, n_pairs, n_ways):
    """Undecided where a verdict would not stand after a Bonferroni correction for the choice of its pair.

    That all of n_pairs hold needs none, that one of them fails does. That k of m hold is at most m - k + 1
    times the k-th smallest p-value (Y. Benjamini and R. Heller, Biometrics 64, 2008).
    """
    times = {"fails": n_pairs} if claim.margin else {"holds": n_ways, "fails": n_ways}
    n = times.get(claim.verdict, 1)
    return dataclasses.replace(claim, verdict="undecided") if n * claim.p_value > 1 - LEVEL else claim
