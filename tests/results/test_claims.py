import numpy as np
import pytest

from lowrankweights.results import claims


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


def test_what_has_no_common_seeds_is_left_out():
    found = claims.compare_all(
        [
            ("a beats b", runs(0.02), runs(0.08)),
            ("a beats none", runs(0.02), []),
            ("near", runs(0.05), runs(0.04), 1),
        ]
    )
    assert [(c.text, c.bound) for c in found] == [("a beats b", 0.0), ("near", 1)]


def test_the_table_shows_the_interval():
    text = claims.table([claims.compare("a beats b", runs(0.02), runs(0.08))])
    assert text.count("\n") == 2 and "| a beats b | -" in text and "| holds |" in text
