"""RICA's filters with a part of each predicted."""

import numpy as np
import pytest

from lowrankweights.dictionaries.index_sets import nested_index_set
from lowrankweights.unsupervised.filters import energy_in_window, learn, match, whiten


def white_patches(n=500, side=6):
    rng = np.random.default_rng(0)
    smooth = rng.normal(size=(n, side * side)).cumsum(axis=1)
    return whiten(smooth, 0.1)[0]


def cosines(A, B):
    return (A * B).sum(axis=0) / np.linalg.norm(A, axis=0) / np.linalg.norm(B, axis=0)


def test_white_pixels_do_not_vary_together():
    X = np.random.default_rng(0).normal(size=(2000, 5)) @ np.random.default_rng(1).normal(size=(5, 5))
    white, whitening = whiten(X, 1e-8)
    assert np.allclose(np.cov(white.T), np.eye(5), atol=1e-4)
    assert np.array_equal(white, whitening.transform(X))
    # the regularisation is relative: data in other units are whitened alike
    assert np.allclose(whiten(1000 * X, 0.3)[0], whiten(X, 0.3)[0])


def test_every_proportion_starts_from_the_same_full_filters():
    X = white_patches()
    full, _ = learn(X, 5, (6, 6), max_iter=0)
    # a tiny length scale predicts zeros, and then the known weights are those of W0
    part, _ = learn(X, 5, (6, 6), 0.5, length_scale=0.05, max_iter=0)
    alpha = nested_index_set((6, 6), 0.5, 0)
    assert np.allclose(cosines(part[alpha], full[alpha]), 1)
    assert np.allclose(np.delete(part, alpha, axis=0), 0, atol=1e-6)


def test_what_is_learned_is_counted_and_filters_have_unit_length():
    for proportion, n_dynamic, n_static in ((1.0, 36 * 7, 0), (0.25, 9 * 7, 36 * 9)):
        W, learned = learn(white_patches(), 7, (6, 6), proportion, max_iter=3)
        assert (learned.n_dynamic, learned.n_static) == (n_dynamic, n_static)
        assert np.allclose(np.linalg.norm(W, axis=0), 1) and learned.n_iter == 3
        assert learned.stopped == "max_iter"


def test_seeds_differ_and_repeat():
    one, again, other = (learn(white_patches(), 4, (6, 6), 0.5, max_iter=3, seed=s)[0] for s in (0, 0, 1))
    assert np.array_equal(one, again) and not np.allclose(one, other)


def test_learning_ends_when_the_loss_falls_too_slowly_not_at_one_flat_step():
    X = np.random.default_rng(0).normal(size=(300, 16))
    _, learned = learn(X, 40, (4, 4), max_iter=500, least_fall=0.9)
    assert learned.stopped == "loss fell by less than 90% in 60 iterations" and learned.n_iter == 65
    _, learned = learn(X, 40, (4, 4), max_iter=500, ftol=0.5)
    assert learned.stopped == "converged" and learned.n_iter < 10


def test_a_shape_that_is_not_that_of_the_patches_is_named():
    with pytest.raises(ValueError, match="^patch_shape: expected .* 36 weights"):
        learn(white_patches(), 4, (5, 6))


def test_matching_undoes_a_permutation_and_signs():
    rng = np.random.default_rng(0)
    W = rng.normal(size=(20, 7))
    shuffled = W[:, rng.permutation(7)] * rng.choice([-2.0, 3.0], size=7)
    matched, cosine = match(shuffled, W)
    assert np.allclose(cosine, 1) and np.allclose(matched / W, np.abs(matched / W))
    noisy, cosine = match(shuffled + 0.3 * rng.normal(size=(20, 7)), W)
    assert cosine.max() < 1 and (np.sum(noisy * W, axis=0) > 0).all()


def test_energy_in_the_best_window_is_all_of_a_spot_and_little_of_what_is_flat():
    spot, flat = np.zeros((12, 12)), np.ones((12, 12))
    spot[7:12, 0:5] = -1
    energy = energy_in_window(np.stack([spot.ravel(), flat.ravel()], axis=1), (12, 12))
    assert energy == pytest.approx([1, 25 / 144])
