import matplotlib
import numpy as np
import pytest

from lowrankweights import SquaredExponential, plotting
from lowrankweights.building import LayerInput, strategy_of
from lowrankweights.dictionaries import Grid
from lowrankweights.dictionaries.index_sets import column_centres, local_index_set, sample_index_set


@pytest.fixture(autouse=True)
def closed():
    matplotlib.use("Agg")
    yield
    matplotlib.pyplot.close("all")


def coloured(ax):
    """Flat indices of the pixels that are not grey."""
    image = np.asarray(ax.images[0].get_array())
    grey = matplotlib.colors.to_rgb(plotting.UNKNOWN)
    return np.flatnonzero(np.abs(image - grey).max(axis=-1).ravel() > 0.01)


def test_index_sets_shows_what_each_column_knows():
    sets = [sample_index_set(40, n_alpha, rng=n_alpha) for n_alpha in (6, 6, 9, 3, 6, 1, 6)]
    fig = plotting.index_sets(sets, (5, 8))
    fig.draw_without_rendering()
    assert len(fig.axes) == 7
    for j, (ax, alpha) in enumerate(zip(fig.axes, sets, strict=True), 1):
        assert np.array_equal(coloured(ax), alpha)
        assert ax.get_title() == f"column {j}"
    assert "1 to 9 of 40" in fig.get_supxlabel()
    assert f"together {len(set(np.concatenate(sets)))}" in fig.get_supxlabel()


def test_index_sets_marks_the_places_with_row_downwards():
    shape, centres = (5, 8), column_centres((5, 8), 3)
    sets = [local_index_set(shape, 7, centre, rng=0) for centre in centres]
    fig = plotting.index_sets(sets, shape, centres, fig=matplotlib.pyplot.figure())
    for ax, (row, column) in zip(fig.axes, centres, strict=True):
        assert all(np.array_equal(line.get_xydata(), [[column, row]]) for line in ax.lines)
        assert len(ax.lines) > 0
        # the mark lies among the pixels that are dense there
        near = round(row) * 8 + round(column)
        assert near in coloured(ax)


def test_index_sets_of_colour_images_show_pixels():
    alpha = sample_index_set(48, 9, rng=0, n_channels=3)
    fig = plotting.index_sets([alpha], (4, 4, 3))
    assert np.array_equal(coloured(fig.axes[0]), np.unique(alpha // 3))


def test_a_grid_is_drawn_like_its_shape_and_one_channel_like_none():
    w = np.linspace(-1, 1, 12)
    drawn = {}
    for shape in [(3, 4), (3, 4, 1), Grid((3, 4)), (2, 2, 3), Grid((2, 2), channels=3)]:
        one = plotting.show_feature(w, shape, known=[0, 5]).images[0].get_array()
        many = plotting.tiles(np.stack([w, -w], axis=1), shape).images[0].get_array()
        drawn[str(shape)] = np.asarray(one), np.asarray(many)
    for a, b in [
        ("(3, 4)", "(3, 4, 1)"),
        ("(3, 4)", "Grid((3, 4))"),
        ("(2, 2, 3)", "Grid((2, 2), channels=3)"),
    ]:
        assert all(np.array_equal(x, y) for x, y in zip(drawn[a], drawn[b], strict=True))


@pytest.mark.parametrize("shape", [(3, 5), (2, 2, 2), Grid((2, 2, 3)), Grid((12,)), None])
def test_what_is_no_picture_of_the_weights_is_named(shape):
    for draw in (
        lambda: plotting.show_feature(np.ones(12), shape),
        lambda: plotting.tiles(np.eye(12), shape),
    ):
        with pytest.raises(ValueError, match="^shape: expected .*height, width.*, got"):
            draw()


def test_index_sets_asks_for_columns_and_a_centre_each():
    with pytest.raises(ValueError, match="index_sets: expected an index set for at least one column"):
        plotting.index_sets([], (4, 4))
    with pytest.raises(ValueError, match=r"centres: expected shape \(2, 2\)"):
        plotting.index_sets([[0], [1]], (4, 4), centres=[[0, 0]])


def test_differences_shows_which_intervals_contain_no_zero():
    found = {"a − b": (-13.0, -18.0, -8.5), "c − b": (0.2, -0.4, 0.8), "d − b": (1.5, 0.1, 3.0)}
    ax = plotting.differences(found)
    ax.figure.draw_without_rendering()
    zero, segments = ax.lines[-1], [line for line in ax.lines if len(line.get_xdata()) == 2][:-1]
    assert list(zero.get_xdata()) == [0, 0]
    assert [tuple(line.get_xdata()) for line in segments] == [(low, high) for _, low, high in found.values()]
    assert [line.get_color() == plotting.COLOURS["blue"] for line in segments] == [True, False, True]
    assert [label.get_text() for label in ax.get_yticklabels()] == list(found)
    top_down = [ax.transData.transform((0, y))[1] for y in range(3)]
    assert top_down == sorted(top_down, reverse=True)
    assert [text.get_text() for text in ax.texts][:2] == ["−13.0  (−18.0 to −8.5)", "+0.2  (−0.4 to +0.8)"]
    low, high = ax.get_xlim()
    assert low < -18 and high > 3


def test_under_a_prediction_stands_its_correlation_over_the_unknown_weights():
    rng = np.random.default_rng(0)
    W, U, alpha = rng.normal(size=(16, 3)), rng.normal(size=(16, 4)), np.array([0, 3, 9, 12])
    unknown = np.setdiff1d(np.arange(16), alpha)
    W[unknown, 1] = 0.1
    figure = plotting.feature_completion(W, alpha, U, (4, 4))
    said = [ax.get_xlabel() for ax in figure.axes[6:]]
    wanted = [
        f"correlation {np.corrcoef(W[unknown, j], (U @ W[alpha])[unknown, j])[0, 1]:.2f}" for j in (0, 2)
    ]
    assert said == [wanted[0], "none: constant", wanted[1]]
    everything = plotting.feature_completion(W, np.arange(16), np.eye(16), (4, 4))
    assert everything.get_supxlabel() == "no weight was unknown"
    assert not any(ax.get_xlabel() for ax in everything.axes)


def test_a_drawn_dictionary_shows_its_atoms_and_its_index_set():
    pixels = LayerInput(np.random.default_rng(0).random((30, 36)), Grid((6, 6)))
    for name, n_axes in (("covariance", 2), ("kmeans", 1)):
        drawn = strategy_of(name).prepare(pixels).draw(20, rng=0)
        fig = plotting.drawn_dictionary(drawn, (6, 6))
        assert len(fig.axes) == n_axes and fig.get_suptitle() == name
        assert fig.axes[0].get_title() == "12 of 20 atoms"
        assert n_axes == 1 or fig.axes[1].get_title() == "20 known weights"


def test_seven_curves_are_drawn_as_seven():
    ax = plotting.loss_curves({f"run {i}": [3.0, 2.0, 1.0 + i] for i in range(7)})
    lines = ax.get_lines()
    assert len(lines) == 7
    assert len({(line.get_color(), line.get_marker(), line.get_linestyle()) for line in lines}) == 7


def test_a_signals_known_weights_are_dots_on_its_curve():
    W, alpha = np.random.default_rng(0).normal(size=(20, 2)), np.array([1, 5, 12])
    U = np.random.default_rng(1).normal(size=(20, 3))
    fig = plotting.signal_completion(W, alpha, U, (20,), 2.0)
    fig.draw_without_rendering()
    for ax, w in zip(fig.axes, W.T, strict=True):
        learned, predicted, known = ax.lines
        np.testing.assert_array_equal(learned.get_ydata(), w)
        np.testing.assert_allclose(predicted.get_ydata(), U @ w[alpha])
        np.testing.assert_array_equal(np.transpose(known.get_data()), np.stack([alpha, w[alpha]], axis=1))
    with pytest.raises(ValueError, match=r"shape: expected \(20,\)"):
        plotting.signal_completion(W, alpha, U, (4, 5))


def test_what_is_left_unexplained_falls_and_stays_above_the_bound():
    kernel, grid = SquaredExponential(1.0), Grid((6, 6))
    ax = plotting.unexplained_variance(kernel, grid, 20, n_draws=3)
    assert [line.get_label() for line in ax.lines] == ["uniform", "spread", "pivoted", "greedy"]
    values = np.linalg.eigvalsh(kernel(grid, grid))
    for line in ax.lines:
        n, left = line.get_data()
        bound = [100 * values[: 36 - int(k)].sum() / 36 for k in n]
        assert left[0] == 100 and (np.diff(left) < 1).all() and (left > np.array(bound) - 1e-6).all()


@pytest.mark.parametrize("errors", [(31, 42), (2.05, 2.4), (0.9, 30), (95, 99)])
def test_an_axis_of_errors_has_marks_however_narrow_it_is(errors):
    ax = matplotlib.pyplot.figure().gca()
    ax.plot([1, 2], errors)
    plotting.log_percent_axis(ax)
    low, high = ax.get_ylim()
    assert 3 <= sum(low <= tick <= high for tick in ax.get_yticks()) <= 10
