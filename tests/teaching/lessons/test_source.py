import pytest
from toy_lesson import EXERCISE, HEAD, START, lesson_file

from lowrankweights.teaching.lessons import failures, read_lesson


def test_a_source_is_read_cell_by_cell(tmp_path):
    lesson = read_lesson(lesson_file(tmp_path, START + EXERCISE))
    assert lesson.about == {"title": "A", "minutes": "5", "seconds": "1", "learn": "b", "need": "c"}
    assert [c.kind for c in lesson.cells] == (
        ["code", "starter"] + ["hint"] * 3 + ["solution", "mutant", "accept", "check"]
    )
    exercise = lesson.exercises["x"]
    assert [h.text for h in exercise.hints] == ["a", "b", "c"]
    assert exercise.mutants[0].label == "two" and exercise.solution.text == "x = 1"
    assert failures(lesson) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (START + EXERCISE.replace("# %% solution x\nx = 1\n", ""), "solution x"),
        (START + EXERCISE.replace("# %% [markdown] hint x\n# c\n", ""), "3 hints for x"),
        (START + EXERCISE.replace("# %% mutant x: two\nx = 2\n", ""), "mutant x: label"),
        (START + EXERCISE.replace("x: two", "x"), "mutant x: label"),
        (START + "# %% solutoin x\nx = 1\n", "a cell header"),
        (START + "# %% [markdown] mutant x\n# x\n", "a cell header"),
        (START + "# %% [markdown]\nprose\n", "begin with '# '"),
        (START + "# %% [markdown] question a\n# why\n", "an answer after each question"),
        ("x = 1\n" + START, "nothing between"),
    ],
)
def test_mistakes_in_a_source_are_named(tmp_path, text, said):
    with pytest.raises(ValueError, match=f"77_a_lesson.*{said}"):
        read_lesson(lesson_file(tmp_path, text))


def test_front_matter_is_needed(tmp_path):
    path = tmp_path / "77_a_lesson.py"
    for text in ("", "# ---\n# title: A\n# ---\n", HEAD.replace("5", "five")):
        path.write_text(text)
        with pytest.raises(ValueError, match="77_a_lesson.py:1: expected"):
            read_lesson(path)
