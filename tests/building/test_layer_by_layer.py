import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights import datasets
from lowrankweights.building import build, layer_specs
from lowrankweights.unsupervised.autoencoder import TiedAutoencoder


@pytest.fixture(scope="module")
def digits():
    return datasets.load_digits()


def built(digits, shared=None, seed=0, **changes):
    settings = {
        "hidden_layer_sizes": (20, 12),
        "dictionary": ("squared_exponential", "covariance"),
        "proportion": 0.25,
        "n_columns": 2,
        "input_shape": (8, 8),
        "activation": "sigmoid",
        "pretrain": True,
        "pretrain_iter": 15,
    }
    X, rng = digits.X_train, np.random.default_rng(seed)
    specs = layer_specs(n_v=64, **{**settings, **changes})
    return build(specs, X, 10, "softmax_cross_entropy", rng, shared=shared)


def test_each_layer_is_pre_trained_on_the_hidden_units_of_the_one_below(digits):
    net, theta, layers = built(digits)
    V = digits.X_train
    for b in layers:
        assert b.pretraining.loss < 0.5 * b.pretraining.loss_curve[0]
        model = TiedAutoencoder(b.layer.parametrisation)
        of_layer = np.concatenate([b.theta, np.zeros(model.n_v)])
        assert np.allclose(model.encode(of_layer, V), b.H, atol=1e-5)
        V = b.H
    parts = net.split(theta)
    assert all(np.array_equal(part, b.theta) for part, b in zip(parts, layers, strict=False))


def test_the_deep_kernel_is_that_of_the_pre_trained_units(digits):
    _, _, layers = built(digits, n_columns=1)
    H, alpha = layers[0].H, layers[1].index_sets[0]
    kernel = lrw.EmpiricalCovariance(H)
    ridge = 1e-3 * np.diag(kernel.K).mean()
    U = lrw.dictionaries.kernel_ridge(kernel, np.arange(20), alpha, ridge)
    assert np.allclose(layers[1].layer.parametrisation.U, U)


def test_equal_layers_are_shared_and_change_nothing(digits):
    shared = {}
    first = built(digits, shared)
    again = built(digits, shared, dictionary=("squared_exponential", "squared_covariance"))
    assert again[2][0] is first[2][0] and again[2][1] is not first[2][1]
    alone = built(digits, dictionary=("squared_exponential", "squared_covariance"))
    assert np.array_equal(again[1], alone[1])
    one = {"dictionary": "squared_exponential", "hidden_layer_sizes": (20,), "length_scale": 1.0}
    longer = built(digits, shared, **one)
    assert longer[2][0] is first[2][0]  # the same specification, from other arguments
    for changes in ({"seed": 1}, {"length_scale": 2.0}, {"ridge": 0.5}, {"pretrain_iter": 14}):
        assert built(digits, shared, **changes)[2][0] is not first[2][0], changes


def test_a_row_of_weight_two_is_the_row_twice_in_all_layers(digits):
    X = digits.X_train[:200].astype(np.float64)
    weight = np.arange(200) % 3
    specs = layer_specs(
        (12, 8), n_v=64, dictionary=("covariance", "squared_covariance"), proportion=0.3, n_columns=2,
        activation="tanh", pretrain=True, pretrain_iter=4,
    )  # fmt: skip
    weighted, repeated, plain = (
        build(specs, *data, 3, "softmax_cross_entropy", np.random.default_rng(0), weight=w)
        for *data, w in ((X, weight), (np.repeat(X, weight, axis=0), None), (X, None))
    )
    assert np.allclose(weighted[1], repeated[1], atol=1e-8)
    assert not np.allclose(weighted[1], plain[1], atol=1e-3)
    for a, b in zip(weighted[2], repeated[2], strict=True):
        assert all(np.array_equal(*alphas) for alphas in zip(a.index_sets, b.index_sets, strict=True))


def test_low_rank_is_not_pre_trained_and_says_so(digits):
    with pytest.warns(UserWarning, match="low_rank layer is not pre-trained"):
        _, _, layers = built(digits, dictionary=("low_rank", "covariance"))
    assert layers[0].pretraining is None and layers[1].pretraining is not None


def test_the_estimator_pre_trains_and_starts_lower(digits):
    curves = {}
    for pretrain in (False, True):
        model = lrw.LowRankMLPClassifier(
            (30, 20), dictionary="none", pretrain=pretrain, pretrain_iter=30, max_iter=15, random_state=0
        ).fit(digits.X_train, digits.y_train)
        curves[pretrain] = model.loss_curve_
        assert len(model.pretrain_loss_curves_) == 2 * pretrain
    assert curves[True][-1] < curves[False][-1]
    assert len(curves[True]) == 16  # max_iter counts fine-tuning only


def test_local_columns_in_the_estimator(digits):
    model = lrw.LowRankMLPClassifier(
        (20,), dictionary="squared_exponential", proportion=0.2, n_columns=4, input_shape=(8, 8),
        index_sets="local", max_iter=3, random_state=0,
    ).fit(digits.X_train, digits.y_train)  # fmt: skip
    spread = [np.std(np.divmod(alpha, 8), axis=1).sum() for alpha in model.index_sets_[0]]
    uniform = [np.std(np.divmod(lrw.sample_index_set(64, 13, rng=s), 8), axis=1).sum() for s in range(20)]
    assert np.mean(spread) < np.mean(uniform)


def test_ridge_and_length_scale_are_those_of_the_dictionaries(digits):
    """The ridge counts relative to the kernel's mean over the units that vary."""
    X = digits.X_train
    assert 0 < np.ptp(X, axis=0).astype(bool).sum() < 64  # some pixels never vary
    settings = {"dictionary": ("covariance", "covariance"), "n_columns": 1, "ridge": (0.5, 0.2)}
    _, _, layers = built(digits, pretrain=False, **settings)
    alpha, kernel = layers[0].index_sets[0], lrw.EmpiricalCovariance(X)
    ridge = 0.5 * np.diag(kernel.K)[kernel.varying].mean()
    wanted = lrw.dictionaries.kernel_ridge(kernel, np.arange(64), alpha, ridge)
    assert np.allclose(layers[0].layer.parametrisation.U, wanted)
    _, _, layers = built(digits, pretrain=False, n_columns=1, ridge=0.3, length_scale=2.5)
    alpha, kernel = layers[0].index_sets[0], lrw.SquaredExponential(2.5)
    wanted = lrw.dictionaries.kernel_ridge(kernel, lrw.grid_coordinates((8, 8)), alpha, 0.3)
    assert np.allclose(layers[0].layer.parametrisation.U, wanted)


def test_local_without_index_sets_says_that_it_changes_nothing(digits):
    how = {"dictionary": "dct", "input_shape": (8, 8), "index_sets": "local", "max_iter": 1}
    for model in (lrw.LowRankMLPClassifier(**how), lrw.LowRankAutoencoder(**how)):
        with pytest.warns(UserWarning, match="'local' changes nothing in a first layer with 'dct'") as said:
            model.fit(digits.X_train[:50], digits.y_train[:50])
        assert said[0].filename == __file__  # not a line of ours


def test_errors_name_the_layer():
    specs = layer_specs((5, 4), n_v=3, dictionary=("none", "covariance"), proportion=0.5, n_columns=1)
    with pytest.raises(ValueError, match="^hidden layer 1: expected units that vary"):
        build(specs, np.ones((9, 3)), 2, "softmax_cross_entropy", np.random.default_rng(0))


def test_a_shape_may_be_a_list_and_a_full_layer_has_no_columns(digits):
    net, *_ = built(digits, input_shape=[8, 8], pretrain=False)
    assert net.n_v == 64
    net, *_ = built(digits, hidden_layer_sizes=(5,), dictionary="none", n_columns=10, pretrain=False)
    assert net.n_static == 0
