"""The ledger of a model: numbers learned and fixed, their bytes, and what fewer bits cost."""

import itertools
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .. import _checks
from .model_files import load, save
from .narrow_files import BITS, STATIC


@dataclass(frozen=True)
class Ledger:
    """Print it for the table.

    Attributes
    ----------
    n_dynamic, n_static : int
        Numbers learned, and numbers of the dictionaries; of a pipeline in all steps.
    sizes : dict
        (static, bits): bytes of the file; without those that cannot be.
    scores : dict
        (static, bits): the score on the given rows of the model in this file; empty without rows.
    """

    n_dynamic: int
    n_static: int
    sizes: dict
    scores: dict

    def __str__(self):
        lines = [
            f"learned {self.n_dynamic:,} numbers, fixed {self.n_static:,}",
            f"{'dictionaries as':>16}  {'bits':>4}  {'bytes':>11}" + f"  {'score':>7}" * bool(self.scores),
        ]
        for (static, bits), size in self.sizes.items():
            score = f"  {self.scores[static, bits]:>7.4f}" if self.scores else ""
            lines.append(f"{static:>16}  {bits:>4}  {size:>11,}{score}")
        return "\n".join(lines)


def ledger(model, X=None, y=None):
    """How many numbers a fitted model has, and how large its file is with recipes and with fewer bits.

    Parameters
    ----------
    model : fitted estimator
        As for ``save``.
    X, y : optional
        Rows on which the files' models are scored, for instance test rows.

    Returns
    -------
    ledger : Ledger

    Raises
    ------
    ValueError
        As ``save`` does; if there is only one of X and y, or rows for a model without a score; if no step of
        a pipeline learns numbers.

    Examples
    --------
    >>> import lowrankweights as lrw
    >>> digits = lrw.datasets.load_digits()
    >>> model = lrw.LowRankMLPClassifier((20,), dictionary="random_projection", n_columns=1, proportion=0.2,
    ...                                  max_iter=300, tol=1e-2, random_state=0)
    >>> found = ledger(model.fit(digits.X_train, digits.y_train))
    >>> found.n_dynamic, found.n_static, found.sizes["recipe", 16] < found.sizes["arrays", 16]
    (490, 832, True)
    """
    sizes, scores = {}, {}
    steps = [step for _, step in model.steps] if hasattr(model, "steps") else [model]
    learners = [step for step in steps if hasattr(step, "n_dynamic_")]
    if not learners:
        _checks.fail("model", "a fitted one that learns numbers, or a pipeline with one", repr(model))
    if X is not None and not hasattr(model, "score"):
        _checks.fail("X", f"None, as {type(model).__name__} has no score", "rows")
    for name, value, other in (("X", X, y), ("y", y, X)):
        if value is None and other is not None:
            _checks.fail(name, "both X and y, or neither", "None")
    with tempfile.TemporaryDirectory() as folder:
        for static, bits in itertools.product(STATIC, BITS):
            try:
                path = save(Path(folder) / f"{static}-{bits}", model, static=static, bits=bits)
            except ValueError as error:
                if not str(error).startswith("static:"):
                    raise
                continue  # a dictionary has no recipe that could stand for it
            sizes[static, bits] = path.stat().st_size
            if X is not None:
                scores[static, bits] = float(load(path).score(X, y))
    counts = [(own.n_dynamic_, own.n_static_) for own in learners]
    return Ledger(*(sum(n) for n in zip(*counts, strict=True)), sizes, scores)
