import re

import pytest
from toy_lesson import EXERCISE, HEAD, START, lesson_file

from lowrankweights.teaching.lessons import read_lesson, read_lessons

CHECK = "    c.close(x, 1, 'x')\n"
FULL = START + EXERCISE
OTHER = re.sub(r"\bx\b", "y", EXERCISE)
QUESTION = "# %% [markdown] question why\n# Why?\n"
ANSWER = "# %% [markdown] answer why\n# Because.\n"
BEGIN, END = "    ### BEGIN HIDDEN TESTS\n", "    ### END HIDDEN TESTS\n"
SECRET = "    c.true(x < 2, 'secret')\n"


def with_hidden(*lines):
    return FULL.replace(CHECK, CHECK + "".join(lines))


def line_of(path, part, nth=1):
    """The line of the nth line that holds a part."""
    found = [i for i, line in enumerate(path.read_text().splitlines(), 1) if part in line]
    return found[nth - 1]


def mistake(tmp_path, text):
    """What is said, after the name of the file; and the file."""
    path = lesson_file(tmp_path, text)
    with pytest.raises(ValueError) as told:
        read_lesson(path)
    said = str(told.value)
    assert said.startswith(f"{path}:")
    return said.removeprefix(f"{path}:"), path


@pytest.mark.parametrize(
    ("text", "part", "nth", "said"),
    [
        # exercises and Checks([...])
        (FULL.replace("Checks()", "Checks(['y'])"), "Checks(", 1, "with all exercises, x, got y (without x)"),
        (FULL.replace("Checks()", "Checks([])"), "Checks(", 1, "got no names (without x)"),
        (
            FULL.replace("teaching.Checks()", "Checks(['x'])").replace("import teaching", "import *") + OTHER,
            "Checks(",
            1,
            "with all exercises, x, y, got x (without y)",
        ),
        (FULL.replace("Checks()", "Checks(names=['x'])") + OTHER, "Checks(", 1, "got x (without y)"),
        (FULL.replace("Checks()", "Checks(names)"), "Checks(", 1, "a list of names"),
        (FULL.replace("teaching.Checks()", "None"), "starter x", 1, "teaching.Checks([...])"),
        # names of checks
        (
            FULL.replace("check('x')", "check('xx')"),
            "with check",
            1,
            "an exercise, x, got 'xx' (did you mean",
        ),
        (FULL + "# %%\n\nif check.passed('xx'):\n    pass\n", "passed", 1, "an exercise, x, got 'xx'"),
        (
            FULL + OTHER.replace("check('y')", "check('x')"),
            "check y",
            1,
            'with check("y") as c:` in the check',
        ),
        (FULL.replace("with check('x') as c:", "if c := None:"), "check x", 1, "in the check of x, got none"),
        # hidden tests
        (with_hidden(BEGIN, SECRET), "BEGIN", 1, "'### END HIDDEN TESTS' below it, got none"),
        (with_hidden(SECRET, END), "END", 1, "'### BEGIN HIDDEN TESTS' above it"),
        (with_hidden(BEGIN, SECRET, BEGIN, SECRET, END), "BEGIN", 2, "as hidden tests began in line"),
        (with_hidden(BEGIN, SECRET, END.replace("END", "End")), "End", 1, "alone in its line, got"),
        (with_hidden(BEGIN.replace("\n", " \n"), SECRET, END), "BEGIN", 1, "alone in its line, got"),
        (with_hidden(BEGIN, SECRET, END.replace("TESTS", "TEST")), "END", 1, "alone in its line, got"),
        (FULL + "# %%\n### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS\n", "BEGIN", 1, "in a check alone"),
        (FULL.replace(CHECK, BEGIN + CHECK + END), "BEGIN", 1, "a check that runs without its hidden tests"),
        (FULL.replace("x = None", "### BEGIN SOLUTION\nx = 1\n### END SOLUTION"), "BEGIN", 1, "nbgrader's"),
        # Python
        (FULL + "# %%\n\ny = 1\ny = (\n", "y = (", 1, "Python, got '(' was never closed: y = ("),
        (FULL.replace("x = 2\n", "def x(:\n"), "def x(:", 1, "Python, got"),
        (FULL + "# %%\nreturn 1\n", "return 1", 1, "Python, got 'return' outside function"),
        # twice
        (FULL + EXERCISE, "starter x", 2, "each starter once, got x twice: lines 11 and 28"),
        (FULL + QUESTION + ANSWER + QUESTION + ANSWER, "question", 2, "each question once, got why twice"),
        (
            FULL.replace("# %% check x", "# %% solution x\nx = 1\n# %% check x"),
            "solution",
            2,
            "solution once",
        ),
        (FULL + 2 * "# %% claim a: b\nclaim(1, 1, 1)\n", "claim a", 2, "each claim once, got a twice"),
        # questions
        (FULL + ANSWER, "answer why", 1, "a question why above its answer, got an answer why without it"),
        (FULL + QUESTION.replace("why", "wy") + ANSWER, "answer", 1, "without it (did you mean 'wy'?)"),
        (FULL + ANSWER + QUESTION, "answer why", 1, "a question why above its answer"),
        (FULL + QUESTION, "question why", 1, "an answer after each question"),
        # an exercise's parts
        (FULL.replace("# %% solution x\nx = 1\n", ""), "starter x", 1, "'# %% solution x', got none"),
        (FULL.replace("# %% mutant x: two\nx = 2\n", ""), "starter x", 1, "mutant x: label', got none of"),
        (FULL.replace("x: two", "x"), "mutant x", 1, "mutant x: label', got no label"),
        (FULL.replace("# %% [markdown] hint x\n# c\n", ""), "starter x", 1, "3 hints for x, got 2"),
        (FULL.replace("hint x\n# c", "hint xx\n# c"), "hint xx", 1, "a hint without it (did you mean 'x'?)"),
        (
            START + EXERCISE[EXERCISE.index("# %% check") :] + EXERCISE.split("# %% check")[0],
            "check x",
            1,
            "below",
        ),
        (FULL + "# %% claim a\nclaim(1, 1, 1)\n", "claim a", 1, "claim a: statement"),
        (FULL + "# %% claim a: b\n1\n", "claim a", 1, "claim(number, low, high)"),
        # headers
        (FULL.replace("# %% solution", "#%% solution"), "#%% solution", 1, "begins with '# %%'"),
        (FULL.replace("# %% solution", "## %% solution"), "## %% solution", 1, "begins with '# %%'"),
    ],
)
def test_a_mistake_is_told_with_its_line(text, part, nth, said, tmp_path):
    told, path = mistake(tmp_path, text)
    assert told.startswith(f"{line_of(path, part, nth)}: expected ") and said in told


def test_hidden_tests_that_are_whole_are_no_mistake(tmp_path):
    text = with_hidden(BEGIN, SECRET, END, BEGIN, SECRET, END) + QUESTION + ANSWER
    assert read_lesson(lesson_file(tmp_path, text)).answers["why"].text == "Because."


def test_lines_are_right_below_blank_ones(tmp_path):
    told, path = mistake(tmp_path, FULL + "# %%\n\n\n\ny = = 1\n")
    assert told.startswith(f"{line_of(path, 'y = =')}: ")


def test_two_lessons_have_two_numbers(tmp_path):
    for name in ("77_a.py", "77_b.py"):
        (tmp_path / name).write_text(HEAD)
    with pytest.raises(
        ValueError, match="77_b.py: expected a number that no other lesson has, got 77, as 77_a.py"
    ):
        read_lessons(tmp_path)


def test_a_lesson_whose_name_has_one_digit_is_told_and_other_files_are_not(tmp_path):
    (tmp_path / "77_a.py").write_text(HEAD)
    (tmp_path / "tools.py").write_text("")
    assert [lesson.name for lesson in read_lessons(tmp_path)] == ["77_a"]
    (tmp_path / "7_b.py").write_text(HEAD)
    with pytest.raises(ValueError, match="7_b.py: expected a name like 03_gradients_by_hand.py, got 7_b.py"):
        read_lessons(tmp_path)


def test_a_mark_of_byte_order_is_read_and_another_encoding_told(tmp_path):
    path = tmp_path / "77_a.py"
    path.write_text(HEAD, encoding="utf-8-sig")
    assert read_lesson(path).about["title"] == "A"
    path.write_text(HEAD + "# %% [markdown]\n# Fühler\n", encoding="latin-1")
    with pytest.raises(ValueError, match="77_a.py:9: expected text in UTF-8, got the byte 0xfc"):
        read_lesson(path)
