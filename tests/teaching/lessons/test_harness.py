import pytest
from toy_lesson import EXERCISE, START, lesson_file

from lowrankweights.teaching.lessons import failures, read_lesson, try_exercises
from lowrankweights.teaching.lessons.course import hold_claims
from lowrankweights.teaching.lessons.harness import run_claims
from lowrankweights.teaching.lessons.versions import notebooks


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


def test_a_check_that_needs_the_notebooks_data_is_told(tmp_path):
    needy = "# %%\nright = 1\n" + EXERCISE.replace("c.close(x, 1, 'x')", "c.close(x, right, 'x')")
    lines = failures(read_lesson(lesson_file(tmp_path, START + needy)))
    assert any("solution  was missing" in line and "'right' is not defined" in line for line in lines)


CLAIM = "# %%\nscale = 2\n# %% claim spread: twice a seed is from 0 to 8\nclaim(scale * seed, 0, 8)\n"


def test_a_claim_is_computed_for_five_seeds_and_leaves_nothing_behind(tmp_path, capsys):
    lesson = read_lesson(lesson_file(tmp_path, CLAIM + "# %%\nassert 'seed' not in globals()\n"))
    statement = "twice a seed is from 0 to 8"
    assert run_claims(lesson) == [("spread", statement, [0.0, 2.0, 4.0, 6.0, 8.0], (0, 8))]
    assert hold_claims([lesson]) == 0
    assert f"| 77 | {statement} | 0 to 8 | 0 to 8 | yes |" in capsys.readouterr().out
    narrow = read_lesson(lesson_file(tmp_path, CLAIM.replace("0, 8)", "0, 7)")))
    assert hold_claims([narrow]) == 1 and "**no**" in capsys.readouterr().out


def test_a_claim_is_in_no_notebook(tmp_path):
    lesson = read_lesson(lesson_file(tmp_path, START + CLAIM + EXERCISE))
    for version in notebooks.VERSIONS.values():
        assert not any("claim(" in text for _, text, _ in version(lesson))
