"""A check stands on its own feet: while it runs, the notebook's data are out of sight.

So a scratch cell cannot make a right answer fail, an answer that reads the notebook instead of its arguments
is told so, and nothing that a check computes is left behind.
"""

import ast
import contextlib
import copy
import functools
import inspect
import io
import textwrap
import types

import numpy as np

KEPT = ("In", "Out")  # the notebook's own record


class OutOfSight:
    """The data of a namespace, hidden from ``begin`` to ``end``; modules, functions and classes stay.

    Attributes
    ----------
    hidden : dict
        What is out of sight, by name; also what a check made, of which an answer knows nothing either.
    lent : set of str
        Names that answers may read.
    """

    def __init__(self, namespace, keep=()):
        self.namespace, self.keep, self.hidden, self.before = namespace, {*KEPT, *keep}, {}, {}
        self.lent = set()

    def begin(self):
        """Take the data away."""
        self.before = dict(self.namespace)
        self.hidden = {k: v for k, v in self.before.items() if k not in self.keep and _is_data(k, v)}
        for name in self.hidden:
            del self.namespace[name]

    @contextlib.contextmanager
    def aside(self, arguments):
        """What the check has made is out of sight too, but for what its own functions read."""
        made = {k: v for k, v in self.namespace.items() if k not in self.keep | self.lent and _is_data(k, v)}
        new = [v for k, v in self.namespace.items() if k not in self.before or v is not self.before[k]]
        read = _names([*new, *arguments], self.namespace)
        for name in (put_aside := made.keys() - read):
            self.hidden[name] = self.namespace.pop(name)
        try:
            yield
        finally:
            self.namespace.update({name: made[name] for name in put_aside})

    def end(self):
        """Everything as it was: data are back, what came since is gone."""
        for name in set(self.namespace) - set(self.before):
            del self.namespace[name]
        self.namespace.update(self.before)


def _is_data(name, value):
    return not (name.startswith("_") or callable(value) or isinstance(value, types.ModuleType))


def _names(value, namespace):
    """Global names that a function of the notebook may read, or the methods of one of its classes."""
    if isinstance(value, (list, tuple)):
        return set().union(*(_names(part, namespace) for part in value))
    if inspect.isfunction(value):
        return _names_in(value.__code__) if value.__globals__ is namespace else set()
    methods = _methods(value if isinstance(value, type) else type(value))
    return set().union(*(_names(f, namespace) for f in methods)) if methods else set()


@functools.lru_cache(maxsize=512)  # asked for each value at each call, and most kinds have none
def _methods(kind):
    """The functions written in Python that a class has itself."""
    return tuple(f for f in vars(kind).values() if inspect.isfunction(f))


def _names_in(code):
    """The names in a function's code, and in that of functions inside it."""
    inner = (constant for constant in code.co_consts if inspect.iscode(constant))
    return set(code.co_names).union(*map(_names_in, inner))


def guarded(function, report, aside=lambda arguments: contextlib.nullcontext()):
    """The function, which reports what is wrong with how it was called: ``report(kind, words)``.

    "changed": it has changed an array that it was given. "nothing": it returned None. "dots": it returned
    an Ellipsis, or one among others. "unknown": it reads a name that is not there; the words are this name.
    ``aside(arguments)`` surrounds each call.
    """

    @functools.wraps(function)
    def call(*arguments, **named):
        given = list(_arrays(function, arguments, named))
        try:
            with aside([*arguments, *named.values()]), _read_only([a for _, a in given]):
                answer = function(*arguments, **named)
        except NameError as error:
            report("unknown", error.name)
            raise
        except ValueError as error:
            if "read-only" in str(error):
                names = _changed(function, arguments, named) or " or ".join(dict(given))
                report("changed", f"{names} was changed. It belongs to the caller: work on a copy.")
            raise
        if answer is None:
            report("nothing", f"{function.__name__} returned None")
        if any(part is Ellipsis for part in (answer if isinstance(answer, (list, tuple)) else [answer])):
            report("dots", f"{function.__name__} returns `...`")
        return answer

    return call


def _changed(function, arguments, named):
    """Which arrays a function changes, by its parameters' names, as far as a call with copies shows it."""
    with contextlib.suppress(Exception):
        arguments, named = copy.deepcopy((arguments, named))
        given = [(name, a, a.copy()) for name, a in _arrays(function, arguments, named)]
        with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
            function(*arguments, **named)
        changed = dict.fromkeys(name for name, after, before in given if not np.array_equal(after, before))
        return " and ".join(changed)
    return ""


@contextlib.contextmanager
def _read_only(arrays):
    """The arrays cannot be written to; an answer that does so is told."""
    before = [a.flags.writeable for a in arrays]
    for a in arrays:
        a.flags.writeable = False
    try:
        yield
    finally:
        for a, could in zip(arrays, before, strict=True):
            a.flags.writeable = could


def _arrays(function, arguments, named):
    """The arrays among the arguments, with the parameters' names."""
    try:
        bound = inspect.signature(function).bind(*arguments, **named).arguments
    except (TypeError, ValueError):  # the call itself will say what is wrong
        return
    for name, value in bound.items():
        for a in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(a, np.ndarray):
                yield name, a


def placeholders(answer):
    """Lines of an answer that are still to be written: ``x = ...``, or ``x = None``; two lists.

    The dots of an index, ``x[..., 0]``, are none. Of what is no function, or has no source to be read,
    there are none but a lone Ellipsis.
    """
    if not inspect.isfunction(answer):
        return [], []
    try:
        source = textwrap.dedent(inspect.getsource(answer))
        tree = ast.parse(source)
    except (OSError, TypeError, SyntaxError):
        return ["..."] * (Ellipsis in answer.__code__.co_consts), []
    lines, dots, nones = source.splitlines(), [], []
    indices = {id(n) for x in ast.walk(tree) if isinstance(x, ast.Subscript) for n in ast.walk(x.slice)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value is Ellipsis and id(node) not in indices:
            dots.append(_line(lines, node))
        if isinstance(node, (ast.Assign, ast.Return, ast.AugAssign)) and node.value is not None:
            parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            if None in [part.value for part in parts if isinstance(part, ast.Constant)]:
                nones.append(_line(lines, node))
    return dots, nones


def _line(lines, node):
    """Where a node stands, without the comment."""
    return lines[node.lineno - 1].split("  #")[0].strip()
