"""The same small search for every model that is compared: on one seed, and on validation images alone.

Each model is tried with three weight decays and with the few values of whatever it has of its own; what has
the lowest validation error is what its other seeds are run with. Held-out images are looked at once, in
these runs.
"""

import abc
import itertools
from typing import NamedTuple

from ...results.files import select
from .figure import Figure

WEIGHT_DECAYS = (1e-5, 1e-4, 1e-3)
SEED = 1000  # of the search: none of those that are compared
SEARCH, TIMING, TEST = "search", "timing", "test"  # what a run is for
WORDS = (
    "Every model had the same search, on one seed of its own and on validation images alone. What was chosen:"
)


class Model(NamedTuple):
    """A model that is compared: its settings, and the values to try for some of them.

    Attributes
    ----------
    settings : dict
        As in a spec.
    options : dict or None
        Name: a list of values. ``weight_decay`` is searched for every model, and need not be here. None: it
        has a search of its own in every run.
    """

    settings: dict
    options: dict | None


class SearchedFigure(Figure):
    """A figure that compares models, each after the same search.

    A subclass has ``models`` and ``seeds`` instead of ``runs``; its ``run_one`` looks at held-out items
    only where ``spec["stage"]`` is "test", and returns a ``validation_error`` where it is "search". Summary,
    picture and comparisons are made from the runs that are compared, those of the search left out.

    Examples
    --------
    >>> class Slopes(SearchedFigure):
    ...     name, presets = "slopes", {"quick": {}}
    ...     def models(self, preset):
    ...         return {"a": Model({"slope": 1}, {"width": [1, 2]})}
    ...     def seeds(self, preset):
    ...         return (0, 1)
    ...     run_one = summary = draw = None
    >>> len(Slopes().searches("quick")), len(Slopes().runs("quick"))
    (6, 2)
    """

    @abc.abstractmethod
    def models(self, preset):
        """The models by name, each a ``Model``."""

    @abc.abstractmethod
    def seeds(self, preset):
        """The seeds that are compared; fixed before the runs are made."""

    def searches(self, preset):
        """The specs of the search."""
        specs = []
        for name, model in self.models(preset).items():
            if model.options is None:
                continue
            base = {"figure": self.name, "method": name, **model.settings}
            specs += [{**base, **chosen, "seed": SEED, "stage": SEARCH} for chosen in candidates(model)]
        return specs

    def runs(self, preset, searched=()):
        """The specs of the runs that are compared, each model as it was best in the search."""
        specs = []
        for seed in self.seeds(preset):
            for name, model in self.models(preset).items():
                base = {"figure": self.name, "method": name, **model.settings}
                specs.append({**base, **best(name, model, searched), "seed": seed, "stage": TEST})
        return specs

    def of_searches(self, preset, results):
        """What was chosen for each model, in Markdown."""
        lines = ["| model | chosen | validation error (%) | of so many tried |", "|---|---|---:|---:|"]
        for name, model in self.models(preset).items():
            tried = select(results, method=name, stage=SEARCH)
            if tried:
                chosen = best(name, model, tried)
                words = ", ".join(f"{k} {_short(v)}" for k, v in chosen.items())
                error = min(r["validation_error"] for r in tried)
                lines.append(f"| {name} | {words} | {100 * error:.2f} | {len(tried)} |")
        return WORDS + "\n\n" + "\n".join(lines)


def compared(results):
    """The results without those of a search, or of the clock.

    >>> compared([{"stage": "search"}, {"stage": "test"}, {"seed": 0}])
    [{'stage': 'test'}, {'seed': 0}]
    """
    return [r for r in results if r.get("stage") not in (SEARCH, TIMING)]


def candidates(model):
    """All settings that a search tries for a model, as dicts."""
    options = {} if model.options is None else {"weight_decay": WEIGHT_DECAYS, **model.options}
    return [dict(zip(options, values, strict=True)) for values in itertools.product(*options.values())]


def best(name, model, searched):
    """The settings with the lowest validation error, the first of equal ones; without a search the first."""
    tried = candidates(model)
    errors = {}
    for r in select(searched, method=name, stage=SEARCH):
        for i, chosen in enumerate(tried):
            if all(r.get(k) == v for k, v in chosen.items()):
                errors[i] = r["validation_error"]
    return tried[min(errors, key=lambda i: (errors[i], i))] if errors else tried[0]


def _short(value):
    if isinstance(value, list):
        return "-".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else value
