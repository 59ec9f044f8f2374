import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.dictionaries.completion import complete, correlations, describe, strongest


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
