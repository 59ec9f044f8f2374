"""Figures of the perceptron, from small runs on the digits that come with scikit-learn."""

import json
import types

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lowrankweights import experiments
from lowrankweights.experiments.figures import figure_4_mnist
from lowrankweights.experiments.figures.figure_1.mnist import FeaturesOfDigits
from lowrankweights.experiments.figures.figure_4_mnist import ErrorByDictionary, name_of
from lowrankweights.experiments.harness import runner
from lowrankweights.experiments.harness.stop_rules import STOP_RULES
from lowrankweights.experiments.images import divide
from lowrankweights.experiments.training import train
from lowrankweights.optimisation import Info
from lowrankweights.results.files import select

LESS = {"hidden": [12, 10], "pretrain_iter": 2, "max_iter": 6}


def tiny():
    """Figure 4's quick preset with less of everything."""
    quick = ErrorByDictionary.presets["quick"]
    settings = {**quick["settings"], **LESS, "n_train": 200}
    preset = {**quick, "settings": settings, "proportions": (0.1, 0.5), "columns": (1, 5)}
    return ErrorByDictionary({"quick": preset})


def test_the_standard_preset_is_the_papers_legend():
    specs = ErrorByDictionary().runs("standard")
    names = {name_of(s) for s in specs}
    assert set(figure_4_mnist.STRATEGIES) < names and len(figure_4_mnist.STRATEGIES) == 8
    main_panel = [s for s in specs if figure_4_mnist.in_main_panel(s)]
    more_seeds = [s for s in main_panel if s["seed"] > 2]
    assert len(main_panel) == 3 * (1 + 7 * 6) + len(more_seeds) and len(more_seeds) == 3 * (1 + 3 * 3)
    assert {name_of(s) for s in more_seeds} == {"nokernel", "SE-Emp", "RandFixU-RandFixU", "LowRank"}
    assert [s["seed"] for s in specs] == sorted(s["seed"] for s in specs)
    assert len({json.dumps(s, sort_keys=True) for s in specs}) == len(specs)
    assert {s["n_columns"] for s in specs if name_of(s) == "SE-Emp"} == {1, 5, 10}


def test_runs_of_a_group_have_the_same_first_layer():
    figure, groups = ErrorByDictionary(), {}
    for s in figure.runs("standard"):
        groups.setdefault(str(figure.group(s)), []).append(s)
    shared = [g for g in groups.values() if len(g) > 1]
    assert {name_of(s) for s in max(shared, key=len)} == {"SE-Emp", "SE-Emp2", "SE-AE"}
    for g in shared:
        for key in ("n_columns", "proportion", "seed", "pretrain_iter", "hidden", "n_train"):
            assert len({json.dumps(s[key]) for s in g}) == 1


def test_figure_1_keeps_the_strongest_features_and_completes_them(tmp_path):
    figure, said = FeaturesOfDigits({"quick": {**FeaturesOfDigits.presets["quick"], **LESS}}), []
    assert experiments.make(figure, "quick", tmp_path, report=said.append) == []
    (r,) = runner.read(tmp_path / "1-mnist-quick.jsonl")
    assert r["shape"] == [16, 16] and np.shape(r["features"]) == (256, 4) and r["proportion_known"] == 0.2
    text = "\n".join(said)
    assert "51 of 256 weights known (20%)" in text and "(marginal likelihood of the known weights" in text
    assert (tmp_path / "1-mnist-quick.png").stat().st_size > 5000


def test_figure_4_is_run_summed_up_drawn_and_resumed(tmp_path):
    said = []
    assert experiments.make(tiny(), "quick", tmp_path, report=said.append) == []
    lines = [json.loads(x) for x in (tmp_path / "4-mnist-quick.jsonl").read_text().splitlines()]
    assert len(lines) == 1 + 7 * 2 + 3
    for r in lines:
        assert r["error"] == len(r["wrong"]) / r["n_test"] and np.isfinite(r["loss"])
        assert r["stopped"] == "max_iter" and r["data"] == "digits-16x16"
        # the rule by its name, and beside it what readers are told
        assert STOP_RULES[r["stop_rule"]].sentence == r["stop_sentence"]
    assert (tmp_path / "4-mnist-quick.png").stat().st_size > 5000
    text = "\n".join(said)
    assert "SE-Emp2" in text and "*" in text  # runs at their limit are marked
    with pytest.raises(ValueError, match="^resume: expected True"):
        experiments.make(tiny(), "quick", tmp_path, report=said.append)
    experiments.make(tiny(), "quick", tmp_path, resume=True, report=said.append)
    assert "18 runs, 18 of them finished before" in "\n".join(said)
    plt.close("all")


class CountsSummaries(ErrorByDictionary):
    summaries = comparisons_made = 0

    def summary(self, results):
        self.summaries += 1
        return "| |\n|---|"

    def comparisons(self, results):
        self.comparisons_made += 1
        return []

    def runs(self, preset):
        return [{"data": "digits-16x16", "seed": 0}]

    def group(self, spec):
        return spec["seed"]

    def run_one(self, spec, shared, n_threads):
        return {"error": 0.1}

    def draw(self, results):
        return plt.figure()


def test_what_is_printed_and_what_the_page_says_is_computed_once(tmp_path):
    figure = CountsSummaries()
    experiments.make(figure, "quick", tmp_path, report=lambda text: None)
    assert (figure.summaries, figure.comparisons_made) == (1, 1)
    assert "| |\n|---|" in (tmp_path / "4-mnist-quick.md").read_text()


class CtrlCAtTheFirstLook(types.SimpleNamespace):
    """Data whose validation images are asked for by the stop rule, in the fifth iteration."""

    @property
    def X_validation(self):
        raise KeyboardInterrupt


def test_an_interrupted_run_is_not_a_result():
    spec = next(s for s in tiny().runs("quick") if name_of(s) == "nokernel")
    rng = np.random.default_rng(0)
    arrays = {"X_train": rng.random((40, 9)), "y_train": np.arange(40) % 4, "y_validation": np.arange(4)}
    with pytest.raises(KeyboardInterrupt):
        train(spec, CtrlCAtTheFirstLook(**arrays, input_shape=(3, 3)), {}, 1)


@pytest.mark.parametrize("preset", ["quick", "standard", "paper"])
def test_comparisons_of_columns_have_partners(preset):
    specs = ErrorByDictionary().runs(preset)
    of = lambda **wanted: {s["proportion"] for s in select(specs, **wanted)}
    se_emp = {"dictionary": ["squared_exponential", "covariance"], "index_sets": "uniform"}
    ten, one = of(**se_emp, n_columns=10), of(**se_emp, n_columns=1)
    assert one and one <= ten and of(**{**se_emp, "index_sets": "local"}) <= ten


def bunch(n):
    return types.SimpleNamespace(X_train=np.arange(n).reshape(n, 1), y_train=np.arange(n))


def test_too_few_images_are_said():
    with pytest.raises(ValueError, match="^data: expected at least 30,000 training .* got 25,000 of mnist"):
        divide(bunch(25_000), "mnist", 20_000, 10_000)


def test_validation_images_are_not_trained_on():
    data = divide(bunch(50), "digits", 30, 20)
    assert len(data.X_train) == len(data.y_train) == 30 and len(data.X_validation) == 20
    assert not set(data.y_train) & set(data.y_validation)


@pytest.mark.parametrize("rule", STOP_RULES.values(), ids=STOP_RULES)
def test_a_stop_rule_looks_at_what_its_name_says(rule):
    stop = rule.callback(lambda theta: 0.25 if theta == "seen" else None)
    stop(Info("seen", loss=7.0, grad_norm=0.0, n_iter=5, seconds=0.0))
    what = rule.name.split(",")[0]
    assert stop.value == {"validation error": 0.25, "training loss": 7.0}[what]
    words = f"{what} fell by less than {100 * rule.least_fall:g}% in {rule.patience} iterations"
    assert rule.sentence == words and (stop.least_fall, stop.patience) == (rule.least_fall, rule.patience)
