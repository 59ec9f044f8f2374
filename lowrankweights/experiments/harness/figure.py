"""What a figure is, to those who run, sum up and draw it."""

import abc

from ...results.claims import compare_all


class Figure(abc.ABC):
    """A figure of the paper: which runs it needs, how one is made, what is said and drawn of all of them.

    To add one: a file in ``figures/`` with a subclass, and a line in ``FIGURES``. ``runs``, ``run_one``,
    ``summary`` and ``draw`` must be there; ten lines are enough (see the example).

    Attributes
    ----------
    name : str
        As on the command line; the first part of its files' names.
    presets : dict
        Settings by preset: "quick", "standard" and "paper".
    changes : str
        What changed in the verdicts since the standard page was first made, and why; at the page's top.
    reading : str
        What else the standard results say, in words written after they were seen; below them.
    skip_bad : bool or None
        Whether files of a data set that are wrong are left out and listed; None: it reads no such files.

    Parameters
    ----------
    presets : dict, optional
        Others than the class's own.

    Examples
    --------
    >>> class Guessing(Figure):
    ...     name, presets = "guessing", {"quick": {"n_sides": 6}}
    ...     def runs(self, preset):
    ...         return [{**self.presets[preset], "seed": seed} for seed in range(3)]
    ...     def run_one(self, spec, shared, n_threads):
    ...         return {"error": 1 - 1 / spec["n_sides"]}
    ...     def summary(self, results):
    ...         return f"error {results[0]['error']:.2f}"
    ...     def draw(self, results):
    ...         return None  # or a matplotlib figure
    >>> figure = Guessing()
    >>> figure.summary([{**spec, **figure.run_one(spec, {}, 1)} for spec in figure.runs("quick")])
    'error 0.83'
    """

    name: str
    presets: dict
    changes = reading = ""
    skip_bad = None

    def __init__(self, presets=None):
        self.presets = type(self).presets if presets is None else presets

    @abc.abstractmethod
    def runs(self, preset):
        """The specs of all runs, in the order in which they are made.

        A spec is a plain dict of all settings of a run, as JSON has them; two specs differ. (Constants
        are in the code, whose commit is written with the results.)
        """

    def searches(self, preset):
        """The specs of runs made before the others, by which settings are chosen (``SearchedFigure``), or
        the whole is estimated.

        Each has a ``stage``: "search" or "timing". Where there are any, ``runs`` takes their results as its
        second argument.
        """
        return []

    def of_searches(self, preset, results):
        """What the runs of ``searches`` say, in Markdown, told before the others are made."""
        return ""

    def group(self, spec):
        """What runs have in common that are made one after the other, and share what they can.

        Runs with equal groups share; default: every run by itself.
        """
        return sorted(spec.items())

    @abc.abstractmethod
    def run_one(self, spec, shared, n_threads):
        """Make a run: what came out, as a dict of plain values.

        ``shared`` is a dict that lives as long as the group; its ``"checkpoint"`` is a path where a long
        run may leave where it is (``harness.checkpoints``). Ctrl-C goes through: a run is whole or is not
        written down.
        """

    @abc.abstractmethod
    def summary(self, results):
        """What came out, as text or as a Markdown table.

        ``results`` is a list of dicts, each a spec with what came out, in the order of ``runs``. Some
        may be missing, but not all.
        """

    @abc.abstractmethod
    def draw(self, results):
        """A matplotlib figure of the results."""

    def comparisons(self, results):
        """What is to be held against the results, each a ``results.Comparison`` or a tuple of its fields.

        One or two claims are marked as primary; they are named before the runs are made.
        """
        return []

    def n_seeds(self, preset):
        """How many seeds are planned for the primary claims."""
        return len({spec.get("seed") for spec in self.runs(preset)})

    def claims(self, results, n_seeds=1):
        """The ``Claim`` of each comparison that has runs on both sides, the primary ones first."""
        return compare_all(self.comparisons(results), n_seeds)
