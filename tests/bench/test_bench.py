import json

import numpy as np
import pytest

from lowrankweights.bench import cases, gemm, memory, peers, race
from lowrankweights.bench.models import rica, speech
from lowrankweights.bench.report import write_json
from lowrankweights.bench.turns import in_turn
from lowrankweights.commands.main import main
from lowrankweights.unsupervised.rica import rica_cost


def test_the_bound_multiplies_what_the_plan_counts():
    net = cases.Case(0.1).network()
    plan = net.plan(1000)
    bound = gemm.MatrixProducts(plan, np.float32, n_threads=2, shared={})
    done = sum(A.shape[0] * A.shape[1] * B.shape[1] for A, B, _ in bound._whole)
    assert done == plan.multiplications
    bound.whole()
    bound.blocks()


def test_jobs_run_in_turn():
    order = []
    seconds = in_turn({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 2)
    assert order == ["a", "a", "b", "b"] * 2  # the first of two calls wakes up, and is not counted
    assert [len(s) for s in seconds.values()] == [2, 2]


def test_bench_prints_ratios_and_writes_the_numbers(capsys, tmp_path):
    file = tmp_path / "bench.json"
    assert (
        main(["bench", "--rows", "300", "--repeats", "1", "--json", str(file), "--out", str(tmp_path)]) == 0
    )
    out = capsys.readouterr().out
    assert "bound/ours" in out and "every weight" in out and "10 %, 10 columns" in out
    report = json.loads(file.read_text())
    assert report["cases"]["10 %, one column"]["n_dynamic"] < report["cases"]["every weight"]["n_dynamic"] / 5
    layers = report["convolution"]["cases"]  # of 5 images
    assert len(layers) == 9 and all(case["seconds"]["median"] > 0 for case in layers.values())
    assert "the paper's network:" in out and report["convolution"]["settings"]["n_images"] == 5
    for name in ("bench.png", "bench-convolution.png"):
        assert (tmp_path / name).stat().st_size > 1000


@pytest.mark.parametrize("case", cases.TABLE, ids=lambda c: c.name)
@pytest.mark.parametrize("block_rows", [None, 30])
def test_pytorch_computes_the_same_gradient(case, block_rows):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    net = case.network()
    X, Y = cases.data(100, np.float32)
    function = peers.torch_loss_and_grad(net, X, Y, block_rows)
    function()
    model = function.__closure__[function.__code__.co_freevars.index("model")].cell_contents
    _, grad = net.loss_and_grad(net.init(rng=0), X, Y)
    theirs = np.concatenate([p.grad.numpy().ravel() for p in model.parameters])
    assert np.abs(theirs - grad).max() < 1e-5 * np.abs(grad).max() + 1e-7


@pytest.mark.parametrize("block_rows", [None, 30])
def test_pytorch_computes_the_same_cost_of_rica(block_rows):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    X, W = (
        np.random.default_rng(i).normal(size=s).astype(np.float32) for i, s in enumerate([(100, 6), (6, 9)])
    )
    cost, grad = rica.torch_cost_and_grad(X, W, block_rows)()
    wanted, wanted_grad = rica_cost(W.ravel(), X.astype(float), 9, None, rica.SPARSITY, rica.EPS)
    assert cost == pytest.approx(wanted, rel=1e-5)
    assert np.abs(grad.numpy().ravel() - wanted_grad).max() < 1e-5 * np.abs(wanted_grad).max()


def test_numbers_are_written_where_there_is_no_folder_yet(tmp_path):
    file = tmp_path / "new" / "x.json"
    write_json(file, {"ratio": np.nan, "seconds": np.float32(0.5)})
    assert json.loads(file.read_text()) == {"ratio": None, "seconds": 0.5}


def test_memory_does_not_grow_with_the_rows():
    case = cases.Case(0.05, 10)
    few, many = (memory.peak_beyond_data(case, n, np.float32, 2) for n in (16_000, 64_000))
    assert many < 1.1 * few


def test_the_watch_leaves_out_the_time_of_looking():
    clock = iter([0.0, 1.0, 11.0, 13.0, 23.0])  # start; look from 1 to 11, and from 13 to 23
    watch = race.Watch(target=0.02, clock=lambda: next(clock))
    assert not watch.look(lambda: 0.03) and watch.look(lambda: 0.02)
    assert watch.seen == [(1.0, 0.03), (3.0, 0.02)] and watch.reached() == 3.0


def test_both_racers_learn():
    rng = np.random.default_rng(0)
    X = np.tile(rng.random((10, 784), dtype=np.float32), (40, 1))
    y = np.tile(np.arange(10), 40)
    few = {"proportion": 5 / 784, "schedule": [(400, 60)]}  # ten different images have nine components
    watch = race.ours((X, y), (X, y), target=0.0, **few)
    assert watch.reached() is not None and watch.seen[0][1] > 0
    pytest.importorskip("torch", reason="PyTorch is not installed")
    assert race.adam((X, y), (X, y), target=0.0).seen[-1][1] < 0.5
    X += rng.random(X.shape, dtype=np.float32) / 10  # so that there are forty
    assert race.adam_on_components((X, y), (X, y), target=0.0).seen[-1][1] < 0.5


def test_a_race_without_an_arrival_has_no_ratio(capsys):
    assert race._ratios("Adam", [4.0, None], [2.0, 1.0]) == [2.0, None]
    assert race._ratios("Adam", [None], [1.0]) == [None]
    said = capsys.readouterr().out
    assert "Adam / ours: 2.00 (2.00 to 2.00, 1 left out, not reached)" in said and "no ratio" in said


def test_speech_is_timed_and_the_peers_do_the_same():
    made = speech.jobs(seconds=2)
    assert made["ours", "features"]().shape == (198, 39)
    phones, _ = made["ours", "Viterbi"]()
    assert len(phones) == 200
    if ("hmmlearn", "Viterbi") in made:
        path = np.asarray(made["hmmlearn", "Viterbi"]()[1])
        assert np.mean(path // speech.N_STATES == phones) > 0.95  # it may end in the middle of a phone
    if ("librosa", "features") in made:
        assert made["librosa", "features"]().shape[0] == 39
    report = speech.summarise({("ours", "Viterbi"): [2.0, 4.0], ("hmmlearn", "Viterbi"): [6.0, 12.0]})
    assert report["ratios"] == {"hmmlearn/ours, Viterbi": 3.0}
    assert "hmmlearn/ours, Viterbi 3.0" in speech.table(report)
