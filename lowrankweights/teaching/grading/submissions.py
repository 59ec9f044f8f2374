"""Which notebooks there are to mark."""

import collections
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from ... import _checks
from ..lessons.source import lesson_number
from .reading import TITLE, looks_like, sorted_out

HANDED_IN = (".pdf", ".py", ".html", ".htm", ".zip", ".docx", ".odt", ".json", ".txt", ".md")
NOT_HANDED_IN = (".ipynb_checkpoints", "__MACOSX", "__pycache__")


@dataclass
class Submission:
    """A student's notebook.

    Attributes
    ----------
    student : str
    path : Path
    lesson : Lesson
    own : list of str
        Code cells that are neither given nor checks, in their order.
    without, altered : list of str
        Names of checks that were taken out, and that were altered.
    answers : dict
        To questions in words: for each name a list of texts.
    written : list of str
        Other prose that is not the lesson's.
    empty : bool
        Whether none of the lesson's exercises is in it.
    fault : str
        Why it cannot be marked; else "".
    page : str
        Name of the page of feedback: the student's, with the notebook's where there are several.
    notebook : str
        Where in the folder it is.
    n_others : int
        Other notebooks of this student.
    """

    student: str
    path: Path
    lesson: object
    own: list = field(default_factory=list)
    without: list = field(default_factory=list)
    altered: list = field(default_factory=list)
    answers: dict = field(default_factory=dict)
    written: list = field(default_factory=list)
    empty: bool = False
    fault: str = ""
    page: str = ""
    notebook: str = ""
    n_others: int = 0


def find_submissions(folder, lessons, number=None, out=None):
    """The notebooks of a folder: STUDENT.ipynb, or STUDENT/anything.ipynb as nbgrader's ``submitted``.

    Parameters
    ----------
    folder : path
    lessons : list of Lesson
    number : str, optional
        Of the lesson, as "03"; default: by the name of each notebook, its title or its exercises.
    out : path, optional
        A folder that is no student's, if it lies within.

    Returns
    -------
    submissions : list of Submission
        By student. One that is no notebook, or of no known or another lesson, has a ``fault``, and so has a
        student who handed in something else.

    Raises
    ------
    ValueError
        If there is no folder, or no notebook in it.
    """
    folder = Path(folder).expanduser()
    files = _files(folder, out)
    paths = [path for path in files if path.suffix.lower() == ".ipynb"]
    if not paths:
        got = f"{folder} with none" if folder.is_dir() else f"no folder {folder}"
        _checks.fail("FOLDER", "a folder with notebooks (STUDENT.ipynb, or STUDENT/....ipynb)", got)
    by_number = {lesson_number(lesson.name): lesson for lesson in lessons}
    if number is not None:
        _checks.choice("--lesson", number, by_number)
    found = [_read(path, folder, by_number, number) for path in paths]
    found += _without_notebook(folder, files, {s.student for s in found}, by_number.get(number))
    counts = collections.Counter(s.student for s in found)
    for s in found:
        s.n_others = counts[s.student] - 1
    _name_pages(found)
    return sorted(found, key=lambda s: (s.student, s.notebook))


def _files(folder, out):
    """Files and folders of students, without what systems and editors leave there, and our own pages."""
    ours = set()
    if out is not None:
        out = Path(out).expanduser().resolve()
        ours = {out / name for name in ("feedback", "marks.html", "answers.html")}
        ours |= {out} if folder.resolve() in out.parents else set()
    found = []
    for path in sorted(folder.rglob("*")):
        parts, whole = path.relative_to(folder).parts, path.resolve()
        left_there = any(part.startswith(".") or part in NOT_HANDED_IN for part in parts)
        if not left_there and ours.isdisjoint((whole, *whole.parents)):
            found.append(path)
    return found


def _without_notebook(folder, files, students, lesson):
    """A submission for each student of whom there is something, and no notebook."""
    for path in (p for p in files if p.parent == folder):
        student = path.name if path.is_dir() else path.stem
        if student in students or not (path.is_dir() or path.suffix.lower() in HANDED_IN):
            continue
        inside = [p for p in files if path in p.parents and p.is_file()] if path.is_dir() else [path]
        if path.is_dir() and any(path in Path(p).parents for p in files if p.suffix.lower() == ".ipynb"):
            continue
        students = students | {student}
        names = ", ".join(p.name for p in inside[:3]) + (", ..." if len(inside) > 3 else "")
        fault = f"no notebook; there is {names}" if names else "no notebook; the folder is empty"
        yield Submission(student, path, lesson, fault=fault)


def _name_pages(found):
    """A page for each, also where two would have one name, or differ in capitals alone."""
    taken = set()
    for s in found:
        s.page, n = s.student, 2
        if s.n_others:
            inside = [part for part in Path(s.notebook).with_suffix("").parts if part != s.student]
            s.page = "-".join([s.student, *inside])
        name = s.page
        while s.page.casefold() in taken:
            s.page, n = f"{name}-{n}", n + 1
        taken.add(s.page.casefold())


def _read(path, folder, by_number, number):
    inside = path.relative_to(folder)
    student = inside.parts[0] if len(inside.parts) > 1 else path.stem
    found = Submission(student, path, by_number.get(number), notebook=inside.as_posix())
    try:
        cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
        cells = [(cell["cell_type"], _text(cell["source"]), _grade_id(cell)) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        found.fault = f"no notebook that can be read ({error})"
        return found
    found.lesson = by_number.get(number or _number(path, cells))
    other = looks_like(cells, list(by_number.values()), found.lesson)
    if other and number is None:
        found.lesson = other
    elif other:
        like = f"{lesson_number(other.name)}, {other.about['title']}"
        found.fault = f"looks like lesson {like}; none of lesson {number} was marked"
    if found.lesson is None:
        known = ", ".join(by_number)
        found.fault = f"of no lesson that is known ({known}); give --lesson"
    return found if found.fault else sorted_out(found, cells)


def _text(source):
    """A cell's text, with line ends of any system."""
    text = source if isinstance(source, str) else "".join(source)
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip()


def _grade_id(cell):
    """nbgrader's name of a cell, or ""."""
    return str((cell.get("metadata") or {}).get("nbgrader", {}).get("grade_id", ""))


def _number(path, cells):
    """A lesson's number in a notebook's name, or in its title."""
    named = re.match(r"(\d\d)_", path.name)
    titled = TITLE.match(cells[0][1]) if cells else None
    found = named or titled
    return found[1] if found else None
