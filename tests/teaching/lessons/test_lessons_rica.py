"""Lessons 07 and 08: what they write by hand is what the package does."""

import numpy as np
import pytest
from run_lesson import names_of

import lowrankweights as lrw
from lowrankweights.results import paired_interval
from lowrankweights.unsupervised import PatchEncoder, match, rica_cost


@pytest.fixture(scope="module")
def solved():
    """The namespaces of both lessons, run at their tiny size with their solutions."""
    return {number: names_of(number) for number in ("07", "08")}


@pytest.mark.parametrize("number", ["07", "08"])
def test_every_solution_passes(solved, number):
    results = solved[number]["check"].results
    assert len(results) >= 5 and set(results.values()) == {"passed"}


def test_lesson_07_has_the_package_s_cost_and_gradient(solved):
    own, rng = solved["07"], np.random.default_rng(3)
    X, U = rng.normal(size=(30, 8)), rng.normal(size=(8, 3))
    theta = rng.normal(size=3 * 5)
    wanted_cost, wanted = rica_cost(theta, X, 5, U, sparsity=0.4, eps=0.03)
    P = U @ theta.reshape(3, 5)
    assert own["cost"](P / np.linalg.norm(P, axis=0), X, 0.4, 0.03) == pytest.approx(wanted_cost)
    assert own["dW_of"] is own["gradient_of_W"] and own["dP_of"] is own["through_the_length"]
    assert np.allclose(own["my_gradient"](theta, X, U, 0.4, 0.03), wanted)
    # what stands in for those who skipped the exercises
    A = rng.normal(size=P.shape)
    assert np.allclose(own["reference_gradient"](P, X, 0.4, 0.03), own["dW_of"](P, X, 0.4, 0.03))
    assert np.allclose(own["reference_length"](A, P), own["dP_of"](A, P))


def test_lesson_07_whitens_and_pairs_as_the_package_does(solved):
    own, rng = solved["07"], np.random.default_rng(4)
    X = rng.normal(size=(40, 6)) @ rng.normal(size=(6, 6))
    C = own["whitening_matrix"](X, 0.2)
    white = lrw.ZCAWhitening(0.2).fit(X)
    assert np.allclose((X - X.mean(axis=0)) @ C, white.transform(X))
    W, full = rng.normal(size=(2, 9, 7))
    matched, cosine = match(W, full)
    assert np.allclose(own["pair"](W, full), matched) and (cosine > 0).all()
    large, small = own["nested"](36, [18, 6], np.random.default_rng(1))
    assert len(large) == 18 and len(small) == 6 and set(small) < set(large) < set(range(36))


def test_a_dictionary_reaches_what_it_can_express(solved):
    own = solved["07"]
    best = own["reach"](1.0)
    assert np.allclose(best, 1, atol=1e-6)
    assert (own["reach"](0.1) <= own["reach"](0.5) + 1e-9).all()  # nested: more pixels, more to express
    # projections themselves reach 1: no U w_alpha has a larger |cosine| than the projection
    assert own["reach"](0.1).max() < 1


def test_lesson_08_encodes_as_the_package_does(solved):
    own, rng = solved["08"], np.random.default_rng(5)
    images = rng.random((3, 9, 12)).astype(np.float32)
    whitening = lrw.ZCAWhitening(0.1).fit(rng.random((60, 12)))
    W = rng.normal(size=(12, 4))
    encoder = PatchEncoder(W, (3, 4), whitening, contrast=False, threshold=0.3, n_threads=1)
    for image, wanted in zip(images, encoder.transform(images), strict=True):
        Z = whitening.transform(own["every_patch"](image, 3, 4).astype(float)) @ W
        assert np.allclose(own["pool"](own["rectify"](Z, 0.3), 7, 9), wanted, rtol=1e-3, atol=1e-4)


def test_lesson_08_counts_what_is_learned(solved):
    own = solved["08"]
    for share, n_h in ((1, 4), (0.5, 8), (0.25, 16)):
        _, n_learned = own["filters"](own["white"], n_h, share)
        U_size = 0 if share == 1 else 36 * round(36 * share)
        assert own["buy"](n_learned, 36, share) == (n_h, n_learned, U_size, 80 * n_h + 10)
    # the last row of the table that is printed before the race
    n_h, n_learned, static, classifier = own["buy"](576, 36, 0.5)
    last = [n_h, n_learned, static, 36 * n_h, 8 * n_h, classifier]
    assert own["counted"].replace(",", "").split() == [str(number) for number in last]


def test_lesson_08_resamples_as_paired_interval_does(solved):
    own, rng = solved["08"], np.random.default_rng(6)
    a, b = (rng.random((2, 800)) < [[0.12], [0.09]]).astype(float)
    draws = rng.integers(800, size=(4000, 800))
    found = own["bootstrap"](a, b, draws)
    mean, low, high = paired_interval([np.flatnonzero(a)], [np.flatnonzero(b)], n_items=800)
    assert found.mean() == pytest.approx(mean, abs=0.002)
    assert np.quantile(found, [0.025, 0.975]) == pytest.approx([low, high], abs=0.003)
    # and the two effects add up to the bargain
    for k in own["counts"]:
        parts = (
            own["more"][f"{2 * k} filters, not {k}"][0] + own["price"][f"{2 * k} filters: half, not all"][0]
        )
        assert parts == pytest.approx(own["bargain"][f"{36 * k} learned"][0])
