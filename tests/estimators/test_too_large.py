"""What does not fit into the machine's memory is told before anything is computed."""

import tracemalloc

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights import environment
from lowrankweights.estimators.inputs import GIB, check_memory

MLP = {"hidden_layer_sizes": (4,), "n_columns": 1, "max_iter": 1, "random_state": 0}
MODELS = {
    "classifier": lrw.LowRankMLPClassifier(**MLP),
    "regressor": lrw.LowRankMLPRegressor(**MLP),
    "convolutional": lrw.LowRankConvNetClassifier((4,), 3, hidden_layer_sizes=(), n_columns=1),
    "autoencoder": lrw.LowRankAutoencoder(4),
    "rica": lrw.RICA(4),
}
N = 10**13  # rows of 64 numbers, petabytes: no machine has so much


@pytest.mark.skipif(environment.memory() is None, reason="the system does not say how much memory there is")
@pytest.mark.parametrize("row_shape", [(64,), (8, 8)])
@pytest.mark.parametrize("name", MODELS)
def test_every_estimator_refuses_what_does_not_fit(name, row_shape):
    # one row, many times, in no memory; held in float64
    model, X = MODELS[name], np.broadcast_to(np.zeros(row_shape, np.uint8), (N, *row_shape))
    said = rf"^X: expected data .*fewer rows.*got shape \({N}, {row_shape[0]},? ?8?\)"
    with pytest.raises(MemoryError, match=said) as error:
        model.fit(X, [0, 1])
    assert ", or float32 in place of float64, got" in str(error.value)
    machine = environment.memory() / GIB
    assert f"(of {machine:,.1f} GiB)" in str(error.value)
    assert not hasattr(model, "n_features_in_")


def test_half_of_the_memory_is_the_limit():
    X = np.zeros((3, 4, 5), np.float32)
    for how, n_bytes in (({"n_tables": 0}, 4), ({}, 12), ({"n_tables": 3, "n_copies": 1}, 32)):
        check_memory(X, [np.float64, np.float32], **how, machine=2 * 60 * n_bytes)
        with pytest.raises(MemoryError):
            check_memory(X, [np.float64, np.float32], **how, machine=2 * 60 * n_bytes - 1)


def test_lists_and_data_frames_have_a_size_too():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    small = pandas.DataFrame(np.zeros((3, 4), np.float32))
    for X, n_bytes in ((np.zeros((3, 4)).tolist(), 8), (small, 4), (small.astype({0: float}), 8)):
        check_memory(X, [np.float64, np.float32], n_tables=0, machine=2 * 12 * n_bytes)
        with pytest.raises(MemoryError):
            check_memory(X, [np.float64, np.float32], n_tables=0, machine=2 * 12 * n_bytes - 1)
    for unclear in (None, [], 3, {}):
        check_memory(unclear, np.float64, machine=1)  # others say what is wrong


@pytest.mark.parametrize("places", [{}, {"input_shape": (16, 16)}], ids=["standardised", "as it is"])
def test_the_estimate_is_what_a_fit_takes(places):
    X, y = np.random.default_rng(0).random((6000, 256), dtype=np.float32), np.arange(6000) % 2
    model = lrw.LowRankMLPClassifier(**MLP, **places)
    model.fit(X[:100], y[:100])  # compiles
    tracemalloc.start()
    try:
        model.fit(X, y)
        peak = X.nbytes + tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert X.size * (4 + 8 * model._n_tables(X.shape)) == pytest.approx(peak, rel=0.15)
