"""What was read, in one screen: at most 24 lines of 80 columns."""

import textwrap

from . import targets
from .faults import printable

WIDTH, MARGIN = 80, 14
N_LINES = 3  # of an item, at most


def summary(data, network=()):
    """Lines that say what a file holds and what will be trained.

    Parameters
    ----------
    data : OwnData
    network : list of (str, str)
        Names and texts of further lines.

    Returns
    -------
    text : str
    """
    schema, source = data.schema, data.source
    n_train, n_test = len(data.y_train), len(data.y_test)
    head = f"{printable(source.path)}: {source.n_rows:,} {source.rows_are}"
    if schema["kind"] == "table":
        head += f", {len(source.table.columns):,} columns"
    items = [("", ", ".join(source.told))] if source.told else []
    items += source.describe(schema)
    items.append(
        (
            "bad rows",
            "; ".join(data.left_out) or "none" + ": no value is missing" * (schema["kind"] == "table"),
        )
    )
    items.append(("target", targets.told(schema["target"], data.y_train)))
    items += [("test file", "; ".join(data.told))] if data.told else []
    if schema["scale"] != 1:
        items.append(("levels", f"divided by {1 / schema['scale']:,.0f}"))
    how = f"drawn with seed {data.seed}" if data.share else "given"
    test = f"{n_test:,} for the test ({how})" if n_test else "none for the test"
    items.append(("rows", f"{n_train:,} for training, {test}"))
    items.append(("inputs", _inputs(data)))
    return "\n".join([head, *(line for item in [*items, *network] for line in _item(*item))])


def _inputs(data):
    shape = data.schema["shape"]
    places = f", {' x '.join(map(str, shape))}" if shape else ""
    places = ", one after another" if shape and len(shape) == 1 else places
    return f"{data.X_train.shape[1]:,}{places}, {data.X_train.dtype}"


def _item(name, text):
    """The lines of an item, indented, and cut where they are too many."""
    indent = " " * MARGIN
    first = f"  {name}".ljust(MARGIN)
    how = {"initial_indent": first, "subsequent_indent": indent, "max_lines": N_LINES, "placeholder": " ..."}
    return textwrap.wrap(text, WIDTH, break_on_hyphens=False, **how)
