import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.dictionaries.completion import (
    centred,
    complete,
    correlation,
    correlations,
    describe,
    strongest,
)


def bumps(grid, centres=(0.3, 0.6)):
    """Smooth features, one for each centre (a share of each axis)."""
    places = grid.coordinates / np.array(grid.shape)
    return np.stack([np.exp(-8 * np.square(places - c).sum(axis=1)) for c in centres], axis=1)


@pytest.mark.parametrize("grid", [lrw.Grid((14, 14)), lrw.Grid((7, 7, 7)), lrw.Grid((60,))])
def test_smooth_features_of_images_volumes_and_time_axes_come_back(grid):
    c = complete(bumps(grid), grid, proportion=0.3)
    assert c["correlation"].shape == (2,) and c["correlation"].min() > 0.99
    assert c["chosen"] and c["U"].shape == (len(grid), len(c["alpha"]))


@pytest.mark.parametrize("shape", [(14, 14), (8, 9, 3), (8, 9, 1)])
def test_a_grid_and_a_tuple_complete_alike(shape):
    grid = lrw.Grid.of_image(shape)
    W = bumps(grid)
    a, b = complete(W, shape, 0.25, rng=3), complete(W, grid, 0.25, rng=3)
    assert a["length_scale"] == b["length_scale"] and np.array_equal(a["U"], b["U"])
    assert (np.bincount(a["alpha"] // grid.n_channels) % grid.n_channels == 0).all()


def test_the_unknown_weights_are_not_looked_at():
    W = bumps(lrw.Grid((14, 14)))
    c = complete(W, (14, 14), proportion=0.2)
    spoilt = W.copy()
    spoilt[np.setdiff1d(np.arange(196), c["alpha"])] = 9.0
    again = complete(spoilt, (14, 14), proportion=0.2)
    assert again["length_scale"] == c["length_scale"] and np.array_equal(again["U"], c["U"])


def test_correlations_are_numpys_over_the_weights_that_were_not_known():
    W = np.random.default_rng(0).normal(size=(64, 3))
    c = complete(W, (8, 8), proportion=0.5, length_scale=2.0)
    unknown = np.setdiff1d(np.arange(64), c["alpha"])
    W_hat = c["U"] @ W[c["alpha"]]
    wanted = [np.corrcoef(W[unknown, h], W_hat[unknown, h])[0, 1] for h in range(3)]
    assert np.allclose(c["correlation"], wanted) and not c["chosen"]
    assert correlations(complete(W, (8, 8), proportion=1.0)) == "no weight was unknown"


def test_what_is_known_does_not_count_in_a_correlation():
    rng = np.random.default_rng(0)
    W, W_hat = rng.normal(size=(2, 30, 4))
    alpha = np.array([3, 17, 29])
    r = correlation(W, W_hat, alpha)
    W[alpha], W_hat[alpha] = 1e6, -1e6
    assert np.array_equal(r, correlation(W, W_hat, alpha))
    assert np.allclose(
        correlation(W * 1e-140, 1e60 * W_hat + 1e60, alpha), r
    )  # no square under- or overflows
    assert np.abs(correlation(W, W_hat, []) - r).max() > 0.1


def test_where_something_is_constant_no_correlation_exists_and_it_is_said():
    W = np.random.default_rng(0).normal(size=(36, 4))
    alpha = complete(W, (6, 6), 0.25, length_scale=1.0)["alpha"]
    unknown = np.setdiff1d(np.arange(36), alpha)
    W[unknown, 0] = 0.1  # the feature is constant; its mean is not quite 0.1
    W[alpha, 1] = 0.0  # its prediction is
    c = complete(W, (6, 6), 0.25, length_scale=1.0)
    assert np.isnan(c["correlation"]).tolist() == [True, True, False, False]
    assert describe(c).endswith("; 2 of 4 without a correlation: constant over the unknown weights")
    one = complete(W[:, :1], (6, 6), 0.25, length_scale=1.0)
    assert describe(one).endswith("constant over the unknown weights") and "nan" not in describe(one)
    neither = complete(W[:, :2], (6, 6), 0.25, length_scale=1.0)
    assert "2 of 2 without a correlation" in describe(neither) and "nan" not in describe(neither)
    one_unknown = np.arange(35)
    assert np.isnan(correlation(W, 2 * W, one_unknown)).all()


@pytest.mark.parametrize(
    ("arguments", "name"),
    [((np.ones((4, 2)), np.ones((4, 3)), [0]), "W_hat"), ((np.ones((4, 2)), np.ones((4, 2)), [4]), "alpha")],
)
def test_what_cannot_be_correlated_is_named(arguments, name):
    with pytest.raises(ValueError, match=f"^{name}: expected"):
        correlation(*arguments)


def test_a_bright_image_is_completed_as_its_variation_is_once_it_is_centred():
    variation = bumps(lrw.Grid((14, 14)), centres=(0.4,)).reshape(14, 14)
    bright = np.stack([variation + 3, variation - 7, 2 * variation], axis=2)
    feature = centred(bright)
    assert np.allclose(feature.mean(axis=(0, 1)), 0)
    assert np.allclose(feature, centred(variation)[..., None] * [1, 1, 2])
    c, grey = (
        complete(f.reshape(-1, 1), f.shape, 0.2, length_scale=0.7) for f in (feature, centred(variation))
    )
    raw = complete(bright.reshape(-1, 1), bright.shape, 0.2, length_scale=0.7)
    error = [np.abs(x["U"] @ x["W"][x["alpha"]] - x["W"]).mean() for x in (raw, c)]
    assert error[1] < error[0] / 5 and grey["correlation"] > 0.5


def test_a_length_scale_at_the_end_of_what_was_tried_is_told():
    plane = complete(lrw.Grid((14, 14)).coordinates + 50, (14, 14), proportion=0.5)
    assert plane["at_bound"] and "at the end of what was tried" in describe(plane)
    assert not complete(bumps(lrw.Grid((14, 14))), (14, 14), proportion=0.2)["at_bound"]


def test_the_strongest_features_come_in_the_order_of_their_norms():
    W = np.ones((3, 4)) * [1, -7, 3, 5]
    assert strongest(W, 3)[0].tolist() == [-7, 5, 3]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (((13, 14), 0.2), "shape"),
        ((lrw.Grid((13, 14)), 0.2), "shape"),
        (((14, 14), 0), "proportion"),
        ((None, 0.2), "shape"),
    ],
)
def test_bad_arguments_are_named(arguments, name):
    with pytest.raises(ValueError, match=f"^{name}: expected"):
        complete(np.ones((196, 1)), *arguments)


def test_the_proportion_may_be_called_share_with_a_warning():
    W = bumps(lrw.Grid((14, 14)))
    with pytest.warns(UserWarning, match="^share: is now called proportion"):
        old = complete(W, (14, 14), share=0.2)
    assert np.array_equal(old["alpha"], complete(W, (14, 14), proportion=0.2)["alpha"])
