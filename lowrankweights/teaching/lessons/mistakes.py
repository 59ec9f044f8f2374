"""Mistakes in a lesson's source: each is an error that names the file and the line.

Without it an exercise would be missing in the summary, a check would count for nobody, or a hidden test would
stand in the student's notebook.
"""

import ast
import difflib
import re
import warnings

from ... import _checks

N_HINTS = 3
BEGIN, END = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
HIDDEN = re.compile(rf"^[ ]*{BEGIN}$.*?^[ ]*{END}$\n?", re.MULTILINE | re.DOTALL)
ALMOST_MARK = re.compile(r"^\s*#.*\b(begin|end)\W+hidden", re.IGNORECASE)
NBGRADERS_OWN = re.compile(r"^\s*#+\s*(begin|end) (solution|mark scheme)", re.IGNORECASE)
ONCE = ("starter", "solution", "check", "question", "answer", "claim")


def check_lesson(lesson, path):
    """A ``ValueError`` for the first mistake, with file and line.

    Every cell is Python, hidden tests end, and nothing is there twice. Every exercise has a starter, a
    solution, a check, three hints, a mutant and an odd right answer, and is known to ``Checks([...])``. Every
    question has its answer, every claim its statement.
    """
    for cell in lesson.cells:
        if not cell.is_markdown:
            _check_syntax(cell, path)
            _check_marks(cell, path)
    _check_twice(lesson, path)
    _check_starters(lesson, path)
    for exercise in lesson.exercises.values():
        _check_exercise(exercise, path)
    _check_names(lesson, path)
    _check_claims(lesson, path)
    _check_questions(lesson, path)


def without_hidden_tests(text):
    """The text of a check without what stands between the marks of hidden tests."""
    return HIDDEN.sub("", text).rstrip("\n")


def _line(path, cell, number=1):
    """File and line of a line of a cell's text."""
    return f"{path}:{cell.first + number - 1}"


def _check_syntax(cell, path):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            compile(cell.text, "<cell>", "exec", dont_inherit=True)
    except SyntaxError as error:
        number, lines = error.lineno or 1, cell.text.splitlines()
        shown = "".join(lines[number - 1 : number]).strip()
        _checks.fail(_line(path, cell, number), "Python", f"{error.msg}: {shown}" if shown else error.msg)


def _check_marks(cell, path):
    """Hidden tests begin and end, in checks alone, and leave a check that can be run."""
    begun = None
    for number, line in enumerate(cell.text.splitlines(), 1):
        place, mark = _line(path, cell, number), line.lstrip(" ")
        if NBGRADERS_OWN.match(line):
            _checks.fail(place, "none of nbgrader's other marks (a solution has its own cell)", repr(mark))
        if not ALMOST_MARK.match(line):
            continue
        if mark not in (BEGIN, END):
            _checks.fail(place, f"{BEGIN!r} or {END!r}, alone in its line", repr(line))
        if cell.kind != "check":
            _checks.fail(place, "hidden tests in a check alone", f"{mark!r} in a cell of kind {cell.kind!r}")
        if mark == BEGIN and begun:
            _checks.fail(place, f"{END!r}, as hidden tests began in line {begun}", f"another {mark!r}")
        if mark == END and not begun:
            _checks.fail(place, f"{BEGIN!r} above it", f"{mark!r} alone")
        begun = cell.first + number - 1 if mark == BEGIN else None
    if begun:
        _checks.fail(f"{path}:{begun}", f"{END!r} below it", "none")
    if hidden := HIDDEN.search(cell.text):
        try:
            ast.parse(without_hidden_tests(cell.text))
        except SyntaxError:
            place = _line(path, cell, 1 + cell.text[: hidden.start()].count("\n"))
            _checks.fail(place, "a check that runs without its hidden tests", "one that does not")


def _check_twice(lesson, path):
    for kind in ONCE:
        lines = {}
        for cell in lesson.cells:
            if cell.kind == kind:
                lines.setdefault(cell.name, []).append(cell.line)
        for name, found in lines.items():
            if len(found) > 1:
                times = "twice" if len(found) == 2 else f"{len(found)} times"
                where = f"{', '.join(map(str, found[:-1]))} and {found[-1]}"
                _checks.fail(f"{path}:{found[1]}", f"each {kind} once", f"{name} {times}: lines {where}")


def _check_starters(lesson, path):
    """What belongs to an exercise has its starter: else the name is a slip."""
    starters = [cell.name for cell in lesson.cells if cell.kind == "starter"]
    for cell in lesson.cells:
        if cell.kind in ("solution", "check", "hint", "mutant", "accept") and cell.name not in starters:
            got = f"a {cell.kind} without it{_close(cell.name, starters)}"
            _checks.fail(f"{path}:{cell.line}", f"a cell '# %% starter {cell.name}'", got)


def _close(word, words):
    close = difflib.get_close_matches(word, words, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _check_exercise(e, path):
    place = f"{path}:{e.starter.line}"
    above = e.starter
    for kind in ("solution", "check"):
        cell = getattr(e, kind)
        if cell is None:
            _checks.fail(place, f"a cell '# %% {kind} {e.name}'", "none")
        if cell.line < above.line:
            got = f"the {above.kind} in line {above.line}"
            _checks.fail(f"{path}:{cell.line}", f"the {kind} of {e.name} below its {above.kind}", got)
        above = cell
    if len(e.hints) != N_HINTS:
        _checks.fail(place, f"{N_HINTS} hints for {e.name}", len(e.hints))
    for kind, cells in (("mutant", e.mutants), ("accept", e.accepted)):
        if not cells:
            _checks.fail(place, f"cells '# %% {kind} {e.name}: label'", "none of them")
        for cell in cells:
            if not cell.label:
                _checks.fail(f"{path}:{cell.line}", f"a cell '# %% {kind} {e.name}: label'", "no label")


def _check_names(lesson, path):
    """The exercises are those of ``Checks([...])``, which the summary counts, and of the checks."""
    exercises, told, calls = lesson.exercises, False, [*_calls(lesson)]
    for cell, call in calls:
        if _called(call) == "Checks" and cell.kind == "code":
            _check_told(call, exercises, _line(path, cell, call.lineno))
            told = True
        elif (name := _checked(call)) is not None and name not in exercises:
            expected, got = f"an exercise, {', '.join(exercises)}", f"{name!r}{_close(name, exercises)}"
            _checks.fail(_line(path, cell, call.lineno), expected, got)
    if exercises and not told:
        first = next(iter(exercises.values())).starter
        _checks.fail(f"{path}:{first.line}", "teaching.Checks([...]) in a cell of code above", "none")
    own = {(cell.line, _checked(call)) for cell, call in calls if _called(call) == "check"}
    for e in exercises.values():
        if (e.check.line, e.name) not in own:
            others = ", ".join(f'check("{name}")' for line, name in own if line == e.check.line and name)
            expected = f'`with check("{e.name}") as c:` in the check of {e.name}'
            _checks.fail(f"{path}:{e.check.line}", expected, others or "none")


def _check_told(call, exercises, place):
    """The names that are handed to ``Checks`` are the exercises."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    try:
        names = ast.literal_eval(given[0]) if given else []
        names = None if isinstance(names, str) else [*names]
    except (ValueError, TypeError):
        names = None
    if names is None:
        _checks.fail(place, "a list of names in teaching.Checks([...])", ast.unparse(call))
    if sorted(map(str, names)) != sorted(exercises):
        left_out = ", ".join(name for name in exercises if name not in names)
        got = ", ".join(map(str, names)) or "no names"
        expected = f"teaching.Checks([...]) with all exercises, {', '.join(exercises)}"
        _checks.fail(place, expected, f"{got} (without {left_out})" if left_out else got)


def _calls(lesson):
    """Calls in cells of code that have to do with checks: (cell, call)."""
    for cell in lesson.cells:
        if not cell.is_markdown and re.search(r"\bcheck[.(]|\bChecks\(", cell.text):
            calls = (node for node in ast.walk(ast.parse(cell.text)) if isinstance(node, ast.Call))
            yield from ((cell, call) for call in calls)


def _called(call):
    """The last name of what is called: "Checks" of ``teaching.Checks(...)``."""
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _checked(call):
    """The name in ``check("name")``, ``check.passed("name")`` and ``check.require("name")``; else None."""
    of = call.func
    if isinstance(of, ast.Attribute) and of.attr in ("passed", "require"):
        of = of.value
    ours = isinstance(of, ast.Name) and of.id == "check"
    first = call.args[0] if ours and call.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def _check_claims(lesson, path):
    for cell in lesson.cells:
        if cell.kind == "claim" and not cell.label:
            _checks.fail(f"{path}:{cell.line}", f"a cell '# %% claim {cell.name}: statement'", "no statement")
        if cell.kind == "claim" and not re.search(r"\bclaim\(", cell.text):
            _checks.fail(f"{path}:{cell.line}", "claim(number, low, high) in the cell of a claim", "none")


def _check_questions(lesson, path):
    questions = {cell.name: cell for cell in lesson.cells if cell.kind == "question"}
    for name, answer in lesson.answers.items():
        if name not in questions or questions[name].line > answer.line:
            got = f"an answer {name} without it{_close(name, [*questions])}"
            _checks.fail(f"{path}:{answer.line}", f"a question {name} above its answer", got)
    for name, question in questions.items():
        if name not in lesson.answers:
            expected = f"an answer after each question, '# %% [markdown] answer {name}'"
            _checks.fail(f"{path}:{question.line}", expected, "none")
