"""nbgrader's source version of a lesson: solutions between its marks, checks that raise, what is graded.

https://nbgrader.readthedocs.io: ``nbgrader generate_assignment`` takes solutions and hidden tests out.
"""

import dataclasses
import hashlib
import itertools
import json
import re
from numbers import Real

ANEW = "from lowrankweights.teaching.lessons import marking\n\ncheck = marking.untouched({})"
# nbgrader takes what an answer shows or says on stderr for the mark
CLEAR = "from IPython.display import clear_output\n\nclear_output()"
GUESS = re.compile(r"^guess_\w+ = None", re.MULTILINE)
PARTS = {"check": "check", "answer": "words"}  # what is graded: a cell's kind, and its part in the grade id
GRADE_ID = re.compile(r"lesson\d+-(\w+)-(check|words)-")
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
OURS = "lowrankweights"  # metadata of a cell: the points that the source gave it


def check_cell(number, exercise, names):
    """A check that raises, with its points; locked."""
    text = f'{ANEW.format(names)}\n{exercise.check.text}\n{CLEAR}\ncheck.require("{exercise.name}")'
    return text, graded(number, exercise.name, "check", text, grade=True, points=exercise.check.points)


def answer_cell(number, exercise):
    """The solution between nbgrader's marks, below the starter's own lines as comments."""
    text = marked_solution(exercise.starter.text, exercise.solution.text)
    return text, graded(number, exercise.name, "answer", text, solution=True)


def written_cell(number, cell, above):
    """The answer to a question in words, which a person grades; ``above`` stands above it."""
    text = f"{above}\n\n{BEGIN}\n{cell.text}\n{END}"
    return text, graded(number, cell.name, "words", text, grade=True, solution=True, points=cell.points)


def given_cell(number, i, text):
    """Metadata of a cell that is given: locked, but for a guess."""
    if GUESS.search(text):
        return {}
    return {"nbgrader": graded(number, f"given{i}", "code", text)}


def graded(number, name, part, text, grade=False, solution=False, points=None):
    """nbgrader's metadata; the id holds a digest of the content, so that a copied cell gets another."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    made = {
        "grade": grade,
        "grade_id": f"lesson{number}-{name}-{part}-{digest}",
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return made | ({"points": points} if points is not None else {})


def marked_solution(starter, solution):
    """The solution with marks around what the starter has not got; the starter's own lines are comments.

    >>> print(marked_solution("def f(v):\\n    z = ...  # (n,)", "def f(v):\\n    return v[0]"))
    def f(v):
        # z = ...  # (n,)
        ### BEGIN SOLUTION
        return v[0]
        ### END SOLUTION
    """
    first, wanted = starter.splitlines(), solution.splitlines()
    n = len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], zip(first, wanted, strict=False))))
    indent = " " * (len(wanted[n]) - len(wanted[n].lstrip())) if n < len(wanted) else ""
    own = [f"{indent}# {line.removeprefix(indent)}" for line in first[n:] if line.strip()]
    return "\n".join([*wanted[:n], *own, f"{indent}{BEGIN}", *wanted[n:], f"{indent}{END}"])


def set_by_hand(text):
    """Points that a hand has set in an nbgrader notebook, given as its JSON: {(exercise, part): points}.

    They differ from those of the source, which the export kept beside them; where an older export did not,
    from 1.
    """
    try:
        found = [cell.get("metadata", {}) for cell in json.loads(text)["cells"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
    points = {}
    for metadata in found:
        own = metadata.get("nbgrader", {})
        given, made = own.get("points"), metadata.get(OURS, {}).get("points", 1)
        what = GRADE_ID.match(own.get("grade_id", ""))
        if what and isinstance(given, Real) and given != made:
            points[what.groups()] = given
    return points


def with_points(lesson, by_hand):
    """The lesson with points that were set by hand."""
    cells = [
        dataclasses.replace(cell, points=by_hand.get((cell.name, PARTS.get(cell.kind)), cell.points))
        for cell in lesson.cells
    ]
    return dataclasses.replace(lesson, cells=cells)


def told_points(lesson, by_hand):
    """What becomes of points that were set by hand, in words."""
    graded = {(c.name, PARTS[c.kind]): c.points for c in lesson.cells if c.kind in PARTS}
    kept = [
        f"{what[0]} {points:g} (source: {graded[what]})"
        for what, points in by_hand.items()
        if what in graded and points != graded[what]
    ]
    gone = [f"{what[0]} {points:g}" for what, points in by_hand.items() if what not in graded]
    return [f"kept your points: {', '.join(kept)}"] * bool(kept) + [
        f"your points of what is no longer in the lesson are gone: {', '.join(gone)}"
    ] * bool(gone)
