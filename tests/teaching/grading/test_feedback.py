"""What a teacher and a student are told: the table, the answers in words, the pages of feedback."""

import csv
import json

from students import RIGHT, TWO, marks_of, notebook
from test_written_answers import HIDDEN, QUESTION, add_cells
from toy_lesson import lesson_file

from lowrankweights.commands.main import build_parser
from lowrankweights.teaching.grading.marked import Marked
from lowrankweights.teaching.grading.pages import page, remove_old
from lowrankweights.teaching.grading.submissions import Submission
from lowrankweights.teaching.grading.table import write_csv
from lowrankweights.teaching.lessons import read_lesson

LATER = "\n### BEGIN HIDDEN TESTS\nassert double(3) == 6, 'a secret'\n### END HIDDEN TESTS\n"
TRIPLE = {**RIGHT, "double": "def double(v):\n    return 4"}  # of 2 alone it is right


def source(tmp_path, text):
    (tmp_path / "source").mkdir(exist_ok=True)
    return read_lesson(lesson_file(tmp_path / "source", text))


def rows(tmp_path):
    lines = (tmp_path / "marks" / "marks.csv").read_text(encoding="utf-8").splitlines()
    return {r["notebook"]: r for r in csv.DictReader(lines)}


def feedback(tmp_path, name):
    return (tmp_path / "marks" / "feedback" / f"{name}.html").read_text(encoding="utf-8")


def test_of_a_hidden_test_a_student_reads_that_it_fails_and_no_more(tmp_path):
    for hidden in (f"{HIDDEN}\n", LATER):
        lesson = source(tmp_path, TWO.rstrip("\n") + hidden)
        notebook(lesson, tmp_path / "class" / "right.ipynb", RIGHT)
        notebook(lesson, tmp_path / "class" / "four.ipynb", TRIPLE)
        notebook(lesson, tmp_path / "class" / "none.ipynb", {})
        found = marks_of(tmp_path, number="77")
        assert {name: m.total for name, m in found.items()} == {"right": 4, "four": 3, "none": 0}
        assert found["four"].remark == "a hidden test of double fails" and not found["right"].remark
        page = feedback(tmp_path, "four")
        assert "the visible checks pass, a further test does not" in page
        assert "secret" not in page and "secret" in found["four"].hidden["double"]
        assert "a further test" not in feedback(tmp_path, "none") and "altered" not in page


def test_what_went_wrong_is_said_in_the_remark_and_on_the_page(lesson, tmp_path):
    folder = tmp_path / "class"
    double = RIGHT["double"]
    notebook(lesson, folder / "syntax.ipynb", {**RIGHT, "double": f"x_ = 1\n{double.replace(':', '', 1)}"})
    notebook(lesson, folder / "early.ipynb", {**RIGHT, "double": f"a = nothing\n{double}"})
    notebook(lesson, folder / "dots.ipynb", {**RIGHT, "double": "def double(v):\n    w = ...\n    return w"})
    notebook(lesson, folder / "loop.ipynb", {**RIGHT, "double": f"{double}\nwhile True: pass"}, without=["x"])
    notebook(lesson, folder / "line.ipynb", {**RIGHT, "double": f"# two\n{double} + missing"})
    found = marks_of(tmp_path, number="77")
    said = {name: m.results["double"] for name, m in found.items()}
    assert (
        said["syntax"][0] == "wrong"
        and "The cell that defines it failed: SyntaxError, line 2" in said["syntax"][1]
    )
    assert "The cell that defines it failed: NameError, line 1" in said["early"][1]
    assert said["dots"] == ("missing", "not answered yet: `w = ...` is still there.")
    assert said["loop"][0] == "passed" and "in line 2 of double: `return 2 * v + missing`" in said["line"][1]
    remarks = {name: m.remark for name, m in found.items()}
    assert remarks["syntax"] == "a cell failed: SyntaxError, line 2" and remarks["dots"] == ""
    assert remarks["loop"] == "check of x deleted; a cell failed: did not end in time"
    assert rows(tmp_path)["loop.ipynb"]["remark"] == remarks["loop"]
    assert "did not end within 2 seconds: an endless loop?" in feedback(tmp_path, "loop")
    assert "not answered yet</span>" in feedback(tmp_path, "dots")


def test_answers_in_words_have_a_column_and_a_page_and_stay(tmp_path):
    heading = "# %% [markdown]\n# ## Part one\n#\n# ### Exercise 1: twice $x^2$\n"
    lesson = source(tmp_path, TWO.replace("# %% starter x\n", f"{heading}# %% starter x\n", 1) + QUESTION)
    for name in ("ann", "ben"):
        notebook(lesson, tmp_path / "class" / f"{name}.ipynb", RIGHT)
    add_cells(tmp_path / "class" / "ann.ipynb", "Since <b>two</b>.", below="Why is it so")
    marks_of(tmp_path, number="77")
    table, key = rows(tmp_path), "why (written: 2 points)"
    assert table["ann.ipynb"][key] == table["ben.ipynb"][key] == ""
    assert table["ann.ipynb"]["of (checked by program)"] == table["ann.ipynb"]["points"] == "4"
    answers = (tmp_path / "marks" / "answers.html").read_text()
    assert answers.index("Why is it so") < answers.index("Since &lt;b&gt;two&lt;/b&gt;.")
    assert "No answer was found of ben." in answers and "of 2 points" in answers
    page = feedback(tmp_path, "ann")
    assert (
        page.index("Why is it so") < page.index("Since &lt;b&gt;")
        and "4 of 4 points</strong> checked by" in page
    )
    assert "Because two" not in page and "Exercise 1: twice <span" in page and "Part one" not in page
    path = tmp_path / "marks" / "marks.csv"
    filled = path.read_text().replace("4,4,,", "4,4,1.5,", 1).replace(",", ";")  # as a spreadsheet saves it
    path.write_text(filled, encoding="utf-8-sig")
    (tmp_path / "class" / "ben.ipynb").unlink()
    marks_of(tmp_path, number="77")
    assert (
        rows(tmp_path)["ann.ipynb"][key] == "1.5" and "1.5</td>" in path.with_name("marks.html").read_text()
    )
    assert not path.with_name("marks-old.csv").exists()
    assert [p.name for p in (tmp_path / "marks" / "feedback").iterdir()] == ["ann.html"]


def test_a_table_that_cannot_be_kept_is_left_beside_the_new_one(lesson, tmp_path):
    marks = [Marked(Submission("ann", tmp_path / "ann.ipynb", lesson, notebook="ann.ipynb"))]
    path = tmp_path / "marks.csv"
    for text in ("student,notebook,points\nann,ann.ipynb,3\n", "notebook,why (written: 2 points)\n"):
        path.write_text(text)
        write_csv(marks, path)
    assert sorted(p.name for p in tmp_path.glob("*.csv")) == ["marks.csv"]
    kept = [
        'notebook,"why (written: 2 points)"\nben.ipynb,2\n',
        "notebook,total\nann.ipynb,5\n",
        "who,mark\nben,5\n",
        "notebook\n\xe9\n",
    ]
    for text in kept:
        path.write_bytes(text.encode("latin-1"))
        write_csv(marks, path)
    names = ("marks-old.csv", "marks-old-2.csv", "marks-old-3.csv", "marks-old-4.csv")
    assert [(tmp_path / name).read_bytes().decode("latin-1") for name in names] == kept


def test_old_pages_of_ours_go_and_nothing_else(tmp_path):
    made = page("ann", "<p>3 of 4</p>")
    pages = {"ann": made, "Ben": made, "changed": made.replace("3 of", "4 of"), "other": "<p>hers</p>"}
    for name, text in pages.items():
        (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")
    (tmp_path / "link.html").symlink_to(tmp_path / "ann.html")
    (tmp_path / "notes.txt").write_text(made)
    remove_old(tmp_path, {"ben.html"})
    left = sorted(p.name for p in tmp_path.iterdir())
    assert left == ["Ben.html", "changed.html", "link.html", "notes.txt", "other.html"]


def test_two_notebooks_and_odd_names_are_told_apart(lesson, tmp_path):
    for name in ("ann/77_first", "ann/77_second", "b#1 50%"):
        notebook(lesson, tmp_path / "class" / f"{name}.ipynb", RIGHT)
    (tmp_path / "class" / "cem").mkdir()
    (tmp_path / "class" / "cem" / "report.pdf").write_text("x")
    marks_of(tmp_path, number="77")
    found = {name: r["remark"] for name, r in rows(tmp_path).items()}
    assert found["ann/77_first.ipynb"] == "one of 2 notebooks: ann/77_first.ipynb"
    assert found["cem"] == "no notebook; there is report.pdf" and found["b#1 50%.ipynb"] == ""
    assert 'href="feedback/b%231%2050%25.html"' in (tmp_path / "marks" / "marks.html").read_text()
    assert "could not be marked: no notebook" in feedback(tmp_path, "cem")


def test_a_notebook_with_nothing_of_the_lesson_says_so(lesson, tmp_path):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "a.ipynb").write_text(json.dumps({"cells": []}))
    assert marks_of(tmp_path, number="77")["a"].remark == "none of the lesson's exercises is in it"


def test_the_help_says_that_the_course_is_marked():
    assert "mark a class" in " ".join(build_parser().format_help().split())
