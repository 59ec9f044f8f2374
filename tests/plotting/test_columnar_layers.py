import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch
from toys import MeanPool, parametrisation

import lowrankweights as lrw
from lowrankweights import plotting
from lowrankweights.plotting.features import picture

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def columns(n_v, n_alpha, n_h, n):
    return lrw.Columns([lrw.Predicted(RNG.normal(size=(n_v, n_alpha)), n_h) for _ in range(n)])


def convolution(padding="same", n_columns=3):
    return lrw.Conv2d(columns(8 * 8 * 3, 48, 16, n_columns), (8, 8), padding, "relu").on((32, 32, 3))


def words(ax):
    return [t.get_text() for t in ax.texts]


def test_a_dense_layer_has_the_shapes_of_every_column():
    seen = words(plotting.columnar_layer(lrw.Dense(columns(784, 78, 50, 3), "sigmoid")))
    for name, shape in (
        ("v", "784"),
        ("U_{2}", "784×78"),
        (r"v\,U_{2}", "78"),
        ("w_{2}", "78×50"),
        ("h_{2}", "50"),
    ):
        assert seen[seen.index(f"${name}$") + 1] == shape
    assert seen[seen.index("$h$") + 1] == "150"
    assert {"learned: 11,700 numbers", "fixed: 183,456 numbers"} <= set(seen)


def test_a_convolution_has_windows_maps_and_filters_in_every_column():
    ax = plotting.columnar_layer(convolution())
    seen = words(ax)
    for name, shape in (
        ("v", "32×32×3"), ("U_{3}", "8·8·3×48"), (r"v\ast U_{3}", "32×32×48"), ("w_{3}", "48×16"),
        ("h_{3}", "32×32×16"), ("h", "32×32×48"),
    ):  # fmt: skip
        assert seen[seen.index(f"${name}$") + 1] == shape
    assert ax.get_title("left") == "convolution, windows 8×8, relu, 3 columns"


def outlines(ax, kind):
    """(left, bottom, width, height) of the red marks: hollow windows, or filled places."""
    red = plt.matplotlib.colors.to_rgb(plotting.COLOURS["red"])
    marks = [
        p for p in ax.patches if isinstance(p, plt.Rectangle) and np.allclose(p.get_edgecolor()[:3], red)
    ]
    return [p.get_bbox().bounds for p in marks if (p.get_facecolor()[3] == 0) == (kind == "window")]


@pytest.mark.parametrize("padding", ["same", "valid"])
def test_the_window_on_v_is_to_scale_and_each_map_has_the_place_that_it_comes_to(padding):
    layer = convolution(padding)
    ax = plotting.columnar_layer(layer)
    maps = [
        p.get_bbox().bounds
        for p in ax.patches
        if isinstance(p, plt.Rectangle) and p.get_facecolor()[:3] == (1, 1, 1)
    ]
    (window,), places = outlines(ax, "window"), outlines(ax, "place")
    inside = lambda mark, frame: all(
        frame[k] - 1e-9 <= mark[k] and mark[k] + mark[k + 2] <= frame[k] + frame[k + 2] + 1e-9 for k in (0, 1)
    )
    (of_v,) = [m for m in maps if inside(window, m)][-1:]
    assert window[2] / of_v[2] == pytest.approx(8 / 32) and window[3] / of_v[3] == pytest.approx(8 / 32)
    column = round((window[0] - of_v[0]) / of_v[2] * 32)
    row = 32 - 8 - round((window[1] - of_v[1]) / of_v[3] * 32)
    # the window of exactly this place holds exactly these pixels
    v = np.zeros((1, 32, 32, 3))
    v[:, row : row + 8, column : column + 8] = 1
    full = np.argwhere(layer.windows(v)[0].sum(axis=-1) == 8 * 8 * 3)
    assert len(full) == 1 and len(places) == 1 + 2  # h, and two maps of the column that is highlighted
    n_down, n_across, _ = layer.out_shape
    (frame,) = [m for m in maps if inside(places[0], m)][-1:]
    left, bottom, _, height = places[0]
    assert round((left - frame[0]) / frame[2] * n_across) == full[0][1]
    assert n_down - round((bottom + height - frame[1]) / frame[3] * n_down) == full[0][0]


def test_the_atoms_are_the_dictionarys_own():
    U = RNG.normal(size=(12, 4))
    ax = plotting.columnar_layer(lrw.Dense(lrw.Predicted(U, 5)), input_shape=(3, 4))
    drawn = [image.get_array() for image in ax.images]
    atoms = [picture(u, lrw.Grid((3, 4))) for u in U.T]
    assert 2 <= len(drawn) <= 4
    assert all(any(np.allclose(d, a) for a in atoms) for d in drawn)
    assert not plotting.columnar_layer(lrw.Dense(lrw.Predicted(U, 5))).images  # no places, no images


def test_an_atom_in_one_of_many_channels_is_that_channel():
    U = np.zeros((2 * 2 * 3, 1))
    U[1::3, 0] = [1.0, 0.5, -1.0, 0.0]
    for n_channels, V in ((3, U), (5, np.pad(U.reshape(4, 3), [(0, 0), (0, 2)]).reshape(-1, 1))):
        layer = lrw.Conv2d(lrw.Predicted(V, 2), (2, 2)).on((4, 4, n_channels))
        (image,) = plotting.columnar_layer(layer).images
        np.testing.assert_allclose(image.get_array(), picture(U[1::3, 0], lrw.Grid((2, 2))))


def test_the_path_through_the_first_column_is_highlighted():
    ax = plotting.columnar_layer(convolution())
    arrows = [p for p in ax.patches if isinstance(p, FancyArrowPatch)]
    bold = [p._posA_posB for p in arrows if p.get_linewidth() > 1]
    assert len(arrows) == 3 * 5 and len(bold) == 5
    for (_, end), (start, _) in itertools.pairwise(bold):
        assert end[0] < start[0] and end[1] == start[1]  # over the matrix or map between them


def test_of_many_columns_the_first_and_the_last_end_at_their_parts_of_h():
    ax = plotting.columnar_layer(lrw.Dense(columns(20, 4, 5, 10)))
    seen = words(ax)
    assert {"$U_{1}$", "$U_{2}$", "⋮", "$U_{10}$"} <= set(seen) and "$U_{5}$" not in seen
    arrows = [p._posA_posB for p in ax.patches if isinstance(p, FancyArrowPatch)]
    last = max(end[0] for _, end in arrows)
    first, second, tenth = [end[1] for _, end in arrows if end[0] == last]
    assert first - second == pytest.approx((first - tenth) / 9) and first > second


@pytest.mark.parametrize("name", ["full", "predicted", "low rank", "mixed columns", "nested columns"])
def test_any_parametrisation_can_be_drawn(name):
    layer = lrw.Dense(parametrisation(name, 8), "tanh")
    seen = words(plotting.columnar_layer(layer))
    assert {"$v$", "$h$", "8", "6"} <= set(seen)
    assert any(text.startswith("$h") and "g(v" in text for text in seen)


def network():
    layers = [
        convolution(), lrw.MaxPool2d((4, 4)),
        lrw.Conv2d(columns(2 * 2 * 48, 24, 64, 1), (2, 2)), lrw.Flatten(),
        lrw.Dense(lrw.Predicted(RNG.normal(size=(4096, 200)), 30), "tanh"), lrw.Dense(lrw.LowRank(30, 10, 2)),
    ]  # fmt: skip
    return lrw.Network(layers, "softmax_cross_entropy", input_shape=(32, 32, 3))


def test_a_network_has_a_picture_for_each_layer_with_weights():
    figure = plotting.columnar(network())
    titles = [ax.get_title("left") for ax in figure.axes]
    assert [t.split(":")[0] for t in titles] == ["layer 1", "layer 3", "layer 5", "layer 6"]
    assert len(figure.axes[2].images) == 4  # what was flattened has places


def test_no_text_lies_on_another_or_leaves_the_page():
    for figure in (plotting.columnar(network()), plotting.columnar_layer(convolution(n_columns=9)).figure):
        figure.canvas.draw()
        page = figure.bbox
        for ax in figure.axes:
            boxes = [t.get_window_extent() for t in [*ax.texts, ax._left_title] if t.get_text()]
            assert all(
                page.x0 <= b.x0 and b.x1 <= page.x1 and page.y0 <= b.y0 and b.y1 <= page.y1 for b in boxes
            )
            assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))


NO_WEIGHTS = lrw.Network([lrw.Flatten()], "squared_error", (2, 2, 1))
UNPLACED = lrw.Conv2d(lrw.Full(4, 1), (2, 2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plotting.columnar(lrw.Full(3, 2)), "^net: expected a Network, got Full"),
        (lambda: plotting.columnar(NO_WEIGHTS), "^net: expected a layer with weights"),
        (lambda: plotting.columnar_layer(MeanPool((2, 2))), "^layer: expected a layer with weights"),
        (lambda: plotting.columnar_layer(UNPLACED), r"^layer: expected .*layer.on\(in_shape\)"),
        (lambda: plotting.columnar_layer(lrw.Dense(lrw.Full(6, 2)), (2, 2)), "^input_shape: expected .* 6 "),
    ],
)
def test_what_cannot_be_drawn_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
