import re

import pytest
from toy_lesson import EXERCISE, START, lesson_file

from lowrankweights.teaching.handouts import handout
from lowrankweights.teaching.lessons import read_lessons

for name in ("markdown_it", "mdit_py_plugins", "latex2mathml"):
    pytest.importorskip(name, reason=f"{name} is not installed")

TEXT = (
    START + "# %% [markdown]\n# ## A formula\n#\n# Inline $W = U w_\\alpha$, and\n#\n# $$z = v W + b$$\n#\n"
    "# | a | b |\n# |---|---|\n# | 1 | 2 |\n"
    "# %%\nimport matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2])\nplt.show()\n"
    f"print('five dollars: $5', {'x' * 300!r})\n" + EXERCISE
)


def without(page, *tags):
    for tag in tags:
        page = re.sub(rf"<{tag}\b.*?</{tag}>", "", page, flags=re.DOTALL)
    return re.sub(r'src="data:[^"]*"', "", page)


@pytest.mark.parametrize("to", ["slides", "print"])
def test_a_page_stands_alone_with_mathml_and_every_picture_once(to, tmp_path):
    lesson_file(tmp_path, TEXT)
    (path,) = handout(to, tmp_path / "out", tmp_path)
    page = path.read_text(encoding="utf-8")
    assert page.count("<img") == 1 and page.count("<math") == 2 and "<table>" in page
    assert "$" not in without(page, "pre", "style") and "<script" not in page
    assert not re.search(r"(src|href)=\"(?!data:)", page) and "@import" not in page
    assert "x = None" in page and 'class="exercise"' in page
    # mutants and checks are in neither, hints and answers in print alone
    assert "x = 2" not in page and "with check" not in page
    assert ("Hints and model answers" in page) == ("x = 1" in page) == (to == "print")


@pytest.mark.parametrize("to", ["slides", "print"])
def test_points_that_are_not_1_are_shown(to, tmp_path):
    question = "# %% [markdown] question why\n# Why?\n# %% [markdown] answer why: points: 2\n# Because.\n"
    lesson_file(tmp_path, TEXT.replace("check x\n", "check x: points: 3\n") + question)
    (path,) = handout(to, tmp_path / "out", tmp_path)
    page = path.read_text(encoding="utf-8")
    assert "<strong>x</strong> (3 points)" in page and "(2 points)" in page
    lesson_file(tmp_path, TEXT)
    assert "point)" not in handout(to, tmp_path / "out", tmp_path)[0].read_text(encoding="utf-8")


def test_a_heading_begins_a_slide_and_a_full_one_goes_on(tmp_path):
    many = "".join(f"# %% [markdown]\n# Paragraph {i}: {'words ' * 40}\n" for i in range(12))
    lesson_file(
        tmp_path, START + "# %% [markdown]\n# ## One\n# a\n" + many + "# %% [markdown]\n# ## Two\n# b\n"
    )
    (path,) = handout("slides", tmp_path / "out", tmp_path)
    slides = path.read_text(encoding="utf-8").split("<section>")[1:]
    assert 5 < len(slides) < 14 and sum("<h2>One" in s for s in slides) == 1
    assert sum("<h3>One" in s for s in slides) >= 2  # a title where it goes on
    assert "<h2>Two" in slides[-1] and f"{len(slides)} / {len(slides)}" in slides[-1]


@pytest.mark.parametrize("lesson", read_lessons(), ids=lambda lesson: lesson.name)
def test_no_formula_of_the_lessons_stays_raw(lesson):
    from lowrankweights.teaching.handouts.words import html_of

    for cell in lesson.cells:
        if cell.is_markdown:
            page = without(html_of(cell.text), "pre", "code")
            assert "$" not in page and "merror" not in page, f"line {cell.line}"


def test_code_stays_with_what_it_prints_and_long_code_is_divided(tmp_path):
    long = "\n\n".join(f"a_{i} = [\n    {i},\n    {i},\n]" for i in range(9))  # 44 lines
    cells = f"# %%\n{long}\n# %% [markdown]\n# {'words ' * 110}\n#\n# As here:\n# %%\nprint('said')\n"
    lesson_file(tmp_path, START + "# %% [markdown]\n# ## One\n# a\n" + cells)
    (path,) = handout("slides", tmp_path / "out", tmp_path)
    slides = path.read_text(encoding="utf-8").split("<section>")[1:]
    with_code = [s for s in slides if "a_" in s]
    assert len(with_code) == 3 and all(s.count('class="line"') <= 21 for s in with_code)
    (shown,) = (s for s in slides if '<pre class="output"' in s)
    assert "print(" in shown and "As here:" in shown


def test_worked_numbers_are_shown_a_part_on_a_slide(tmp_path):
    worked = (
        "import lowrankweights as lrw\nnet = lrw.Network([lrw.Dense(lrw.Full(2, 1))], 'squared_error')\n"
        "lrw.explain(net, net.init(rng=0), [[1.0, 2.0]], [[1.0]], format='html')\n"
    )
    lesson_file(tmp_path, START + f"# %%\n{worked}")
    for to in ("slides", "print"):
        (path,) = handout(to, tmp_path / "out", tmp_path)
        sections = path.read_text(encoding="utf-8").split("<section>")[-3 if to == "slides" else 0 :]
        assert [s.count("<h4") for s in sections] == ([1, 1, 1] if to == "slides" else [3])


@pytest.mark.parametrize("to", ["slides", "print"])
def test_a_guess_is_answered_and_nothing_is_summed_up(to, tmp_path):
    reveal = "# %%\nteaching.compare_guess(None, 7, 'days')\n# %%\ncheck.summary()\n"
    lesson_file(tmp_path, START + "# %%\nfrom lowrankweights import teaching\n" + reveal)
    (path,) = handout(to, tmp_path / "out", tmp_path)
    page = path.read_text(encoding="utf-8")
    assert "days: 7." in page and "no guess" not in page
    assert "compare_guess(" not in page and "summary" not in page and "visible checks" not in page
