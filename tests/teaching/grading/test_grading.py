import csv
import json
import sys

import pytest
from students import RIGHT, TWO, marks_of, notebook
from toy_lesson import lesson_file

from lowrankweights.commands.main import main
from lowrankweights.teaching.grading import find_submissions, grade
from lowrankweights.teaching.grading.order import steps
from lowrankweights.teaching.lessons import read_lesson, read_lessons

LOOP = "def double(v):\n    while True:\n        pass"
HARMLESS = {
    "a scratch cell": "x_scratch = 3\ncheck = None",
    "an import that fails": "import nothing_of_this_name",
    "an exit": "exit()",
    "an endless cell": "while True:\n    pass",
    "a magic": "%matplotlib inline",
    "a remainder": "left = (7\n    % 4)\nassert left == 3",
    "a syntax error": "def (",
}
TAMPERED = {
    "the verdict": "check.results['double'] = 'passed'\nfor k in list(globals()): pass",
    "the class": "from lowrankweights.teaching.lessons import exercises\n"
    "exercises.Attempt.close = lambda *a, **k: None\nexercises.Checks.passed = lambda *a: True",
    "NumPy": "import numpy as np\nnp.abs = lambda a: np.zeros(1)\nnp.isfinite = lambda a: True",
    "its words": "from lowrankweights.teaching.lessons import words\nwords.as_numbers = lambda a: (4.0, 1e9)",
}


def test_each_notebook_gets_what_its_answers_are_worth(lesson, tmp_path):
    folder, wanted = tmp_path / "class", {}

    def add(name, points, answers, place="", **how):
        notebook(lesson, folder / place / (f"77_{name}.ipynb" if place else f"{name}.ipynb"), answers, **how)
        wanted[place or name] = points

    add("right", 4, RIGHT)
    add("untouched", 0, {})
    add("wrong", 3, {**RIGHT, "double": "def double(v):\n    return v"})
    add("renamed", 3, {**RIGHT, "double": "def doubled(v):\n    return 2 * v"})
    add("loops", 3, {**RIGHT, "double": LOOP})
    add("windows", 4, RIGHT, ends="\r\n")
    add("deleted", 4, RIGHT, without=("x", "double"))
    add("lesson", 4, RIGHT, place="as nbgrader has them")
    for name, cell in HARMLESS.items():
        add(name, 4, RIGHT, more=[cell])
    for name, cell in TAMPERED.items():
        add(name, 3, {**RIGHT, "double": "def double(v):\n    return v"}, more=[cell])
    (folder / "broken.ipynb").write_text("hello")
    found = marks_of(tmp_path, number="77")
    assert {name: m.total for name, m in found.items()} == {**wanted, "broken": 0}
    assert found["deleted"].submission.without == ["x", "double"]
    assert found["deleted"].remark == "all checks deleted"
    assert "did not end within 2 seconds" in found["loops"].results["double"][1]
    assert found["an import that fails"].failed[0][0] == "import nothing_of_this_name"
    lines = (tmp_path / "marks" / "marks.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(lines))
    assert {r["student"]: int(r["points"]) for r in rows} == {**wanted, "broken": 0}
    assert "no notebook that can be read" in next(r["remark"] for r in rows if r["student"] == "broken")
    page = (tmp_path / "marks" / "feedback" / "wrong.html").read_text()
    assert "3 of 4 points" in page and "not yet right" in page
    assert "missing in this notebook" in (tmp_path / "marks" / "feedback" / "deleted.html").read_text()


def test_what_ends_the_process_costs_what_had_not_been_checked(lesson, tmp_path):
    kill = "import os\nos._exit(3)"
    notebook(lesson, tmp_path / "class" / "late.ipynb", {**RIGHT, "double": f"{RIGHT['double']}\n{kill}"})
    stuck = "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass"
    notebook(lesson, tmp_path / "class" / "stuck.ipynb", {**RIGHT, "double": stuck})
    found = marks_of(tmp_path, number="77", whole=8)
    assert [found[name].total for name in ("late", "stuck")] == [3, 3]
    assert "status 3" in found["late"].ended and "stopped after 8 seconds" in found["stuck"].ended
    assert found["late"].results["double"][0] == "not reached"


def test_cells_of_the_lessons_own_take_the_time_they_take_and_are_told_where_they_fail(tmp_path):
    (tmp_path / "source").mkdir()
    slow = "# %%\nimport time\ntime.sleep(2.5)\nready = 1\n"
    later = "# %%\nassert ready == 1\n"
    lesson = read_lesson(lesson_file(tmp_path / "source", slow + TWO + later))
    notebook(lesson, tmp_path / "class" / "a.ipynb", {**RIGHT, "x": "x = ready"})
    notebook(lesson, tmp_path / "class" / "b.ipynb", RIGHT, more=["ready = 2"])
    found = marks_of(tmp_path, number="77")
    assert [m.total for m in found.values()] == [4, 4]
    assert (found["a"].remark, found["b"].remark) == ("", "a cell failed: AssertionError, line 1")


@pytest.mark.skipif(sys.platform != "linux", reason="name spaces are Linux's")
def test_students_code_sees_neither_answers_nor_others_nor_the_network(lesson, tmp_path):
    spy = (
        "import os, socket\n"
        f"seen = os.listdir({str(tmp_path / 'class')!r}) + os.listdir({str(tmp_path / 'source')!r})\n"
        "try:\n    socket.create_connection(('127.0.0.1', 9), 0.2)\n    reached = 'yes'\n"
        "except OSError as error:\n    reached = str(error)\n"
        "raise ValueError(f'{seen} {reached}')"
    )
    notebook(lesson, tmp_path / "class" / "spy.ipynb", RIGHT, more=[spy])
    m = marks_of(tmp_path, number="77")["spy"]
    if not m.protected:
        pytest.skip("this system lets no process be shut in")
    assert m.total == 4 and m.failed[0][1].startswith("ValueError, line 8: [] ")
    assert "refused" not in m.failed[0][1]  # no network, rather than nobody at that port


def test_a_student_with_two_notebooks_has_two_pages(lesson, tmp_path):
    for name in ("77_first", "77_second"):
        notebook(lesson, tmp_path / "class" / "ann" / f"{name}.ipynb", RIGHT)
    grade(tmp_path / "class", tmp_path / "marks", source=tmp_path / "source", number="77")
    pages = sorted(p.name for p in (tmp_path / "marks" / "feedback").iterdir())
    assert pages == ["ann-77_first.html", "ann-77_second.html"]
    assert all(name in (tmp_path / "marks" / "marks.html").read_text() for name in pages)


def test_memory_is_limited(lesson, tmp_path):
    hungry = "import numpy as np\nall_of_it = np.ones(10**10)"
    notebook(lesson, tmp_path / "class" / "hungry.ipynb", RIGHT, more=[hungry])
    m = marks_of(tmp_path, number="77", memory=4 << 30)["hungry"]
    assert m.total == 4 and "MemoryError" in m.failed[0][1]


def test_a_lesson_is_known_by_its_file_or_its_title(tmp_path):
    three = next(lesson for lesson in read_lessons() if lesson.name.startswith("03"))
    for name in ("ann", "03_ben"):
        notebook(three, tmp_path / f"{name}.ipynb", {})
    (tmp_path / "c.ipynb").write_text(json.dumps({"cells": []}))
    ann, ben, nobody = sorted(find_submissions(tmp_path, read_lessons()), key=lambda s: s.fault + s.student)[
        ::-1
    ]
    assert nobody.student != "c" or nobody.lesson is None
    found = {s.student: s for s in (ann, ben, nobody)}
    assert found["ann"].lesson.name == found["03_ben"].lesson.name == three.name
    assert "give --lesson" in found["c"].fault and found["ann"].own == [
        e.starter.text for e in three.exercises.values()
    ]


def test_an_answer_is_run_before_its_check_and_what_is_left_before_another_try(lesson, tmp_path):
    (tmp_path / "class").mkdir()
    notebook(
        lesson, tmp_path / "class" / "a.ipynb", RIGHT, more=["first = 1", "def double(v):\n    return 0"]
    )
    (submission,) = find_submissions(tmp_path / "class", [lesson], "77")
    kinds = [(what, name) for what, name, *_ in steps(submission)]
    assert kinds == [("given", ""), *[("own", "")] * 3, ("check", "x"), ("own", ""), ("check", "double")]


def test_the_command_says_where_the_marks_are(lesson, tmp_path, capsys):
    notebook(lesson, tmp_path / "class" / "ann.ipynb", RIGHT)
    how = ["--lesson", "77", "--source", str(tmp_path / "source"), "--out", str(tmp_path / "m")]
    assert main(["course", "grade", str(tmp_path / "class"), *how]) == 0
    said = capsys.readouterr().out
    assert "ann" in said and "4 of 4" in said and "marks.html" in said
    assert main(["course", "grade", str(tmp_path / "nowhere"), *how]) == 1
    assert "a folder with notebooks" in capsys.readouterr().err
