import pytest
from toy_lesson import EXERCISE, START, lesson_file

from lowrankweights.teaching.lessons import failures, read_lesson, try_exercises


def test_the_harness_tells_a_check_that_lets_everything_through(tmp_path):
    lax = EXERCISE.replace("c.close(x, 1, 'x')", "c.close(1, 1, 'x')")
    lines = failures(read_lesson(lesson_file(tmp_path, START + lax)))
    assert len(lines) == 2 and "mutant two was passed, expected wrong" in lines[1]
    strict = EXERCISE.replace("c.close(x, 1, 'x')", "c.true(x is not None and type(x) is int and x == 1, '')")
    lines = failures(read_lesson(lesson_file(tmp_path, START + strict)))
    assert any("accept a float was wrong, expected passed" in line for line in lines)


def test_a_cell_that_raises_is_named(tmp_path):
    lesson = read_lesson(lesson_file(tmp_path, START + "# %%\n1 / 0\n"))
    with pytest.raises(RuntimeError, match="77_a_lesson, line 11: ZeroDivisionError"):
        try_exercises(lesson)
