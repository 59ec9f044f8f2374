import json
import re

import pytest
from toy_lesson import EXERCISE, START, lesson_file

from lowrankweights.teaching.lessons import failures, read_lesson, read_lessons
from lowrankweights.teaching.lessons.versions import notebooks
from lowrankweights.teaching.lessons.versions.nbgrader_cells import marked_solution

LESSONS = read_lessons()
QUESTION = (
    "# %% [markdown] question why\n# Why?\n# %% [markdown] answer why: points: 2\n# Because.\n"
    "# %% [markdown] only nbgrader\n# Hand it in by Friday.\n"
    "# %% [markdown] only student\n# There are model answers.\n"
)
GRADED = START.replace("Checks()", "Checks(['x'])") + EXERCISE.replace("check x\n", "check x: points: 3\n")
HIDDEN = GRADED.replace(
    "    c.close(x, 1, 'x')\n",
    "    c.close(x, 1, 'x')\n"
    "    ### BEGIN HIDDEN TESTS\n    c.true(x < 2, 'secret')\n    ### END HIDDEN TESTS\n",
)


def cells_of(to, tmp_path, text, **how):
    lesson_file(tmp_path, text)
    (path,), _ = notebooks.export(to, tmp_path / to, tmp_path, **how)
    return path, json.loads(path.read_text(encoding="utf-8"))["cells"]


def text(cell):
    return "".join(cell["source"])


def graded(cells):
    return {c["metadata"]["nbgrader"]["grade_id"]: c for c in cells if "nbgrader" in c["metadata"]}


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_cell_that_is_graded_or_given_has_an_id_by_its_content(lesson, tmp_path):
    (path,), _ = notebooks.export("nbgrader", tmp_path, numbers=[lesson.name[:2]])
    assert path.parent.name == lesson.name
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    meta = [c["metadata"]["nbgrader"] for c in cells if "nbgrader" in c["metadata"]]
    assert len({m["grade_id"] for m in meta}) == len(meta)
    answers = [text(c) for c in cells if c["metadata"].get("nbgrader", {}).get("solution")]
    n_questions = sum(cell.kind == "question" for cell in lesson.cells)
    assert len(answers) == len(lesson.exercises) + n_questions
    for answer in answers:
        assert answer.count("### BEGIN SOLUTION") == answer.count("### END SOLUTION") == 1
    for cell in cells:
        own = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] != "code":
            continue
        # students write their guesses and answers, and nothing else is theirs to change
        free = bool(re.search(r"^guess_\w+ = None", text(cell), re.MULTILINE)) or own.get("solution")
        assert free != own.get("locked", False)
        if own.get("grade"):
            assert "check.require(" in text(cell) and "marking.untouched(" in text(cell)
        compile(text(cell), "cell", "exec")


def test_points_questions_hints_and_the_starters_comments(tmp_path):
    _, cells = cells_of("nbgrader", tmp_path, GRADED + QUESTION)
    found = graded(cells)
    points = {i.rpartition("-")[0]: c["metadata"]["nbgrader"].get("points") for i, c in found.items()}
    assert points["lesson77-x-check"] == 3 and points["lesson77-why-words"] == 2
    words = next(c for i, c in found.items() if "why-words" in i)
    assert words["cell_type"] == "markdown" and words["metadata"]["nbgrader"]["grade"]
    assert "### BEGIN SOLUTION\nBecause.\n### END SOLUTION" in text(words)
    prose = "\n".join(text(c) for c in cells if c["cell_type"] == "markdown")
    assert "First hint" in prose and "Model answer" not in prose
    assert "by Friday" in prose and "There are model answers" not in prose
    student = "\n".join(text(c) for c in cells_of("student", tmp_path, GRADED + QUESTION)[1])
    assert "by Friday" not in student and "There are model answers" in student


def test_the_starters_own_lines_stay_as_comments():
    marked = marked_solution("def f(x):\n    y = ...  # (n,)", "def f(x):\n    y = x\n    return y")
    assert marked == (
        "def f(x):\n    # y = ...  # (n,)\n    ### BEGIN SOLUTION\n    y = x\n    return y\n"
        "    ### END SOLUTION"
    )


def test_hidden_tests_are_in_nbgraders_version_alone(tmp_path):
    assert failures(read_lesson(lesson_file(tmp_path, HIDDEN))) == []
    for to in notebooks.VERSIONS:
        book = "\n".join(text(c) for c in cells_of(to, tmp_path, HIDDEN)[1])
        assert ("secret" in book) == ("HIDDEN" in book) == (to == "nbgrader")
        assert "c.close(x, 1, 'x')" in book


def test_points_set_by_hand_survive_the_next_export(tmp_path):
    path, cells = cells_of("nbgrader", tmp_path, GRADED + QUESTION)
    for cell in cells:
        if cell["metadata"].get("nbgrader", {}).get("points") == 3:
            cell["metadata"]["nbgrader"]["points"] = 7
    book = json.loads(path.read_text()) | {"cells": cells}
    path.write_text(json.dumps(book))
    changed = GRADED.replace("c.close(x, 1, 'x')", "c.close(x, 1, 'the answer')") + QUESTION
    _, again = cells_of("nbgrader", tmp_path, changed, overwrite=True)
    found = {i.rpartition("-")[0]: c["metadata"]["nbgrader"].get("points") for i, c in graded(again).items()}
    assert found["lesson77-x-check"] == 7 and found["lesson77-why-words"] == 2
    assert any("the answer" in text(c) for c in again)


def change(path, points, forget=False):
    """Set points in a notebook, as a hand does; forget: as an older export, without those of the source."""
    book = json.loads(path.read_text())
    for cell in book["cells"]:
        own = cell["metadata"].get("nbgrader", {})
        if "points" in own:
            own["points"] = points.get(own["grade_id"].split("-")[1], own["points"])
            assert cell["metadata"].pop("lowrankweights") if forget else True
    path.write_text(json.dumps(book))


def points_of(cells):
    return {
        i.split("-")[1]: c["metadata"]["nbgrader"]["points"]
        for i, c in graded(cells).items()
        if "points" in c["metadata"]["nbgrader"]
    }


def test_points_changed_in_the_source_reach_an_export_and_those_of_a_hand_stay(tmp_path):
    path, _ = cells_of("nbgrader", tmp_path, GRADED + QUESTION)
    changed, said = (
        (GRADED + QUESTION).replace("points: 3", "points: 4").replace("points: 2", "points: 5"),
        [],
    )
    change(path, {"why": 1})
    for _ in range(2):  # the second time too
        said.clear()
        _, cells = cells_of("nbgrader", tmp_path, changed, overwrite=True, tell=said.append)
        assert points_of(cells) == {"x": 4, "why": 1}
        assert said == [f"{path}: kept your points: why 1 (source: 5)"]
        assert "**x** (4 points)" in map(text, cells) and "Why?\n\n(1 point)" in map(text, cells)
    _, cells = cells_of("nbgrader", tmp_path, changed.replace("points: 5", "points: 1"), overwrite=True)
    _, cells = cells_of("nbgrader", tmp_path, changed, overwrite=True)
    assert points_of(cells) == {"x": 4, "why": 5}  # as the source in between: nobody's own any more


def test_of_an_older_export_points_that_are_not_1_are_taken_for_set_by_hand(tmp_path):
    path, _ = cells_of("nbgrader", tmp_path, GRADED + QUESTION)
    change(path, {"x": 1, "why": 7}, forget=True)
    said = []
    _, cells = cells_of("nbgrader", tmp_path, GRADED + QUESTION, overwrite=True, tell=said.append)
    assert points_of(cells) == {"x": 3, "why": 7}
    assert said == [f"{path}: kept your points: why 7 (source: 2)"]


def test_points_of_an_exercise_that_is_gone_are_told(tmp_path):
    path, _ = cells_of("nbgrader", tmp_path, GRADED + QUESTION)
    change(path, {"why": 7})
    said = []
    cells_of("nbgrader", tmp_path, GRADED, overwrite=True, tell=said.append)
    assert said == [f"{path}: your points of what is no longer in the lesson are gone: why 7"]


def test_points_shown_shift_no_ids_of_given_cells(tmp_path):
    _, cells = cells_of("nbgrader", tmp_path, GRADED + "# %%\ny = 1\n")
    assert [i for i in graded(cells) if "-given" in i][1].startswith("lesson77-given9-code-")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (START + EXERCISE.replace("check x\n", "check x: 3\n"), "no label, or, .* 'points: 3', got '3'"),
        (START + EXERCISE.replace("starter x\n", "starter x: points: 3\n"), "no label, or, .* 'points: 3'"),
        (GRADED.replace("Checks(['x'])", "Checks(['y'])"), "with all exercises, x, got y"),
        (GRADED + "# %% [markdown] only students\n# a\n", "expected one of .*'student'"),
    ],
)
def test_what_would_be_ignored_in_silence_is_an_error(source, said, tmp_path):
    with pytest.raises(ValueError, match=said):
        read_lesson(lesson_file(tmp_path, source))


def test_a_lesson_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ValueError, match="^--lesson: expected one of .*'03'.*, got '99'"):
        notebooks.export("nbgrader", tmp_path, numbers=["99"])


def test_what_the_check_said_stands_in_the_assertion():
    from lowrankweights import teaching

    check = teaching.Checks(["half"])
    with check("half") as c:
        c.close(0.25, 0.5, "half")
    with pytest.raises(AssertionError, match="(?s)^half: not yet right.*half"):
        check.require("half")
    with pytest.raises(AssertionError, match="^third: not checked"):
        check.require("third")
