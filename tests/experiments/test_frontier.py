import numpy as np
import pytest

from lowrankweights import experiments
from lowrankweights.experiments import rivals
from lowrankweights.experiments.beyond.frontier import FrontierCifar, FrontierMnist
from lowrankweights.experiments.harness import runner
from lowrankweights.experiments.images import load
from lowrankweights.experiments.rica_features import load as load_features
from lowrankweights.results.files import select

BUDGETS = (1000, 2500, 5000, 10_000)


@pytest.mark.parametrize("kind", [FrontierMnist, FrontierCifar])
def test_the_figure_is_searched_run_summed_up_and_drawn(kind, tmp_path):
    quick = kind.presets["quick"]
    less = {"n_train": 300, "n_search": 200, "pretrain_iter": 2, "max_iter": 5}
    less = {**quick, "settings": {**quick["settings"], **less}, "hidden": {600: [[20]]}, "seeds": 1}
    figure, said = kind({"quick": less}), []
    assert experiments.make(figure, "quick", tmp_path, report=said.append) == []
    results = runner.read(tmp_path / f"{figure.name}-quick.jsonl")
    searched, tested = (select(results, stage=stage) for stage in ("search", "test"))
    # what chooses for itself has no search before it, and none of the others looked at test images
    assert {r["rival"] for r in searched} == set(figure.names) - {rivals.CHOSEN}
    assert all("wrong" not in r for r in searched) and {r["rival"] for r in tested} == set(figure.names)
    chosen = select(tested, rival=rivals.CHOSEN)[0]
    assert chosen["n_tried"] > 5 and 500 < chosen["n_dynamic"] <= 600
    page = (tmp_path / f"{figure.name}-quick.md").read_text()
    assert "600 learned numbers:" in page and "searched anew" in page and "not MNIST" in page


@pytest.mark.parametrize(
    ("rival", "n_dynamic", "n_static"), [(rivals.HASHED, 2000, 0), (rivals.SUBSPACE, 2000, 0)]
)
def test_hashed_weights_and_subspaces_have_the_numbers_of_the_budget(rival, n_dynamic, n_static):
    data = load("digits-16x16", 300)
    spec = {"rival": rival, "budget": 2000, "hidden": [50], "seed": 1}
    found = rivals.network(spec, 256, 10)
    net, theta = rivals.hashed_or_subspace(spec, found, 256, 10)
    assert (net.n_dynamic, net.n_static, len(theta)) == pytest.approx(
        (n_dynamic, n_static, n_dynamic), rel=0.06
    )
    assert net.predict(theta, data.X_test[:5]).shape == (5, 10)


def runs(rival, budget, errors):
    """Results of each seed, of 1,000 test images, the first so many wrong."""
    common = {"rival": rival, "n_test": 1000, "stopped": "by the rule", "budget": budget}
    return [{**common, "seed": s, "wrong": list(range(e)), "error": e / 1000} for s, e in enumerate(errors)]


def results_with(ours, pca):
    """Results at four budgets; all rivals but PCA are wrong three times in ten."""
    found = []
    for budget, own, other in zip(BUDGETS, ours, pca, strict=True):
        found += runs(rivals.CHOSEN, budget, own) + runs(rivals.PCA, budget, other)
        for rival in set(FrontierMnist.names[1:-1]) - {rivals.PCA}:
            found += runs(rival, budget, [300 + i for i in range(5)])
    return found


def verdicts(results):
    nowhere, better = FrontierMnist().claims(results, 5)[:2]
    return nowhere, better


def test_the_claims_hold_where_all_pairs_and_three_budgets_say_so():
    ours, pca = [[100 + i for i in range(5)]] * 4, [[200 + i for i in range(5)]] * 4
    nowhere, better = verdicts(results_with(ours, pca))
    assert nowhere.verdict == better.verdict == "holds" and "clear of zero: at 4" in better.text
    # at one budget PCA is far better: the first fails, the second is not concerned
    worse = [*pca[:3], [20 + i for i in range(5)]]
    nowhere, better = verdicts(results_with(ours, worse))
    assert nowhere.verdict == "fails" and "budget=10,000 is no worse than PCA" in nowhere.text
    assert better.verdict == "holds" and "clear of zero: at 3" in better.text
    # at two of four: three budgets are not better
    worse = [*pca[:2], *[[100 + i for i in range(5)]] * 2]
    _, better = verdicts(results_with(ours, worse))
    assert better.verdict == "undecided" and "clear of zero: at 2" in better.text


def test_a_third_difference_that_is_clear_by_itself_is_not_clear_enough_as_one_of_two_ways():
    ours, pca = [[100] * 5] * 4, [[200 + i for i in range(5)]] * 2
    third = [104, 115, 109, 118, 106]
    _, better = verdicts(results_with(ours, [*pca, third, [100] * 5]))
    assert better.high < 0 and 0.025 < better.p_value < 0.05 and better.verdict == "undecided"


def test_features_are_standardised_by_the_rows_that_are_trained_on():
    few, more = load_features("digits-rica", 200), load_features("digits-rica", 600)
    for data in (few, more):
        assert np.abs(data.X_train.mean(axis=0)).max() < 1e-3 and data.X_train.std(axis=0).max() < 1.001
    assert np.array_equal(few.y_validation, more.y_validation) and np.array_equal(few.y_test, more.y_test)
    with pytest.raises(ValueError, match="data: expected at least"):
        load_features("digits-rica", 5000)
