import numpy as np
import pytest

from lowrankweights.results import claims


def runs(error, seeds=(0, 1, 2), stopped="validation error", n=2000):
    rng = np.random.default_rng(round(1e4 * error))
    return [
        {"seed": s, "wrong": np.flatnonzero(rng.random(n) < error).tolist(), "n_test": n, "stopped": stopped}
        for s in seeds
    ]


def decided(a, b, margin=0.0, n_seeds=3, **more):
    (claim,) = claims.compare_all([("a beats b", a, b, margin, True)], n_seeds)
    return claim


@pytest.mark.parametrize(
    ("a", "b", "margin", "verdict"),
    [
        (0.02, 0.08, 0.0, "holds"),
        (0.08, 0.02, 0.0, "fails"),
        (0.0401, 0.04, 0.0, "undecided"),
        (0.0401, 0.04, 0.05, "holds"),
    ],
)
def test_verdicts_of_primary_claims(a, b, margin, verdict):
    claim = decided(runs(a), runs(b), margin)
    assert claim.verdict == verdict and claim.low < claim.mean < claim.high and claim.n_seeds == 3


def test_exploratory_comparisons_have_no_verdict():
    (claim,) = claims.compare_all([("a beats b", runs(0.02), runs(0.08))], 3)
    assert claim.verdict == "" and claim.high < 0


def test_a_verdict_waits_for_all_planned_seeds():
    assert decided(runs(0.02), runs(0.08), n_seeds=6).verdict == "no verdict: 3 of 6 seeds"
    assert decided(runs(0.02, seeds=(0,)), runs(0.08), n_seeds=1).verdict == "no verdict: 1 of 2 seeds"


def test_many_primary_claims_need_more_than_one_alone():
    """With the end of its interval as margin a claim is just decided; not so among ten."""
    a, b = runs(0.05), runs(0.06)
    margin = claims.compare("", a, b).high + 1e-6
    asked = [("a beats b", a, b, margin, True)]
    undecided = [("a beats itself", a, a, 0.0, True)] * 9
    assert claims.compare_all(asked, 3)[0].verdict == "holds"
    assert claims.compare_all(asked + undecided, 3)[0].verdict == "undecided"


def test_holm_stops_at_the_first_that_is_not_rejected():
    assert claims.holm([0.04, 0.012, 0.026], 0.05) == [False, True, False]
    assert claims.holm([0.04, 0.012, 0.024], 0.05) == [True, True, True]
    assert claims.holm([], 0.05) == []


def test_holm_errs_on_one_of_several_true_claims_as_seldom_as_it_says():
    rng = np.random.default_rng(0)
    wrong = np.mean([any(claims.holm(rng.random(5).tolist(), 0.05)) for _ in range(4000)])
    assert wrong < 0.06


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


def test_what_has_no_common_seeds_is_left_out():
    found = claims.compare_all(
        [
            ("a beats b", runs(0.02), runs(0.08)),
            ("a beats none", runs(0.02), []),
            ("near", runs(0.05), runs(0.04), 1),
        ]
    )
    assert [(c.text, c.margin) for c in found] == [("a beats b", 0.0), ("near", 1)]


def test_the_table_shows_primary_claims_first_and_apart():
    found = claims.compare_all(
        [("a near b", runs(0.02), runs(0.08)), ("a beats b", runs(0.02), runs(0.08), 0.0, True)], 3
    )
    primary, others = claims.table(found).split("\n\n")
    assert "| a beats b | -" in primary and "| **holds** |" in primary and "exploratory" in others
    assert others.count("\n") == 2 and "holds" not in others
