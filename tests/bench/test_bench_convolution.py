import functools
import json
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lowrankweights.bench import convolution
from lowrankweights.bench.convolution import cases, measuring, peer, products, report
from lowrankweights.plotting import COLOURS
from lowrankweights.speed import Objective

SECONDS = {None: 1.5, 0.75: 1.6, 0.5: 1.2, 0.25: 0.7, 0.1: 0.4, 0.05: 0.3}


@functools.cache
def made_up(with_torch=True):
    """A report of made-up seconds: 10 G multiplications a second, which ours needs twice as long for."""
    seconds = {case: [SECONDS[case.share] * s for s in (0.9, 1.0, 1.3)] for case in cases.CASES}
    multiplications = {case: int(5e9 * SECONDS[case.share]) for case in cases.CASES}
    seconds[measuring.PRODUCTS] = [0.4, 0.5, 0.2]
    if with_torch:
        for model, how, s in (("the paper's network", "slow", 9.0), ("the paper's network", "fast", 3.0),
                              ("8 x 8 x 48 layer alone", "slow", 6.0)):  # fmt: skip
            seconds[model, how] = [s, 2 * s, s / 2]
    found = measuring.summarise(seconds, multiplications, in_products=4 * 10**9)
    return found | {"settings": {"n_images": 100, "dtype": "float32", "n_threads": 2, "repeats": 3}}


@pytest.mark.parametrize("memory_format", peer.FORMATS)
@pytest.mark.parametrize("alone", [False, True])
def test_pytorch_computes_the_same_gradient_of_a_convolutional_network(alone, memory_format):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    net, theta = cases.EVERY[alone].network()
    X, Y = cases.data(net, 12, np.float32)
    loss, grad = net.loss_and_grad(theta, X, Y)
    theirs, parameters = peer.torch_loss_and_grad(net, theta, X, Y, 5, memory_format)()
    # PyTorch's filters are (n_h, n_channels, height, width)
    gradients = [p.grad.permute(2, 3, 1, 0) if p.ndim == 4 else p.grad for p in parameters]
    flat = np.concatenate([g.numpy().ravel() for g in gradients])
    assert theirs == pytest.approx(loss, rel=1e-5)
    assert np.abs(flat - grad).max() < 1e-5 * np.abs(grad).max()


def test_the_cases_learn_the_shares_they_name():
    every, quarter = (case.network()[0] for case in (cases.Case(None), cases.Case(0.25)))
    filters = [q.parametrisation.n_dynamic for q in every.layers if hasattr(q, "window") and q.n_dynamic]
    assert filters == [8 * 8 * 3 * 48, 8 * 8 * 48 * 64, 5 * 5 * 64 * 64]
    assert quarter.n_dynamic < 0.3 * every.n_dynamic and quarter.n_static > 0 == every.n_static
    alone, _ = cases.Case(0.25, alone=True).network()
    assert alone.in_shape == (16, 16, 48) and alone.layers[0].parametrisation.n_dynamic == 16 * 48 * 64


def test_the_products_multiply_what_they_count():
    job = products.PiecesOfProducts(np.float32, 2, n_rows=30, n_inner=8, n_columns=4)
    job()
    for A, B, out in job.operands:
        assert out.dtype == np.float32
        np.testing.assert_allclose(out, A.astype(float) @ B, rtol=1e-5)
    of_a_piece = sum(A.shape[0] * A.shape[1] * B.shape[1] for A, B, _ in job.operands)
    assert job.multiplications == products.N_PIECES * of_a_piece


def test_multiplications_are_those_of_each_layers_cheapest_order():
    net, _ = cases.Case(0.1, alone=True).network()
    plan = Objective(net, *cases.data(net, 2, np.float32)).plan
    least = sum(min(c.multiplications(2, step.need_dv) for c in step.candidates) for step in plan.steps)
    assert plan.multiplications == least > 0


def test_the_summary_is_of_medians():
    found = made_up()
    assert found["gigaflops"] == pytest.approx({"median": 20, "min": 16, "max": 40})
    quarter = found["cases"]["the paper's network, 25 %"]
    assert quarter["seconds"] == pytest.approx({"median": 0.7, "min": 0.63, "max": 0.91})
    assert quarter["bound_seconds"] == pytest.approx(0.35) and quarter["bound/ours"] == pytest.approx(0.5)
    assert found["PyTorch"]["the paper's network"]["fastest"] == "fast"
    assert quarter["PyTorch/ours"] == pytest.approx(3.0 / 0.7)
    assert found["cases"]["8 x 8 x 48 layer alone, 10 %"]["PyTorch/ours"] == pytest.approx(6.0 / 0.4)
    assert json.loads(json.dumps(found)) == found


def test_the_table_has_a_row_for_each_case():
    text = convolution.table(made_up())
    rows = re.findall(r"^ *(every weight|\d+ %)  .*$", text, re.M)
    assert rows == ["every weight", "75 %", "50 %", "25 %", "10 %", "5 %", "every weight", "25 %", "10 %"]
    assert re.search(r"25 % +3.5 G +0.350 s +0.700 s +0.630-0.910 +0.50 +4.29", text)
    assert "PyTorch, every weight: 3.000 s, 1.500-6.000 (fast, the fastest of 2 ways)." in text
    assert "20 Gflop/s (16-40)" in text
    without = convolution.table(made_up(with_torch=False))
    assert "PyTorch, every weight" not in without and re.search(r"0.50 +-$", without, re.M)


@pytest.mark.parametrize("with_torch", [True, False])
def test_the_picture_shows_milliseconds_an_image(with_torch, tmp_path):
    found, (figure, ax) = made_up(with_torch), plt.subplots()
    report.panel(ax, found, "the paper's network", COLOURS)
    lines = {line.get_label(): line for line in ax.lines}
    ours = ax.containers[0].lines[0]
    np.testing.assert_allclose(ours.get_xdata().astype(float), [5, 10, 25, 50, 75])
    np.testing.assert_allclose(ours.get_ydata().astype(float), [3, 4, 7, 12, 16])
    np.testing.assert_allclose(lines["its multiplications alone"].get_ydata(), [1.5, 2, 3.5, 6, 8])
    (spread,) = ax.containers[0].lines[2]
    np.testing.assert_allclose(spread.get_segments()[0], [[5, 2.7], [5, 3.9]])
    across = {name: line.get_ydata()[0] for name, line in lines.items() if name.endswith("every weight")}
    assert across == pytest.approx(
        {"every weight": 15} | ({"PyTorch, every weight": 30} if with_torch else {})
    )
    plt.close(figure)
    convolution.draw(found, tmp_path / "x.png")
    assert (tmp_path / "x.png").stat().st_size > 10_000
