import numpy as np
import pytest

from lowrankweights.optimisation import EarlyStop, Info
from lowrankweights.optimisation.early_stop import LOOK_EVERY, PATIENCE


def feed(stop, n_iter=300):
    """Iterations with theta = n; the one at which it stops, or None."""
    for n in range(1, n_iter + 1):
        try:
            stop(Info(theta=n, loss=0.0, grad_norm=0.0, n_iter=n, seconds=0.0))
        except StopIteration:
            return n
    return None


@pytest.mark.parametrize(("fall", "ends_at"), [(0.0, 10 + PATIENCE), (0.001, None)])
def test_it_stops_when_what_must_fall_falls_too_slowly(fall, ends_at):
    errors = iter([0.5, 0.3, *(0.3 - fall * np.arange(1, 100))])
    stop = EarlyStop(lambda info: next(errors), least_fall=0.02)
    assert feed(stop) == ends_at
    # the parameters of the lowest error, not the last
    assert (stop.theta, stop.n_iter) == ((10, 10) if ends_at else (300, 300))


def test_it_stops_when_nothing_is_wrong_any_more():
    assert feed(EarlyStop(lambda info: 0.0, least_fall=0.02)) == PATIENCE + LOOK_EVERY


def test_patience_and_looks_are_counted_in_iterations():
    looked = []
    stop = EarlyStop(lambda info: looked.append(info.n_iter) or 1.0, 0.5, patience=6, look_every=3)
    assert feed(stop) == 9 and looked == [3, 6, 9]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("least_fall", {"least_fall": 2}), ("patience", {"least_fall": 0.1, "patience": 7, "look_every": 5})],
)
def test_a_rule_that_cannot_be_followed_is_named(name, arguments):
    with pytest.raises(ValueError, match=f"^{name}: expected"):
        EarlyStop(lambda info: 1.0, **arguments)
