import json

import pytest
from students import RIGHT, TWO, notebook
from toy_lesson import lesson_file

from lowrankweights.teaching.grading import find_submissions
from lowrankweights.teaching.grading.order import steps
from lowrankweights.teaching.grading.reading import heading
from lowrankweights.teaching.lessons import read_lesson, read_lessons

HIDDEN = "\n    ### BEGIN HIDDEN TESTS\n    c.close(double(3), 6, 'a secret')\n    ### END HIDDEN TESTS"
QUESTION = (
    "# %% [markdown] question why\n# Why is it so, and not otherwise? Say it in a sentence.\n"
    "# %% [markdown] answer why: points: 2\n# Because two is one and one, and nothing else.\n"
    "# %% [markdown]\n# Here the lesson goes on for a while.\n"
)


def lesson_of(tmp_path, text):
    folder = tmp_path / "own"
    folder.mkdir()
    return read_lesson(lesson_file(folder, text))


def add_cells(path, *cells, below=None):
    """Put Markdown, or (kind, text, grade id), at the end or below the cell that holds a text."""
    book = json.loads(path.read_text())
    new = []
    for cell in cells:
        kind, text, name = ("markdown", cell, "") if isinstance(cell, str) else cell
        made = {"cell_type": kind, "metadata": {"nbgrader": {"grade_id": name}}, "source": text}
        new.append(made)
    texts = ["".join(cell["source"]) for cell in book["cells"]]
    n = next(i + 1 for i, text in enumerate(texts) if below in text) if below else len(texts)
    book["cells"][n:n] = new
    path.write_text(json.dumps(book))


def read(tmp_path, lesson, name="a"):
    found = find_submissions(tmp_path / "class", [lesson], "77")
    return next(s for s in found if s.student == name)


@pytest.mark.parametrize("version", ["student", "assignment", "solutions", "nbgrader"])
def test_a_check_without_its_hidden_tests_is_not_altered(version, tmp_path):
    lesson = lesson_of(tmp_path, TWO.rstrip("\n") + HIDDEN + "\n")
    path = tmp_path / "class" / "a.ipynb"
    notebook(lesson, path, RIGHT, version=version)
    if version == "nbgrader":  # the source has them, what is handed out has not
        whole = path.read_text()
        assert "a secret" in whole and not read(tmp_path, lesson).altered
        book = json.loads(whole)
        for cell in book["cells"]:
            cell["source"] = "".join(cell["source"]).replace(HIDDEN, "")
        path.write_text(json.dumps(book))
    assert "a secret" not in path.read_text()
    a = read(tmp_path, lesson)
    assert (a.without, a.altered) == ([], [])
    path.write_text(path.read_text().replace("c.close(double(2), 4", "c.close(4, 4"))
    assert (read(tmp_path, lesson).without, read(tmp_path, lesson).altered) == ([], ["double"])


def test_hidden_tests_are_a_second_run_of_the_check(tmp_path):
    lesson = lesson_of(tmp_path, TWO.rstrip("\n") + HIDDEN + "\n")
    notebook(lesson, tmp_path / "class" / "a.ipynb", RIGHT)
    checks = {
        name: (text, whole) for what, name, text, whole in steps(read(tmp_path, lesson)) if what == "check"
    }
    assert checks["x"][1] == "" and "secret" not in checks["double"][0] and "secret" in checks["double"][1]


@pytest.mark.parametrize("version", ["student", "assignment", "solutions", "nbgrader"])
@pytest.mark.parametrize(
    ("cell", "below", "answer"),
    [
        ("My answer.", "Why is it so", "My answer."),
        ("# My answer, with a heading", "Why is it so", "# My answer, with a heading"),
        ("My answer.", "Because two", "My answer."),
        (("code", "# My answer, as a comment", ""), "Because two", "# My answer, as a comment"),
        (("code", "My answer is no Python.", ""), "Because two", "My answer is no Python."),
        (("code", "'My answer.'", ""), "Because two", "'My answer.'"),
        (("markdown", "My answer.", "lesson77-why-words-01234567"), None, "My answer."),
        (("markdown", "YOUR ANSWER HERE", "lesson77-why-words-01234567"), None, None),
        ("A note.", "Here the lesson goes on", None),
        ("A note.", None, None),
        (("code", "scratch = 3", ""), "Because two", None),
    ],
)
def test_what_stands_below_a_question_is_its_answer(version, cell, below, answer, tmp_path):
    lesson = lesson_of(tmp_path, QUESTION + TWO)
    path = tmp_path / "class" / "a.ipynb"
    notebook(lesson, path, RIGHT, version=version)
    if version == "assignment" and below == "Because two":  # the model answer is not there
        below = "Your answer"
    add_cells(path, cell, below=below)
    a = read(tmp_path, lesson)
    assert a.answers == ({"why": [answer]} if answer else {})
    assert a.written == (["A note."] if cell == "A note." else [])


@pytest.mark.parametrize("into", ["Say it in a sentence.", "and nothing else.\n\n</details>"])
def test_an_answer_within_a_cell_of_the_lesson_is_found(into, tmp_path):
    lesson = lesson_of(tmp_path, QUESTION + TWO)
    path = tmp_path / "class" / "a.ipynb"
    notebook(lesson, path, RIGHT)
    book = json.loads(path.read_text())
    for cell in book["cells"]:
        cell["source"] = "".join(cell["source"]).replace(into, f"{into}\n\nMine.")
    path.write_text(json.dumps(book))
    assert read(tmp_path, lesson).answers == {"why": ["Mine."]} and not read(tmp_path, lesson).written


def test_an_answer_in_the_cell_that_waits_for_it_is_found(tmp_path):
    lesson = lesson_of(tmp_path, QUESTION + TWO)
    path = tmp_path / "class" / "a.ipynb"
    notebook(lesson, path, RIGHT, version="assignment")
    assert not read(tmp_path, lesson).answers and not read(tmp_path, lesson).written
    path.write_text(
        path.read_text().replace("*Your answer:*", "*Your answer:* mine.").replace("(2 p", "(5 p")
    )
    assert read(tmp_path, lesson).answers == {"why": ["mine."]} and not read(tmp_path, lesson).written


def test_the_nearest_heading_above_names_an_exercise():
    three = next(lesson for lesson in read_lessons() if lesson.name.startswith("03"))
    assert heading(three, "dense_backward") == "Exercise 1: a dense layer"
    assert all(heading(three, name) for name in three.exercises)


def test_a_notebook_of_another_lesson_is_told(tmp_path):
    lessons = read_lessons()
    five = next(lesson for lesson in lessons if lesson.name.startswith("05"))
    notebook(five, tmp_path / "ann.ipynb", {})
    notebook(five, tmp_path / "03_ben.ipynb", {})
    ben, ann = find_submissions(tmp_path, lessons, "03")
    assert (
        ann.fault == ben.fault == f"looks like lesson 05, {five.about['title']}; none of lesson 03 was marked"
    )
    assert not ann.written and not ann.own
    assert [s.lesson.name for s in find_submissions(tmp_path, lessons)] == [five.name] * 2


def test_exercises_of_one_name_in_two_lessons_make_no_other_lesson_of_it(tmp_path):
    lessons = read_lessons()
    three = next(lesson for lesson in lessons if lesson.name.startswith("03"))
    notebook(three, tmp_path / "ann.ipynb", {}, more=["def softmax(z):\n    return z"])
    assert not find_submissions(tmp_path, lessons, "03")[0].fault


@pytest.mark.parametrize("out", ["", "marks"])
def test_a_student_without_a_notebook_is_told_and_what_systems_leave_is_not(out, lesson, tmp_path):
    folder = tmp_path / "class"
    notebook(lesson, folder / "ann.ipynb", RIGHT)
    notebook(lesson, folder / "dan" / "UPPER.IPYNB", RIGHT)
    left = ["roster.csv", "__MACOSX/._ann.ipynb", "._b.ipynb", f"{out}/marks.html", f"{out}/feedback/f.html"]
    for name in ["ben/report.pdf", "cem.pdf", "ann.pdf", *left]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    (folder / "eve").mkdir()
    found = {s.student: s.fault for s in find_submissions(folder, [lesson], "77", out=folder / out)}
    assert list(found) == ["ann", "ben", "cem", "dan", "eve"]
    assert found["ben"] == "no notebook; there is report.pdf" and found["cem"].endswith("there is cem.pdf")
    assert found["eve"] == "no notebook; the folder is empty" and not found["ann"] and not found["dan"]


def test_several_notebooks_of_a_student_have_pages_of_their_own(lesson, tmp_path):
    for name in ("class/ann/x/77_a", "class/ann/y/77_a", "class/ANN-x-77_a", "class/ben"):
        notebook(lesson, tmp_path / f"{name}.ipynb", RIGHT)
    pages = {s.notebook: s.page for s in find_submissions(tmp_path / "class", [lesson], "77")}
    assert pages.pop("ben.ipynb") == "ben" and len({page.casefold() for page in pages.values()}) == 3
