"""Calling a student's function: in whatever form it is written, with an answer to whatever comes back."""

import inspect
import linecache
import re
import sysconfig
from pathlib import Path

import numpy as np

from .lines import of_gradient
from .passes import DensePass

# frames of these are not the student's
LIBRARIES = tuple({str(Path(__file__).parents[2]), *sysconfig.get_paths().values()})
LENT = "_lent"  # names that a check has put into the notebook: to read these is no mistake
DECAY_NAMES = ("weight_decay", "decay", "wd", "lam", "l2")


class Complaint(Exception):
    """What came back cannot be compared: the complaint's name, what was seen, and in which block."""

    def __init__(self, name, seen, block=None):
        super().__init__(seen)
        self.name, self.seen, self.block = name, seen, block


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
        self.by_name = self._names()
        self.n_arguments, self.takes_decay = self._count()
        self.takes_data = self.by_name is not None or self.n_arguments > 1

    def _is_layer(self):
        return isinstance(self.subject, DensePass)

    def _names(self):
        """The parameters' names, where a layer's backward function is written with the paper's letters."""
        if not self._is_layer():
            return None
        parameters = _parameters(self.function)
        needed = [p.name for p in parameters if p.default is p.empty and p.kind in (0, 1, 3)]
        known = {"dh", "v", "h", "z", "b", "W", "p", "theta"} | {b.key[2] for b in self.subject.blocks}
        known |= {"U"} if any(b.key[2] == "w_alpha" for b in self.subject.blocks) else set()
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
        allowed = (1, 2, 3) if self.subject.n_targets is None else (1, 3)
        n = len(needed)
        if n not in allowed and len(positional) - len(decay) >= 3 >= n:
            n = 3
        if n not in allowed:
            form = "(theta, X, Y) or (theta)"
            if self._is_layer():
                learned = dict.fromkeys(b.key[2] for b in self.subject.blocks if b.key[2] != "b")
                fixed = ["U"] if "w_alpha" in learned else []
                form = f"{', '.join(['dh', 'v', 'h', *fixed, *learned])} and the like, by these names"
            got = ", ".join(p.name for p in needed)
            raise Complaint("wrong_arguments", f"expected {form}, got {n} needed arguments: ({got})")
        return n, decay[0] if decay else False

    def __call__(self, theta, X, Y, weight_decay):
        """(loss or None, flat gradient) as float64, or a ``Complaint``."""
        given = [theta.copy(), X.copy(), None if Y is None else Y.copy()]
        try:
            result = self._call(given, weight_decay)
        except Exception as error:
            raise Complaint("raised", explain_error(error)) from error
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
        letters |= {"z": s.z, "h": s.h, "b": s.b.copy()}
        fixed = [{"U": leaf.U} if hasattr(leaf, "U") else {} for leaf in s.leaves]
        arrays = [known | learned for known, learned in zip(fixed, s.learned, strict=True)]
        if len(arrays) == 1:
            return letters | {"W": s.W} | arrays[0]
        for name in {name for own in arrays for name in own}:
            letters[name] = [own[name] for own in arrays if name in own]
        # of columns, W is all of it
        return letters | {"W": s.W}


class Answer:
    """Reads what a student's function returned, as (loss, flat gradient)."""

    def __init__(self, subject, n_rows):
        self.subject, self.blocks = subject, subject.blocks_for(n_rows)
        self.is_layer = isinstance(subject, DensePass)

    def read(self, result):
        if result is None or result is Ellipsis:
            raise Complaint("returned_none", f"it returned {result}")
        if is_number(result):
            raise Complaint("loss_only", f"only the number {float(result):.6g} came back")
        loss = None
        if isinstance(result, (tuple, list)) and len(result) == 2 and is_number(result[0]):
            loss, result = float(np.asarray(result[0]).item()), result[1]
            if result is None or result is Ellipsis:
                raise Complaint("returned_none", "the loss came back, and None for the gradient")
            if not np.isfinite(loss):
                raise Complaint("not_finite", f"the loss is {loss}", "loss")
        return loss, self.flat(result)

    def flat(self, grad):
        """The gradient as one vector; blocks that are missing at the end (dv) are left out."""
        if isinstance(grad, np.ndarray) and grad.dtype != object:
            if self.is_layer and (len(self.blocks) == 1 or grad.shape != (self.subject.n_dynamic,)):
                grad = [grad]
            else:
                return self._vector(grad)
        if not self.is_layer and (vector := _listed(grad)) is not None and vector.ndim == 1:
            return self._vector(vector)
        arrays = list(_arrays_in(grad, self.blocks))
        if self.is_layer and len(arrays) == 2 and arrays[0].shape == (self.subject.n_dynamic,):
            return np.concatenate([self._vector(arrays[0]), self._block(arrays[1], self.blocks[-1])])
        n_needed = len(self.blocks) - self.is_layer
        if len(arrays) == 1 and n_needed != 1 and not (self.is_layer and arrays[0].ndim != 1):
            return self._vector(arrays[0])
        if len(arrays) not in (n_needed, len(self.blocks)):
            needed = self.blocks[:n_needed]
            names = "; ".join(f"{of_gradient(b.label)} {b.shape_in_letters}" for b in needed)
            dv = ", and dv where it is asked for" if self.is_layer else ""
            raise Complaint("wrong_shape", f"expected {n_needed} arrays ({names}){dv}, got {len(arrays)}")
        return np.concatenate(
            [self._block(a, b) for a, b in zip(arrays, self.blocks[: len(arrays)], strict=True)]
        )

    def _vector(self, a):
        if a.dtype.kind not in "iubf":
            raise Complaint("not_numbers", f"an array of {a.dtype}")
        n = self.subject.n_dynamic
        if a.shape != (n,):
            ravel = ": ravel it" if a.size == n else ""
            raise Complaint("wrong_shape", f"expected shape (n_dynamic,) = ({n},), got {a.shape}{ravel}")
        ends = np.cumsum([int(np.prod(b.shape)) for b in self.subject.blocks])
        for block, part in zip(self.subject.blocks, np.split(a, ends[:-1]), strict=True):
            check_numbers(part, block.label)
        return a.astype(np.float64)

    def _block(self, a, block):
        if a.dtype.kind not in "iubf":
            raise Complaint("not_numbers", f"an array of {a.dtype}", block.label)
        if a.shape != block.shape:
            if a.shape == block.shape[::-1]:
                raise Complaint(
                    "transpose_extra", f"expected shape {block.shape_in_letters}, got {a.shape}", block.label
                )
            seen = f"expected shape {block.shape_in_letters}, got {a.shape}{self._whose_shape(a, block)}"
            raise Complaint("wrong_shape", seen, block.label)
        check_numbers(a, block.label)
        return a.astype(np.float64).ravel()

    def _whose_shape(self, a, block):
        """Words about a wrong shape that has a usual cause."""
        if block.key[2] == "b":
            return "; db is the sum of dz over its rows, axis 0"
        if not self.is_layer or [b.key[2] for b in self.blocks] != ["w_alpha", "b", "v"]:
            return ""
        (n_alpha, n_h), _, (n, n_v) = (b.shape for b in self.blocks)
        if block.key[2] == "w_alpha" and a.shape == (n_v, n_h):
            return "; that is the shape of dW: go on from dW to dw_alpha"
        if block.key[2] == "v" and a.shape == (n, n_alpha):
            return "; that is the shape of the gradient of v U: go on, through U"
        return ""


def check_numbers(a, label):
    """Complain unless the array holds finite floats."""
    if a.dtype.kind in "iub":
        raise Complaint("integers", f"an array of {a.dtype}", label)
    if a.dtype.kind != "f":
        raise Complaint("not_numbers", f"an array of {a.dtype}", label)
    n_bad = int(a.size - np.isfinite(a).sum())
    if n_bad:
        raise Complaint("not_finite", f"{n_bad} of {a.size} numbers are NaN or infinite", label)


def is_number(value):
    """Whether a value is one real number, as a Python number or an array of no dimension."""
    try:
        a = np.asarray(value)
    except ValueError:
        return False
    return a.shape == () and a.dtype.kind in "fiub"


def explain_error(error, but_in=None):
    """The error, the student's line where it happened, and what a clash of shapes usually means."""
    message = re.sub(r", with gufunc signature \S+", "", str(error))
    found = students_frame(error, but_in)
    where = foreign = ""
    if found is not None:
        frame, number = found
        code = frame.f_code
        own = set(code.co_names) - frame.f_globals.get(LENT, set())
        arrays = sorted(n for n in own if isinstance(frame.f_globals.get(n), np.ndarray))
        if arrays:
            foreign = f" ({', '.join(arrays)}: read from the notebook, not from the arguments)"
        source = linecache.getline(code.co_filename, number).strip()
        line = number - code.co_firstlineno + 1
        where = f", in line {line} of {code.co_name}" + (f": `{source}`" if source else "")
    clash = re.search(r"matmul|mismatch|broadcast|not aligned", message)
    hint = f". Two shapes clash there{foreign}; a transpose or an axis may be missing" if clash else ""
    return f"{type(error).__name__}: {message}{where}{hint}"


def students_frame(error, but_in=None):
    """(frame, line number) of the innermost function of the student's in the trace of an error, or None.

    Functions of the file ``but_in``, for instance a check's own cell, are not the student's.
    """
    found, trace = None, error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        ours = code.co_filename == but_in or code.co_filename.startswith(LIBRARIES)
        if code.co_name != "<module>" and not ours:
            found = trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next
    return found


def _parameters(function):
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return []


def _listed(grad):
    """A list of numbers, or of lists of numbers of one length, as an array; None of anything else."""
    if not isinstance(grad, (list, tuple)) or not grad:
        return None
    if all(isinstance(row, (list, tuple)) and len(row) == len(grad[0]) > 0 for row in grad):
        return np.asarray(grad) if all(is_number(x) for row in grad for x in row) else None
    return np.asarray(grad) if all(is_number(x) for x in grad) else None


def _arrays_in(grad, blocks):
    """The arrays in nested lists and dicts, in the order of the blocks."""
    if isinstance(grad, dict):
        seen = {}
        for name in (b.key[2] for b in blocks):
            value = grad.get(name, grad.get(f"d{name}"))
            i = seen[name] = seen.get(name, -1) + 1
            if value is not None:
                yield from _arrays_in(value[i] if isinstance(value, (list, tuple)) else value, blocks)
    elif (listed := _listed(grad)) is not None:
        yield listed
    elif isinstance(grad, (list, tuple)) or hasattr(grad, "__next__"):
        for i, part in enumerate(grad):
            own = [b for b in blocks if b.key[0] == i] if isinstance(part, dict) else blocks
            yield from _arrays_in(part, own or blocks)
    elif grad is None or grad is Ellipsis:
        raise Complaint("returned_none", f"there is {grad} among the gradients")
    else:
        try:
            yield np.asarray(grad)
        except (TypeError, ValueError):
            raise Complaint("not_numbers", f"a {type(grad).__name__} is no array") from None
