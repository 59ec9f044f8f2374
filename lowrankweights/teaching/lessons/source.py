"""The one source of a lesson: a Python file in percent form whose cells are tagged.

The form is described in docs/course.md. A header says what a cell is:

    # %% [markdown]                     prose; every line begins with "# "
    # %%                                code for every version
    # %% [markdown] question NAME       a question in words, and its folded model answer:
    # %% [markdown] answer NAME         or "answer NAME: points: 2"
    # %% [markdown] only VERSION        prose for "student", "solutions" or "nbgrader" alone
    # %% starter NAME                   what the student completes; in the order
    # %% [markdown] hint NAME           hint (three times), solution, mutant, accept, check
    # %% solution NAME
    # %% mutant NAME: label             a wrong answer that the check must reject
    # %% accept NAME: label             an odd but right answer that it must accept
    # %% check NAME                     or, with other points than 1: "check NAME: points: 3"
    # %% claim NAME: statement          that a sentence holds for five seeds; in no notebook
"""

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

from ... import _checks

HEADER = re.compile(r"^# %%(?: (\[markdown\]))?(?: ([a-z]+) ([A-Za-z0-9_]+)(?:: (.+))?)?$")
KINDS = {
    True: ("prose", "question", "answer", "hint", "only"),
    False: ("code", "starter", "solution", "mutant", "accept", "check", "claim"),
}
LABELLED = ("mutant", "accept", "claim")
POINTS = re.compile(r"points: (\d+)")
VERSIONS = ("student", "solutions", "nbgrader")
KEYS = ("title", "minutes", "seconds", "learn", "need")
N_HINTS = 3
PACKAGED = Path(__file__).parent / "lesson_sources"
CHECKED_OUT = Path(__file__).parents[3] / "notebooks" / "source"


@dataclass
class Cell:
    """A cell: its kind, the exercise or question it belongs to, a label, its text, its line and points."""

    kind: str
    name: str | None
    label: str | None
    text: str
    line: int
    points: int = 1

    @property
    def is_markdown(self):
        return self.kind in KINDS[True]

    @property
    def is_prose(self):
        return self.kind in ("prose", "question", "only")


@dataclass
class Exercise:
    """What belongs to one exercise."""

    name: str
    starter: Cell = None
    solution: Cell = None
    check: Cell = None
    hints: list = field(default_factory=list)
    mutants: list = field(default_factory=list)
    accepted: list = field(default_factory=list)


@dataclass
class Lesson:
    """A lesson: its name (the file's), front matter and cells."""

    name: str
    about: dict
    cells: list

    @property
    def exercises(self):
        """Exercises by name, in the order of the lesson."""
        found = {}
        for cell in self.cells:
            if cell.kind in ("starter", "solution", "check", "hint", "mutant", "accept"):
                exercise = found.setdefault(cell.name, Exercise(cell.name))
                several = {"hint": "hints", "mutant": "mutants", "accept": "accepted"}.get(cell.kind)
                if several:
                    getattr(exercise, several).append(cell)
                else:
                    setattr(exercise, cell.kind, cell)
        return found


def source_folder():
    """Where the lessons' sources are: in the installed package, else in the checked-out repository."""
    for folder in (PACKAGED, CHECKED_OUT):
        if folder.is_dir():
            return folder
    _checks.fail("--source", "the folder of the lessons' sources", "none beside the package")


def read_lessons(folder=None):
    """All lessons of a folder, by number."""
    folder = source_folder() if folder is None else Path(folder).expanduser()
    paths = sorted(folder.glob("[0-9][0-9]_*.py")) if folder.is_dir() else []
    if not paths:
        _checks.fail("--source", "a folder with lessons like 03_gradients_by_hand.py", str(folder))
    return [read_lesson(path) for path in paths]


def read_lesson(path):
    """Read and check one lesson's source.

    Raises
    ------
    ValueError
        Naming the file and line, if a header is not known or an exercise is incomplete.
    """
    path = Path(path).expanduser()
    lines = path.read_text(encoding="utf-8").splitlines()
    about, start = front_matter(lines, path)
    cells, header, body = [], None, []
    for number, line in enumerate([*lines[start:], "# %%"], start + 1):
        if not line.startswith("# %%"):
            body.append(line)
            continue
        if header is not None:
            cells.append(make_cell(header, body, path))
        elif any(text.strip() for text in body):
            _checks.fail(f"{path}:{number}", "nothing between the front matter and the first cell", body[0])
        header, body = (number, line), []
    lesson = Lesson(path.stem, about, cells)
    check_lesson(lesson, path)
    return lesson


def front_matter(lines, path):
    """The keys between the two lines ``# ---``, and the number of the line after them."""
    if not lines or lines[0] != "# ---" or "# ---" not in lines[1:]:
        _checks.fail(f"{path}:1", "front matter between two lines '# ---'", repr(lines[:1]))
    end = lines.index("# ---", 1)
    pairs = [line.removeprefix("# ").partition(": ") for line in lines[1:end]]
    about = {key: value for key, _, value in pairs}
    if sorted(about) != sorted(KEYS) or not (about["minutes"] + about["seconds"]).isdigit():
        wanted = f"the keys {', '.join(KEYS)}, minutes and seconds numbers"
        _checks.fail(f"{path}:1", wanted, ", ".join(about))
    return about, end + 1


def make_cell(header, body, path):
    """A cell from its header (line number and text) and the lines below it."""
    number, text = header
    match = HEADER.match(text)
    is_markdown = bool(match and match[1])
    kind = (match and match[2]) or ("prose" if is_markdown else "code")
    if not match or kind not in KINDS[is_markdown]:
        _checks.fail(f"{path}:{number}", "a cell header of docs/course.md", repr(text))
    if is_markdown:
        bad = [line for line in body if line.strip() and line != "#" and not line.startswith("# ")]
        if bad:
            _checks.fail(f"{path}:{number}", "prose whose lines begin with '# '", repr(bad[0]))
        body = [line[2:] for line in body]
    points = _points(kind, match[4], f"{path}:{number}")
    if kind == "only":
        _checks.choice(f"{path}:{number}", match[3], VERSIONS)
    return Cell(kind, match[2] and match[3], match[4], "\n".join(body).strip("\n"), number, points)


def _points(kind, label, place):
    """The points of a cell; a ``ValueError`` for a label that means nothing there."""
    if label is None or kind in LABELLED:
        return 1
    found = POINTS.fullmatch(label) if kind in ("check", "answer") else None
    if not found:
        wanted = "no label, or, of a check or an answer, 'points: 3'"
        _checks.fail(place, wanted, repr(label))
    return int(found[1])


def check_lesson(lesson, path):
    """Every exercise has a starter, a solution, a check, three hints, a mutant and an odd right answer."""
    for e in lesson.exercises.values():
        for kind in ("starter", "solution", "check"):
            if getattr(e, kind) is None:
                _checks.fail(str(path), f"a cell '# %% {kind} {e.name}'", "none")
        if len(e.hints) != N_HINTS:
            _checks.fail(str(path), f"{N_HINTS} hints for {e.name}", len(e.hints))
        for kind, cells in (("mutant", e.mutants), ("accept", e.accepted)):
            if not cells or not all(cell.label for cell in cells):
                _checks.fail(str(path), f"cells '# %% {kind} {e.name}: label'", f"{len(cells)} of them")
    _check_names(lesson, path)
    unlabelled = [c.name for c in lesson.cells if c.kind == "claim" and not c.label]
    if unlabelled:
        _checks.fail(str(path), f"a cell '# %% claim {unlabelled[0]}: statement'", "no statement")
    questions = [c.name for c in lesson.cells if c.kind == "question"]
    answers = [c.name for c in lesson.cells if c.kind == "answer"]
    if questions != answers:
        _checks.fail(str(path), "an answer after each question", f"{questions} and {answers}")


def _check_names(lesson, path):
    """The exercises are those of ``Checks([...])``, so that the summary counts all of them."""
    told = []
    for cell in lesson.cells:
        if cell.kind == "code" and "Checks(" in cell.text:
            calls = (n for n in ast.walk(ast.parse(cell.text)) if isinstance(n, ast.Call))
            lists = (n.args[0] for n in calls if getattr(n.func, "attr", "") == "Checks" and n.args)
            told += [e.value for names in lists for e in getattr(names, "elts", ())]
    if told and sorted(told) != sorted(lesson.exercises):
        expected = f"teaching.Checks([...]) with all exercises, {', '.join(lesson.exercises)}"
        _checks.fail(str(path), expected, ", ".join(map(str, told)))


def lesson_number(name):
    """The number in front of a lesson's name, as text: '03' of '03_gradients_by_hand'."""
    number = str(name).split("_")[0]
    return (
        number if number.isdigit() else _checks.fail("lesson", "a name like 03_gradients_by_hand", repr(name))
    )
