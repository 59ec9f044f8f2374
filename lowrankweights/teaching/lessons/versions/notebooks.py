"""Notebooks from a lesson's source: for students, to hand in, with solutions, and for nbgrader."""

import hashlib
import json
from pathlib import Path

from .... import _checks
from ..source import lesson_number, read_lessons
from .cells import VERSIONS
from .nbgrader_cells import set_by_hand, told_points

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
SOURCE = "source"


def export(to, folder, source=None, overwrite=False, numbers=None, tell=lambda line: None):
    """Write lessons as notebooks that are not there yet.

    Parameters
    ----------
    to : "student", "assignment", "solutions", "nbgrader" or "source"
        Student: hints and model answers folded. Assignment: the same without model answers, to be handed
        in. Solutions: the answers in place. nbgrader: the source version for
        ``nbgrader generate_assignment``, a folder a lesson. Source: the lessons' own files.
    folder : path
    source : path, optional
        Where the lessons' sources are; default: the project's.
    overwrite : bool
        Replace files that differ too: somebody may have worked in them. Points that were set by hand in
        nbgrader's are kept.
    numbers : sequence of str, optional
        Lessons, as "03"; default: all.
    tell : callable, optional
        Called with a line on points that were set by hand.

    Returns
    -------
    written : list of Path
        Those that are now as the source has them.
    kept : list of Path
        Those that differ and were left as they are.
    """
    _checks.choice("--to", to, [*VERSIONS, SOURCE])
    folder, written, kept = Path(folder).expanduser(), [], []
    for lesson in chosen(read_lessons(source), numbers):
        path, text, said = _made(to, lesson, folder)
        if path.exists() and not overwrite and _read(path) != text:
            kept.append(path)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
        for line in said:
            tell(f"{path}: {line}")
    return written, kept


def _made(to, lesson, folder):
    """A lesson's file in a version: its path, its text, and what is to be said of points set by hand."""
    if to == SOURCE:
        return folder / f"{lesson.name}.py", lesson.path.read_text(encoding="utf-8"), []
    if to != "nbgrader":
        return folder / f"{lesson.name}.ipynb", to_json(VERSIONS[to](lesson)), []
    path = folder / lesson.name / f"{lesson.name}.ipynb"
    by_hand = set_by_hand(_read(path)) if path.exists() else {}
    return path, to_json(VERSIONS[to](lesson, by_hand)), told_points(lesson, by_hand)


def _read(path):
    """A file's text, whoever has written it."""
    return path.read_text(encoding="utf-8", errors="replace")


def chosen(lessons, numbers):
    """The lessons of these numbers, all of them for None; a ``ValueError`` for one that is not there."""
    if numbers is None:
        return lessons
    by_number = {lesson_number(lesson.name): lesson for lesson in lessons}
    return [by_number[_checks.choice("--lesson", two_digits(number), by_number)] for number in numbers]


def two_digits(number):
    """A lesson's number as its file has it.

    >>> two_digits("3"), two_digits(12), two_digits("third")
    ('03', '12', 'third')
    """
    return str(number).zfill(2) if str(number).isdigit() else number


def to_json(cells):
    """The notebook file: no outputs, ids made of the content, so that equal input gives equal bytes."""
    seen = {}
    made = []
    for kind, text, metadata in cells:
        digest = hashlib.sha256(f"{kind}\n{text}".encode()).hexdigest()[:12]
        seen[digest] = seen.get(digest, 0) + 1
        cell = {
            "cell_type": kind,
            "id": digest if seen[digest] == 1 else f"{digest}-{seen[digest]}",
            "metadata": metadata,
            "source": text.splitlines(keepends=True),
        }
        made.append(cell | ({"execution_count": None, "outputs": []} if kind == "code" else {}))
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    book = {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"
