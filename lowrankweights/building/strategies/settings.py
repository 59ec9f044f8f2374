"""Settings of strategies and of choices: checked when they are taken, and as plain data in recipes.

They are the fields of a frozen dataclass, so that equal ones are equal and a built layer can be shared.
"""

import dataclasses
import functools
import inspect
import re

import numpy as np

from ... import _checks

PACKAGE = __name__.split(".")[0] + "."


def check_settings(value, name):
    """A ``ValueError`` unless the settings of a strategy or a choice are all fields of a frozen dataclass.

    >>> class Waves:
    ...     def __init__(self, highest):
    ...         self.highest = highest
    >>> check_settings(Waves(3), "dictionary")
    Traceback (most recent call last):
    ValueError: dictionary: expected fields of a @dataclass(frozen=True), got Waves, whose highest is no field
    """
    kind, named = type(value), {field.name for field in _fields(value)}
    expected = "fields of a @dataclass(frozen=True)"
    if dataclasses.is_dataclass(kind) and kind.__hash__ is None:
        _checks.fail(name, expected, f"{kind.__name__}, which is not frozen")
    if stray := sorted((_annotated(kind) | _attributes(value)) - named):
        _checks.fail(name, expected, f"{kind.__name__}, whose {', '.join(stray)} is no field")
    for field in named:
        try:
            hash(getattr(value, field))
        except TypeError:
            got = f"{field} = {getattr(value, field)!r}"
            _checks.fail(f"{name} ({kind.__name__})", "settings that can be hashed, such as a tuple", got)


def settings_of(value):
    """The dataclass's fields by name, as plain data."""
    return {field.name: plain(getattr(value, field.name)) for field in _fields(value)}


def own_class(value):
    """{"class": where it stands} for an object of a class outside the package, else {}.

    Somebody's own may have a name that one of ours has too.
    """
    kind = type(value)
    ours = kind.__module__.startswith(PACKAGE)
    return {} if ours else {"class": f"{kind.__module__}.{kind.__qualname__}"}


def plain(value):
    """The value as data that JSON can hold: objects with a name as that name and their fields."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if hasattr(value, "__qualname__"):
        return f"{value.__module__}.{value.__qualname__}"
    if getattr(value, "name", None):
        return {"name": value.name, **own_class(value), **settings_of(value)}
    # the same in every process
    return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))


def _fields(value):
    return dataclasses.fields(value) if dataclasses.is_dataclass(value) else ()


def _annotated(kind):
    """Names that the class annotates like fields."""
    found = (inspect.get_annotations(base).items() for base in kind.__mro__)
    return {name for own in found for name, what in own if "ClassVar" not in str(what)}


def _attributes(value):
    """Names that the object has beside its class; what it keeps for itself begins with "_" or is cached."""
    kept = {n for n, a in inspect.getmembers_static(type(value)) if isinstance(a, functools.cached_property)}
    return {name for name in getattr(value, "__dict__", {}) if name[0] != "_"} - kept
