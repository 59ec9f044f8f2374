"""The paper's figures, one file each."""

import importlib

from ... import _checks

PRESETS = ("quick", "standard", "paper")
FIGURES = {
    "1-mnist": "figure_1_mnist.FeaturesOfDigits",
    "1-rica-natural": "figure_1_rica_natural.FeaturesOfPhotographs",
    "1-rica-stl": "figure_1_rica_stl.FeaturesOfColourImages",
    "2": "figure_2.FiltersByProportion",
    "4-mnist": "figure_4_mnist.ErrorByDictionary",
    "6-proportion": "figure_6_proportion.ErrorByProportion",
    "6-budget": "figure_6_budget.ErrorByBudget",
    "rivals": "rivals.Rivals",
    "activations": "activations.Activations",
}


def figure_named(name):
    """The ``Figure`` of a name in ``FIGURES``; its file is imported only now.

    >>> figure_named("2").name
    '2'
    """
    module, cls = FIGURES[_checks.choice("name", name, FIGURES)].split(".")
    return getattr(importlib.import_module(f".{module}", __name__), cls)()
