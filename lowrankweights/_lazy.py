"""Names that are imported when they are first used, so that importing a room stays cheap."""

import importlib


def lazy(room, names):
    """``__getattr__`` and ``__dir__`` for the room's ``__init__``: each name is got from its module.

    ``names`` is {name: module below the room}; a module itself is named with a "." behind it.
    """

    def __getattr__(name):
        if name not in names:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        where = names[name]
        module = importlib.import_module(f"{room}.{where.rstrip('.')}")
        return module if where.endswith(".") else getattr(module, name)

    return __getattr__, lambda: sorted(names)
