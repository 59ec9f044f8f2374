import json
import types

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lowrankweights.commands.main import main
from lowrankweights.dictionaries import completion
from lowrankweights.experiments import training
from lowrankweights.experiments.figures import figure_1_mnist, figure_4_mnist
from lowrankweights.results import files as results


def test_the_standard_preset_is_the_papers_legend():
    specs = figure_4_mnist.runs("standard")
    names = {figure_4_mnist.name_of(s) for s in specs}
    assert set(figure_4_mnist.STRATEGIES) < names and len(figure_4_mnist.STRATEGIES) == 8
    main_panel = [s for s in specs if figure_4_mnist.in_main_panel(s)]
    assert len(main_panel) == 3 * (1 + 7 * 6)
    assert [s["seed"] for s in specs] == sorted(s["seed"] for s in specs)
    assert len({json.dumps(s, sort_keys=True) for s in specs}) == len(specs)
    assert {s["n_columns"] for s in specs if figure_4_mnist.name_of(s) == "SE-Emp"} == {1, 5, 10}


def test_runs_of_a_group_have_the_same_first_layer():
    groups = {}
    for s in figure_4_mnist.runs("standard"):
        groups.setdefault(str(figure_4_mnist.group(s)), []).append(s)
    shared = [g for g in groups.values() if len(g) > 1]
    assert {figure_4_mnist.name_of(s) for s in max(shared, key=len)} == {"SE-Emp", "SE-Emp2", "SE-AE"}
    for g in shared:
        for key in ("n_columns", "proportion", "seed", "pretrain_iter", "hidden", "n_train"):
            assert len({json.dumps(s[key]) for s in g}) == 1


@pytest.fixture
def tiny(monkeypatch):
    """The quick preset with less of everything."""
    quick = figure_4_mnist.PRESETS["quick"]
    settings = {**quick["settings"], "hidden": [12, 10], "pretrain_iter": 2, "max_iter": 6, "n_train": 200}
    preset = {**quick, "settings": settings, "proportions": (0.1, 0.5), "columns": (1, 5)}
    monkeypatch.setitem(figure_4_mnist.PRESETS, "quick", preset)
    figure_4_mnist.load.cache_clear()
    yield
    figure_4_mnist.load.cache_clear()


def test_figure_1_mnist_from_the_command_line(tmp_path, capsys, monkeypatch):
    less = {**figure_1_mnist.PRESETS["quick"], "hidden": [12, 10], "pretrain_iter": 2, "max_iter": 6}
    monkeypatch.setitem(figure_1_mnist.PRESETS, "quick", less)
    assert main(["figure", "1-mnist", "--out", str(tmp_path)]) == 0
    (r,) = results.read(tmp_path / "1-mnist-quick.jsonl")
    assert r["shape"] == [16, 16] and np.shape(r["features"]) == (256, 4) and r["share"] == 0.2
    text = capsys.readouterr().out
    assert "51 of 256 weights known (20%)" in text and "(marginal likelihood of the known weights" in text
    assert (tmp_path / "1-mnist-quick.png").stat().st_size > 5000


def test_figure_4_from_the_command_line(tiny, tmp_path, capsys):
    arguments = ["figure", "4-mnist", "--preset", "quick", "--out", str(tmp_path)]
    assert main(arguments) == 0
    lines = [json.loads(x) for x in (tmp_path / "4-mnist-quick.jsonl").read_text().splitlines()]
    assert len(lines) == 1 + 7 * 2 + 3
    for r in lines:
        assert r["error"] == len(r["wrong"]) / r["n_test"] and np.isfinite(r["loss"])
        assert r["stopped"] == "max_iter"
    assert (tmp_path / "4-mnist-quick.png").stat().st_size > 5000
    text = capsys.readouterr().out
    assert "SE-Emp2" in text and "*" in text  # runs at their limit are marked
    assert main(arguments) == 1 and "resume" in capsys.readouterr().err
    assert main([*arguments, "--resume"]) == 0
    plt.close("all")


@pytest.mark.parametrize(("fall", "ends_at"), [(0.0, 10 + training.PATIENCE), (0.001, None)])
def test_the_run_ends_when_the_error_falls_too_slowly(fall, ends_at):
    errors = iter([0.5, 0.3, *(0.3 - fall * np.arange(1, 100))])
    stop, n = training.EarlyStop(lambda info: next(errors), least_fall=0.02), 0
    try:
        for n in range(1, 301):
            stop(types.SimpleNamespace(n_iter=n, theta=n))
    except StopIteration:
        assert n == ends_at and stop.theta == 10  # the parameters of the lowest error
    else:
        assert ends_at is None and stop.theta == 300


def test_features_are_completed_from_their_known_weights_only():
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:14, :14]
    W = np.stack(
        [np.exp(-((y - a) ** 2 + (x - b) ** 2) / 12).ravel() for a, b in rng.uniform(3, 10, (4, 2))], 1
    )
    c = completion.complete(W, (14, 14), share=0.2, rng=0)
    assert len(c["alpha"]) == 39 and c["correlation"].min() > 0.95
    spoilt = W.copy()
    unknown = np.setdiff1d(np.arange(196), c["alpha"])
    spoilt[unknown] = rng.normal(size=(len(unknown), 4))
    again = completion.complete(spoilt, (14, 14), share=0.2, rng=0)
    assert again["length_scale"] == c["length_scale"] and np.array_equal(again["U"], c["U"])
    assert "39 of 196 weights known (20%)" in completion.describe(c)
    with pytest.raises(ValueError, match="^share: expected"):
        completion.complete(W, (14, 14), share=0)
    with pytest.raises(ValueError, match="^shape: expected"):
        completion.complete(W, (13, 14), share=0.2)


def test_the_run_ends_when_nothing_is_wrong_any_more():
    stop = training.EarlyStop(lambda info: 0.0, least_fall=0.02)
    with pytest.raises(StopIteration):
        for n in range(1, 301):
            stop(types.SimpleNamespace(n_iter=n, theta=n))
    assert n == training.PATIENCE + training.LOOK_EVERY


def test_an_interrupted_run_is_not_a_result(tiny, monkeypatch):
    def interrupted(fun, theta, **options):
        return types.SimpleNamespace(status="interrupted", theta=theta, loss=0.0, n_iter=1)

    monkeypatch.setattr(training, "minimize", interrupted)
    spec = figure_4_mnist.runs("quick")[0]
    with pytest.raises(KeyboardInterrupt):
        figure_4_mnist.run_one(spec, {}, 1)


@pytest.mark.parametrize("preset", ["quick", "standard", "paper"])
def test_comparisons_of_columns_have_partners(preset):
    specs = figure_4_mnist.runs(preset)
    of = lambda **wanted: {s["proportion"] for s in results.select(specs, **wanted)}
    se_emp = {"dictionary": ["squared_exponential", "covariance"], "index_sets": "uniform"}
    ten, one = of(**se_emp, n_columns=10), of(**se_emp, n_columns=1)
    assert one and one <= ten and of(**{**se_emp, "index_sets": "local"}) <= ten


def test_too_few_images_are_said(monkeypatch):
    few = types.SimpleNamespace(X_train=np.zeros((25_000, 4)), y_train=np.zeros(25_000, int))
    monkeypatch.setattr(figure_4_mnist.datasets, "fetch_mnist", lambda: few)
    figure_4_mnist.load.cache_clear()
    with pytest.raises(ValueError, match="^data: expected at least 30,000 training images, got 25,000"):
        figure_4_mnist.load("mnist", 20_000)
