"""The cells of each version of a lesson, as (kind, text, metadata)."""

import dataclasses

from ..mistakes import without_hidden_tests
from ..source import lesson_number
from . import nbgrader_cells

FOLDED_CODE = {"jupyter": {"source_hidden": True}}
ORDINALS = ("First hint", "Second hint", "Third hint")
GRADED = ("assignment", "nbgrader")  # they show all points, other versions those that are not 1
YOUR_ANSWER = "*Your answer:*"
GO_ON = "**A check** never stops the notebook: what you skip is reported as missing, and you can come back."
IT_STOPS = "**A check** that fails stops *Run All*; go on with the cell below it, and come back."


def markdown(text):
    """A Markdown cell as (kind, text, metadata)."""
    return "markdown", text, {}


def code(text, **metadata):
    """A code cell as (kind, text, metadata)."""
    return "code", text, metadata


def opening(lesson, *more):
    """The title cell, made of the front matter, and what else a version has to say."""
    about = lesson.about
    title = f"# {lesson_number(lesson.name)} · {about['title']}"
    facts = f"**You will learn** {about['learn']}\n\n**You need** {about['need']}"
    time = f"about {about['minutes']} minutes, most of it thinking; the cells run in {about['seconds']} s"
    return markdown("\n\n".join([title, facts, f"**Time** {time} (two processors).", *more]))


def folded(summary, text):
    """Text behind a line to click on."""
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def folded_hints(exercise):
    """Each hint behind a line."""
    return [folded(o, h.text) for o, h in zip(ORDINALS, exercise.hints, strict=True)]


def only_reveals(text):
    """Whether a cell does nothing but show the truth beside a guess: it would give the truth away."""
    return all(line.startswith("teaching.compare_guess(") for line in text.splitlines())


def cells_for(version, lesson):
    """The cells, without prose that is for other versions, with points where the version shows them.

    Points stand below a question, and in a cell of prose above where an exercise is answered.
    """
    place = "solution" if version == "solutions" else "starter"
    for cell in lesson.cells:
        if cell.kind == "only" and cell.name != version:
            continue
        if cell.kind == "question":
            points = points_shown(lesson.answers[cell.name].points, version in GRADED)
            cell = dataclasses.replace(cell, text=f"{cell.text}\n\n{points}" if points else cell.text)
        elif cell.kind == place:
            points = points_shown(lesson.exercises[cell.name].check.points, version in GRADED)
            if points:
                yield dataclasses.replace(cell, kind="prose", text=f"**{cell.name}** {points}")
        yield cell


def points_shown(points, always=False):
    """The points in words; "" for 1, unless always.

    >>> points_shown(3), points_shown(1), points_shown(1, always=True)
    ('(3 points)', '', '(1 point)')
    """
    return f"({points:g} point{'s' * (points != 1)})" if always or points != 1 else ""


def student(lesson):
    """Cells of the student version: starters, folded hints and answers, checks that never raise."""
    yield opening(lesson, GO_ON)
    for cell in cells_for("student", lesson):
        if cell.kind == "answer":
            yield markdown(folded("Model answer", cell.text))
        elif cell.kind == "starter":
            yield code(cell.text)
            exercise = lesson.exercises[cell.name]
            answer = folded("Model answer", f"```python\n{exercise.solution.text}\n```")
            yield markdown("\n".join([*folded_hints(exercise), answer]))
        else:
            yield from as_given(cell)


def assignment(lesson):
    """Cells of the version that is handed in: as the students', without model answers, with all points."""
    yield opening(lesson, GO_ON)
    for cell in cells_for("assignment", lesson):
        if cell.kind == "answer":
            yield markdown(YOUR_ANSWER)
        elif cell.kind == "starter":
            yield code(cell.text)
            yield markdown("\n".join(folded_hints(lesson.exercises[cell.name])))
        else:
            yield from as_given(cell)


def as_given(cell):
    """Prose, code and checks as students find them; no cell for all else."""
    if cell.is_prose:
        yield markdown(cell.text)
    elif cell.kind == "code":
        yield code(cell.text, **(FOLDED_CODE if only_reveals(cell.text) else {}))
    elif cell.kind == "check":
        yield code(without_hidden_tests(cell.text), **FOLDED_CODE)


def solutions(lesson):
    """Cells of the version with every answer in place."""
    yield opening(lesson, GO_ON)
    for cell in cells_for("solutions", lesson):
        if cell.is_prose:
            yield markdown(cell.text)
        elif cell.kind == "answer":
            yield markdown(f"**Model answer.** {cell.text}")
        elif cell.kind in ("code", "solution"):
            yield code(cell.text)
        elif cell.kind == "check":
            yield code(without_hidden_tests(cell.text))


def nbgrader(lesson, by_hand=None):
    """Cells of nbgrader's source version.

    Parameters
    ----------
    lesson : Lesson
    by_hand : dict, optional
        Points that somebody set in an export, as ``nbgrader_cells.set_by_hand`` finds them.
    """
    source, lesson = lesson, nbgrader_cells.with_points(lesson, by_hand or {})
    number, names = lesson_number(lesson.name), [*lesson.exercises]
    shown = [cell for cell in lesson.cells if cell.kind != "only" or cell.name == "nbgrader"]
    position = {cell.line: i for i, cell in enumerate(shown)}
    yield opening(lesson, IT_STOPS)
    for cell in cells_for("nbgrader", lesson):
        if cell.is_prose:
            yield markdown(cell.text)
        elif cell.kind == "answer":
            text, metadata = nbgrader_cells.written_cell(number, cell, YOUR_ANSWER)
            points = {"points": source.answers[cell.name].points}
            yield "markdown", text, {"nbgrader": metadata, nbgrader_cells.OURS: points}
        elif cell.kind == "code":
            yield code(cell.text, **nbgrader_cells.given_cell(number, position[cell.line], cell.text))
        elif cell.kind == "starter":
            exercise = lesson.exercises[cell.name]
            text, metadata = nbgrader_cells.answer_cell(number, exercise)
            yield code(text, nbgrader=metadata)
            yield markdown("\n".join(folded_hints(exercise)))
        elif cell.kind == "check":
            text, metadata = nbgrader_cells.check_cell(number, lesson.exercises[cell.name], names)
            points = {"points": source.exercises[cell.name].check.points}
            yield code(text, **{"nbgrader": metadata, nbgrader_cells.OURS: points})


VERSIONS = {"student": student, "assignment": assignment, "solutions": solutions, "nbgrader": nbgrader}
