"""The paper's figures, one file each (Figure 1: one for each kind of model), and the table of all.

Those beyond the paper are in ``beyond``.
"""

import importlib

from ... import _checks

PRESETS = ("quick", "standard", "paper")
FIGURES = {
    "1-mnist": "figures.figure_1.mnist.FeaturesOfDigits",
    "1-convnet-cifar": "figures.figure_1.convnet.FiltersOfCifar",
    "1-convnet-stl": "figures.figure_1.convnet.FiltersOfStl",
    "1-rica-natural": "figures.figure_1.rica.FeaturesOfPhotographs",
    "1-rica-stl": "figures.figure_1.rica.FeaturesOfColourImages",
    "2": "figures.figure_2.FiltersByProportion",
    "3": "figures.figure_3.ColumnarArchitecture",
    "4-mnist": "figures.figure_4_mnist.ErrorByDictionary",
    "4-timit": "figures.figure_4_timit.PhoneErrorRate",
    "5": "figures.figure_5.ErrorOfConvnets",
    "6-proportion": "figures.figure_6_proportion.ErrorByProportion",
    "6-budget": "figures.figure_6_budget.ErrorByBudget",
    "rivals": "beyond.rivals.Rivals",
    "frontier-mnist": "beyond.frontier.FrontierMnist",
    "few-numbers": "beyond.few_numbers.FewNumbers",
    "frontier-cifar": "beyond.frontier.FrontierCifar",
    "rica-alpha": "beyond.rica_alpha.RicaAlpha",
    "activations": "beyond.activations.Activations",
}


def figure_named(name):
    """The ``Figure`` of a name in ``FIGURES``; its file is imported only now.

    >>> figure_named("2").name
    '2'
    """
    module, cls = FIGURES[_checks.choice("name", name, FIGURES)].rsplit(".", 1)
    return getattr(importlib.import_module(f"..{module}", __name__), cls)()
