"""Notebooks from a lesson's source: for students, with solutions, and for nbgrader."""

import hashlib
import itertools
import json
from pathlib import Path

from ... import _checks
from .source import lesson_number, read_lessons

POINTS = 1
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
FOLDED_CODE = {"jupyter": {"source_hidden": True}}
ANEW = "from lowrankweights.teaching.lessons import marking\n\ncheck = marking.untouched({})"
ORDINALS = ("First hint", "Second hint", "Third hint")


def export(to, folder, source=None, overwrite=False):
    """Write every lesson as a notebook that is not there yet.

    Parameters
    ----------
    to : "student", "solutions" or "nbgrader"
        Student: hints and model answers folded. Solutions: the answers in place. nbgrader: the
        source version for ``nbgrader generate_assignment``, a folder a lesson.
    folder : path
    source : path, optional
        Where the lessons' sources are; default: the project's.
    overwrite : bool
        Replace notebooks that differ too: somebody may have worked in them.

    Returns
    -------
    written : list of Path
        Those that are now as the source has them.
    kept : list of Path
        Those that differ and were left as they are.
    """
    _checks.choice("--to", to, VERSIONS)
    made = {}
    for lesson in read_lessons(source):
        place = Path(folder).expanduser() / lesson.name if to == "nbgrader" else Path(folder).expanduser()
        made[place / f"{lesson.name}.ipynb"] = to_json(VERSIONS[to](lesson))
    written, kept = [], []
    for path, text in made.items():
        if path.exists() and not overwrite and path.read_text(encoding="utf-8") != text:
            kept.append(path)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written, kept


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
    for cell in lesson.cells:
        if cell.kind in ("prose", "question"):
            yield markdown(cell.text)
        elif cell.kind == "answer":
            yield markdown(folded("Model answer", cell.text))
        elif cell.kind in ("code", "check"):
            folded_code = cell.kind == "check" or only_reveals(cell.text)
            yield code(cell.text, **(FOLDED_CODE if folded_code else {}))
        elif cell.kind == "starter":
            yield code(cell.text)
            exercise = lesson.exercises[cell.name]
            hints = [folded(o, h.text) for o, h in zip(ORDINALS, exercise.hints, strict=True)]
            answer = folded("Model answer", f"```python\n{exercise.solution.text}\n```")
            yield markdown("\n".join([*hints, answer]))


def solutions(lesson):
    """Cells of the version with every answer in place."""
    yield opening(lesson)
    for cell in lesson.cells:
        if cell.kind in ("prose", "question"):
            yield markdown(cell.text)
        elif cell.kind == "answer":
            yield markdown(f"**Model answer.** {cell.text}")
        elif cell.kind in ("code", "check", "solution"):
            yield code(cell.text)


def nbgrader(lesson):
    """Cells of nbgrader's source version: solutions between its marks, checks that raise."""
    yield opening(lesson)
    number = lesson_number(lesson.name)
    for cell in lesson.cells:
        if cell.kind in ("prose", "question"):
            yield markdown(cell.text)
        elif cell.kind == "code":
            yield code(cell.text)
        elif cell.kind == "starter":
            text = marked_solution(cell.text, lesson.exercises[cell.name].solution.text)
            yield code(text, nbgrader=graded(number, cell.name, "answer", text))
        elif cell.kind == "check":
            text = f'{ANEW.format([*lesson.exercises])}\n{cell.text}\ncheck.require("{cell.name}")'
            yield code(text, nbgrader=graded(number, cell.name, "check", text))


def graded(number, name, part, text):
    """nbgrader's metadata; the id holds a digest of the content, so that a copied cell gets another."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    is_check = part == "check"
    made = {
        "grade": is_check,
        "grade_id": f"lesson{number}-{name}-{part}-{digest}",
        "locked": is_check,
        "schema_version": 3,
        "solution": not is_check,
        "task": False,
    }
    return made | ({"points": POINTS} if is_check else {})


def marked_solution(starter, solution):
    """The solution with marks around what the starter has not got."""
    first, wanted = starter.splitlines(), solution.splitlines()
    pairs = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(first, wanted, strict=False))
    n = len(list(pairs))
    indent = " " * (len(wanted[n]) - len(wanted[n].lstrip())) if n < len(wanted) else ""
    body = [f"{indent}### BEGIN SOLUTION", *wanted[n:], f"{indent}### END SOLUTION"]
    return "\n".join([*wanted[:n], *body])


VERSIONS = {"student": student, "solutions": solutions, "nbgrader": nbgrader}
