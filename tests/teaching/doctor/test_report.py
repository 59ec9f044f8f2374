"""What the doctor says and draws."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from patients import NET, THETA, X, Y, changed, negate_bias

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
