import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.building import build_convolutional, convolutional_specs

RNG = np.random.default_rng(0)
IMAGES = RNG.random((80, 10, 8, 2))


def specs(*, filters=(4, 6), windows=(3, (2, 3)), pool=(2, 1), hidden=(5,), **others):
    how = {"dictionary": "squared_exponential", "proportion": 0.5, "n_columns": 1, **others}
    return convolutional_specs(filters, windows, pool, "same", hidden, input_shape=(10, 8, 2), **how)


def built(seed=0, **others):
    convolutions, dense = specs(**others)
    rng = np.random.default_rng(seed)
    return build_convolutional(
        convolutions, dense, IMAGES.reshape(80, -1), (10, 8, 2), 3, "softmax_cross_entropy", rng
    )


def test_each_layer_lives_on_the_maps_below():
    convolutions, (dense,) = specs()
    assert [c.layer.points for c in convolutions] == [lrw.Grid((3, 3), 2), lrw.Grid((2, 3), 4)]
    assert dense.points == lrw.Grid((5, 4), 6)


def test_the_layers_are_as_asked_for_and_only_known_weights_are_learned():
    net, theta, layers = built()
    kinds = [type(layer).__name__ for layer in net.layers]
    assert kinds == ["Unflatten", "Conv2d", "MaxPool2d", "Conv2d", "Flatten", "Dense", "Dense"]
    shapes = [(leaf.n_alpha, leaf.n_h) for b in layers for leaf in b.layer.parametrisation.leaves]
    # half of 3 x 3 pixels (4) in 2 channels, of 2 x 3 (3) in 4, of 5 x 4 (10) in 6
    assert shapes == [(8, 4), (12, 6), (60, 5)]
    assert len(theta) == net.n_dynamic == 8 * 4 + 4 + 12 * 6 + 6 + 60 * 5 + 5 + 5 * 3 + 3
    X, Y = IMAGES.reshape(80, -1), np.eye(3)[RNG.integers(3, size=80)]
    assert lrw.gradient_error(lambda t: net.loss_and_grad(t, X, Y, 0.1), theta + 0.01) < 1e-6


def test_smooth_dictionaries_of_windows_come_with_their_factors():
    _, _, layers = built(dictionary=("squared_exponential", "covariance", "squared_exponential"))
    first, second, dense = (b.layer.parametrisation for b in layers)
    assert first.factors is not None and second.factors is None and dense.factors is None


@pytest.mark.parametrize("dictionary", ["none", "low_rank", "covariance", "pca", "dct", "random_projection"])
def test_every_strategy_serves_a_convolution(dictionary):
    net, theta, _ = built(dictionary=dictionary, n_columns=(2, 2, 1))
    Y = np.eye(3)[RNG.integers(3, size=80)]
    loss, grad = lrw.Objective(net, IMAGES.reshape(80, -1), Y)(theta)
    expected, own = net.loss_and_grad(theta, IMAGES.reshape(80, -1), Y)
    assert loss == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(grad, own, atol=1e-12)


def test_the_same_seed_builds_the_same_network():
    (_, first, _), (_, again, _), (_, other, _) = built(1), built(1), built(2)
    assert (first == again).all() and (first != other).any()


@pytest.mark.parametrize(("others", "message"), [
    ({"windows": (3, 3, 3)}, "windows: expected one value, or one for each of 2 convolutions"),
    ({"windows": 0}, r"windows: expected a number >= 1 or \(height, width\)"),
    ({"pool": (2, 6)}, r"convolution 2, on images of shape \(5, 4, 4\): window: .*5 x 4, got \(6, 6\)"),
    ({"filters": (4, 0)}, "filters: expected"),
    ({"filters": (), "windows": (), "pool": ()}, "filters: expected at least one convolution"),
    ({"n_columns": (1, 1)}, "n_columns: .*one for each of 3 layers, 2 conv.* 1 dense"),
    ({"dictionary": "squared_exponentia"}, "did you mean 'squared_exponential'"),
])  # fmt: skip
def test_what_does_not_fit_is_named(others, message):
    with pytest.raises(ValueError, match=message):
        specs(**others)
