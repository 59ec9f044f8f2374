"""Figure 1, block 5: RICA's features of STL-10's colour images, predicted from a few of their weights."""

from .figure_1_rica_natural import COMMON, FeaturesOfPhotographs

COLOUR = {**COMMON, "patch_shape": [12, 12, 3], "n_components": 100, "regularisation": 0.1}
PRESETS = {
    "quick": {"data": "natural-bundled", "n_patches": 10_000, "max_iter": 300},
    "standard": {"data": "stl10", "n_patches": 50_000, "max_iter": 2000},
    "paper": {"data": "stl10", "n_patches": 200_000, "max_iter": 5000},
}


class FeaturesOfColourImages(FeaturesOfPhotographs):
    """One model, with every weight learned; quick: on scikit-learn's photographs."""

    name, presets = "1-rica-stl", PRESETS
    common = COLOUR
