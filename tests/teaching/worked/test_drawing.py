import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_hex

import lowrankweights as lrw
from lowrankweights import dictionaries
from lowrankweights.teaching.worked import drawing


def columns(n_v, n_h, n):
    return lrw.Columns([lrw.Predicted(dictionaries.random_projection(n_v, 3, rng=j), n_h) for j in range(n)])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def words(ax):
    return [t.get_text() for t in ax.texts]


def test_shapes_of_weights_and_gradients():
    net = lrw.Network(
        [lrw.Dense(columns(8, 5, 2), "tanh"), lrw.Dense(lrw.LowRank(10, 4, 2))], "squared_error"
    )
    _, ax = plt.subplots()
    assert lrw.draw(net, ax) is ax
    seen = words(ax)
    for word in ("n × 8", "8 × 3", "3 × 5", "n × 10", "10 × 2", "2 × 4", "+ $b$, tanh"):
        assert word in seen
    assert any("$dw_{2}$ 3 × 5" in w for w in seen) and any("$dV$ 2 × 4" in w for w in seen)


def test_only_dictionaries_are_drawn_as_fixed():
    net = lrw.Network([lrw.Dense(columns(8, 5, 3), "tanh"), lrw.Dense(lrw.Full(15, 4))], "squared_error")
    fills = [to_hex(p.get_facecolor()) for p in lrw.draw(net).patches if hasattr(p, "get_boxstyle")]
    assert fills.count(drawing.FILLS["fixed"].lower()) == 3
    assert fills.count(drawing.FILLS["learned"].lower()) == 4


def test_of_many_columns_the_first_and_the_last_are_drawn():
    net = lrw.Network([lrw.Dense(columns(8, 5, 10))], "squared_error")
    seen = words(lrw.draw(net))
    assert "$U_{10}$" in seen and "$U_{1}$" in seen and "⋮" in seen and "$U_{5}$" not in seen


def test_arrows_go_forward_above_and_back_below():
    net = lrw.Network([lrw.Dense(lrw.Full(3, 2), "relu"), lrw.Dense(lrw.Full(2, 1))], "squared_error")
    ax = lrw.draw(net)
    arrows = [p for p in ax.patches if isinstance(p, drawing.FancyArrowPatch)]
    ends = [p._posA_posB for p in arrows]
    forward = [b[0] > a[0] for a, b in ends if a[1] == 0]
    back = [b[0] < a[0] for a, b in ends if a[1] < -1]
    assert len(forward) == 5 and all(forward) and len(back) == 3 and all(back)


def test_only_a_network_can_be_drawn():
    with pytest.raises(ValueError, match="^net: expected a Network"):
        lrw.draw(lrw.Full(3, 2))
