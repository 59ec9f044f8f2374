"""Which notebooks there are to mark, and what in them is a student's own."""

import ast
import collections
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from ... import _checks
from ..lessons.source import lesson_number

CHECK = re.compile(r"with check\(|check\.require\(|check\.summary\(")


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
    without : list of str
        Names of checks that were taken out or altered.
    written : list of str
        Prose that is not the lesson's: answers in words, notes.
    fault : str
        Why it cannot be marked; else "".
    page : str
        Name of the page of feedback: the student's, with the notebook's where there are several.
    """

    student: str
    path: Path
    lesson: object
    own: list = field(default_factory=list)
    without: list = field(default_factory=list)
    written: list = field(default_factory=list)
    fault: str = ""
    page: str = ""


def find_submissions(folder, lessons, number=None):
    """The notebooks of a folder: STUDENT.ipynb, or STUDENT/anything.ipynb as nbgrader's ``submitted``.

    Parameters
    ----------
    folder : path
    lessons : list of Lesson
    number : str, optional
        Of the lesson, as "03"; default: by the name of each notebook, or by its title.

    Returns
    -------
    submissions : list of Submission
        By student. One that is no notebook, or of no known lesson, has a ``fault``.

    Raises
    ------
    ValueError
        If there is no folder, or no notebook in it.
    """
    folder = Path(folder).expanduser()
    paths = sorted(folder.rglob("*.ipynb")) if folder.is_dir() else []
    paths = [p for p in paths if ".ipynb_checkpoints" not in p.parts]
    if not paths:
        got = f"{folder} with none" if folder.is_dir() else f"no folder {folder}"
        _checks.fail("FOLDER", "a folder with notebooks (STUDENT.ipynb, or STUDENT/....ipynb)", got)
    by_number = {lesson_number(lesson.name): lesson for lesson in lessons}
    if number is not None:
        _checks.choice("--lesson", number, by_number)
    found = [_read(path, folder, by_number, number) for path in paths]
    counts = collections.Counter(s.student for s in found)
    for s in found:
        s.page = s.student if counts[s.student] == 1 else f"{s.student}-{s.path.stem}"
    return found


def _read(path, folder, by_number, number):
    inside = path.relative_to(folder).parts
    student = inside[0] if len(inside) > 1 else path.stem
    try:
        cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
        cells = [(cell["cell_type"], _text(cell["source"])) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return Submission(student, path, None, fault=f"no notebook that can be read ({error})")
    number = number or _number(path, cells)
    if number not in by_number:
        known = ", ".join(by_number)
        return Submission(student, path, None, fault=f"of no lesson that is known ({known}); give --lesson")
    return sorted_out(Submission(student, path, by_number[number]), cells)


def _text(source):
    """A cell's text, with line ends of any system."""
    text = source if isinstance(source, str) else "".join(source)
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip()


def _number(path, cells):
    """A lesson's number in a notebook's name, or in its title."""
    named = re.match(r"(\d\d)_", path.name)
    titled = re.match(r"# (\d\d) · ", cells[0][1]) if cells else None
    found = named or titled
    return found[1] if found else None


def sorted_out(submission, cells):
    """The submission with its own cells, the checks that are missing, and what was written."""
    lesson = submission.lesson
    given = {c.text.rstrip() for c in lesson.cells if c.kind == "code"}
    prose = {c.text.strip() for c in lesson.cells if c.is_markdown}
    checks = {e.check.text.rstrip(): e.name for e in lesson.exercises.values()}
    found = set()
    for kind, text in cells:
        if kind != "code":
            known = text.strip() in prose or "<details>" in text or text.startswith("# ")
            submission.written += [] if known or not text.strip() else [text]
        elif CHECK.search(text):
            found |= {name for check, name in checks.items() if _same(check, text)}
        elif text not in given and text.strip():
            submission.own.append(text)
    submission.without = [name for name in checks.values() if name not in found]
    return submission


def _same(check, text):
    """Whether a cell holds a check, whatever nbgrader put around it."""
    return check in text or _without_blank(check) == _without_blank(text)


def _without_blank(text):
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def defines(text, name):
    """Whether a cell gives a name a value at its top: an answer's cell.

    >>> defines("def f(x):\\n    return x", "f"), defines("y = f(1)", "f"), defines("f = lambda x: x", "f")
    (True, False, True)
    """
    try:
        body = ast.parse(text).body
    except SyntaxError:
        return bool(re.search(rf"^(def|class) {name}\b|^{name}\s*=", text, re.MULTILINE))
    for node in body:
        if getattr(node, "name", None) == name:
            return True
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names = (n.id for t in targets if t is not None for n in ast.walk(t) if isinstance(n, ast.Name))
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and name in names:
            return True
    return False
