"""Checks in a notebook's cells: what they see, what they leave, what they say of it."""

import linecache

import numpy as np
import pytest

from lowrankweights.teaching import Checks
from lowrankweights.teaching.lessons import alone

CHECK = """
with check("double") as c:
    v = np.arange(3.0)
    c.close(double(v), 2 * np.arange(3.0), "double(v)")
"""


def notebook(answer, check=CHECK, **data):
    """Run an answer's cell and a check's; returns the namespace."""
    namespace = {"np": np, "check": Checks(["double"]), **data}
    for i, cell in enumerate((answer, check)):
        place = f"cell {i} of {answer!r}"
        linecache.cache[place] = len(cell), None, cell.splitlines(keepends=True), place
        exec(compile(cell, place, "exec"), namespace)
    return namespace


def test_scratch_is_out_of_sight_and_comes_back():
    scratch = {"v": "mine", "c": 5, "n": 7, "U": np.ones(2)}
    after = notebook("def double(v):\n    return 2 * v\n", **scratch)
    assert after["check"].results == {"double": "passed"}
    assert {k: after[k] is x for k, x in scratch.items()} == dict.fromkeys(scratch, True)
    assert set(after) == {*scratch, "np", "check", "double", "__builtins__"}


@pytest.mark.parametrize(
    ("answer", "result", "said"),
    [
        ("def double(v):\n    return n * v\n", "wrong", "double reads `n` from the notebook"),
        ("def double(v):\n    v *= 2\n    return v\n", "wrong", "v was changed"),
        ("def double(v):\n    np.multiply(v, 2, out=v)\n    return v", "wrong", "v was changed"),
        ("def double(v):\n    w = 2 * v\n", "wrong", "double returned None: is a `return` missing?"),
        ("def double(v):\n    w = ...\n    return w\n", "missing", "`w = ...` is still there"),
        ("def double(v):\n    w = ...  # (n,)\n    return 2 * w\n", "missing", "`w = ...` is still there"),
        ("def double(v):\n    w = None\n    return w\n", "missing", "`w = None` is still there"),
        ("def double(v):\n    a, b = v, ...\n    return a\n", "missing", "`a, b = v, ...` is still there"),
        ("def double(v):\n    return ...\n", "missing", "`return ...` is still there"),
        ("def double(v):\n    return [v, ...]\n", "missing", "`return [v, ...]` is still there"),
        ("def double(v):\n    return np.exp(...)\n", "missing", "`return np.exp(...)` is still there"),
        ("double = lambda v: ...\n", "missing", "`double = lambda v: ...` is still there"),
        ("def double(v):\n    return v[..., 1]\n", "wrong", "expected an array of shape (3,)"),
        ("def double(v):\n    return w\n", "wrong", "NameError: name 'w' is not defined"),
        ("def double():\n    return 2\n", "wrong", "keep the function's first line"),
        ("def double(v):\n    return (lambda: 1)(v)\n", "wrong", "Your code raised TypeError"),
        ("double = None\n", "missing", "There is no double"),
        ("double = 5\n", "wrong", "double is of type int. Run the cell that defines it again"),
        ("def double(v):\n    return (2 * x for x in v)\n", "passed", "visible"),
        ("double = lambda v: np.float32(2) * v.astype(np.float32)\n", "passed", "visible"),
    ],
)
def test_what_happened_is_said(answer, result, said, capsys):
    found = notebook(answer, n=2)["check"].results["double"]
    assert (found, said in (text := capsys.readouterr().out)) == (result, True), text


def test_an_error_of_the_checks_own_is_not_the_students(capsys):
    own = CHECK.replace("c.close(", "broken = lambda x: x + 'a'\n    broken(1)\n    c.close(")
    after = notebook("def double(v):\n    return 2 * v\n", own)
    assert after["check"].results == {"double": "missing"}
    assert "could not be checked. TypeError" in capsys.readouterr().out


def test_what_is_lent_is_there_while_the_check_runs():
    lent = CHECK.replace("v = np.arange(3.0)", "v = np.arange(3.0)\n    c.lend(factor=2)")
    after = notebook("def double(v):\n    return factor * v\n", lent, factor="scratch")
    assert after["check"].results == {"double": "passed"} and after["factor"] == "scratch"


def test_of_several_arrays_the_one_that_was_changed_is_named(capsys):
    two = CHECK.replace("double(v)", "double(v, np.ones(3))")
    notebook("def double(v, w):\n    w += 1\n    return v * w\n", two)
    assert "w was changed" in (said := capsys.readouterr().out) and "v" not in said.partition("w was")[0][20:]


def test_what_is_lent_is_not_blamed(capsys):
    lent = CHECK.replace("v = np.arange(3.0)", "v = np.arange(3.0)\n    c.lend(factor=np.ones(4))")
    after = notebook("def double(v):\n    return factor * v\n", lent, factor="scratch")
    assert "Two shapes clash there; a transpose" in capsys.readouterr().out
    assert "_lent" not in after


OWN = """
with check("double") as c:
    wanted = 2 * np.arange(3.0)
    scale = 2.0
    c.close(double(np.arange(3.0)), wanted, "double(v)")
    c.close(double(np.arange(3.0), lambda v: scale * v), wanted, "double(v, f)")
    factor = 2.0

    class Scale:
        def __call__(self, v):
            return [factor * x for x in v]

    c.close(double(np.arange(3.0), Scale()), wanted, "double(v, f)")
"""


@pytest.mark.parametrize(
    ("body", "result"), [("wanted", "wrong"), ("scale * v", "wrong"), ("f(v) if f else 2 * v", "passed")]
)
def test_an_answer_knows_nothing_of_what_a_check_makes(body, result, capsys):
    after = notebook(f"def double(v, f=None):\n    return {body}\n", OWN)
    assert after["check"].results == {"double": result}
    assert (result == "passed") != ("from the notebook" in capsys.readouterr().out)


def test_an_interrupt_brings_the_data_back():
    namespace = {
        "np": np,
        "check": Checks(["double"]),
        "v": 3,
        "stop": lambda: (_ for _ in ()).throw(KeyboardInterrupt),
    }
    with pytest.raises(KeyboardInterrupt):
        exec("with check('double') as c:\n    w = 1\n    next(stop())\n", namespace)
    assert namespace["v"] == 3 and "w" not in namespace


def test_placeholders_are_found_without_a_source():
    namespace = {}
    exec("def f(v):\n    w = ...\n    return w", namespace)
    assert alone.placeholders(namespace["f"]) == (["..."], []) and alone.placeholders(3) == ([], [])


@pytest.mark.parametrize("body", ["return ...", "gradients = ...\n    return gradients", "return [v, ...]"])
@pytest.mark.parametrize("test", ["c.close(double(1), 2, 'it')", "c.true(double(1) == 2, 'no')"])
def test_dots_that_come_back_are_no_answer_also_where_no_source_is_found(body, test, capsys):
    check = Checks(["double"])
    namespace = {"check": check}
    place = "another cell's text"
    linecache.cache[place] = 2, None, ["a = 1\n", "b = 2\n"], place
    exec(compile(f"def double(v):\n    {body}\n", place, "exec"), namespace)
    exec(f"with check('double') as c:\n    {test}\n", namespace)
    assert check.results == {"double": "missing"}
    assert "not answered yet: double returns `...`" in capsys.readouterr().out
