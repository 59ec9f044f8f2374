"""Notebooks from a lesson's source: for students, with solutions, and for nbgrader."""

import hashlib
import json
from pathlib import Path

from .... import _checks
from ..source import lesson_number, read_lessons
from . import nbgrader_cells
from .nbgrader_cells import without_hidden_tests

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
FOLDED_CODE = {"jupyter": {"source_hidden": True}}
ORDINALS = ("First hint", "Second hint", "Third hint")


def export(to, folder, source=None, overwrite=False, numbers=None):
    """Write lessons as notebooks that are not there yet.

    Parameters
    ----------
    to : "student", "solutions" or "nbgrader"
        Student: hints and model answers folded. Solutions: the answers in place. nbgrader: the
        source version for ``nbgrader generate_assignment``, a folder a lesson.
    folder : path
    source : path, optional
        Where the lessons' sources are; default: the project's.
    overwrite : bool
        Replace notebooks that differ too: somebody may have worked in them. Points that were set by hand in
        nbgrader's are kept.
    numbers : sequence of str, optional
        Lessons, as "03"; default: all.

    Returns
    -------
    written : list of Path
        Those that are now as the source has them.
    kept : list of Path
        Those that differ and were left as they are.
    """
    _checks.choice("--to", to, VERSIONS)
    made = {}
    for lesson in chosen(read_lessons(source), numbers):
        place = Path(folder).expanduser() / lesson.name if to == "nbgrader" else Path(folder).expanduser()
        path, cells = place / f"{lesson.name}.ipynb", VERSIONS[to](lesson)
        if to == "nbgrader" and path.exists():
            cells = nbgrader_cells.with_points(
                cells, nbgrader_cells.points_in(path.read_text(encoding="utf-8"))
            )
        made[path] = to_json(cells)
    written, kept = [], []
    for path, text in made.items():
        if path.exists() and not overwrite and path.read_text(encoding="utf-8") != text:
            kept.append(path)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written, kept


def chosen(lessons, numbers):
    """The lessons of these numbers, all of them for None; a ``ValueError`` for one that is not there."""
    if numbers is None:
        return lessons
    by_number = {lesson_number(lesson.name): lesson for lesson in lessons}
    return [by_number[_checks.choice("--lesson", number, by_number)] for number in numbers]


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


def markdown(text):
    """A Markdown cell as (kind, text, metadata)."""
    return "markdown", text, {}


def code(text, **metadata):
    """A code cell as (kind, text, metadata)."""
    return "code", text, metadata


def opening(lesson):
    """The title cell, made of the front matter."""
    about = lesson.about
    title = f"# {lesson_number(lesson.name)} · {about['title']}"
    facts = f"**You will learn** {about['learn']}\n\n**You need** {about['need']}"
    time = f"about {about['minutes']} minutes, most of it thinking; the cells run in {about['seconds']} s"
    return markdown(f"{title}\n\n{facts}\n\n**Time** {time} (two processors).")


def folded(summary, text):
    """Text behind a line to click on."""
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def only_reveals(text):
    """Whether a cell does nothing but show the truth beside a guess: it would give the truth away."""
    return all(line.startswith("teaching.compare_guess(") for line in text.splitlines())


def student(lesson):
    """Cells of the student version: starters, folded hints and answers, checks that never raise."""
    yield opening(lesson)
    for cell in cells_for("student", lesson):
        if cell.is_prose:
            yield markdown(cell.text)
        elif cell.kind == "answer":
            yield markdown(folded("Model answer", cell.text))
        elif cell.kind == "code":
            yield code(cell.text, **(FOLDED_CODE if only_reveals(cell.text) else {}))
        elif cell.kind == "check":
            yield code(without_hidden_tests(cell.text), **FOLDED_CODE)
        elif cell.kind == "starter":
            yield code(cell.text)
            exercise = lesson.exercises[cell.name]
            answer = folded("Model answer", f"```python\n{exercise.solution.text}\n```")
            yield markdown("\n".join([*folded_hints(exercise), answer]))


def cells_for(version, lesson):
    """The cells, without prose that is for other versions."""
    return [cell for cell in lesson.cells if cell.kind != "only" or cell.name == version]


def folded_hints(exercise):
    """Each hint behind a line."""
    return [folded(o, h.text) for o, h in zip(ORDINALS, exercise.hints, strict=True)]


def solutions(lesson):
    """Cells of the version with every answer in place."""
    yield opening(lesson)
    for cell in cells_for("solutions", lesson):
        if cell.is_prose:
            yield markdown(cell.text)
        elif cell.kind == "answer":
            yield markdown(f"**Model answer.** {cell.text}")
        elif cell.kind in ("code", "solution"):
            yield code(cell.text)
        elif cell.kind == "check":
            yield code(without_hidden_tests(cell.text))


def nbgrader(lesson):
    """Cells of nbgrader's source version."""
    yield opening(lesson)
    number, names = lesson_number(lesson.name), [*lesson.exercises]
    for i, cell in enumerate(cells_for("nbgrader", lesson)):
        if cell.is_prose:
            yield markdown(cell.text)
        elif cell.kind == "answer":
            text, metadata = nbgrader_cells.written_cell(number, cell)
            yield "markdown", text, {"nbgrader": metadata}
        elif cell.kind == "code":
            yield code(cell.text, **nbgrader_cells.given_cell(number, i, cell.text))
        elif cell.kind == "starter":
            exercise = lesson.exercises[cell.name]
            text, metadata = nbgrader_cells.answer_cell(number, exercise)
            yield code(text, nbgrader=metadata)
            yield markdown("\n".join(folded_hints(exercise)))
        elif cell.kind == "check":
            text, metadata = nbgrader_cells.check_cell(number, lesson.exercises[cell.name], names)
            yield code(text, nbgrader=metadata)


VERSIONS = {"student": student, "solutions": solutions, "nbgrader": nbgrader}
