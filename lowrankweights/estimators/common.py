"""What the estimators share."""

import functools
import inspect

import numpy as np

from .. import _checks
from ..weights.parametrisations import Predicted


def numeric_types(dtype):
    """What scikit-learn may convert X to: "auto" keeps float32 and float64."""
    choices = {"auto": [np.float64, np.float32], "float32": np.float32, "float64": np.float64}
    return choices[_checks.choice("dtype", dtype, choices)]


def fitted_dictionaries(parametrisation):
    """U of each column; empty where every weight is learned."""
    return [leaf.U for leaf in parametrisation.leaves if isinstance(leaf, Predicted)]


def whole_or_not(fit):
    """A decorator for ``fit``: an estimator whose fit raises is what it was before."""

    @functools.wraps(fit)
    def guarded(self, *args, **kwargs):
        before = dict(vars(self))
        try:
            return fit(self, *args, **kwargs)
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise

    return guarded


def with_docs_of(base):
    """A class decorator: ``{docs}`` in its docstring becomes the base's docstring below its first line."""

    def decorate(cls):
        if cls.__doc__ is not None:  # python -OO
            _, docs = inspect.cleandoc(base.__doc__).split("\n", 1)
            cls.__doc__ = inspect.cleandoc(cls.__doc__).replace("{docs}", docs.strip())
        return cls

    return decorate
