import concurrent.futures
import pickle
import subprocess
import sys

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights import dictionaries
from lowrankweights.speed import Engine
from lowrankweights.speed.blocks import deal


def network():
    Us = [dictionaries.random_projection(20, 4, rng=s) for s in range(3)]
    hidden = lrw.Dense(lrw.Columns([lrw.Predicted(U, 4) for U in Us]), "sigmoid")
    return lrw.Network([hidden, lrw.Dense(lrw.Full(12, 3))], "softmax_cross_entropy")


def data(n=700, dtype=np.float64):
    rng = np.random.default_rng(0)
    return rng.random((n, 20)).astype(dtype), np.eye(3, dtype=dtype)[rng.integers(3, size=n)]


class Elsewhere(Engine):
    """What stays is sent once, as bytes; at each evaluation only what travels; done backwards."""

    def __init__(self):
        self.sent, self.travelled = {}, []

    def run(self, work, travels, groups):
        if id(work) not in self.sent:
            self.sent[id(work)] = pickle.dumps(work)
        self.travelled.append(len(pickle.dumps((travels, groups))))
        there, theta = pickle.loads(self.sent[id(work)]), pickle.loads(pickle.dumps(travels))
        arrays = there.prepare(theta)
        done = {i: there.sum_group(arrays, groups[i]) for i in reversed(range(len(groups)))}
        return [done[i] for i in range(len(groups))]


def test_what_stays_is_sent_once_and_what_travels_is_small():
    net, (X, Y) = network(), data()
    engine = Elsewhere()
    objective = lrw.Objective(net, X, Y, weight_decay=0.1, engine=engine, block_rows=50)
    wanted = lrw.Objective(net, X, Y, weight_decay=0.1, block_rows=50)
    for seed in range(3):
        theta = net.init(rng=seed)
        (loss, grad), (right, right_grad) = objective(theta), wanted(theta)
        assert loss == right and np.array_equal(grad, right_grad)
    assert len(engine.sent) == 1 and len(engine.travelled) == 3
    assert max(engine.travelled) < 8 * net.n_dynamic + 3000


def test_other_processes_give_the_same_bits():
    net, (X, Y) = network(), data(300, np.float32)
    theta = net.init(rng=0)
    wanted = lrw.Objective(net, X, Y, block_rows=50)(theta)
    with concurrent.futures.ProcessPoolExecutor(1) as processes:
        loss, grad = lrw.Objective(net, X, Y, engine=processes, block_rows=50)(theta)
    assert loss == wanted[0] and np.array_equal(grad, wanted[1])


def test_the_model_is_fitted_where_no_thread_can_be_started():
    code = """
import threading
def refuse(self):
    raise RuntimeError("can't start new thread")
threading.Thread.start = refuse
import numpy as np, lowrankweights as lrw
X = np.random.default_rng(0).random((60, 8))
for n_threads in (None, 1, 2):
    model = lrw.LowRankMLPClassifier((6,), n_columns=2, max_iter=5, n_threads=n_threads, random_state=0)
    print(model.fit(X, X[:, 0] > 0.5).n_iter_)
print(lrw.RICA(4, max_iter=5, random_state=0).fit(X).n_iter_)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["5"] * 4


def test_an_engine_must_run_or_map():
    with pytest.raises(ValueError, match="^engine: expected an Engine, or an object with map"):
        lrw.Objective(network(), *data(), engine="dask")


@pytest.mark.parametrize("n", [1, 8, 400, 1234, 60000])
def test_rows_are_dealt_once_each_and_in_order(n):
    groups = deal(n, block_rows=50)
    rows = np.concatenate([np.arange(n)[block] for group in groups for block in group])
    assert np.array_equal(rows, np.arange(n))
    assert len(groups) <= 8
    sizes = [len(g) for g in groups]
    assert max(sizes) - min(sizes) <= 1
    assert max(len(np.arange(n)[b]) for g in groups for b in g) <= 50
