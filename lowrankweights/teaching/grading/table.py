"""marks.csv: a row a notebook; what a teacher filled in for answers in words is kept when marking again."""

import csv
import io
import re

from ...files import replacing
from ..lessons.source import lesson_number

WRITTEN = re.compile(r".+ \(written: \d+ points?\)")


def column(name, points):
    """The head of a column for the answers to a question in words."""
    return f"{name} (written: {points} point{'' if points == 1 else 's'})"


def write_csv(marks, path):
    """Write the table; returns what was filled in before: {(notebook, column): text}.

    A table that holds what cannot be kept, or cannot be read, is left beside the new one under another name.
    """
    rows = [row(m) for m in marks]
    written = list(dict.fromkeys(key for r in rows for key in r if WRITTEN.fullmatch(key)))
    names = list(dict.fromkeys(name for m in marks for name in m.exercises))
    head = ["student", "lesson", "notebook", *names, "points", "of (checked by program)", *written, "remark"]
    filled, lost = {}, False
    if path.is_file():
        filled = filled_in(path.read_bytes(), set(head) - set(written))
        places = {(r["notebook"], key) for r in rows for key in r}
        lost = filled is None or not set(filled) <= places
        filled = filled or {}
    for r in rows:
        r |= {key: filled.get((r["notebook"], key), "") for key in r if key in written}
    text = io.StringIO()
    table = csv.DictWriter(text, head, restval="", lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    if lost:
        path.rename(_free(path))
    with replacing(path) as file:
        file.write(text.getvalue().encode("utf-8"))
    return filled


def row(m):
    """A notebook's row, by columns."""
    s = m.submission
    made = {"student": s.student, "lesson": "" if s.lesson is None else lesson_number(s.lesson.name)}
    made |= {"notebook": s.notebook or s.path.name, **{name: m.points(name) for name in m.exercises}}
    made |= {"points": m.total, "of (checked by program)": m.most, "remark": m.remark}
    return made | {column(name, answer.points): "" for name, (_, answer) in m.questions.items()}


def filled_in(data, ours):
    """What stands in other columns than ours, by notebook and column; None of no table of ours."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    delimiter = max(",;\t", key=text.partition("\n")[0].count)  # spreadsheets have their own
    rows = list(csv.DictReader(io.StringIO(text), delimiter=delimiter))
    if rows and ("notebook" not in rows[0] or any(None in r for r in rows)):
        return None
    return {
        (r["notebook"], key): value.strip()
        for r in rows
        for key, value in r.items()
        if key not in ours and (value or "").strip()
    }


def _free(path):
    """A name beside it that nothing has: marks-old.csv, marks-old-2.csv, ..."""
    names = ("-old", *(f"-old-{n}" for n in range(2, 1000)))
    return next(p for name in names if not (p := path.with_stem(path.stem + name)).exists())
