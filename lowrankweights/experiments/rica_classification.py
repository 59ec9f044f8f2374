"""Images classified with RICA's features: what both parts of Figure 6 share (paper, section 4.4)."""

import functools
from typing import NamedTuple

import numpy as np

from .. import _checks, datasets
from ..results import claims
from ..results.files import select
from ..unsupervised.coates import FeatureClassifier, PatchEncoder
from ..unsupervised.filters import whiten
from ..unsupervised.patches import random_patches
from .harness.figure import Figure
from .images import fetch_labelled_stl10, labelled, reduced, stl10_is_here
from .rica_filters import learn_as

COMMON = {
    "model": "rica", "n_columns": 1, "length_scale": 1.0, "sparsity": 0.1, "regularisation": 0.1,
    "least_fall": 5e-4,
}  # fmt: skip
DIGITS = {
    "data": "digits-16x16", "patch_shape": [6, 6], "n_train": 1000, "n_patches": 10_000, "threshold": 0.25,
    "max_iter": 1000, "strengths": [1e-3, 1e-2, 1e-1, 1.0],
}  # fmt: skip
# Regularisation, threshold, strengths and least_fall were chosen on CIFAR-10's training images alone:
# 15,000 to train the classifier and the next 5,000 to look, with 50 to 550 filters, the same for all models.
CIFAR = {
    "data": "cifar10", "patch_shape": [6, 6, 3], "n_train": 40_000, "n_patches": 50_000, "threshold": 0.0,
    "regularisation": 0.02, "max_iter": 1500, "strengths": [3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0, 3.0],
}  # fmt: skip
STL = {**CIFAR, "data": "stl10", "n_train": 1000, "strengths": [1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1]}
BARS = "Bars{}: 95 % intervals of the mean, over seeds and held-out images"
BARS_OF_FOLDS = "\n(STL-10: 90 % intervals of the mean over its ten folds)"


class Labelled(NamedTuple):
    """Images (n, height, width[, channels]) and labels; ``folds`` are index sets of training images."""

    source: np.ndarray
    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    folds: list


@functools.lru_cache(maxsize=1)
def load(name, n_train):
    """Images to learn filters from, and to train and test the classifier on.

    CIFAR-10 is tested on the last 10,000 training images. STL-10 is tested as its authors recommend:
    trained on each of ten folds, tested on all test images; its images are reduced to 32 x 32 pixels
    (as Coates et al. do), and filters are learned from the unlabelled ones where they are here.
    """
    if name == "stl10":
        return _load_stl10()
    data = labelled(name)
    X, y = data.X_train[:n_train], data.y_train[:n_train]
    if name == "cifar10" and len(X) < n_train:
        n_held = len(data.X_test)
        wanted = f"at least {n_train:,} training images and {n_held:,} held out"
        _checks.fail("data", wanted, f"{len(X) + n_held:,} in {data.folder}")
    return Labelled(X, X, y, data.X_test, data.y_test, [np.arange(len(y))])


def _load_stl10():
    data = fetch_labelled_stl10(n_unlabelled=10_000)
    if not data.folds:
        raise datasets.DataNotFound(f"stl10: expected fold_indices.txt in {data.folder}, got none")
    train, test, unlabelled = (reduced(data[f"X_{part}"]) for part in ("train", "test", "unlabelled"))
    source = unlabelled if len(unlabelled) else train
    return Labelled(source, train, data.y_train, test, data.y_test, data.folds)


CHANGES = (
    "**What changed.** The inverse penalties that the classifier chose from ended at 0.1, which {} runs "
    "chose; they go up to 3 now, and no run chose the first or the last. Its standardisation is no longer "
    "learned from the rows on which the penalty is chosen; its last training begins at the chosen model, and "
    "ends where no entry of the gradient is above 1e-3, where it used to be cut off at 200 iterations. {} "
    "Intervals used to be a bootstrap over three seeds, which was too narrow; they are wider now."
)


class RicaClassification(Figure):
    """What both parts have in common; ``panel(ax, results)`` draws the runs on one data set."""

    has_band = False  # whether a panel shows learning every weight as a line with a band

    def group(self, spec):
        """Every run by itself: what runs share is cached."""
        return [spec[k] for k in ("data", "seed", "proportion", "n_components")]

    def run_one(self, spec, shared, n_threads):
        """``classify``."""
        return classify(spec, n_threads)

    def draw(self, results):
        """A panel for each data set."""
        import matplotlib.pyplot as plt

        by_data = of_each_data_set(results)
        size = {"figsize": (4.6 * len(by_data), 3.6), "layout": "constrained", "squeeze": False}
        figure, axes = plt.subplots(1, len(by_data), **size)
        for ax, runs in zip(axes[0], by_data, strict=True):
            ax.set(ylabel="error (%)", title=title(runs[0]))
            self.panel(ax, runs)
            ax.grid(axis="y", lw=0.4, alpha=0.5)
            ax.legend(fontsize="small")
        bars = BARS.format(" and the grey band" if self.has_band else "")
        figure.supxlabel(bars + BARS_OF_FOLDS * any(r["data"] == "stl10" for r in results), fontsize="small")
        return figure


def classify(spec, n_threads=None, learn=learn_as):
    """Learn filters from patches, encode all images, train the classifier and test it.

    ``learn(spec, X, n_threads)`` is as ``learn_as``. ``wrong`` counts fold after fold: fold * (number of
    test images) + index.
    """
    data = load(spec["data"], spec["n_train"])
    shape = tuple(spec["patch_shape"])
    patches = random_patches(data.source, shape, spec["n_patches"], spec["seed"])
    X, whitening = whiten(patches, spec["regularisation"])
    W, result = learn(spec, X, n_threads)
    how = {"contrast": False, "threshold": spec["threshold"], "n_threads": n_threads}
    encoder = PatchEncoder(W, shape, whitening, **how)
    train, test = encoder.transform(data.X_train), encoder.transform(data.X_test)
    wrong, strengths = [], []
    for i, fold in enumerate(data.folds):
        # a copy of a fold, no copy of everything: the classifier standardises in place
        features = train if len(fold) == len(train) else train[fold]
        classifier = FeatureClassifier(spec["strengths"]).fit(features, data.y_train[fold])
        items = np.flatnonzero(classifier.predict(test) != data.y_test)
        wrong += (i * len(test) + items).tolist()
        strengths.append(classifier.strength_)
    n_test = len(data.folds) * len(test)
    fold_errors = np.bincount(np.array(wrong, int) // len(test), minlength=len(data.folds)) / len(test)
    return {
        **result, "n_test": n_test, "wrong": wrong, "error": len(wrong) / n_test,
        "fold_errors": fold_errors.tolist(), "strength": strengths[0] if len(strengths) == 1 else strengths,
    }  # fmt: skip


def percent_wrong(results):
    """Mean error (%) of runs that differ in the seed, lower and upper end of its interval.

    With folds (STL-10) the 90 % interval of the mean over the folds, by Student's t; else the 95 %
    interval over seeds and held-out images.
    """
    folds = np.mean([r["fold_errors"] for r in results], axis=0)
    if len(folds) > 1:
        from scipy import stats

        half = stats.t.ppf(0.95, len(folds) - 1) * folds.std(ddof=1) / np.sqrt(len(folds))
        return 100 * np.array([folds.mean(), folds.mean() - half, folds.mean() + half])
    return claims.percent_wrong(results)


MARKS = {
    "*": "a run was ended by its limit of iterations, and is left out of the claims",
    "^": "in one run or more the classifier chose the first or the last of the strengths that it was offered",
}


def marks(results):
    """Those of ``MARKS`` that fit any of the runs."""
    return "*" * any(map(claims.at_its_limit, results)) + "^" * any(map(_at_an_end, results))


def legend(text):
    """What the marks in a text mean, a line each."""
    return [f"{mark}: {meaning}" for mark, meaning in MARKS.items() if mark in text]


def _at_an_end(result):
    ends = min(result["strengths"]), max(result["strengths"])
    return bool(np.isin(result["strength"], ends).any())


def tested_on(result):
    """What was learned from and tested on, and what the interval is."""
    tested = {
        "cifar10": "the last 10,000 training images held out; 95 % interval over seeds and images",
        "stl10": "tested on all test images; 90 % interval of the mean over the ten folds (Student's t)",
        "digits-16x16": "its test images; 95 % interval over seeds and images",
    }
    return f"{result['n_train']:,} images to train the classifier, {tested[result['data']]}"


def title(result):
    """Data set and size of patches, for a panel."""
    names = {"cifar10": "CIFAR-10", "stl10": "STL-10", "digits-16x16": "scikit-learn's digits (not MNIST)"}
    return f"{names[result['data']]}, {' x '.join(map(str, result['patch_shape'][:2]))} patches"


def of_each_data_set(results):
    """The results on each data set, in the order of the runs."""
    return [select(results, data=data) for data in dict.fromkeys(r["data"] for r in results)]


def chosen_settings(settings, stl_settings, preset):
    """The settings of a preset, and those of STL-10 where its labels are here."""
    return [settings] + [stl_settings] * (preset != "quick" and stl10_is_here())
