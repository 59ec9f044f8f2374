import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.teaching import Checks, sized


def outcome(body, capsys):
    """What a check says and notes of ``body(c)``."""
    check = Checks()
    with check("it") as c:
        body(c)
    return check.results["it"], capsys.readouterr().out


WANTED = np.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize(
    ("got", "result", "said"),
    [
        (WANTED + 1e-12, "passed", "visible checks passed (1 of 1)"),
        (WANTED.tolist(), "passed", "visible"),
        (WANTED.astype(int), "passed", "visible"),
        (None, "missing", "not answered yet. it is None; expected an array of shape (2, 3)"),
        (..., "missing", "not answered yet"),
        (WANTED.T, "wrong", "Is a transpose missing"),
        (WANTED[0], "wrong", "expected an array of shape (2, 3), got shape (3,)"),
        (-WANTED, "wrong", "every number is -1 times what it should be"),
        (WANTED * np.nan, "wrong", "NaN"),
        ("hello", "wrong", "got str"),
        ([[1], [2, 3]], "wrong", "several shapes"),
    ],
)
def test_an_answer_is_judged_by_its_shape_and_its_numbers(got, result, said, capsys):
    found = outcome(lambda c: c.close(got, WANTED, "it"), capsys)
    assert found[0] == result and said in found[1]


@pytest.mark.parametrize(
    ("body", "result", "said"),
    [
        (lambda c: 1 / 0, "wrong", "ZeroDivisionError"),
        (lambda c: np.ones((2, 3)) @ np.ones((2, 3)), "wrong", "a transpose or an axis may be missing"),
        (lambda c: undefined, "wrong", "NameError"),  # noqa: F821
        (lambda c: c.parts(None, 2, "it"), "missing", "expected 2 parts"),
        (lambda c: c.parts([1], 2, "it"), "wrong", "expected 2 parts, got 1"),
        (lambda c: c.parts(3, 2, "it"), "wrong", "got int"),
        (lambda c: c.parts(np.ones((5, 4)), 2, "it"), "wrong", "got one of shape (5, 4)"),
        (
            lambda c: c.close(12.0, 6.0, "it"),
            "wrong",
            "it: it is 2 times what it should be.",
        ),
        (lambda c: c.shaped([1.0, 2.0], (2,), "it"), "passed", "visible"),
        (
            lambda c: c.shaped([1.0, 2.0], (3,), "it"),
            "wrong",
            "expected an array of shape (3,), got shape (2,)",
        ),
        (lambda c: c.shaped([[1.0], [1.0, 2.0]], (3,), "it"), "wrong", "several shapes"),
        (lambda c: c.shaped(None, (3,), "it"), "missing", "None"),
        (lambda c: c.true(False, "because"), "wrong", "because"),
        (lambda c: c.true(None, "because"), "missing", "not answered"),
        (lambda c: c.true(True, "because"), "passed", "visible"),
    ],
)
def test_nothing_raises_and_words_are_said(body, result, said, capsys):
    found = outcome(body, capsys)
    assert found[0] == result and said in found[1] and "Traceback" not in found[1]


def test_a_gradient_is_judged_by_the_doctor(capsys):
    net = lrw.Network([lrw.Dense(lrw.Full(3, 2))], "squared_error")
    theta, X, Y = net.init(rng=0), np.eye(3), np.ones((3, 2))
    right = lambda t, X, Y: net.loss_and_grad(t, X, Y)
    wrong = lambda t, X, Y: (right(t, X, Y)[0], -right(t, X, Y)[1])
    assert outcome(lambda c: c.gradient(right, net, theta, X, Y), capsys)[0] == "passed"
    result, said = outcome(lambda c: c.gradient(wrong, net, theta, X, Y), capsys)
    assert result == "wrong" and "(sign)" in said
    for nothing in (lambda t, X, Y: None, lambda t, X, Y: (1.0, ...), lambda t, X, Y: (1.0, [None, None])):
        assert outcome(lambda c, f=nothing: c.gradient(f, net, theta, X, Y), capsys)[0] == "missing"


def students_product(A, B):
    return A @ B


def test_the_students_line_is_shown(capsys):
    _, said = outcome(lambda c: students_product(np.ones((2, 3)), np.ones((2, 3))), capsys)
    assert "in line 2 of students_product: `return A @ B`" in said and "gufunc" not in said


def test_an_error_of_the_checks_own_arguments_is_not_blamed_on_the_student(capsys):
    net = lrw.Network([lrw.Dense(lrw.Full(3, 2))], "squared_error")
    cell = "with check('it') as c:\n    c.gradient(right, make(), np.ones(3), np.eye(3), np.ones((3, 2)))"
    check = Checks()
    exec(
        compile(cell, "<cell>", "exec"),
        {"check": check, "right": net.loss_and_grad, "make": lambda: net, "np": np},
    )
    said = capsys.readouterr().out
    assert check.results == {"it": "missing"}
    assert "could not be checked. ValueError: theta: expected" in said and "Your code" not in said


def test_an_interrupt_goes_through():
    with pytest.raises(KeyboardInterrupt), Checks()("it"):
        raise KeyboardInterrupt


def test_the_summary_counts_what_passed_and_require_wants_all_of_it(capsys):
    check = Checks()
    for name, value in (("a", 1.0), ("b", 2.0), ("c", None)):
        with check(name) as c:
            c.close(value, 1.0, name)
    assert [check.passed(name) for name in "abcd"] == [True, False, False, False]
    check.summary()
    out = capsys.readouterr().out
    assert "1 of 3 exercises pass their visible checks." in out
    assert "b: wrong" in out and "c: not answered yet" in out
    check.require("a")
    for name in "bcd":
        with pytest.raises(AssertionError, match=f"^{name}: "):
            check.require(name)


def test_summary_names_what_was_not_checked(capsys):
    check = Checks(["a", "b"])
    with check("b") as c:
        c.true(True, "")
    check.summary()
    assert "1 of 2" in (said := capsys.readouterr().out) and "a: not checked yet" in said


def test_a_changed_first_line_is_named(capsys):
    def half(x):
        return x / 2

    check = Checks(["half"])
    with check("half") as c:
        c.close(half(1, 2), 0.5, "half")
    result, said = check.results["half"], capsys.readouterr().out
    assert result == "wrong" and "keep the function's first line as it was given" in said


def test_sizes_follow_the_environment(monkeypatch):
    monkeypatch.setenv("LOWRANKWEIGHTS_TINY", "1")
    assert sized(full=100, tiny=3) == 3
    monkeypatch.delenv("LOWRANKWEIGHTS_TINY")
    assert sized(full=100, tiny=3) == 100
