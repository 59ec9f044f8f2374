"""RICA's figures, from small runs: bundled data, and folders made up here."""

import json

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lowrankweights.dictionaries.index_sets import nested_index_set
from lowrankweights.experiments import FIGURES, figure_named, rica_classification, rica_filters
from lowrankweights.experiments.figures.figure_2 import median_cosine_by_chance
from lowrankweights.results.files import array_from_text
from lowrankweights.unsupervised.filters import energy_in_window, match

PICTURES = {"n_patches": 2000, "max_iter": 5}
CLASSIFIED = {"n_train": 100, "n_patches": 500, "max_iter": 5, "strengths": [0.01]}
SMALL = {
    "1-rica-natural": PICTURES, "1-rica-stl": PICTURES, "2": PICTURES,
    "6-proportion": CLASSIFIED, "6-budget": CLASSIFIED,
}  # fmt: skip
PROPORTION, BUDGET = figure_named("6-proportion"), figure_named("6-budget")


@pytest.fixture(autouse=True)
def no_data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("LOWRANKWEIGHTS_DATA", str(tmp_path))


def small_results(figure, n_runs=None):
    specs = [{**spec, **SMALL[figure.name]} for spec in figure.runs("quick")[:n_runs]]
    return [json.loads(json.dumps({**spec, **figure.run_one(spec, {}, 1)})) for spec in specs]


def test_runs_on_other_images_are_not_mixed():
    results = [{"source": "2 photographs"}, {"source": "40 photographs"}]
    with pytest.raises(ValueError, match="^results: expected runs on the same images; begin anew"):
        rica_filters.source_of(results)


def test_a_strength_at_the_end_of_those_offered_is_marked():
    inside = {"stopped": "ftol", "strength": 0.01, "strengths": [0.001, 0.01, 0.1]}
    at_end = {**inside, "strength": [0.01, 0.1]}
    assert rica_classification.marks([inside]) == "" and rica_classification.marks([inside, at_end]) == "^"
    assert rica_classification.legend("32.51^")[0].startswith("^: ")


def test_chance_is_far_below_what_is_found_again():
    results = small_results(figure_named("2"), 2)
    n_h = results[0]["n_components"]
    chance = median_cosine_by_chance(results[0])
    assert 0.2 < chance < 0.6
    W = array_from_text(results[0]["filters"], n_h)
    again = np.linalg.qr(W)[0] @ np.linalg.qr(np.random.default_rng(5).normal(size=(n_h, n_h)))[0]
    assert np.median(match(again, W)[1]) == pytest.approx(chance, abs=0.1)


@pytest.mark.parametrize("name", SMALL)
def test_a_figure_is_run_summed_up_and_drawn(name):
    figure = figure_named(name)
    results = small_results(figure)
    spec = {
        "figure",
        "data",
        "model",
        "dictionary",
        "proportion",
        "n_columns",
        "n_components",
        "seed",
        "n_train" if "n_train" in figure.runs("quick")[0] else "n_patches",
    }
    outcome = {"n_dynamic", "n_static", "error", "wrong", "loss", "n_iter", "stopped"}
    for r in results:
        assert (spec | outcome) <= set(r)
        assert r["figure"] == figure.name == name and name in FIGURES
        assert r["proportion"] == 1.0 or r["dictionary"] != ["none"]
    assert figure.summary(results)
    plt.close(figure.draw(results))


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("preset", ["quick", "standard", "paper"])
def test_every_preset_has_runs_that_differ(name, preset):
    specs = [json.dumps(spec, sort_keys=True) for spec in figure_named(name).runs(preset)]
    assert specs and len(set(specs)) == len(specs)


def test_pairs_of_the_budget_learn_equally_many_numbers():
    for preset in ("quick", "standard", "paper"):
        specs = BUDGET.runs(preset)
        for spec in specs:
            shape = spec["patch_shape"]
            known = len(nested_index_set(shape, spec["proportion"], 0))
            spec["n_dynamic"] = known * spec["n_components"]
        for full, half in zip(specs[::2], specs[1::2], strict=True):
            assert half["n_components"] == 2 * full["n_components"]
            assert half["n_dynamic"] == full["n_dynamic"] and half["seed"] == full["seed"]


def test_learned_filters_of_photographs_are_localised():
    """What the picture shows."""
    spec = {**figure_named("1-rica-natural").runs("quick")[0], "n_components": 60, "patch_shape": [8, 8]}
    X, _ = rica_filters.whitened_patches("natural-bundled", (8, 8), 8000, 0.01, 0)
    W, _ = rica_filters.learn_as({**spec, "max_iter": 300}, X, 1)
    random_ = np.random.default_rng(0).normal(size=W.shape)
    energy = np.median(energy_in_window(W, (8, 8), 3))
    assert energy > 1.5 * np.median(energy_in_window(random_, (8, 8), 3))


def test_stl10s_ten_folds_from_end_to_end(stl10):
    specs = [s for s in PROPORTION.runs("standard") if s["data"] == "stl10"][:2]
    assert specs, "the labelled part is here: it belongs to the figure"
    small = {"n_components": 8, "n_patches": 400, "max_iter": 5, "strengths": [0.01]}
    results = [{**s, **small, **PROPORTION.run_one({**s, **small}, {}, 1)} for s in specs]
    for r in results:
        assert len(r["fold_errors"]) == 10 and r["n_test"] == 100
        assert r["error"] == pytest.approx(np.mean(r["fold_errors"])) and 0 < r["error"] < 0.45
        assert len(r["wrong"]) == len(set(r["wrong"])) and max(r["wrong"]) < 100
    assert "STL-10" in PROPORTION.summary(results)
    plt.close(PROPORTION.draw(results))


def test_the_interval_over_folds_is_students():
    folds = [0.3, 0.4, 0.35, 0.32, 0.38, 0.33, 0.36, 0.37, 0.31, 0.38]
    mean, low, high = rica_classification.percent_wrong([{"fold_errors": folds, "wrong": []}])
    half = 100 * 1.8331 * np.std(folds, ddof=1) / np.sqrt(10)  # t of 9 degrees of freedom, 95 %
    assert mean == pytest.approx(35) and (high - mean, mean - low) == pytest.approx((half, half), rel=1e-4)


def test_without_the_labelled_part_stl10_is_left_out(stl10):
    (stl10 / "train_y.bin").unlink()
    assert {s["data"] for s in BUDGET.runs("standard")} == {"cifar10"}


MODELS_50 = ("none", 1.0, 300), ("squared_exponential", 0.5, 302)


def test_claims_pair_models_of_one_budget_and_seed():
    def run(dictionary, proportion, n_dynamic, seed, n_wrong):
        return {
            **{"data": "cifar10", "patch_shape": [6, 6, 3], "n_test": 1000, "stopped": "ftol"},
            **{"dictionary": [dictionary], "proportion": proportion, "n_dynamic": n_dynamic, "seed": seed},
            "wrong": list(range(n_wrong)),
        }

    results = [run("none", 1.0, n, s, n_wrong) for s in (0, 1) for n, n_wrong in ((108, 500), (216, 300))]
    results += [run("squared_exponential", 0.5, n, s, 400) for s in (0, 1) for n in (108, 216)]
    found = BUDGET.claims(results, n_seeds=2)
    assert [c.verdict for c in found] == ["holds", "fails"] and [c.n_seeds for c in found] == [2, 2]
    assert "108 learned" in found[0].text
    results = [run(d, p, 108, s, n) for s in (0, 1) for d, p, n in MODELS_50]
    (claim,) = PROPORTION.claims(results, n_seeds=2)
    assert claim.verdict == "holds" and claim.mean == pytest.approx(0.002)
    (claim,) = PROPORTION.claims(results[:2], n_seeds=2)
    assert claim.verdict == "no verdict: 1 of 2 seeds"
