"""A student's function, called in whatever form it is written."""

import inspect

import numpy as np

from ....weights import Adapted
from ..adapted.faults import adapted_leaves
from ..passes import LayerPass
from .answers import Answer, Complaint
from .errors import explain_error

DECAY_NAMES = ("weight_decay", "decay", "wd", "lam", "l2")


class Student:
    """A student's function, called with copies; see ``diagnose`` for the forms that it may have.

    Attributes
    ----------
    takes_data : bool
        Whether X (and Y) are handed over, so that other rows can be tried.
    """

    def __init__(self, function, subject):
        if not callable(function):
            raise Complaint("wrong_arguments", f"expected a function, got {type(function).__name__}")
        self.function, self.subject = function, subject
        self.frozen = {place: leaf.W0.copy() for place, leaf in adapted_leaves(subject).items()}
        self.by_name = self._names()
        self.n_arguments, self.takes_decay = self._count()
        self.takes_data = self.by_name is not None or self.n_arguments > 1

    def _is_layer(self):
        return isinstance(self.subject, LayerPass)

    def _names(self):
        """The parameters' names, where a layer's backward function is written with the paper's letters."""
        if not self._is_layer():
            return None
        parameters = _parameters(self.function)
        needed = [p.name for p in parameters if p.default is p.empty and p.kind in (0, 1, 3)]
        known = {"dh", "v", "h", "z", "b", "W", "p", "theta"} | {b.key[2] for b in self.subject.blocks}
        known |= {"u"} if self.subject.blocks[0].on_images else set()
        known |= {"U"} if any(b.key[2] == "w_alpha" for b in self.subject.blocks) else set()
        known |= {"W0", "scale", "U", "V"} if self.frozen else set()
        return needed if needed and set(needed) <= known else None

    def _count(self):
        parameters = _parameters(self.function)
        if self.by_name is not None or not parameters:
            return 3, False
        positional = [p for p in parameters if p.kind in (0, 1)]
        if any(p.kind == 2 for p in parameters):
            return 3, False
        decay = [p.name for p in positional if p.name in DECAY_NAMES]
        needed = [p for p in positional if p.default is p.empty and p.name not in DECAY_NAMES]
        allowed = (1, 2, 3) if self.subject.target_shape is None else (1, 3)
        n = len(needed)
        if n not in allowed and len(positional) - len(decay) >= 3 >= n:
            n = 3
        if n not in allowed:
            form = "(theta, X, Y) or (theta)"
            if self._is_layer():
                learned = dict.fromkeys(b.key[2] for b in self.subject.blocks if b.key[2] != "b")
                fixed = ["U"] if "w_alpha" in learned else ["W0", "scale"] if self.frozen else []
                fixed += ["U", "V"] if "d" in learned else []
                windows = ["u"] if self.subject.blocks[0].on_images else []
                letters = ", ".join(["dh", "v", *windows, "h", *fixed, *learned])
                form = f"{letters} and the like, by these names"
            got = ", ".join(p.name for p in needed)
            raise Complaint("wrong_arguments", f"expected {form}, got {n} needed arguments: ({got})")
        return n, decay[0] if decay else False

    def __call__(self, theta, X, Y, weight_decay):
        """(loss or None, flat gradient) as float64, or a ``Complaint``."""
        given = [theta.copy(), X.copy(), None if Y is None else Y.copy()]
        try:
            result = self._call(given, weight_decay)
        except Exception as error:
            frozen = ". W_0 is frozen" if self.frozen and "read-only" in str(error) else ""
            raise Complaint("raised", explain_error(error) + frozen) from error
        for (i, j), leaf in adapted_leaves(self.subject).items():
            if not np.array_equal(leaf.W0, self.frozen[i, j]):
                raise Complaint("w0_changed", f"the numbers of W0 in layer {i + 1} were overwritten")
        loss, flat = Answer(self.subject, len(X)).read(result)
        for name, before, after in zip(("theta", "X", "Y"), (theta, X, Y), given, strict=True):
            if before is not None and not np.array_equal(before, after):
                name = {"X": "v", "Y": "dh"}.get(name, name) if self.by_name is not None else name
                raise Complaint("changed_its_input", f"{name} was changed")
        return loss, flat

    def _call(self, given, weight_decay):
        theta, X, Y = given
        if self.by_name is not None:
            return self.function(**{name: self._letters(theta, X, Y)[name] for name in self.by_name})
        arguments = given[: self.n_arguments]
        if self.n_arguments == 3 and Y is None:
            arguments[2] = X
        return self.function(*arguments, **({self.takes_decay: weight_decay} if self.takes_decay else {}))

    def _letters(self, theta, v, dh):
        """Every array of the layer by the paper's letter."""
        s = self.subject.state(theta, v)
        letters = {"theta": theta, "p": self.subject.layer.split(theta)[0], "v": v, "dh": dh}
        letters |= {"z": s.z_out, "h": s.out, "b": s.b.copy()}
        if self.subject.blocks[0].on_images:
            letters["u"] = s.v.reshape(*s.out.shape[:3], -1)
        fixed = [fixed_arrays(leaf, part) for leaf, part in zip(s.leaves, s.parts, strict=True)]
        arrays = [known | learned for known, learned in zip(fixed, s.learned, strict=True)]
        if len(arrays) == 1:
            own = {"W": s.W} | arrays[0]
        else:
            own = {name: [a[name] for a in arrays if name in a] for name in {n for a in arrays for n in a}}
            own["W"] = s.W  # of columns, all of it
        # v, say, is what the layer is given, whatever one's own parametrisation calls so
        return own | letters


def fixed_arrays(leaf, part):
    """What a column has beside what it learns, by letter."""
    if isinstance(leaf, Adapted):
        U, V = leaf.factors(part)
        return {"W0": leaf.W0.copy(), "scale": leaf.scale, "U": U, "V": V}
    return {"U": leaf.U} if hasattr(leaf, "U") else {}


def _parameters(function):
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return []
