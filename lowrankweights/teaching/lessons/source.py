"""The one source of a lesson: a Python file in percent form whose cells are tagged.

The form is described in docs/course.md. A header says what a cell is:

    # %% [markdown]                     prose; every line begins with "# "
    # %%                                code for every version
    # %% [markdown] question NAME       a question in words, and its folded model answer:
    # %% [markdown] answer NAME         or "answer NAME: points: 2"
    # %% [markdown] only VERSION        prose for "student", "assignment", "solutions" or "nbgrader" alone
    # %% starter NAME                   what the student completes; in the order
    # %% [markdown] hint NAME           hint (three times), solution, mutant, accept, check
    # %% solution NAME
    # %% mutant NAME: label             a wrong answer that the check must reject
    # %% accept NAME: label             an odd but right answer that it must accept
    # %% check NAME                     or, with other points than 1: "check NAME: points: 3"
    # %% claim NAME: statement          that a sentence holds for five seeds; in no notebook

What can be wrong with it is in mistakes.py.
"""

import itertools
import re
from dataclasses import dataclass, field
from pathlib import Path

from ... import _checks
from .mistakes import check_lesson

HEADER = re.compile(r"^# %%(?: (\[markdown\]))?(?: ([a-z]+) ([A-Za-z0-9_]+)(?:: (.+))?)?$")
ALMOST_HEADER = re.compile(r"^\s*#+\s*%%")
FILE = re.compile(r"\d\d_.+\.py")
KINDS = {
    True: ("prose", "question", "answer", "hint", "only"),
    False: ("code", "starter", "solution", "mutant", "accept", "check", "claim"),
}
LABELLED = ("mutant", "accept", "claim")
POINTS = re.compile(r"points: (\d+)")
VERSIONS = ("student", "assignment", "solutions", "nbgrader")
KEYS = ("title", "minutes", "seconds", "learn", "need")
PACKAGED = Path(__file__).parent / "lesson_sources"
CHECKED_OUT = Path(__file__).parents[3] / "notebooks" / "source"


@dataclass
class Cell:
    """A cell.

    Attributes
    ----------
    kind : str
    name : str or None
        Of the exercise or question that it belongs to.
    label : str or None
    text : str
    line : int
        Of its header in the file.
    points : int
    first : int
        The line in the file where the text begins.
    """

    kind: str
    name: str | None
    label: str | None
    text: str
    line: int
    points: int = 1
    first: int = 0

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
    """A lesson: its name (the file's), front matter, cells, and the file."""

    name: str
    about: dict
    cells: list
    path: Path = None

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

    @property
    def answers(self):
        """Model answers to questions in words, by name."""
        return {cell.name: cell for cell in self.cells if cell.kind == "answer"}


def source_folder():
    """Where the lessons' sources are: in the installed package, else in the checked-out repository."""
    for folder in (PACKAGED, CHECKED_OUT):
        if folder.is_dir():
            return folder
    _checks.fail("--source", "the folder of the lessons' sources", "none beside the package")


def read_lessons(folder=None):
    """All lessons of a folder, by number; a ``ValueError`` where two have the same."""
    folder = source_folder() if folder is None else Path(folder).expanduser()
    paths = sorted(folder.glob("[0-9]*.py")) if folder.is_dir() else []
    if not paths:
        _checks.fail("--source", "a folder with lessons like 03_gradients_by_hand.py", str(folder))
    for path in paths:
        if not FILE.fullmatch(path.name):
            _checks.fail(str(path), "a name like 03_gradients_by_hand.py", path.name)
    for one, other in itertools.pairwise(paths):
        if one.name[:2] == other.name[:2]:
            _checks.fail(str(other), "a number that no other lesson has", f"{one.name[:2]}, as {one.name}")
    return [read_lesson(path) for path in paths]


def read_lesson(path):
    """Read and check one lesson's source.

    Raises
    ------
    ValueError
        Naming the file and line, of the first mistake.
    """
    path = Path(path).expanduser()
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        _checks.fail(f"{path}:{line}", "text in UTF-8", f"the byte {error.object[error.start]:#x}")
    about, start = front_matter(lines, path)
    cells, header, body = [], None, []
    for number, line in enumerate([*lines[start:], "# %%"], start + 1):
        if not line.startswith("# %%"):
            if ALMOST_HEADER.match(line):
                _checks.fail(f"{path}:{number}", "a cell header that begins with '# %%'", repr(line))
            body.append(line)
            continue
        if header is not None:
            cells.append(make_cell(header, body, path))
        elif any(text.strip() for text in body):
            _checks.fail(f"{path}:{number}", "nothing between the front matter and the first cell", body[0])
        header, body = (number, line), []
    lesson = Lesson(path.stem, about, cells, path)
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
    first = number + 1 + len(list(itertools.takewhile(lambda line: not line, body)))
    points = _points(kind, match[4], f"{path}:{number}")
    if kind == "only":
        _checks.choice(f"{path}:{number}", match[3], VERSIONS)
    return Cell(kind, match[2] and match[3], match[4], "\n".join(body).strip("\n"), number, points, first)


def _points(kind, label, place):
    """The points of a cell; a ``ValueError`` for a label that means nothing there."""
    if label is None or kind in LABELLED:
        return 1
    found = POINTS.fullmatch(label) if kind in ("check", "answer") else None
    if not found:
        wanted = "no label, or, of a check or an answer, 'points: 3'"
        _checks.fail(place, wanted, repr(label))
    return int(found[1])


def lesson_number(name):
    """The number in front of a lesson's name, as text: '03' of '03_gradients_by_hand'."""
    number = str(name).split("_")[0]
    return (
        number if number.isdigit() else _checks.fail("lesson", "a name like 03_gradients_by_hand", repr(name))
    )
