"""What the doctor says and draws."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from patients import NET, THETA, X, Y, changed, negate_bias

import lowrankweights as lrw
from lowrankweights.teaching import COMPLAINTS, MISTAKES, REMARKS, diagnose


def test_the_plot_shows_the_block():
    report = diagnose(changed(negate_bias), NET, THETA, X, Y)
    _, ax = plt.subplots()
    assert report.plot(ax) is ax
    assert "layer 2, db" in ax.get_title(loc="left") and "sign" in ax.get_title(loc="left")
    plt.close("all")


def test_theta_x_and_y_are_left_alone():
    copies = THETA.copy(), X.copy(), Y.copy()
    diagnose(changed(negate_bias), NET, THETA, X, Y)
    assert all(np.array_equal(a, b) for a, b in zip(copies, (THETA, X, Y), strict=True))


def test_the_documented_list_is_the_list():
    page = (Path(__file__).parents[3] / "docs" / "gradient-doctor.md").read_text(encoding="utf-8")
    told = (*MISTAKES.values(), *COMPLAINTS.values(), *REMARKS.values())
    rows = [f"| `{m.name}` | {m.sentence} |" for m in told]
    assert [line for line in page.splitlines() if line.startswith("| `")] == rows


LAYER = lrw.Dense(lrw.LowRank(3, 3, 3), "tanh")
V_ROWS, DH = np.random.default_rng(0).normal(size=(2, 5, 3))


def layer_report(student):
    return diagnose(student, LAYER, LAYER.init(rng=1), V_ROWS, DH).text


def of_layer(dh, v, h, U, V):
    dz = dh * (1 - h**2)
    dW = v.T @ dz
    return dW @ V.T, U.T @ dW, dz.sum(axis=0), dz @ (U @ V).T


def test_a_layer_s_report_speaks_of_what_its_function_has():
    dU_dV_swapped = lambda dh, v, h, U, V: [of_layer(dh, v, h, U, V)[i] for i in (1, 0, 2)]
    said = layer_report(dU_dV_swapped)
    assert "(blocks_order)" in said and "In order: dU, dV, db." in said and "theta" not in said
    said = layer_report(lambda dh, v, h, U, V: [x.T for x in of_layer(dh, v, h, U, V)])
    assert "(transpose_extra)" in said and "flat" not in said and "dU = dW V^T, dV = U^T dW" in said
    kept = []

    def keep(dh, v, h, U, V):
        kept.append(of_layer(dh, v, h, U, V)[:3])
        return kept[0]

    assert "With the first arguments it is right" in (said := layer_report(keep)) and "theta" not in said
    assert "(where it is asked for)" in layer_report(lambda dh, v, h, U, V: (V, U, dh))
    said = layer_report(lambda dh, v, h, U, V: U)
    assert "expected 3 arrays (dU" in said and "; db (n_h,) = (3,)), and dv where it is asked for" in said
    said = layer_report(lambda dh, v, rate: dh)
    assert "got 3 needed arguments" in said or "theta" not in said


def test_a_complaint_s_table_and_count_are_words():
    report = diagnose(lambda t, X, Y: 1 / 0, NET, THETA, X, Y)
    assert report.table() == report.text and "Nothing was compared" in report.checked()


def test_a_factor_that_is_no_known_one_is_told_as_a_factor():
    said = layer_report(lambda dh, v, h, U, V: [0.7 * g for g in of_layer(dh, v, h, U, V)])
    assert "(unknown)" in said and "look for a factor" in said
    said = layer_report(lambda dh, v, h, U, V: [g + 1 for g in of_layer(dh, v, h, U, V)])
    assert "(unknown)" in said and "look for a factor" not in said


FACTORED = lrw.Dense(lrw.Predicted(np.random.default_rng(2).normal(size=(3, 2)), n_h=3), "sigmoid")


def factored_report(student):
    return diagnose(student, FACTORED, FACTORED.init(rng=1), V_ROWS, DH).text


def test_a_factored_layer_s_usual_wrong_shapes_are_told():
    def stops_at_dW(dh, v, h, U, w_alpha):
        dz = dh * h * (1 - h)
        return v.T @ dz, dz.sum(axis=0), dz @ (U @ w_alpha).T

    def stops_at_v_U(dh, v, h, U, w_alpha):
        dz = dh * h * (1 - h)
        return U.T @ v.T @ dz, dz.sum(axis=0), dz @ w_alpha.T

    assert "that is the shape of dW" in factored_report(stops_at_dW)
    assert "go on, through U" in factored_report(stops_at_v_U)


def test_a_factored_layer_s_arguments_are_told_by_their_names():
    assert "dh, v, h, U, w_alpha and" in factored_report(lambda dh, v, h, U, w: 1)
    assert "dh, v, h, U, V and" in layer_report(lambda a, b, c, d: 1)
