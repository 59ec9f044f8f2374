from fractions import Fraction

import numpy as np
import pytest

from lowrankweights.teaching.lessons.words import apart, as_numbers, pair, shapes_apart

W = np.random.default_rng(0).normal(size=(4, 4))
S = W @ W.T
Q = np.linalg.qr(W)[0]
RIDGE = 0.3 * np.eye(4)


@pytest.mark.parametrize(
    ("a", "wanted", "said"),
    [
        (-W, W, "every number is -1 times"),
        (50 * W, W, "every number is n times"),
        (W / 50, W, "every number is 1/n times"),
        (W * 49 / 50, W, "every number is (n - 1)/n times"),
        (0.37 * W, W, "every number is 0.37 times"),
        (W.T, W, "the transpose"),
        (W[::-1], W, "the right rows, in reversed order"),
        (W[:, ::-1], W, "the right columns, in reversed order"),
        (W[[1, 0, 2, 3]], W, "in another order"),
        (W + 2.5, W, "too large by 2.5"),
        (W, S, "it should be symmetric"),
        (S + np.diag([1, 2, 3, 4.0]), S, "only the diagonal is not right"),
        (
            Q * [1, 1, 2, 1],
            Q,
            "each column should have length 1 (the root of the sum of its squares); column 2 has 2",
        ),
        (np.array(12.0), np.array(10.0), "Yours: 12, 2 too many"),
        (np.array(0.3), np.array(0.2712), "which is too large"),
        (W + RIDGE, W + 2 * RIDGE, "the ridge is missing"),
        (W + 4 * RIDGE, W + 2 * RIDGE, "the ridge is there twice"),
        (W - 2 * RIDGE, W + 2 * RIDGE, "the ridge has the wrong sign"),
        (W**2, W, "that is its square."),
    ],
)
def test_simple_relations_have_names(a, wanted, said):
    terms = {"the ridge": 2 * RIDGE}
    if "ridge" in said and "missing" in said:
        terms = {"the ridge": RIDGE}
    assert said in apart(a, wanted, {"n": 50}, {"that is its square.": W**2}, terms)


def test_an_exercise_can_say_what_does_not_hold_where_nothing_has_a_name():
    a = np.sin(W)
    assert apart(a, W, otherwise="B y is not s.").startswith("B y is not s. Largest difference at (")
    assert "every number is 2 times" in apart(2 * W, W, otherwise="B y is not s.")


def test_else_it_is_said_where_they_differ_with_digits_enough():
    a = W.copy()
    a[1, 2] += 1e-7
    said = apart(a, W)
    mine, right = pair(a[1, 2], W[1, 2])
    place = f"1 of 16 numbers are not. Largest difference at (1, 2): yours {mine}, expected {right}"
    assert mine != right and place in said
    assert pair(994600, 1000) == ("994,600", "1,000")


@pytest.mark.parametrize(
    "got",
    [
        [1, 2],
        (1.0, 2.0),
        np.array([1, 2], np.float32),
        (x for x in (1, 2)),
        [Fraction(1), 2],
    ],
)
def test_what_is_natural_is_taken_as_numbers(got):
    a, least = as_numbers(got)
    assert a.tolist() == [1, 2] and a.dtype == float and least in (0.0, 1e-4)


@pytest.mark.parametrize(
    ("got", "said"),
    [({1, 2}, "a set, which has no order"), ("hello", "str of"), ([[1], [1, 2]], "several shapes"),
     ([1, np.nan], "NaN"), ([1, "a"], "list"), ([None, 1], "something else than numbers")],
)  # fmt: skip
def test_what_is_refused_comes_with_the_reason(got, said):
    with pytest.raises(ValueError, match=said):
        as_numbers(got)


def test_a_wrong_shape_is_told_by_its_kind():
    assert "transpose" in shapes_apart((5, 3), (3, 5)) and "axis of length 1" in shapes_apart((3, 1), (3,))
    assert "got a number" in shapes_apart((), (3,)) and "another form" in shapes_apart((6,), (2, 3))


def test_generators_inside_generators_are_lists():
    nested = ((i + j for j in range(3)) for i in range(2))
    assert as_numbers(nested)[0].tolist() == [[0, 1, 2], [1, 2, 3]]
