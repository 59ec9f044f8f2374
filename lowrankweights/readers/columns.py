"""Columns of a table as inputs: numbers as they are, a category as one input for each of its levels.

What a column is, is learned from training rows and kept as plain data. By it new tables are read, by name, in
any order.
"""

import re

import numpy as np

from .. import _checks
from .arrays import check_shape, scale_of_levels
from .faults import Fault, counted, listed, one_of, printable, quoted
from .tables import MISSING, Labels, Unread, read_table

N_LEVELS = 100  # of a category, at most, and at most half as many as rows
LIKELY = ("target", "label", "class", "y")  # names that suggest a target
ROW_NAMES = r"(?i:unnamed 1|id|index|row|.*[_ -]id)|.*[a-z]I[dD]"  # of a first column that may name the rows
DIGITS = 1e-3  # float32 may round a column by this share of its standard deviation


class TableSource:
    """The rows of a table.

    Parameters
    ----------
    path : Path
    options : Options
    schema : dict, optional
        That of the training rows, where this is another file.
    """

    kind, rows_are = "table", "rows"

    def __init__(self, path, options, schema=None):
        columns = [] if schema is None else schema["columns"]
        text = {column["name"] for column in columns if column["kind"] == "category"} | set(
            options.categories
        )
        if schema is not None and isinstance(schema["target"].get("classes", [0])[0], str):
            text.add(schema["target"]["name"])
        self.table = read_table(path, options, text, zeros=schema is None)
        self.options, self.left_out = options, {}
        self.path, self.n_rows, self.place = path, self.table.n_rows, self.table.place
        self.told, self.in_training = self.table.told, schema is None
        for column in columns:
            self._as_booleans(column["name"], column.get("boolean"))
        if schema is not None:
            self._as_booleans(schema["target"]["name"], schema["target"].get("classes", [0])[0] is False)

    def _as_booleans(self, name, needed):
        """Take yes and no for what was True and False in training."""
        if needed and isinstance(self.table.columns.get(name), Labels):
            self.table.columns[name], self.table.odd[name] = self.table.columns[name].as_booleans()

    def target(self, name):
        """The target's name and values; without a name a ``ValueError`` that lists the columns."""
        names = list(self.table.columns)
        if name is None:
            hint = f", perhaps --target {names[-1]}" if names[-1].lower() in LIKELY else ""
            _checks.fail(
                "--target", f"one of {printable(self.path)}'s columns: {listed(names)}", f"none{hint}"
            )
        one_of("--target", name, names, f"a column of {printable(self.path)}")
        return name, self.table.columns[name]

    def faults(self, target):
        """Rows that lack a value; before that a ``ValueError`` for columns that cannot be inputs."""
        names = list(self.table.columns)
        for argument in ("ignore", "categories"):
            for name in getattr(self.options, argument):
                one_of(f"--{argument}", name, names, f"columns of {printable(self.path)}")
        self.left_out |= dict.fromkeys(self.options.ignore, "ignored")
        if target in self.options.ignore:
            _checks.fail("--ignore", "columns other than the target", repr(target))
        for name in names:
            if name not in (target, *self.left_out) and self._says_nothing(name, name == names[0]):
                self.left_out[name] = self._says_nothing(name, name == names[0])
        self.inputs = [name for name in names if name != target and name not in self.left_out]
        self._refuse(target)
        return self._lacking([*self.inputs, target], target)

    def _says_nothing(self, name, is_first):
        """Why a column is left out without being asked for: it is empty, or only names the rows."""
        values = self.table.columns[name]
        if isinstance(values, Unread):
            return None
        codes = values.codes if isinstance(values, Labels) else values
        if (codes == -1).all() if isinstance(values, Labels) else np.isnan(codes).all():
            return "empty"
        if not is_first or isinstance(values, Labels) or not re.fullmatch(ROW_NAMES, name) or len(codes) < 2:
            return None
        if codes.dtype.kind == "b" or not (codes == np.round(codes)).all():
            return None
        if (np.diff(codes) == 1).all():
            return "counts the rows"
        return "differs in each row" if len(np.unique(codes)) == len(codes) else None

    def _refuse(self, target):
        """A ``ValueError`` that names every column of dates, or of text that hardly repeats."""
        got, refused, goal = [], [], self.table.columns[target]
        if isinstance(goal, Unread):
            found = (
                f"{goal.what} such as {goal.example!r}; {goal.remedy}, or --categories {target} for classes"
            )
            _checks.fail(f"{printable(self.path)}, target {target!r}", "numbers or classes", found)
        for name in self.inputs:
            values = self.table.columns[name]
            if isinstance(values, Unread):
                got.append(f"{values.what} in {name!r} (such as {values.example!r}: {values.remedy})")
            elif isinstance(values, Labels) and len(values.levels) > min(N_LEVELS, self.n_rows / 2):
                got.append(
                    f"{len(values.levels):,} different texts in {name!r} (such as {values.levels[0]!r})"
                )
            else:
                continue
            refused.append(name)
        if refused:
            expected = f"numbers, or text of at most {min(N_LEVELS, self.n_rows // 2)} different values"
            remedy = f"or leave them out: --ignore {','.join(refused)}"
            _checks.fail(printable(self.path), expected, f"{'; '.join(got)}; {remedy}")

    def _lacking(self, names, target=None):
        """The faults of rows without a value, or without a finite number, in some columns."""
        for name in names:
            values, where = self.table.columns[name], f"column {name!r}"
            # what a column is can be chosen in training only, and the target is not one to leave out
            ignore = f"--ignore {name} leaves out the column" * (self.in_training and name != target)
            odd = np.array(sorted(self.table.odd.get(name, {})), dtype=int)
            if len(odd):
                got = repr(self.table.odd[name][odd[0]])
                remedy = f"--categories {name} takes all for categories, {ignore}" if ignore else ""
                yield Fault(where, "numbers, as in most rows", got, odd, remedy)
            lacking = values.codes == -1 if isinstance(values, Labels) else np.isnan(values)
            empty = np.setdiff1d(np.flatnonzero(lacking), odd)
            yield Fault(where, "a value in each row", f"none {MISSING}", empty, ignore)
            if not isinstance(values, Labels) and values.dtype.kind == "f":
                infinite = np.flatnonzero(np.isinf(values))
                yield Fault(where, "finite numbers", "an infinite one", infinite, ignore)

    @property
    def n_numbers(self):
        """How many values the table has."""
        return self.n_rows * len(self.table.columns)

    def learn(self, rows, dtype):
        """What each column is, by the training rows; constant ones are left out, unless they are pixels."""
        shape, columns = self.options.shape, []
        for name in self.inputs:
            values = self.table.columns[name]
            if isinstance(values, Labels):
                levels = [values.levels[code] for code in np.unique(values.codes[rows])]
                column, varies = {"name": name, "kind": "category", "levels": levels}, len(levels) > 1
            else:
                seen = values[rows]
                column, varies = {"name": name, "kind": "number"}, bool((seen != seen[0]).any())
                self._check_digits(name, seen, dtype)
                column |= {"boolean": True} if seen.dtype.kind == "b" else {}
            if varies or shape is not None:
                columns.append(column)
            else:
                self.left_out[name] = "constant"
        if not columns:
            got = ", ".join(f"{name} ({why})" for name, why in self.left_out.items()) or "the target only"
            _checks.fail(printable(self.path), "at least one column that varies beside the target", got)
        return {"columns": columns, "shape": shape and list(shape), "scale": self._scale(columns, rows)}

    def _check_digits(self, name, values, dtype):
        """A ``ValueError`` where float32 would round away what a column says."""
        if dtype != "float32" or values.dtype.kind == "b":
            return
        rounding = float(np.abs(values).max()) * np.finfo(np.float32).eps
        if rounding > DIGITS * values.std(dtype=np.float64) > 0:
            got = f"{values.min():.10g} to {values.max():.10g}; --dtype float64, or subtract a constant first"
            _checks.fail(f"{printable(self.path)}, column {name!r}", "numbers that float32 tells apart", got)

    def _scale(self, columns, rows):
        """By what levels are multiplied, where the columns are pixels."""
        shape = self.options.shape
        if shape is None:
            return 1.0
        texts = [column["name"] for column in columns if column["kind"] == "category"]
        if texts:
            _checks.fail(
                "--shape", "columns of numbers", f"text in {listed(texts)}; --ignore {','.join(texts)}"
            )
        check_shape(shape, len(columns))
        pixels = [self.table.columns[column["name"]][rows] for column in columns]
        whole = all(p.dtype.kind in "biu" or not (p % 1).any() for p in pixels)
        return scale_of_levels(shape, whole, min(p.min() for p in pixels), max(p.max() for p in pixels))

    def check(self, schema, rows, needs_target=False):
        """The faults of rows by a schema; a ``ValueError`` for a missing column, or one of another kind."""
        names = [column["name"] for column in schema["columns"]]
        names += [schema["target"]["name"]] * needs_target
        missing = [name for name in names if name not in self.table.columns]
        if missing:
            there = f"it has {listed(self.table.columns)}"
            _checks.fail(
                printable(self.path), f"columns {listed(names)}", f"none called {listed(missing)} ({there})"
            )
        for column in schema["columns"]:
            values, where = (
                self.table.columns[column["name"]],
                f"{printable(self.path)}, column {column['name']!r}",
            )
            if isinstance(values, Unread) or (isinstance(values, Labels) and column["kind"] == "number"):
                unread = isinstance(values, Unread)
                what, example = values[::2] if unread else ("text", values.levels[0] if values.levels else "")
                got = f"{what} such as {example!r}" + (f"; {values.remedy}" if unread else "")
                _checks.fail(where, f"a {column['kind']}, as in training", got)
        return [*self._lacking(names), *self._new_levels(schema["columns"], rows)]

    def _new_levels(self, columns, rows):
        """The faults of rows with a category that no training row had."""
        for column in columns:
            if column["kind"] == "category":
                values = self.table.columns[column["name"]]
                new = [code for code, level in enumerate(values.levels) if level not in column["levels"]]
                at = rows[np.isin(values.codes[rows], new)]
                expected = f"a category of the training rows ({listed(column['levels'])})"
                got = repr(values.levels[values.codes[at[0]]]) if len(at) else ""
                yield Fault(f"column {column['name']!r}", expected, got, at)

    def matrix(self, schema, rows):
        """X (n_rows, n_inputs) of rows without faults."""
        width = sum(len(column.get("levels", [0])) for column in schema["columns"])
        X, at = np.zeros((len(rows), width), dtype=schema["dtype"]), 0
        for column in schema["columns"]:
            values = self.table.columns[column["name"]]
            if column["kind"] == "number":
                X[:, at] = values[rows]
                at += 1
                continue
            place = {level: i for i, level in enumerate(column["levels"])}
            places = np.array([place.get(level, -1) for level in values.levels])
            X[np.arange(len(rows)), at + places[values.codes[rows]]] = 1
            at += len(place)
        X *= X.dtype.type(schema["scale"])
        return X

    def describe(self, schema):
        """(name, text) of the summary's lines about the columns."""
        categories = [c for c in schema["columns"] if c["kind"] == "category"]
        n_numbers = len(schema["columns"]) - len(categories)
        yield "numbers", f"{n_numbers:,}"
        levels = listed([f"{quoted(c['name'])}: {counted(len(c['levels']), 'level')}" for c in categories])
        yield "categories", f"{len(categories)} ({levels})" if categories else "none"
        out = listed([f"{quoted(name)} ({why})" for name, why in self.left_out.items()])
        if out:
            yield "left out", out
