"""What the doctor says and draws."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from patients import NET, THETA, X, Y, changed, negate_bias

import lowrankweights as lrw
from lowrankweights.teaching import COMPLAINTS, MISTAKES, diagnose


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
    rows = [f"| `{m.name}` | {m.sentence} |" for m in (*MISTAKES.values(), *COMPLAINTS.values())]
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
