import numpy as np
import pytest

from lowrankweights.results import error_interval, intervals, paired_interval


def table(n_seeds=4, n_items=30, seed=0):
    return np.random.default_rng(seed).normal(size=(n_seeds, n_items))


def test_a_table_without_what_is_left_gives_its_two_variances():
    """Y = seed + item: the mean squares are those of the two margins."""
    rng = np.random.default_rng(0)
    seeds, items = rng.normal(size=(5, 1)), rng.normal(size=(1, 200))
    found = intervals.spread(3.0 + seeds + items)
    assert found.mean == pytest.approx(3 + seeds.mean() + items.mean())
    assert found.seeds == pytest.approx(seeds.var(ddof=1) / 5)
    assert found.items == pytest.approx(items.var(ddof=1) / 200)


def test_the_parts_are_those_of_an_analysis_of_variance():
    Y = table()
    found, (S, n) = intervals.spread(Y), Y.shape
    left = Y - Y.mean(axis=1, keepdims=True) - Y.mean(axis=0) + Y.mean()
    M_i, M_r = S * Y.mean(axis=0).var(ddof=1), np.sum(left**2) / ((S - 1) * (n - 1))
    assert found.seeds == pytest.approx(Y.mean(axis=1).var(ddof=1) / S)
    assert found.items == pytest.approx(max(M_i - M_r, 0) / (S * n))


def test_where_seeds_alone_differ_it_is_students_t():
    from scipy import stats

    errors = np.array([0.02, 0.03, 0.05])
    found = intervals.spread(np.repeat(errors[:, None], 1000, axis=1))
    wanted = stats.t.interval(0.95, 2, errors.mean(), errors.std(ddof=1) / np.sqrt(3))
    assert found.interval(0.95) == pytest.approx(wanted)
    assert found.p_value(0.0) == pytest.approx(stats.ttest_1samp(errors, 0.0).pvalue, rel=1e-6)


def test_one_seed_has_the_interval_of_its_items():
    wrong = np.arange(30)
    mean, low, high = error_interval([wrong], 1000)
    half = 1.962341 * np.sqrt(0.03 * 0.97 / 999)  # Student's t, 999 degrees of freedom
    assert (mean, low, high) == pytest.approx((0.03, 0.03 - half, 0.03 + half), rel=1e-5)


def test_where_few_items_alone_differ_it_is_students_t_too():
    from scipy import stats

    errors = np.array([0.1, 0.3, 0.2, 0.25])
    found = intervals.spread(np.repeat(errors[None], 3, axis=0))
    wanted = stats.t.interval(0.95, 3, errors.mean(), errors.std(ddof=1) / 2)
    assert found.interval(0.95) == pytest.approx(wanted)


@pytest.mark.parametrize("n_seeds", [1, 2, 5])
def test_a_p_value_is_the_level_at_which_the_interval_ends_at_the_bound(n_seeds):
    found = intervals.spread(table(n_seeds) + 0.5)
    for bound in (0.0, 0.3, found.mean + 0.2):
        p = found.p_value(bound)
        assert min(abs(np.subtract(found.interval(1 - p), bound))) < 1e-8
    assert found.p_value(found.mean) == pytest.approx(1, abs=1e-3)


def test_errors_on_the_same_items_cancel():
    hard = np.arange(50)
    mean, low, high = paired_interval([hard, hard, hard], [hard, hard, hard[:-1]], 1000)
    assert mean == pytest.approx(1 / 3000) and high - low < 0.004
    apart = paired_interval([hard] * 3, [hard + 100] * 3, 1000)
    assert apart[0] == 0 and apart[2] - apart[1] > 0.01


def test_more_seeds_and_a_lower_level_make_it_narrower():
    rng = np.random.default_rng(0)
    wrong = [np.flatnonzero(rng.random(500) < 0.1) for _ in range(10)]
    widths = [np.ptp(error_interval(wrong[:n], 500)[1:]) for n in (2, 3, 5, 10)]
    assert widths == sorted(widths, reverse=True)
    assert np.ptp(error_interval(wrong, 500, level=0.8)[1:]) < widths[-1]


def test_an_item_that_is_tested_in_every_fold_counts_once():
    once, rng = [], np.random.default_rng(1)
    once = [np.flatnonzero(rng.random(200) < 0.1) for _ in range(3)]
    folds = [np.tile(w, 4) for w in once]
    assert paired_interval(folds, [[]] * 3, 200, n_folds=4) == pytest.approx(
        paired_interval(once, [[]] * 3, 200)
    )


def test_seeds_must_pair():
    with pytest.raises(ValueError, match="^wrong_b: expected as many seeds"):
        paired_interval([[1], [2]], [[1]], 10)


def test_the_interval_of_one_model_is_that_against_a_model_without_errors():
    wrong = [np.arange(30), np.arange(34), np.arange(38)]
    mean, low, high = error_interval(wrong, 1000)
    assert mean == pytest.approx(0.034) and low < mean < high
    assert (mean, low, high) == paired_interval(wrong, [[]] * 3, 1000)


def test_the_interval_of_an_error_ends_where_no_error_can_be():
    two_seeds = [np.arange(30), np.arange(40)]
    assert paired_interval(two_seeds, [[], []], 1000)[1] < 0 == error_interval(two_seeds, 1000)[1]
    nearly_all = [np.arange(995), np.arange(985)]
    assert error_interval(nearly_all, 1000)[2] == 1
