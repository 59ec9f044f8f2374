import re
from pathlib import Path

import numpy as np
import pytest

from lowrankweights.results import coverage
from lowrankweights.results.intervals import spread

N_DRAWS = {1000: 200, 10_000: 60}
# a proportion of 0.95 seen in so many draws is above 0.95 - 3 standard deviations, nearly always
LOWEST = {n: 0.95 - 3 * np.sqrt(0.95 * 0.05 / draws) for n, draws in N_DRAWS.items()}


@pytest.mark.parametrize("points", coverage.SPREADS)
@pytest.mark.parametrize("n_seeds", coverage.SEEDS)
def test_intervals_cover_the_truth_as_often_as_they_say(n_seeds, points):
    covered, _ = coverage.coverage(n_seeds, 1000, points, N_DRAWS[1000], rng=1)
    assert covered >= LOWEST[1000]


@pytest.mark.parametrize(("n_seeds", "points"), [(2, 0.5), (3, 0.0), (10, 1.5)])
def test_they_do_so_with_many_items_too(n_seeds, points):
    covered, _ = coverage.coverage(n_seeds, 10_000, points, N_DRAWS[10_000], rng=1)
    assert covered >= LOWEST[10_000]


def test_the_simulated_world_has_the_difference_that_it_says():
    rng = np.random.default_rng(0)
    for points in (0.0, 1.5):
        seen = spread(coverage.draw(rng, 2000, 2000, points))
        low, high = seen.interval(0.999)
        assert low < coverage.truth(points) < high
    assert coverage.truth(0.0) == pytest.approx(0, abs=1e-9)


def test_the_table_has_a_row_for_each_number_of_seeds_and_items():
    lines = coverage.table(n_draws=2).splitlines()
    assert len(lines) == 2 + len(coverage.SEEDS) * len(coverage.ITEMS)


def test_the_page_has_the_table_of_all_cells_and_none_is_below_93_percent():
    page = (Path(__file__).parents[2] / "docs" / "results" / "intervals.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("|")]
    shares = [float(cell) for row in rows[2:] for cell in re.findall(r"(\d+\.\d) %", row)]
    n_rates = 3 * 6
    assert len(shares) == len(coverage.SEEDS) * len(coverage.ITEMS) * len(coverage.SPREADS) + n_rates
    assert min(shares) >= 93 and coverage.PAGE.split("{")[0] in page


@pytest.mark.parametrize(("of_seeds", "of_items"), [(0.0, 1.0), (1.0, 3.0)])
def test_intervals_of_rates_of_few_speakers_hold(of_seeds, of_items):
    assert coverage.coverage_of_rates(3, 16, of_seeds, of_items, n_draws=400, rng=1) > 0.925
