import matplotlib.pyplot as plt
import numpy as np
import pytest

from lowrankweights import experiments
from lowrankweights.experiments.figures.figure_3 import layer_of
from lowrankweights.experiments.harness import runner


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_it_is_made_like_any_figure_and_counts_what_is_learned(tmp_path):
    assert experiments.make("3", "quick", tmp_path, report=lambda text: None) == []
    results = runner.read(tmp_path / "3-quick.jsonl")
    assert [r["model"] for r in results] == ["dense", "convolution"]
    for r in results:
        per_column = r["n_components"] // r["n_columns"]
        assert r["n_dynamic"] == sum(n * per_column for n in r["n_alpha"])
        assert r["n_static"] == sum(n * r["n_v"] for n in r["n_alpha"])
    page = (tmp_path / "3-quick.md").read_text(encoding="utf-8")
    assert "| convolution | 8 x 8 x 1 | 3 | 25 x 10 | 10 x 4 | 8 x 8 x 12 | 120 | 750 | 300 |" in page
    assert (tmp_path / "3-quick.png").stat().st_size > 5000


def test_the_layers_are_the_papers_and_each_column_knows_weights_of_its_own():
    dense, convolution = map(layer_of, experiments.figure_named("3").runs("paper"))
    assert (dense.in_shape, dense.out_shape) == ((784,), (500,))
    assert (convolution.window, convolution.in_shape) == ((8, 8), (32, 32, 3))
    assert convolution.out_shape == (32, 32, 48)
    for layer in (dense, convolution):
        first, second, *_ = (leaf.U for leaf in layer.parametrisation.leaves)
        assert first.shape == second.shape and not np.allclose(first, second)


def test_it_is_drawn_from_the_results_dense_at_the_left():
    figure = experiments.figure_named("3")
    drawn = figure.draw([{**spec, **figure.run_one(spec, {}, 1)} for spec in figure.runs("standard")])
    left, right = sorted(drawn.axes, key=lambda ax: ax.get_position().x0)
    assert left.get_title("left").startswith("dense") and right.get_title("left").startswith("convolution")
    assert "8·8·3×48" in [t.get_text() for t in right.texts] and left.images and right.images
