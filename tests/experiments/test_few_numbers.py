import numpy as np
import pytest

from lowrankweights import experiments
from lowrankweights.experiments import rivals
from lowrankweights.experiments.beyond.few_numbers import FewNumbers
from lowrankweights.experiments.beyond.rica_alpha import CHOICES, EVERY, RicaAlpha, learn
from lowrankweights.experiments.harness import runner
from lowrankweights.results.files import select


def test_few_numbers_are_held_against_every_weight_searched_with_and_without_pretraining(tmp_path):
    quick = FewNumbers.presets["quick"]
    less = {"n_train": 300, "n_search": 300, "max_iter": 5}
    less = {
        **quick,
        "settings": {**quick["settings"], **less},
        "hidden": {600: None},
        "pretrain_iter": [0, 2],
    }
    figure, said = FewNumbers({"quick": {**less, "seeds": 1}}), []
    assert experiments.make(figure, "quick", tmp_path, report=said.append) == []
    results = runner.read(tmp_path / "few-numbers-quick.jsonl")
    searched, tested = (select(results, stage=stage) for stage in ("search", "test"))
    assert {r["pretrain_iter"] for r in searched if r["rival"] == rivals.EVERY} == {0, 2}
    assert {r["rival"] for r in tested} == set(FewNumbers.names) and all("wrong" not in r for r in searched)
    page = (tmp_path / "few-numbers-quick.md").read_text()
    assert "600 learned numbers:" in page and "pretrain_iter" in page


def test_each_budget_has_the_margin_that_was_fixed_for_it():
    runs = [
        {"rival": rivals.CHOSEN, "budget": budget, "n_test": 100, "stopped": "", "seed": s, "wrong": [s]}
        for budget in (2600, 5200, 10_400)
        for s in range(5)
    ]
    every = [{**r, "rival": rivals.EVERY} for r in runs[:5]]
    for r in every:
        del r["budget"]
    primary = [claim for claim in FewNumbers().claims([*runs, *every], 5) if claim.primary]
    assert [claim.margin for claim in primary] == [0.004, 0.002, 0.001]
    assert all(claim.mean == 0 and claim.verdict == "holds" for claim in primary)


def test_rica_with_chosen_weights_is_run_summed_up_and_drawn(tmp_path):
    quick = RicaAlpha.presets["quick"]
    less = {**quick["settings"], "n_train": 200, "n_patches": 500, "max_iter": 4, "n_components": 6}
    figure = RicaAlpha({"quick": {"settings": less, "seeds": 1}})
    assert experiments.make(figure, "quick", tmp_path, report=lambda text: None) == []
    results = runner.read(tmp_path / "rica-alpha-quick.jsonl")
    assert {r["choice"] for r in results} == {EVERY, *CHOICES} and len(results) == 1 + 2 * len(CHOICES)
    few = [r["n_dynamic"] for r in results if r["choice"] != EVERY]
    assert set(few) == {3 * 6, 4 * 6}  # of 36 pixels a tenth and 8 %
    assert "| 8 % | pivoted |" in (tmp_path / "rica-alpha-quick.md").read_text()


@pytest.mark.parametrize("choice", CHOICES)
def test_filters_are_in_the_span_of_so_many_atoms(choice):
    X = np.random.default_rng(0).normal(size=(300, 36))
    spec = {
        "choice": choice, "proportion": 0.1, "patch_shape": [6, 6], "n_components": 9, "sparsity": 0.1,
        "length_scale": 1.0, "max_iter": 3, "seed": 0, "least_fall": 1e-3,
    }  # fmt: skip
    W, result = learn(spec, X, 1)
    assert np.linalg.matrix_rank(W) == 4 and result["n_dynamic"] == 4 * 9 and result["stopped"] == "max_iter"
