"""nbgrader's source version of a lesson: solutions between its marks, checks that raise, what is graded.

https://nbgrader.readthedocs.io: ``nbgrader generate_assignment`` takes solutions and hidden tests out.
"""

import hashlib
import itertools
import json
import re

ANEW = "from lowrankweights.teaching.lessons import marking\n\ncheck = marking.untouched({})"
GUESS = re.compile(r"^guess_\w+ = None", re.MULTILINE)
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
HIDDEN = re.compile(r"^[ ]*### BEGIN HIDDEN TESTS$.*?^[ ]*### END HIDDEN TESTS\n?", re.MULTILINE | re.DOTALL)


def without_hidden_tests(text):
    """The text of a check without what stands between the marks of hidden tests."""
    return HIDDEN.sub("", text).rstrip("\n")


def check_cell(number, exercise, names):
    """A check that raises, with its points; locked."""
    text = f'{ANEW.format(names)}\n{exercise.check.text}\ncheck.require("{exercise.name}")'
    return text, graded(number, exercise.name, "check", text, grade=True, points=exercise.check.points)


def answer_cell(number, exercise):
    """The solution between nbgrader's marks, below the starter's own lines as comments."""
    text = marked_solution(exercise.starter.text, exercise.solution.text)
    return text, graded(number, exercise.name, "answer", text, solution=True)


def written_cell(number, cell):
    """The answer to a question in words, which a person grades."""
    text = f"{BEGIN}\n{cell.text}\n{END}"
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


def points_in(text):
    """The points of an nbgrader notebook, given as its JSON, by what they are for; {} of none."""
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError):
        return {}
    found = (cell.get("metadata", {}).get("nbgrader", {}) for cell in cells)
    return {_what(m["grade_id"]): m["points"] for m in found if "points" in m}


def with_points(cells, points):
    """The cells (kind, text, metadata) with points that somebody set by hand."""
    for kind, text, metadata in cells:
        own = metadata.get("nbgrader", {})
        if "points" in own:
            own = own | {"points": points.get(_what(own["grade_id"]), own["points"])}
            metadata = metadata | {"nbgrader": own}
        yield kind, text, metadata


def _what(grade_id):
    """A grade id without the digest of the content."""
    return grade_id.rpartition("-")[0]
