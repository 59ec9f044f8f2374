import numpy as np

from lowrankweights.advice.candidates import candidates_for
from lowrankweights.advice.race import Entry
from lowrankweights.advice.words import advice_by_trials

N = 200


def outcome(n_wrong, last=4):
    """A race in which approaches got so many rows wrong; the same rows where they can."""
    found = {}
    for name, n in n_wrong.items():
        (candidate, *_) = candidates_for({name: name}, 400, 10, 2)
        errors = (np.arange(N) < n).astype(float)
        found[name] = (Entry(candidate, 1e-3), last, errors, errors)
    return found


def advised(n_wrong):
    found = advice_by_trials(outcome(n_wrong), N, {"points": "p"}, "classification", "these 10 columns")
    return found["recommended"], found["advice"]


def test_of_two_as_good_the_simpler_is_advised():
    recommended, advice = advised({"covariance": 10, "none": 11})
    assert recommended["dictionary"] == "none"
    assert "nothing is gained by predicting weights of these 10 columns" in advice
    assert "'covariance' was better by 0.5 ± 0.7 points" in advice


def test_of_two_that_differ_the_better_is_advised():
    recommended, advice = advised({"covariance": 10, "none": 30})
    assert recommended["dictionary"] == "covariance"
    assert "sure: the next, 'none', is worse by 10.0" in advice


def test_every_weight_is_advised_as_in_the_words():
    recommended, advice = advised({"covariance": 30, "none": 10})
    units = recommended["hidden_layer_sizes"]
    assert advice.startswith(
        "weights of these 10 columns can't be predicted from each other: "
        f"learn every weight of a narrower network: hidden_layer_sizes={units}"
    )


def test_an_approach_that_left_early_is_never_advised():
    found = outcome({"covariance": 20, "none": 40}) | outcome({"pca": 5}, last=2)
    advice = advice_by_trials(found, N, {}, "classification", "x")
    assert advice["recommended"]["dictionary"] == "covariance"
    assert advice["trials"][-1]["approach"] == "pca" and np.isnan(advice["trials"][-1]["difference"])


def test_what_was_given_is_handed_on():
    assert advised({"none": 1})[0]["points"] == "p"


def test_a_row_judged_twice_counts_once():
    once, twice = outcome({"none": 20, "pca": 30}), outcome({"none": 20, "pca": 30})
    for name, (entry, last, losses, errors) in twice.items():
        twice[name] = (entry, last, np.tile(losses, 2), np.tile(errors, 2))
    a, b = (advice_by_trials(o, N, {}, "classification", "x")["trials"][1] for o in (once, twice))
    assert abs(a["difference_error"] / b["difference_error"] - 1) < 0.1
