"""RICA's figures, from small runs: bundled data, and folders made up here."""

import json

import numpy as np
import pytest

from lowrankweights.experiments import FIGURES, rica_classification, rica_filters
from lowrankweights.experiments.figures import (
    figure_1_rica_natural,
    figure_1_rica_stl,
    figure_2,
    figure_6_budget,
    figure_6_proportion,
)
from lowrankweights.experiments.rica_filters import energy_in_window, learn, match, nested_index_set

MODULES = [figure_1_rica_natural, figure_1_rica_stl, figure_2, figure_6_proportion, figure_6_budget]
SMALL = {
    figure_1_rica_natural: {"n_train": 2000, "max_iter": 5},
    figure_1_rica_stl: {"n_train": 2000, "max_iter": 5},
    figure_2: {"n_train": 2000, "max_iter": 5},
    figure_6_proportion: {"n_train": 100, "n_patches": 500, "max_iter": 5, "strengths": [0.01]},
    figure_6_budget: {"n_train": 100, "n_patches": 500, "max_iter": 5, "strengths": [0.01]},
}


@pytest.fixture(autouse=True)
def no_data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("LOWRANKWEIGHTS_DATA", str(tmp_path))


def small_results(module, n_runs=None):
    specs = [{**spec, **SMALL[module]} for spec in module.runs("quick")[:n_runs]]
    return [json.loads(json.dumps({**spec, **module.run_one(spec, {}, 1)})) for spec in specs]


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
    results = small_results(figure_2, 2)
    n_h = results[0]["n_components"]
    chance = figure_2._by_chance(results[0])
    assert 0.2 < chance < 0.6
    W = rica_filters.from_text(results[0]["filters"], n_h)
    again = np.linalg.qr(W)[0] @ np.linalg.qr(np.random.default_rng(5).normal(size=(n_h, n_h)))[0]
    assert np.median(match(again, W)[1]) == pytest.approx(chance, abs=0.1)


def close(figure):
    import matplotlib.pyplot as plt

    plt.close(figure)


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__.rsplit(".", 1)[1])
def test_a_figure_is_run_summed_up_and_drawn(module):
    results = small_results(module)
    spec = {
        "figure",
        "data",
        "model",
        "dictionary",
        "proportion",
        "n_columns",
        "n_components",
        "seed",
        "n_train",
    }
    outcome = {"n_dynamic", "n_static", "error", "wrong", "loss", "n_iter", "stopped"}
    for r in results:
        assert (spec | outcome) <= set(r)
        assert FIGURES[r["figure"]] == module.__name__.rsplit(".", 1)[1]
        assert r["proportion"] == 1.0 or r["dictionary"] != ["none"]
    assert module.summary(results)
    close(module.draw(results))


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__.rsplit(".", 1)[1])
@pytest.mark.parametrize("preset", ["quick", "standard", "paper"])
def test_every_preset_has_runs_that_differ(module, preset):
    specs = [json.dumps(spec, sort_keys=True) for spec in module.runs(preset)]
    assert specs and len(set(specs)) == len(specs)


def test_pairs_of_the_budget_learn_equally_many_numbers():
    for preset in ("quick", "standard", "paper"):
        specs = figure_6_budget.runs(preset)
        for spec in specs:
            shape = spec["patch_shape"]
            known = len(nested_index_set(shape, spec["proportion"], 0))
            spec["n_dynamic"] = known * spec["n_components"]
        for full, half in zip(specs[::2], specs[1::2], strict=True):
            assert half["n_components"] == 2 * full["n_components"]
            assert half["n_dynamic"] == full["n_dynamic"] and half["seed"] == full["seed"]


def test_index_sets_are_nested_and_tied_across_channels():
    sets = [nested_index_set((6, 6, 3), p, seed=3) for p in (0.1, 0.5, 1.0)]
    assert set(sets[0]) < set(sets[1]) < set(sets[2]) and sets[2].tolist() == list(range(108))
    assert len(sets[0]) == 12 and (sets[0].reshape(-1, 3) % 3 == [0, 1, 2]).all()


def test_matching_undoes_a_permutation_and_signs():
    rng = np.random.default_rng(0)
    W = rng.normal(size=(20, 7))
    shuffled = W[:, rng.permutation(7)] * rng.choice([-2.0, 3.0], size=7)
    matched, cosine = match(shuffled, W)
    assert np.allclose(cosine, 1) and np.allclose(matched / W, np.abs(matched / W))
    noisy, cosine = match(shuffled + 0.3 * rng.normal(size=(20, 7)), W)
    assert cosine.max() < 1 and (np.sum(noisy * W, axis=0) > 0).all()


def test_energy_in_the_best_window():
    spot, flat = np.zeros((12, 12)), np.ones((12, 12))
    spot[7:12, 0:5] = -1
    share = energy_in_window(np.stack([spot.ravel(), flat.ravel()], axis=1), (12, 12))
    assert share == pytest.approx([1, 25 / 144])


def test_learned_filters_of_photographs_are_localised():
    """What the picture shows."""
    spec = {**figure_1_rica_natural.runs("quick")[0], "n_components": 60, "patch_shape": [8, 8]}
    X, _ = rica_filters.whitened_patches("natural-bundled", (8, 8), 8000, 0.01, 0)
    W, _ = rica_filters.learn({**spec, "max_iter": 300}, X, 1)
    random_ = np.random.default_rng(0).normal(size=W.shape)
    share = np.median(energy_in_window(W, (8, 8), 3))
    assert share > 1.5 * np.median(energy_in_window(random_, (8, 8), 3))


def test_every_share_starts_from_the_same_full_filters():
    base = {**figure_2.runs("quick")[0], "patch_shape": [6, 6], "n_components": 5, "max_iter": 0}
    X, _ = rica_filters.whitened_patches("natural-bundled", (6, 6), 500, 0.1, 0)
    full, _ = rica_filters.learn(base, X, 1)
    part, _ = rica_filters.learn({**base, "dictionary": ["squared_exponential"], "proportion": 0.5,
                                  "length_scale": 0.05}, X, 1)  # fmt: skip
    # a tiny length scale predicts zeros, and then the known weights are those of W0
    alpha = nested_index_set((6, 6), 0.5, 0)
    a, b = part[alpha], full[alpha]
    assert np.allclose(a / np.linalg.norm(a, axis=0), b / np.linalg.norm(b, axis=0), atol=1e-6)


def test_filters_survive_a_line_of_results():
    W = np.random.default_rng(0).normal(size=(9, 4))
    assert np.allclose(rica_filters.from_text(rica_filters.to_text(W), 4), W, rtol=1e-3)


@pytest.fixture
def stl10(tmp_path):
    """A folder in STL-10's layout: two classes, told apart by the direction of stripes."""
    folder = tmp_path / "stl10_binary"
    folder.mkdir()
    rng = np.random.default_rng(0)

    def images(labels):
        stripes = (np.arange(96) // 6 % 2)[:, None] * np.ones(96)
        x = 12 * np.stack([stripes if y == 1 else stripes.T for y in labels])[:, None].repeat(3, axis=1)
        return (x + rng.integers(0, 100, x.shape)).astype(np.uint8).transpose(0, 1, 3, 2).tobytes()

    for part, n in (("train", 40), ("test", 10)):
        labels = rng.integers(1, 3, n)
        (folder / f"{part}_X.bin").write_bytes(images(labels))
        (folder / f"{part}_y.bin").write_bytes(labels.astype(np.uint8).tobytes())
    lines = (" ".join(map(str, rng.choice(40, 20, replace=False))) for _ in range(10))
    (folder / "fold_indices.txt").write_text("\n".join(lines))
    rica_classification.load.cache_clear()
    return folder


def test_stl10s_ten_folds_from_end_to_end(stl10):
    specs = [s for s in figure_6_proportion.runs("standard") if s["data"] == "stl10"][:2]
    assert specs, "the labelled part is here: it belongs to the figure"
    small = {"n_components": 8, "n_patches": 400, "max_iter": 5, "strengths": [0.01]}
    results = [{**s, **small, **figure_6_proportion.run_one({**s, **small}, {}, 1)} for s in specs]
    for r in results:
        assert len(r["fold_errors"]) == 10 and r["n_test"] == 100
        assert r["error"] == pytest.approx(np.mean(r["fold_errors"])) and 0 < r["error"] < 0.45
        assert len(r["wrong"]) == len(set(r["wrong"])) and max(r["wrong"]) < 100
    assert "STL-10" in figure_6_proportion.summary(results)
    close(figure_6_proportion.draw(results))


def test_the_interval_over_folds_is_students():
    folds = [0.3, 0.4, 0.35, 0.32, 0.38, 0.33, 0.36, 0.37, 0.31, 0.38]
    mean, low, high = rica_classification.error_interval([{"fold_errors": folds, "wrong": []}])
    half = 100 * 1.8331 * np.std(folds, ddof=1) / np.sqrt(10)  # t of 9 degrees of freedom, 95 %
    assert mean == pytest.approx(35) and (high - mean, mean - low) == pytest.approx((half, half), rel=1e-4)


def test_without_the_labelled_part_stl10_is_left_out(stl10):
    (stl10 / "train_y.bin").unlink()
    assert {s["data"] for s in figure_6_budget.runs("standard")} == {"cifar10"}


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
    found = figure_6_budget.check_claims(results)
    assert [c.verdict for c in found] == ["holds", "fails"] and [c.n_seeds for c in found] == [2, 2]
    assert "108 learned" in found[0].text
    results = [run(d, p, 108, s, n) for s in (0, 1) for d, p, n in MODELS_50]
    (claim,) = figure_6_proportion.check_claims(results)
    assert claim.verdict == "holds" and claim.mean == pytest.approx(0.002)
    (claim,) = figure_6_proportion.check_claims(results[:2])
    assert claim.verdict == "one seed only"


def test_learning_ends_when_the_loss_falls_too_slowly_not_at_one_flat_step():
    X = np.random.default_rng(0).normal(size=(300, 16))
    spec = {"patch_shape": [4, 4], "dictionary": ["none"], "proportion": 1.0, "seed": 0, "n_components": 40}
    spec |= {"sparsity": 0.1, "max_iter": 500}
    _, result = learn({**spec, "least_fall": 0.9}, X, 1)
    assert result["stopped"] == "loss fell by less than 90.00% in 60 iterations" and result["n_iter"] == 65
    _, result = learn({**spec, "ftol": 0.5}, X, 1)
    assert result["stopped"] == "converged" and result["n_iter"] < 10
