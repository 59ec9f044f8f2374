"""What in a notebook is whose: the lesson's cells, its checks, and what a student wrote."""

import ast
import re

from ..lessons.mistakes import without_hidden_tests
from ..lessons.source import lesson_number
from ..lessons.versions import VERSIONS, YOUR_ANSWER
from .marker import as_python, names_defined

CHECK = re.compile(r"with check\(|check\.require\(|check\.summary\(")
CHECKED = re.compile(r"with check\(\s*[\"'](\w+)[\"']")
TITLE = re.compile(r"# (\d\d) · ")
FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
WORDS = re.compile(r"-(\w+)-words-[0-9a-f]+$")  # nbgrader's id of an answer in words
STUB = "YOUR ANSWER HERE"
POINTS = re.compile(r"^\([\d.]+ points?\)$", re.MULTILINE)  # may have been set by hand
LONG = 30  # characters: a text of the lesson within a cell that somebody wrote in


def questions(lesson):
    """The questions in words: name: (question, answer), cells of the lesson."""
    cells = () if lesson is None else lesson.cells
    answers = {cell.name: cell for cell in cells if cell.kind == "answer"}
    return {cell.name: (cell, answers[cell.name]) for cell in cells if cell.kind == "question"}


def heading(lesson, name):
    """The nearest heading above an exercise's starter, or ""."""
    found = ""
    for cell in lesson.cells:
        if cell.kind == "starter" and cell.name == name:
            return found
        if cell.is_prose and (cell.kind != "only" or cell.name == "student"):
            found = ([found] + re.findall(r"^#+ (.+)$", cell.text, re.MULTILINE))[-1]
    return ""


def exercises_in(cells):
    """Names that code cells define, or check."""
    texts = [text for kind, text, _ in cells if kind == "code"]
    return set().union(*(names_defined(text) | set(CHECKED.findall(text)) for text in texts))


def looks_like(cells, lessons, lesson=None):
    """The lesson of whose exercises a notebook has most, or whose title it has; None if it is ``lesson``.

    Every exercise of ``lesson``'s own that is there speaks for it, unless the other lesson has one of that
    name too.
    """
    names = exercises_in(cells)
    own = names & set(lesson.exercises) if lesson else set()
    other = max(lessons, key=lambda other: len(names & set(other.exercises)))
    found = names & set(other.exercises)
    if not found and cells and (titled := TITLE.match(cells[0][1])):
        other = next((o for o in lessons if lesson_number(o.name) == titled[1]), lesson)
        return None if other is lesson else other
    return other if len(found) > len(own) and own <= found else None


def sorted_out(submission, cells):
    """The submission with its own cells, the checks that are missing, and what was written."""
    lesson = submission.lesson
    given = {c.text.rstrip() for c in lesson.cells if c.kind == "code"}
    same, other, prose, current = set(), set(), _Prose(lesson), None
    for kind, text, grade_id in cells:
        if kind != "code":
            current, words = prose.sort(text.strip(), grade_id, current)
            _write(submission, current, words)
        elif current and _is_words(text):
            _write(submission, current, text.strip())
        elif CHECK.search(text):
            current = None
            right = {name for name, e in lesson.exercises.items() if _same(e.check.text, text)}
            same, other = same | right, other | set(CHECKED.findall(text)) - right
        elif text in given:
            current = None
        elif text.strip():
            submission.own.append(text)
    submission.altered = [name for name in lesson.exercises if name in other - same]
    submission.without = [name for name in lesson.exercises if name not in other | same]
    submission.empty = not exercises_in(cells) & set(lesson.exercises)
    return submission


class _Prose:
    """Tells a student's prose from the lesson's, in any of its versions."""

    def __init__(self, lesson):
        self.questions = {cell.text.strip(): name for name, (cell, _) in questions(lesson).items()}
        made = [text for make in VERSIONS.values() for kind, text, *_ in make(lesson) if kind == "markdown"]
        self.known = sorted({_without_frame(text) for text in made} - {""}, key=len, reverse=True)
        answers = [answer.text.strip() for _, answer in questions(lesson).values()]
        self.answers = {text for text in self.known if any(answer in text for answer in answers)}

    def sort(self, text, grade_id, current):
        """The question that a cell belongs to, or None, and what in it is the student's."""
        text = _without_frame(text)
        found = [k for k in self.known if k == text or (len(k) >= LONG and k in text)]
        asked = [self.questions[k] for k in found if k in self.questions]
        words = WORDS.search(grade_id)
        if asked:
            current = asked[-1]
        elif words and words[1] in self.questions.values():
            current = words[1]
        elif found and not self.answers & set(found):
            current = None
        for k in found:
            text = text.replace(k, "")
        text = FOLDED.sub("", text).strip()
        return current, "" if TITLE.match(text) or text == STUB else text


def _without_frame(text):
    """A text without what a version writes around it: points, and where the answer goes."""
    return POINTS.sub("", text.replace(YOUR_ANSWER, "")).strip()


def _write(submission, question, words):
    if words and question:
        submission.answers.setdefault(question, []).append(words)
    elif words:
        submission.written.append(words)


def _is_words(text):
    """Whether a code cell below a question holds words: comments, a text, or what is no Python."""
    try:
        body = ast.parse(as_python(text)).body
    except SyntaxError:
        return not names_defined(text)
    texts = (isinstance(n, ast.Expr) and isinstance(getattr(n.value, "value", None), str) for n in body)
    return bool(text.strip()) and all(texts)


def _same(check, text):
    """Whether a cell holds a check, with its hidden tests or without, whatever nbgrader put around it."""
    lines = _lines(text)
    for wanted in (_lines(without_hidden_tests(check)), _lines(check)):
        if any(lines[i : i + len(wanted)] == wanted for i in range(len(lines) - len(wanted) + 1)):
            return True
    return False


def _lines(text):
    return [line.rstrip() for line in text.splitlines() if line.strip()]
