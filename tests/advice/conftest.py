import os

import pytest

from lowrankweights.advice import race as racing

IN_FULL = "LOWRANKWEIGHTS_ADVICE" in os.environ


@pytest.fixture(scope="session", autouse=True)
def short_races():
    """Fewer iterations, unless ``make test-advice`` asks for races as users get them."""
    rounds = racing.Race.rounds

    def short(race):
        found = [(rows, folds, max(20, iterations // 5)) for rows, folds, iterations in rounds(race)]
        return [*found[:3], *((n, range(1, 3), iterations) for n, _, iterations in found[3:])]

    with pytest.MonkeyPatch.context() as patch:
        if not IN_FULL:
            patch.setattr(racing.Race, "rounds", short)
        yield
