"""Whatever a student's function is, does or returns: words come back, not a traceback."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from patients import NET, THETA, X, Y

import lowrankweights as lrw
from lowrankweights.teaching import COMPLAINTS, MISTAKES, diagnose


def no_transpose(t, X, Y):
    return 0.0, X @ X


def change_x(t, X, Y):
    X *= 2
    return NET.loss_and_grad(t, X / 2, Y)


def change_theta(t, X, Y):
    loss, grad = NET.loss_and_grad(t, X, Y)
    t -= grad
    return loss, grad


def random(t, X, Y, draws=np.random.default_rng(0)):  # noqa: B008
    return 1.0, draws.normal(size=t.size)


def one_none(t, X, Y):
    layers = NET.unpack(NET.loss_and_grad(t, X, Y)[1])
    return 1.0, [[*layers[0]["w_alpha"], layers[0]["b"]], None]


def one_transposed(t, X, Y):
    layers = NET.unpack(NET.loss_and_grad(t, X, Y)[1])
    layers[2]["W"] = layers[2]["W"].T
    return 1.0, layers


@pytest.mark.parametrize(
    ("student", "name", "said"),
    [
        (lambda t, X, Y: None, "returned_none", "return"),
        (lambda t, X, Y: (1.0, None), "returned_none", "None for the gradient"),
        (lambda t, X, Y: 1.0, "loss_only", "return loss, grad"),
        (lambda t, X, Y: np.float64(1.0), "loss_only", "return loss, grad"),
        (lambda t, X, Y: (1.0, t[:-1]), "wrong_shape", f"({THETA.size - 1},)"),
        (lambda t, X, Y: (1.0, t[:, None]), "wrong_shape", "ravel"),
        (lambda t, X, Y: (1.0, [t[:3]]), "wrong_shape", "(3,)"),
        (lambda t, X, Y: (1.0, np.ones(t.size, int)), "integers", "int64"),
        (lambda t, X, Y: (1.0, t * np.nan), "not_finite", "layer 1, column 1, dw_alpha"),
        (lambda t, X, Y: (np.nan, t), "not_finite", "loss is nan"),
        (lambda t, X, Y: (1.0, t + 0j), "not_numbers", "complex"),
        (lambda t, X, Y: (1.0, ["a"] * t.size), "wrong_shape", "arrays"),
        (lambda t, X, Y: "hello", "not_numbers", "<U5"),
        (lambda t, X, Y: 1 / 0, "raised", "ZeroDivisionError"),
        (no_transpose, "raised", "transpose"),
        (change_x, "changed_its_input", "X was changed"),
        (change_theta, "changed_its_input", "theta was changed"),
        (random, "not_repeatable", "random"),
        (one_none, "returned_none", "None among"),
        (one_transposed, "transpose_extra", "layer 3, dW"),
        (lambda t, X: None, "wrong_arguments", "(t, X)"),
        (7, "wrong_arguments", "int"),
    ],
)
def test_bad_students_get_help_not_a_traceback(student, name, said):
    report = diagnose(student, NET, THETA, X, Y)
    assert report.mistake == name, report
    assert said in report.text and "Traceback" not in report.text
    assert name in {**COMPLAINTS, **MISTAKES}
    assert report.plot() is not None
    plt.close("all")


def test_the_line_that_raised_is_said():
    assert "line 2 of no_transpose" in diagnose(no_transpose, NET, THETA, X, Y).text


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((THETA[:-1], X, Y), "theta"),
        ((THETA, X[:, :-1], Y), "X"),
        ((THETA, X, Y[:-1]), "Y"),
        ((THETA, X[:0], Y[:0]), "X"),
    ],
)
def test_bad_arguments_are_named(arguments, name):
    with pytest.raises(ValueError, match=f"^{name}.*: expected .*, got "):
        diagnose(NET.loss_and_grad, NET, *arguments)
    with pytest.raises(ValueError, match="^net: expected"):
        diagnose(NET.loss_and_grad, "net", *arguments)


def test_lists_of_numbers_are_arrays():
    grad = lambda t, X, Y: NET.loss_and_grad(t, X, Y)[1]
    assert diagnose(lambda t, X, Y: grad(t, X, Y).tolist(), NET, THETA, X, Y).mistake is None
    report = diagnose(lambda t, X, Y: grad(t, X, Y).tolist()[:-1], NET, THETA, X, Y)
    assert report.mistake == "wrong_shape" and f"got ({THETA.size - 1},)" in report.text

    def nested(t, X, Y):
        one, two, three = NET.unpack(grad(t, X, Y))
        arrays = [*one["w_alpha"], one["b"], two["U"], two["V"], two["b"], three["W"], three["b"]]
        return (a.tolist() for a in arrays)

    assert diagnose(nested, NET, THETA, X, Y).mistake is None


class Outer(lrw.Parametrisation):
    """W = place v^T: one's own, with names that the doctor has for other things too."""

    def __init__(self, n_v, n_h):
        super().__init__(n_v, n_h)
        self.shapes = {"place": (n_v,), "v": (n_h,)}

    def init(self, rng, variance=None):
        return np.random.default_rng(rng).normal(size=self.n_dynamic)

    def expand(self, p):
        return np.outer(*self.unpack(p).values())

    def pull_back(self, dW, p):
        place, v = self.unpack(p).values()
        return np.concatenate([dW @ v, place @ dW])


def test_arrays_of_ones_own_may_have_any_name_and_v_is_what_the_layer_is_given():
    rng = np.random.default_rng(0)
    layer = lrw.Dense(Outer(5, 4))
    theta, v, dh = rng.normal(size=layer.n_dynamic), rng.normal(size=(7, 5)), rng.normal(size=(7, 4))

    def backward(dh, v, place, p):
        dW, of_units = v.T @ dh, p[len(place) :]
        return dW @ of_units, place @ dW, dh.sum(axis=0), dh @ np.outer(place, of_units).T

    report = diagnose(backward, layer, theta, v, dh)
    assert report.mistake is None, report
    for q in (layer.parametrisation, lrw.Columns([Outer(5, 2), lrw.Full(5, 2)])):
        net = lrw.Network([lrw.Dense(q)], "squared_error")
        theta = rng.normal(size=net.n_dynamic)
        assert diagnose(net.loss_and_grad, net, theta, v, dh).mistake is None
