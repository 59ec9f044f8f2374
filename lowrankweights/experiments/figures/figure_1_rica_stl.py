"""Figure 1, block 5: RICA's features of STL-10's colour images, predicted from a few of their weights."""

from . import figure_1_rica_natural
from .figure_1_rica_natural import draw, group, run_one, summary

COMMON = {
    **figure_1_rica_natural.COMMON,
    "figure": "1-rica-stl", "patch_shape": [12, 12, 3], "n_components": 100, "regularisation": 0.1,
}  # fmt: skip
PRESETS = {
    "quick": {"data": "natural-bundled", "n_train": 10_000, "max_iter": 300},
    "standard": {"data": "stl10", "n_train": 50_000, "max_iter": 2000},
    "paper": {"data": "stl10", "n_train": 200_000, "max_iter": 5000},
}

__all__ = ["draw", "group", "run_one", "runs", "summary"]


def runs(preset):
    """One model, with every weight learned; quick: on scikit-learn's photographs."""
    return [{**COMMON, **PRESETS[preset]}]
