import json

import pytest
from test_nbgrader_cells import GRADED, HIDDEN, QUESTION, cells_of, text

from lowrankweights.teaching.lessons import read_lessons
from lowrankweights.teaching.lessons.versions import notebooks


def prose_of(to, tmp_path, source=GRADED + QUESTION):
    return [text(c) for c in cells_of(to, tmp_path, source)[1] if c["cell_type"] == "markdown"]


@pytest.mark.parametrize("lesson", read_lessons(), ids=lambda lesson: lesson.name)
def test_an_assignment_has_hints_and_checks_and_no_model_answers(lesson, tmp_path):
    (path,), _ = notebooks.export("assignment", tmp_path, numbers=[lesson.name[:2]])
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [text(c) for c in cells if c["cell_type"] == "code"]
    prose = [text(c) for c in cells if c["cell_type"] == "markdown"]
    whole = "\n".join([*code, *prose])
    assert "Model answer" not in whole and "HIDDEN TESTS" not in whole
    for exercise in lesson.exercises.values():
        assert exercise.starter.text in code and exercise.check.text in code
        assert exercise.solution.text not in whole
        assert code.index(exercise.starter.text) < code.index(exercise.check.text)
        assert all(hint.text in whole for hint in exercise.hints)
        assert f"**{exercise.name}** (1 point)" in prose
    assert not any(answer.text in whole for answer in lesson.answers.values())
    assert prose.count("*Your answer:*") == len(lesson.answers)
    assert not any("nbgrader" in c["metadata"] for c in cells)


def test_an_assignment_strips_hidden_tests_and_has_prose_of_its_own(tmp_path):
    only = "# %% [markdown] only assignment\n# Hand it in by Monday.\n"
    _, cells = cells_of("assignment", tmp_path, HIDDEN + QUESTION + only)
    book = "\n".join(map(text, cells))
    assert "secret" not in book and "c.close(x, 1, 'x')" in book and "by Monday" in book
    assert "by Friday" not in book and "There are model answers" not in book
    assert "by Monday" not in "\n".join(prose_of("student", tmp_path, HIDDEN + QUESTION + only))


@pytest.mark.parametrize("to", notebooks.VERSIONS)
def test_points_stand_above_the_exercise_and_below_the_question(to, tmp_path):
    _, cells = cells_of(to, tmp_path, GRADED + QUESTION)
    found = [text(c) for c in cells]
    (place,) = [i for i, said in enumerate(found) if said == "**x** (3 points)"]
    assert found[place + 1].startswith(("x = None", "# x = None", "x = 1"))
    assert "Why?\n\n(2 points)" in found
    ones = GRADED.replace(": points: 3", "") + QUESTION.replace(": points: 2", "")
    (tmp_path / "ones").mkdir()
    said = prose_of(to, tmp_path / "ones", ones)
    assert ("**x** (1 point)" in said) == ("Why?\n\n(1 point)" in said) == (to in ("assignment", "nbgrader"))


@pytest.mark.parametrize("to", notebooks.VERSIONS)
def test_there_is_room_for_an_answer_where_it_is_handed_in(to, tmp_path):
    n = sum("*Your answer:*" in said for said in prose_of(to, tmp_path))
    assert n == (to in ("assignment", "nbgrader"))


def test_sources_are_written_and_changed_ones_kept(tmp_path):
    wanted = {lesson.path.name: lesson.path.read_bytes() for lesson in read_lessons()}
    written, kept = notebooks.export("source", tmp_path)
    assert {path.name: path.read_bytes() for path in written} == wanted and not kept
    written[2].write_text("# mine\n")
    again, kept = notebooks.export("source", tmp_path, numbers=["3"])
    assert not again and kept == [written[2]] and written[2].read_text() == "# mine\n"
    again, kept = notebooks.export("source", tmp_path, numbers=["3"], overwrite=True)
    assert again == [written[2]] and written[2].read_bytes() == wanted[written[2].name]
