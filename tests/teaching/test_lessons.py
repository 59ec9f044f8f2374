import ast
import re

import matplotlib
import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.experiments import results
from lowrankweights.strategies import LayerInput, predicted_layer
from lowrankweights.teaching import harness, lessons
from lowrankweights.weight_space import local_index_set

LESSONS = lessons.read_lessons()
by_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=[lesson.name for lesson in LESSONS])


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setenv("LOWRANKWEIGHTS_TINY", "1")
    yield
    matplotlib.pyplot.close("all")


@by_lesson
def test_every_check_rejects_its_mutants_and_accepts_odd_answers(lesson):
    with matplotlib.rc_context():
        outcomes = harness.try_exercises(lesson)
    wrong = [(name, kind, label, result, said) for name, kind, label, expected, result, said in outcomes
             if result != expected]  # fmt: skip
    assert wrong == []
    assert {kind for _, kind, *_ in outcomes} == {"starter", "solution", "mutant", "accept"}


@by_lesson
def test_a_lesson_has_what_a_lesson_needs(lesson):
    text = "\n".join(c.text for c in lesson.cells)
    assert len(lesson.exercises) >= 3
    assert text.count("Guess first") >= 2 and text.count("compare_guess(") >= 2
    assert "## Summary" in text and lesson.cells[-1].text.endswith("check.summary()")
    assert "# TODO" not in text


@by_lesson
def test_no_function_in_a_cell_is_longer_than_ten_lines(lesson):
    for cell in lesson.cells:
        if not cell.is_markdown:
            for node in ast.walk(ast.parse(cell.text)):
                if isinstance(node, ast.FunctionDef):
                    assert node.end_lineno - node.lineno < 10, f"{lesson.name}, line {cell.line}: {node.name}"


@by_lesson
def test_every_guess_is_asked_for_and_compared(lesson):
    text = "\n".join(c.text for c in lesson.cells if not c.is_markdown)
    asked = re.findall(r"^(guess_\w+) = None", text, re.M)
    assert asked and asked == re.findall(r"compare_guess\((guess_\w+),", text)


@by_lesson
def test_its_mathematics_can_be_typeset(lesson):
    from matplotlib.mathtext import MathTextParser

    parser = MathTextParser("path")
    for cell in lesson.cells:
        if cell.is_markdown:
            assert cell.text.count("$") % 2 == 0, f"{lesson.name}, line {cell.line}"
            for display, inline in re.findall(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$", cell.text, re.S):
                parser.parse(f"${display or inline}$")


def solved(number):
    """The namespace of a lesson run with its solutions."""
    lesson = next(x for x in LESSONS if x.name.startswith(number))
    namespace = {}
    for cell in lesson.cells:
        if cell.kind in ("code", "solution", "check"):
            harness.run_cell(lesson, cell, namespace)
    return namespace


def test_lesson_03_writes_what_the_package_does():
    with matplotlib.rc_context():
        own = solved("03")
    rng = np.random.default_rng(5)
    U = rng.normal(size=(6, 3))
    for name, q in (("dense_backward", lrw.Full(6, 4)), ("factored_backward", lrw.Predicted(U, 4))):
        layer = lrw.Dense(q, "sigmoid")
        theta, v, dh = layer.init(rng), rng.normal(size=(5, 6)), rng.normal(size=(5, 4))
        product = lrw.products.ComposeFirst(q)
        arrays = layer.prepare(theta, product)
        h, cache = layer.forward(v, arrays, product)
        learned = {"U": U, "w_alpha": theta[:12].reshape(3, 4)} if name[0] == "f" else {"W": arrays[0]}
        dw, db, dv = own[name](dh=dh.copy(), v=v, h=h, **learned)
        gradients, wanted_dv = layer.backward(dh, cache, arrays, product)
        assert np.allclose(np.append(dw, db), layer.finish(gradients, theta, product))
        assert np.allclose(dv, wanted_dv)
    theta = own["theta"] + 0.1
    loss, grad = own["loss_and_grad"](theta, own["X"], own["Y"])
    wanted_loss, wanted = own["net"].loss_and_grad(theta, own["X"], own["Y"])
    assert loss == pytest.approx(wanted_loss) and np.allclose(grad, wanted)
    assert own["check"].results and set(own["check"].results.values()) == {"passed"}


def test_lesson_05_writes_what_the_package_does():
    with matplotlib.rc_context():
        own = solved("05")
    rng = np.random.default_rng(5)
    V, U = rng.normal(1, 2, size=(7, 4)), rng.normal(size=(6, 3))
    assert np.allclose(own["emp_kernel"](V), lrw.EmpiricalCovariance(V).K)
    # what is not seen does not get through the layer: v W = v_seen W for every W = U w_alpha
    v, w_alpha = rng.normal(size=(5, 6)), rng.normal(size=(3, 2))
    assert np.allclose(own["seen"](v, U) @ (U @ w_alpha), v @ lrw.Predicted(U, 2).expand(w_alpha.ravel()))
    wrong_a, wrong_b = rng.random((2, 2000)) < [[0.08], [0.05]]
    difference, error = own["paired"](wrong_a, wrong_b)
    items = [[np.flatnonzero(w)] for w in (wrong_a, wrong_b)]
    mean, low, high = results.paired_interval(*items, n_items=2000, n_draws=1000)
    assert difference == pytest.approx(mean) and 2 * 1.96 * error == pytest.approx(high - low, rel=0.1)
    points = lrw.grid_coordinates((9, 7))
    atoms = own["my_dictionary"](None, points, 5, np.random.default_rng(0))
    assert atoms.shape == (63, 5) and np.allclose(atoms.max(axis=0), 1)
    assert own["check"].results and set(own["check"].results.values()) == {"passed"}


def test_lesson_06_writes_what_the_package_does():
    with matplotlib.rc_context():
        own = solved("06")
    Us = [np.random.default_rng(j).normal(size=(12, 4)) for j in range(3)]
    columns = own["columns_of"](Us, 8)
    assert own["counts"](12, 8, 4, 3) == (columns.n_dynamic, columns.n_static)
    layer = LayerInput(np.random.default_rng(0).normal(size=(9, 12)))
    theirs, _ = predicted_layer(layer, 8, "random_projection", 1 / 3, 3, np.random.default_rng(0))
    assert [c.n_h for c in columns.columns] == [c.n_h for c in theirs.columns]
    p = columns.init(rng=1)
    big = own["one_big_w"](columns.unpack(p)["w_alpha"])
    assert np.allclose(np.hstack(Us) @ big, columns.expand(p))
    for shape, n_alpha, centre in (((16, 16), 26, (3.2, 11.7)), ((5, 9), 7, (4, 0))):
        mine = own["foveated"](shape, n_alpha, centre, np.random.default_rng(4))
        assert np.array_equal(mine, local_index_set(shape, n_alpha, centre, rng=4))
    assert own["check"].results and set(own["check"].results.values()) == {"passed"}


HEAD = "# ---\n# title: A\n# minutes: 5\n# learn: b\n# need: c\n# ---\n"
EXERCISE = (
    "# %% starter x\nx = None\n# %% [markdown] hint x\n# a\n# %% [markdown] hint x\n# b\n"
    "# %% [markdown] hint x\n# c\n# %% solution x\nx = 1\n# %% mutant x: two\nx = 2\n"
    "# %% accept x: a float\nx = 1.0\n# %% check x\nwith check('x') as c:\n    c.close(x, 1, 'x')\n"
)
START = "# %%\nfrom lowrankweights import teaching\ncheck = teaching.Checks()\n"


def lesson_file(tmp_path, text):
    path = tmp_path / "77_a_lesson.py"
    path.write_text(HEAD + text)
    return path


def test_a_source_is_read_cell_by_cell(tmp_path):
    lesson = lessons.read_lesson(lesson_file(tmp_path, START + EXERCISE))
    assert lesson.about == {"title": "A", "minutes": "5", "learn": "b", "need": "c"}
    assert [c.kind for c in lesson.cells] == (
        ["code", "starter"] + ["hint"] * 3 + ["solution", "mutant", "accept", "check"]
    )
    exercise = lesson.exercises["x"]
    assert [h.text for h in exercise.hints] == ["a", "b", "c"]
    assert exercise.mutants[0].label == "two" and exercise.solution.text == "x = 1"
    assert harness.failures(lesson) == []


def test_the_harness_tells_a_check_that_lets_everything_through(tmp_path):
    lax = EXERCISE.replace("c.close(x, 1, 'x')", "c.close(1, 1, 'x')")
    lines = harness.failures(lessons.read_lesson(lesson_file(tmp_path, START + lax)))
    assert len(lines) == 2 and "mutant two was passed, expected wrong" in lines[1]
    strict = EXERCISE.replace("c.close(x, 1, 'x')", "c.true(x is not None and type(x) is int and x == 1, '')")
    lines = harness.failures(lessons.read_lesson(lesson_file(tmp_path, START + strict)))
    assert any("accept a float was wrong, expected passed" in line for line in lines)


def test_a_cell_that_raises_is_named(tmp_path):
    lesson = lessons.read_lesson(lesson_file(tmp_path, START + "# %%\n1 / 0\n"))
    with pytest.raises(RuntimeError, match="77_a_lesson, line 10: ZeroDivisionError"):
        harness.try_exercises(lesson)


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
        lessons.read_lesson(lesson_file(tmp_path, text))


def test_front_matter_is_needed(tmp_path):
    path = tmp_path / "77_a_lesson.py"
    for text in ("", "# ---\n# title: A\n# ---\n", HEAD.replace("5", "five")):
        path.write_text(text)
        with pytest.raises(ValueError, match="77_a_lesson.py:1: expected"):
            lessons.read_lesson(path)
