import numpy as np
import pytest

from lowrankweights import experiments
from lowrankweights.experiments.beyond.activations import KINDS, Activations
from lowrankweights.experiments.harness import runner
from lowrankweights.results.files import select

TINY = {"n_train": 300, "n_search": 200, "max_iter": 100}
SEEDS, N_TEST = range(5), 4000


def tiny():
    """The quick preset with less of everything."""
    quick = Activations.presets["quick"]
    return Activations({"quick": {**quick, "settings": {**quick["settings"], **TINY}, "n_filters": [12, 8]}})


def runs(losses, error=0.02, spread=0.0005):
    """Runs with these losses of accuracy, a kind each: errors on items drawn by chance."""
    rng, results = np.random.default_rng(0), []
    for kind, loss in zip(KINDS, losses, strict=True):
        for seed in SEEDS:
            for proportion, e in ((1.0, error), (0.25, error + loss)):
                n_wrong = round(N_TEST * (e + spread * rng.normal()))
                wrong = np.arange(n_wrong).tolist()  # the hard items, for all
                common = {"kind": kind, "seed": seed, "proportion": proportion, "stage": "test"}
                results.append({**common, "wrong": wrong, "n_test": N_TEST, "stopped": "validation error"})
    return results


def primary(losses):
    (claim,) = [c for c in Activations().claims(runs(losses), 5) if c.primary]
    return claim


def test_each_kind_is_trained_with_every_weight_and_with_a_quarter_and_only_dropout_drops():
    for preset in Activations.presets:
        models = Activations().models(preset)
        assert len(models) == 2 * len(KINDS)
        assert {name for name, m in models.items() if m.options} == {"dropout, every weight", "dropout, 25 %"}
        filters = {
            name: [n * m.settings.get("n_pieces", 1) for n in m.settings["hidden"]]
            for name, m in models.items()
        }
        assert len({str(f) for f in filters.values()}) == 1
    assert len(list(Activations().seeds("standard"))) == 5


@pytest.mark.parametrize(
    ("losses", "verdict"),
    [((0.002, 0.002, 0.0025, 0.002), "holds"), ((0.0, 0.0, 0.012, 0.0), "fails"),
     ((0.001, 0.001, 0.004, 0.001), "undecided")],
)  # fmt: skip
def test_the_primary_claim_is_decided_by_the_pair_that_is_furthest_apart(losses, verdict):
    claim = primary(losses)
    assert claim.verdict == verdict and "within 0.3 points of each other" in claim.text
    if verdict != "holds":
        assert "loss of maxout less that of" in claim.text
    assert claim.mean == pytest.approx(max(losses) - min(losses), abs=0.001)


def test_a_difference_of_losses_is_that_of_their_means():
    claims = {c.text: c for c in Activations().claims(runs((0.001, 0.003, 0.006, 0.002)), 5)}
    costs = [claims[f"a quarter of the weights costs, {kind}"].mean for kind in ("maxout", "relu")]
    assert claims["loss of relu less that of maxout"].mean == pytest.approx(costs[1] - costs[0], abs=1e-12)


def test_without_all_kinds_there_is_no_primary_claim():
    assert not [c for c in Activations().claims(select(runs([0.0] * 4), kind="relu"), 5) if c.primary]


def test_the_figure_is_searched_run_summed_up_and_drawn(tmp_path):
    assert experiments.make(tiny(), "quick", tmp_path, report=lambda text: None) == []
    results = runner.read(tmp_path / "activations-quick.jsonl")
    searched, tested = (select(results, stage=stage) for stage in ("search", "test"))
    assert len(searched) == 3 * 8 and len(tested) == 2 * 8
    assert all("error" not in r and "wrong" not in r for r in searched)
    by_kind = {r["kind"]: r for r in select(tested, proportion=1.0, seed=0)}
    assert by_kind["relu"]["n_dynamic"] == by_kind["dropout"]["n_dynamic"]
    assert by_kind["relu"]["loss"] != by_kind["dropout"]["loss"]  # masks there are
    page = (tmp_path / "activations-quick.md").read_text()
    assert "| maxout | 6-4 |" in page and "not MNIST" in page and "Dropout is of relu units" in page
    assert (tmp_path / "activations-quick.png").stat().st_size > 5000
