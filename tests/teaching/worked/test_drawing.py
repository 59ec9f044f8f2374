import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_hex
from toys import Flatten, Scale, dictionary, parametrisation

import lowrankweights as lrw
from lowrankweights.teaching.worked import drawing


def columns(n_v, n_h, n):
    return lrw.Columns([lrw.Predicted(dictionary(n_v, j), n_h) for j in range(n)])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def words(ax):
    return [t.get_text() for t in ax.texts]


def test_every_matrix_and_every_gradient_has_its_shape():
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


@pytest.mark.parametrize("name", ["nested columns", "mixed columns"])
def test_columns_are_drawn_however_they_are_nested(name):
    seen = words(lrw.draw(lrw.Network([lrw.Dense(parametrisation(name, 8))], "squared_error")))
    wanted = {
        "nested columns": ["$U_{1}$", "$w_{1}$", "$U_{2}$", "$U_{3}$", "$w_{3}$"],
        "mixed columns": ["$W_{1}$", "$U_{2}$", "$V_{2}$", "$U_{3}$", "$w_{3}$"],
    }[name]
    assert set(wanted) <= set(seen)


def test_a_layer_that_is_not_dense_is_a_box_between_its_shapes():
    layers = [Flatten((4, 2)), lrw.Dense(lrw.Full(8, 3), "tanh"), Scale((3,))]
    ax = lrw.draw(lrw.Network(layers, "squared_error"))
    seen = words(ax)
    for word in ("n × 4 × 2", r"$\mathrm{Flatten}$", "n × 8", r"$\mathrm{Scale}$", "$dfactors$ 3"):
        assert word in seen
    fills = [to_hex(p.get_facecolor()) for p in ax.patches if hasattr(p, "get_boxstyle")]
    assert fills.count(drawing.FILLS["learned"].lower()) == 2  # W and the factors, not Flatten


def test_no_arrow_crosses_a_text_and_no_text_leaves_its_box():
    wide = [lrw.Dense(columns(1000, 12345, 2), "sigmoid"), lrw.Dense(lrw.LowRank(24690, 50000, 1))]
    images = [Scale((128, 128, 3)), Flatten((128, 128, 3)), lrw.Dense(lrw.Full(49152, 10))]
    for layers in (wide, images):
        ax = lrw.draw(lrw.Network(layers, "squared_error"))
        ax.figure.canvas.draw()
        texts = [t.get_window_extent() for t in ax.texts if t.get_text()]
        boxes = [p.get_window_extent() for p in ax.patches if isinstance(p, drawing.FancyBboxPatch)]
        level = [p for p in ax.patches if isinstance(p, drawing.FancyArrowPatch) and p._posA_posB[0][1] < -1]
        arrows = [p.get_window_extent() for p in level]
        assert len(arrows) == len(layers) + 1
        assert not any(arrow.overlaps(text) for arrow in arrows for text in texts)
        for text in texts:
            around = [b for b in boxes if b.contains((text.x0 + text.x1) / 2, (text.y0 + text.y1) / 2)]
            assert all(b.x0 < text.x0 and text.x1 < b.x1 for b in around)
            assert around or not any(b.overlaps(text) for b in boxes)


def test_only_a_network_can_be_drawn():
    with pytest.raises(ValueError, match="^net: expected a Network"):
        lrw.draw(lrw.Full(3, 2))


def test_a_convolution_has_windows_maps_and_gradients_and_pooling_its_window():
    layers = [
        lrw.Conv2d(columns(5 * 5 * 3, 8, 2), (5, 5), "same", "relu"), lrw.MaxPool2d((2, 2)),
        lrw.Conv2d(lrw.Full(3 * 3 * 16, 4), (3, 3), "valid"), lrw.Flatten(), lrw.Dense(lrw.Full(784, 10)),
    ]  # fmt: skip
    ax = lrw.draw(lrw.Network(layers, "softmax_cross_entropy", input_shape=(32, 32, 3)))
    seen = words(ax)
    for word in (
        "n × 32 × 32\n× 3", r"$\ast U_{2}$", "5·5·3 × 3", "n × 32 × 32\n× 3", "windows 5 × 5, same", "2 × 2",
        r"$\mathrm{MaxPool2d}$", r"$\ast W$", "3·3·16 × 4", "n × 14 × 14\n× 4", "+ $b$, relu", "n × 784",
    ):  # fmt: skip
        assert word in seen
    assert any("$dW$ 3·3·16 × 4" in w and "$db$ 4" in w for w in seen)
    assert any("$dw_{2}$ 3 × 8" in w for w in seen)
    ax.figure.canvas.draw()
    boxes = [p.get_window_extent() for p in ax.patches if isinstance(p, drawing.FancyBboxPatch)]
    for text in (t.get_window_extent() for t in ax.texts if t.get_text()):
        around = [b for b in boxes if b.contains((text.x0 + text.x1) / 2, (text.y0 + text.y1) / 2)]
        assert all(b.x0 < text.x0 and text.x1 < b.x1 and b.y0 < text.y0 and text.y1 < b.y1 for b in around)
        assert around or not any(b.overlaps(text) for b in boxes)
