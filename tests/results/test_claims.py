import json
from pathlib import Path

import numpy as np
import pytest

from lowrankweights import experiments
from lowrankweights.results import claims
from lowrankweights.results import files as results

COMMITTED = sorted((Path(__file__).parents[2] / "docs" / "results").glob("*.jsonl"))
FIELDS = {
    *["figure", "data", "model", "dictionary", "proportion", "n_columns", "n_components", "seed", "n_train"],
    *[
        "n_dynamic",
        "n_static",
        "error",
        "wrong",
        "loss",
        "n_iter",
        "stopped",
        "seconds",
        "versions",
        "commit",
    ],
}


def runs(error, seeds=(0, 1, 2), stopped="validation error", n=2000):
    rng = np.random.default_rng(round(1e4 * error))
    return [
        {"seed": s, "wrong": np.flatnonzero(rng.random(n) < error).tolist(), "n_test": n, "stopped": stopped}
        for s in seeds
    ]


@pytest.mark.parametrize(
    ("a", "b", "bound", "verdict"),
    [
        (0.02, 0.08, 0.0, "holds"),
        (0.08, 0.02, 0.0, "fails"),
        (0.0401, 0.04, 0.0, "undecided"),
        (0.0401, 0.04, 0.05, "holds"),
    ],
)
def test_verdicts(a, b, bound, verdict):
    claim = claims.compare("a beats b", runs(a), runs(b), bound)
    assert claim.verdict == verdict and claim.low < claim.mean < claim.high and claim.n_seeds == 3


def test_runs_at_their_limit_are_left_out_with_their_partners():
    limited = [*runs(0.02, seeds=(0,)), *runs(0.02, seeds=(1,), stopped="max_iter")]
    assert claims.compare("", limited, runs(0.08)).n_seeds == 1
    assert claims.compare("", runs(0.02, stopped="max_iter"), runs(0.08)) is None


def test_an_image_tested_in_every_fold_counts_once():
    rng, n = np.random.default_rng(0), 400
    once = [{"seed": s, "wrong": np.flatnonzero(rng.random(n) < 0.2).tolist()} for s in (0, 1)]
    once = [{**r, "n_test": n, "stopped": "ftol"} for r in once]
    repeat = lambda r: [i + n * fold for fold in range(10) for i in r["wrong"]]
    folds = [{**r, "wrong": repeat(r), "n_test": 10 * n, "fold_errors": [0.2] * 10} for r in once]
    none = [{**r, "wrong": []} for r in once], [{**r, "wrong": []} for r in folds]
    a, b = claims.compare("", once, none[0]), claims.compare("", folds, none[1])
    assert (a.mean, a.low, a.high) == pytest.approx((b.mean, b.low, b.high))


def test_one_seed_gives_no_verdict():
    assert claims.compare("", runs(0.02, seeds=(0,)), runs(0.08)).verdict == "one seed only"


def test_the_table_shows_the_interval():
    text = claims.table([claims.compare("a beats b", runs(0.02), runs(0.08)), None])
    assert text.count("\n") == 2 and "| a beats b | -" in text and "| holds |" in text


@pytest.mark.parametrize("path", COMMITTED, ids=lambda p: p.stem)
def test_committed_results_say_what_they_depend_on(path):
    for r in results.read(path):
        if "filters" in r or "features" in r:  # pictures of filters: nothing was classified
            assert set(r) >= FIELDS - {"error", "wrong"}
            continue
        assert set(r) >= FIELDS
        assert r["error"] == pytest.approx(len(r["wrong"]) / r["n_test"])


@pytest.mark.parametrize("path", COMMITTED, ids=lambda p: p.stem)
def test_committed_pages_say_what_the_results_say(path):
    name, preset = path.stem.rsplit("-", 1)
    assert path.with_suffix(".md").read_text(encoding="utf-8") == experiments.page(
        name, preset, _in_order(name, preset, results.read(path))
    )
    assert path.with_suffix(".png").exists()


@pytest.mark.parametrize(
    ("name", "few_enough"), [("6-budget", "with 7,128 learned"), ("6-proportion", "8 % learned is")]
)
def test_the_paper_s_claims_hold_in_what_is_committed(name, few_enough):
    """All but the one named, which the page shows as undecided or failed."""
    path = next(p for p in COMMITTED if p.stem == f"{name}-standard")
    found = experiments.figure_module(name).check_claims(_in_order(name, "standard", results.read(path)))
    assert len(found) == 5
    assert [c.text for c in found if c.verdict != "holds"] == [c.text for c in found if few_enough in c.text]


def test_the_paper_s_claims_hold_in_figure_4():
    """Predicted from few weights it beats every other way to have few, and costs no accuracy."""
    path = next(p for p in COMMITTED if p.stem == "4-mnist-standard")
    found = experiments.figure_module("4-mnist").check_claims(
        _in_order("4-mnist", "standard", results.read(path))
    )
    papers = [c for c in found if c.text.startswith("SE-Emp")]
    assert len(papers) == 2 * 3 * 3 + 1 and "within 0.3 points of learning everything" in papers[-1].text
    assert [c.text for c in papers if c.verdict != "holds"] == []
    assert {c.n_seeds for c in found} == {3}
    # ours, measured rather than claimed
    assert sum("local columns" in c.text for c in found) == 2


def test_stl10_beside_it_does_not_change_a_page(monkeypatch):
    path = next(p for p in COMMITTED if p.stem == "6-budget-standard")
    found = _in_order("6-budget", "standard", results.read(path))
    before = experiments.page("6-budget", "standard", found)
    monkeypatch.setattr(experiments.figure_module("6-budget").rica, "stl10_is_here", lambda: True)
    assert experiments.page("6-budget", "standard", found) == before


def _in_order(name, preset, found):
    specs = experiments.figure_module(name).runs(preset)
    assert all(json.dumps(r) for r in found)
    return [r for spec in specs for r in results.select(found, **spec)[:1]]
