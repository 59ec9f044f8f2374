"""What the estimators share."""

import functools
import inspect

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from .. import _checks
from ..weights.parametrisations import Predicted


class Lost:
    """In place of a function or an object that a file cannot hold: another fit asks for it, by name."""

    def __init__(self, what):
        self.what = what

    def __repr__(self):
        return f"nothing ({self.what}, which a file cannot hold: give it again with set_params)"


def numeric_types(dtype):
    """What scikit-learn may convert X to: "auto" keeps float32 and float64."""
    choices = {"auto": [np.float64, np.float32], "float32": np.float32, "float64": np.float64}
    return choices[_checks.choice("dtype", dtype, choices)]


def fitted_dictionaries(parametrisation):
    """U of each column; empty where every weight is learned."""
    return [leaf.U for leaf in parametrisation.leaves if isinstance(leaf, Predicted)]


def warn_if_unfinished(result, max_iter, scale="StandardScaler"):
    """scikit-learn's ConvergenceWarning where max_iter ended the fit, with what to do; ``scale``: how X gets
    a scale of about 1, "" where it has it."""
    if result.status == "max_iter" and max_iter > 0:
        scale = scale and f", or bring X to a scale of about 1 ({scale})"
        _checks.warn(
            f"max_iter = {max_iter} iterations were not enough: the largest entry of the gradient is "
            f"{result.grad_norm_curve[-1]:.1e}. Raise max_iter, or stop earlier on purpose (a larger tol, "
            f"early_stopping, a callback){scale}. See stop_report_.",
            ConvergenceWarning,
        )


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


def with_parameters(**own):
    """A class decorator: ``__init__`` takes the base's parameters and these keywords, with their defaults.

    >>> from sklearn.base import BaseEstimator
    >>> @with_parameters(colour="red")
    ... class Painted(BaseEstimator):
    ...     def __init__(self, size=1):
    ...         self.size = size
    >>> Painted(3, colour="blue").get_params()
    {'colour': 'blue', 'size': 3}
    """

    def decorate(cls):
        base = cls.__init__
        signature = inspect.signature(base)
        keywords = [inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY, default=v) for n, v in own.items()]

        def __init__(self, *args, **kwargs):
            for name, default in own.items():
                setattr(self, name, kwargs.pop(name, default))
            base(self, *args, **kwargs)

        __init__.__signature__ = signature.replace(parameters=[*signature.parameters.values(), *keywords])
        cls.__init__ = __init__
        return cls

    return decorate
