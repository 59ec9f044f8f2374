"""Models have the same bits for any number of BLAS threads and processors; run as a script it prints them."""

import hashlib
import json
import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import lowrankweights as lrw
from lowrankweights import unsupervised
from lowrankweights._blas import one_blas_thread
from lowrankweights.dictionaries.completion import complete

SE, EMP, EMP2 = "squared_exponential", "covariance", "squared_covariance"
CLASSIFIERS = {
    "columns": {"hidden_layer_sizes": (60, 40), "dictionary": (SE, EMP), "proportion": 0.1},
    "every weight": {"hidden_layer_sizes": (60, 40), "dictionary": "none", "activation": "tanh"},
    "low rank": {"hidden_layer_sizes": (60,), "dictionary": "low_rank", "activation": "relu"},
    "pre-trained": {"hidden_layer_sizes": (40, 40), "dictionary": (EMP, "autoencoder"), "pretrain": True},
    "growing": {"hidden_layer_sizes": (40, 40), "dictionary": (EMP2, EMP), "schedule": "grow"},
    "bases": {"hidden_layer_sizes": (40, 40), "dictionary": ("dct", "kmeans")},
}


def bits(*arrays):
    joined = hashlib.sha256()
    for a in arrays:
        joined.update(np.ascontiguousarray(a).tobytes())
    return joined.hexdigest()[:16]


def hashes():
    """A hash of each kind of model, and of what it says of data."""
    digits = lrw.datasets.load_digits(zoom=2)
    # odd sizes: BLAS's threads then cut a product where one alone would not
    images, y = digits.X_train.reshape(-1, 16, 16)[:, :15, :15], digits.y_train
    X = images.reshape(-1, 225).astype(np.float32)
    found = {}
    for name, settings in CLASSIFIERS.items():
        how = {"proportion": 0.3, "n_columns": 4, "input_shape": (15, 15), "pretrain_iter": 4, "max_iter": 8}
        dtype = np.float64 if name in ("low rank", "bases") else np.float32
        model = lrw.LowRankMLPClassifier(random_state=0, **{**how, **settings}).fit(X.astype(dtype), y)
        found[name] = bits(model.theta_, model.loss_curve_, model.predict_proba(X))
    model = lrw.LowRankMLPRegressor((30,), max_iter=8, random_state=0).fit(X[:, :100], X[:, 100:103])
    found["regressor"] = bits(model.theta_, model.predict(X[:, :100]))
    model = lrw.LowRankAutoencoder(20, proportion=0.3, max_iter=8, random_state=0).fit(X)
    found["autoencoder"] = bits(model.theta_, model.transform(X), model.inverse_transform(model.transform(X)))
    white, whitening = unsupervised.whiten(images[:, 2:13, 2:13].reshape(-1, 121).astype(np.float32), 0.1)
    for name, settings in {"RICA": {"patch_shape": (11, 11)}, "RICA, full": {"dictionary": "none"}}.items():
        model = lrw.RICA(80, proportion=0.3, max_iter=8, random_state=0, **settings).fit(white)
        found[name] = bits(white, model.components_, model.transform(white))
    completed = complete(whitening.filters_in_pixels(model.components_.T), (11, 11), 0.3)
    found["completed"] = bits(completed["U"], completed["length_scale"], completed["correlation"])
    encoder = unsupervised.PatchEncoder(np.eye(25)[:, :9], (5, 5))
    features = encoder.transform(images[:300])
    classifier = unsupervised.FeatureClassifier(strengths=(0.1,), max_iter=8).fit(features, y[:300])
    found["features"] = bits(features, classifier.model_.coef_)
    return found


@pytest.fixture(scope="module")
def on_one():
    return in_a_process(OPENBLAS_NUM_THREADS="1")


def in_a_process(affinity=None, **environment):
    limits = {"preexec_fn": lambda: os.sched_setaffinity(0, affinity)} if affinity else {}
    variables = {**os.environ, "OMP_NUM_THREADS": "2", **environment}
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", __file__], env=variables, capture_output=True, text=True, **limits
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.parametrize("n_threads", ["2", "3"])
def test_models_have_the_same_bits_for_any_number_of_blas_threads(n_threads, on_one):
    assert in_a_process(OPENBLAS_NUM_THREADS=n_threads) == on_one


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system cannot bind a process")
def test_models_have_the_same_bits_on_one_processor(on_one):
    assert in_a_process({min(os.sched_getaffinity(0))}, OPENBLAS_NUM_THREADS="2") == on_one


def blas_threads():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_blas_is_limited_until_the_last_one_leaves():
    entered, leave, inside = threading.Event(), threading.Event(), []

    @one_blas_thread
    def other():
        entered.set()
        leave.wait(10)
        inside.append(blas_threads())

    with threadpool_limits(2, user_api="blas"):
        before = blas_threads()
        with one_blas_thread, one_blas_thread:
            thread = threading.Thread(target=other)
            thread.start()
            assert entered.wait(10) and blas_threads() == {1}
        left, restored = blas_threads(), leave.set()  # the other is still inside
        thread.join()
        assert (left, inside, restored) == ({1}, [{1}], None) and blas_threads() == before


def test_blas_is_as_before_after_an_error():
    with threadpool_limits(2, user_api="blas"):
        before = blas_threads()
        with pytest.raises(ValueError, match="^X"):
            lrw.LowRankMLPClassifier((5,)).fit(np.full((9, 3), 1e200), np.arange(9) % 2)
        assert blas_threads() == before


if __name__ == "__main__":
    print(json.dumps(hashes()))
