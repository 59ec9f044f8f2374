"""Figures of convolutional networks, from small runs on bundled images, and on folders made up here."""

import json

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lowrankweights import experiments
from lowrankweights.experiments import convnets, figure_named
from lowrankweights.experiments.figures.figure_5 import ErrorOfConvnets, label
from lowrankweights.experiments.harness import checkpoints, pages, runner
from lowrankweights.optimisation import EarlyStop, Info, minimize_stages

TINY = {"n_train": 60, "n_validation": 40, "filters": [2, 3], "hidden": [5], "max_iter": 4, "n_timed": 20}


def tiny(**more):
    """Figure 5's quick preset with less of everything."""
    quick = ErrorOfConvnets.presets["quick"]
    return ErrorOfConvnets({"quick": {"settings": {**quick["settings"], **TINY, **more}, "seeds": 1}})


@pytest.mark.parametrize("preset", ["quick", "standard", "paper"])
def test_every_share_has_its_seeds_and_what_the_claim_needs_comes_first(preset):
    specs, n = ErrorOfConvnets().runs(preset), ErrorOfConvnets.presets[preset]["seeds"]
    assert len({json.dumps(s, sort_keys=True) for s in specs}) == len(specs) == 7 * n
    assert {label(s) for s in specs[: 2 * n]} == {"every weight", "25 %"}
    shares = {s["proportion"] for s in specs if s["dictionary"][0] != "none"}
    assert shares == {0.05, 0.1, 0.25, 0.5, 0.75, 1.0}
    for s in specs:
        assert len(s["dictionary"]) == len(s["n_columns"]) == len(s["filters"]) + len(s["hidden"])


def test_the_papers_sizes():
    (paper, *_) = ErrorOfConvnets().runs("paper")
    assert (paper["filters"], paper["windows"], paper["hidden"]) == ([48, 64, 64], [8, 8, 5], [500])
    columns = {tuple(s["n_columns"]) for s in ErrorOfConvnets().runs("paper")}
    assert columns == {(1, 1, 1, 1), (1, 1, 1, 5)}  # every weight has none


def test_figure_5_is_timed_run_summed_up_and_drawn(tmp_path):
    said = []
    assert experiments.make(tiny(), "quick", tmp_path, report=said.append) == []
    page = (tmp_path / "5-quick.md").read_text("utf-8")
    assert "14 of 14 runs" in page and "ms an image" in page and "half of it on two" in page
    clock = next(i for i, text in enumerate(said) if "ms an image" in text)
    assert clock < next(i for i, text in enumerate(said) if text.startswith("7 runs, "))  # told beforehand
    counts = {label(r): r["n_dynamic"] for r in runner.read(tmp_path / "5-quick.jsonl")}
    assert counts["5 %"] < counts["10 %"] < counts["25 %"] < counts["50 %"] < counts["75 %"]
    assert counts["100 %"] == counts["every weight"]
    assert (tmp_path / "5-quick.png").stat().st_size > 5000
    assert not list(tmp_path.glob("*.checkpoints"))
    plt.close("all")


def test_before_the_first_run_the_page_has_its_times_and_no_picture():
    figure = tiny()
    timed = [{**s, **figure.run_one(s, {}, 1)} for s in figure.searches("quick")[:2]]
    timed = [{**r, "commit": "c", "seconds": 1.0, "n_threads": 1} for r in timed]
    page = pages.page(figure, "quick", timed, pages.sum_up(figure, "quick", timed))
    assert "2 of 14 runs" in page and "every weight" in page and ".png" not in page


class Killed(Exception):
    pass


class Gone(checkpoints.Halfway):
    """Where a run is, noted after every iteration; killed in the seventh."""

    def __call__(self, info):
        super().__call__(info)
        if info.n_iter == 7:
            raise Killed


def parabola(theta):
    return 1 + 0.5 * np.sum([1, 4, 9] * theta**2), [1, 4, 9] * theta


def rule_of(seen, look_every=1):
    return EarlyStop(lambda info: seen.append(info.n_iter) or info.loss, 0.01, 4, look_every)


def test_a_killed_run_goes_on_with_its_theta_its_stages_and_what_its_rule_has_seen(tmp_path):
    path, stages = tmp_path / "run.npz", [(parabola, 2), (parabola, 30)]
    seen = []
    first = Gone(path, rule_of(seen), first=2, save_every=0)
    with pytest.raises(Killed):
        minimize_stages(stages, np.ones(3), tol=0, ftol=0, callbacks=[first])
    assert seen == [3, 4, 5, 6, 7]  # not while the sample grows
    again = checkpoints.Halfway(path, rule_of(seen), first=2, save_every=0)
    theta, left = again.go_on(np.ones(3), stages)
    assert again.done == 7 and again.resumed_at == [7] and left == [(parabola, 25)]
    assert again.rule.lowest == first.rule.lowest and again.rule.value == first.rule.value
    assert parabola(theta)[0] == pytest.approx(first.rule.value, rel=1e-12)
    minimize_stages(left, theta, tol=0, ftol=0, callbacks=[again])
    assert seen[5] == 8 and again.seconds > 0
    checkpoints.remove(path)
    assert not path.exists()


def test_a_run_killed_halfway_is_counted_whole(tmp_path):
    figure = tiny(max_iter=10)
    (spec, *_) = figure.runs("quick")
    path = checkpoints.path_of(tmp_path / "5-quick.jsonl", spec)
    whole = figure.run_one(spec, {}, 1)
    _, theta = convnets.untrained(spec, convnets.load(spec["data"], 60, 40), 1)
    halfway = checkpoints.Halfway(path, rule_of([]), save_every=0)
    halfway(Info(theta, 1.0, 1.0, 6, 0.0))
    result = figure.run_one(spec, {"checkpoint": path}, 1)
    assert result["resumed_at"] == [6] and result["n_iter"] == whole["n_iter"] == 10
    assert result["seconds_before"] > 0 and "resumed_at" not in whole


def test_images_are_divided_without_overlap_and_scaled_by_those_trained_on():
    data = convnets.load("digits-16x16", 300, 200)
    pixels = data.X_train.reshape(-1, data.input_shape[2])
    assert np.allclose(pixels.mean(axis=0), 0, atol=1e-5) and np.allclose(pixels.std(axis=0), 1, atol=1e-5)
    parts = [data[f"X_{part}"] for part in ("train", "validation", "test")]
    assert [len(p) for p in parts] == [300, 200, 360]
    seen = [{row.tobytes() for row in part} for part in parts]
    assert not (seen[0] & seen[1] or seen[0] & seen[2] or seen[1] & seen[2])
    with pytest.raises(
        ValueError, match="^data: expected at least 1,500 training images .* got 1,437 of dig"
    ):
        convnets.load("digits-16x16", 1000, 500)


def test_figure_1s_filters_are_the_first_layers_as_they_lie_on_the_image():
    figure = figure_named("1-convnet-cifar")
    (spec,) = figure.runs("quick")
    spec = {**spec, "n_train": 100, "n_validation": 50, "max_iter": 3}
    result = {**spec, **figure.run_one(spec, {}, 1)}
    W = np.array(result["features"])
    assert W.shape == (7 * 7, 12) and result["shape"] == [7, 7, 1]
    norms = np.linalg.norm(W, axis=0)
    assert (np.diff(norms) <= 1e-3).all()
    assert "all 12" in figure.summary([result])
    plt.close(figure.draw([result]))


def test_figure_1_of_stl10_from_end_to_end_on_a_made_folder(stl10):
    figure = figure_named("1-convnet-stl")
    (spec,) = figure.runs("standard")
    small = {"n_train": 30, "n_validation": 10, "filters": [3], "windows": [7], "hidden": []}
    small |= {"dictionary": ["none"], "n_columns": [1], "schedule": [[10, 2]], "max_iter": 6}
    result = {**spec, **small, **figure.run_one({**spec, **small}, {}, 1)}
    assert result["shape"] == [7, 7, 3] and result["n_test"] == 10 and result["n_iter"] == 8
    assert "of 10 images" in figure.summary([result])
    plt.close(figure.draw([result]))
