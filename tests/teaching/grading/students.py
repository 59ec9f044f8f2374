"""Students' notebooks of a lesson with two exercises."""

import json

from toy_lesson import EXERCISE, START

from lowrankweights.teaching.grading import grade
from lowrankweights.teaching.lessons.versions import VERSIONS, to_json

TWO = (
    START.replace("Checks()", "Checks(['x', 'double'])")
    + EXERCISE.replace("check x\n", "check x: points: 3\n")
    + EXERCISE.replace("x = None", "def double(v):\n    return None")
    .replace("x = 1\n", "def double(v):\n    return 2 * v\n", 1)
    .replace("x = 2\n", "def double(v):\n    return v\n")
    .replace("x = 1.0\n", "def double(v):\n    return v + v\n")
    .replace(" x\n", " double\n").replace(" x:", " double:").replace("'x'", "'double'")
    .replace("c.close(x, 1", "c.close(double(2), 4")
)  # fmt: skip


def notebook(lesson, path, answers, more=(), ends="\n", without=(), version="student"):
    """A student's notebook with these answers, and cells that come first."""
    book = json.loads(to_json(VERSIONS[version](lesson)))
    starters = {e.starter.text: e.name for e in lesson.exercises.values()}
    cells = []
    for cell in book["cells"]:
        text = "".join(cell["source"])
        name = starters.get(text)
        if any(f"with check('{w}')" in text for w in without):
            continue
        text = answers.get(name, text) if name else text
        cells.append(cell | {"source": text.replace("\n", ends)})
    own = [{"cell_type": "code", "metadata": {}, "source": text, "outputs": []} for text in more]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(book | {"cells": [*cells[:2], *own, *cells[2:]]}))


RIGHT = {"x": "x = 1", "double": "def double(v):\n    return 2 * v"}


def marks_of(tmp_path, **how):
    limits = {"seconds": 2, "whole": 60, "jobs": 2, "source": tmp_path / "source"}
    found = grade(tmp_path / "class", tmp_path / "marks", **{**limits, **how})
    return {m.submission.student: m for m in found}
