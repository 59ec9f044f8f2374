import functools
import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

import lowrankweights as lrw
from lowrankweights.building import (
    SquaredExponentialRidge,
    layer_specs,
    length_scale_of_trained_filters,
    takes_length_scale,
    with_trained_length_scale,
)

GRID = lrw.Grid((14, 14))


@functools.lru_cache
def smooth(length_scale, n=2500):
    """Rows and filters that are both smooth on this scale, and what the filters find in the rows."""
    rng = np.random.default_rng(0)
    L = np.linalg.cholesky(lrw.SquaredExponential(length_scale)(GRID, GRID) + 1e-8 * np.eye(196))
    X, filters = rng.normal(size=(n, 196)), L @ rng.normal(size=(196, 5))
    return X, X @ L.T, filters


def targets(X, filters, loss):
    z = X @ filters
    return np.eye(5)[z.argmax(axis=1)] if loss == "softmax_cross_entropy" else np.tanh(z / z.std())


def found(X, Y=None, loss=None, points=GRID, **changes):
    return length_scale_of_trained_filters(X, Y, loss, points, **{"ridge": 1e-2, "rng": 0, **changes})


@pytest.mark.parametrize("length_scale", [2.0, 3.5])
@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "squared_error", None])
def test_the_length_scale_that_the_data_are_made_with_is_found(length_scale, loss):
    white, rows, filters = smooth(length_scale)
    about = {"rel": 0.3}
    Y = None if loss is None else targets(rows, filters, loss)
    assert found(rows, Y, loss) == pytest.approx(length_scale, **about)
    if loss is not None:  # the rows know nothing of it, the filters do
        assert length_scale / 1.7 < found(white, targets(white, filters, loss), loss) < 1.7 * length_scale


def test_the_same_seed_finds_the_same_and_units_of_x_do_not_matter():
    _, rows, filters = smooth(2.0)
    Y = targets(rows, filters, "squared_error")
    first = found(rows, Y, "squared_error")
    assert found(rows, Y, "squared_error") == first
    assert found(rows, Y, "squared_error", rng=1) != first  # other rows, other initial weights
    assert found(1024 * rows, Y, "squared_error") == first
    for units in (1000 * rows, 1e-6 * rows, 3 + rows):
        assert found(units, Y, "squared_error") == pytest.approx(first, rel=1e-2)


def test_it_is_in_the_units_of_the_points():
    _, rows, _ = smooth(3.5)
    metres = lrw.Points(GRID.coordinates / 1000)
    assert found(rows, points=metres) == pytest.approx(found(rows) / 1000, rel=1e-3)


def test_units_that_never_vary_do_not_count():
    """Their weights are never learned: what they hold is chance."""
    _, rows, _ = smooth(2.0)
    framed = np.pad(rows.reshape(-1, 14, 14), ((0, 0), (4, 4), (4, 4))).reshape(len(rows), -1)
    assert found(framed, points=lrw.Grid((22, 22))) == pytest.approx(found(rows), rel=0.15)


def test_a_row_of_weight_two_is_the_row_twice():
    """With so few rows none are drawn."""
    _, rows, filters = smooth(2.0)
    X, weight = rows[:300], np.arange(300) % 4
    Y = targets(X, filters, "squared_error")
    weighted = found(X, Y, "squared_error", weight=weight)
    repeated = found(np.repeat(X, weight, axis=0), np.repeat(Y, weight, axis=0), "squared_error")
    assert weighted == pytest.approx(repeated, rel=1e-4)
    assert weighted != pytest.approx(found(X[weight > 0], Y[weight > 0], "squared_error"), rel=1e-3)


def test_rows_of_weight_zero_do_not_count():
    white, rows, filters = smooth(2.0)
    X, weight = np.vstack([rows, 100 * white]), np.repeat([1.0, 0.0], 2500)
    Y = targets(X, filters, "squared_error")
    assert found(X, Y, "squared_error", weight=weight) == pytest.approx(2.0, rel=0.3)
    with pytest.raises(ValueError, match="^weight: expected numbers >= 0, not all 0"):
        found(X, weight=0 * weight)


def test_of_white_data_the_shortest_is_taken_and_said():
    with pytest.warns(UserWarning, match="^length_scale: weights of neighbours do not resemble each other"):
        assert found(smooth(2.0)[0]) == pytest.approx(0.3, rel=0.01)


def test_large_inputs_are_looked_at_in_part():
    rng, grid = np.random.default_rng(0), lrw.Grid((1600,))
    rows = np.sin(np.add.outer(rng.uniform(0, 6, 300), np.arange(1600) / 20))
    assert 10 < found(rows, points=grid) < 60


def test_a_specification_gets_it_with_its_own_ridge_and_activation():
    _, rows, filters = smooth(2.0)
    Y, how = (
        targets(rows, filters, "squared_error"),
        {"proportion": 0.2, "n_columns": 1, "activation": "tanh"},
    )
    spec, _ = layer_specs((9, 5), n_v=196, dictionary=("squared_exponential", "pca"), ridge=(0.1, None),
                          input_shape=(14, 14), **how)  # fmt: skip
    own = with_trained_length_scale(spec, rows, Y, "squared_error", rng=0)
    wanted = found(rows, Y, "squared_error", ridge=0.1, activation="tanh")
    assert own.dictionary == SquaredExponentialRidge(relative_ridge=0.1, length_scale=wanted)
    assert (own.points, own.n_h, own.activation) == (GRID, 9, "tanh")
    (nowhere,) = layer_specs(9, n_v=196, dictionary="squared_exponential", **how)
    with pytest.raises(ValueError, match="^dictionary: expected another than 'squared_exponential'"):
        with_trained_length_scale(nowhere, rows, rng=0)


def test_only_what_has_a_length_scale_takes_one_and_an_object_keeps_its_own():
    assert takes_length_scale("squared_exponential") and takes_length_scale(SquaredExponentialRidge)
    for other in (
        "covariance",
        "none",
        SquaredExponentialRidge(length_scale=3.0),
        lrw.SquaredExponential(3.0),
    ):
        assert not takes_length_scale(other)


def test_auto_is_refused_where_there_are_no_data():
    with pytest.raises(ValueError, match="^length_scale: expected a number .*trained_filters.*, got 'auto'"):
        layer_specs(9, n_v=4, dictionary="pca", proportion=1.0, n_columns=1, length_scale="auto")


@pytest.mark.parametrize("kind", ["autoencoder", "RICA"])
def test_estimators_without_targets_find_it_by_an_autoencoder(kind):
    _, rows, _ = smooth(3.5)
    how = {"points": GRID, "proportion": 0.2, "max_iter": 1, "length_scale": "auto", "random_state": 0}
    if kind == "autoencoder":
        make = functools.partial(lrw.LowRankAutoencoder, 9, **{**how, "dictionary": "squared_exponential"})
    else:
        make = functools.partial(lrw.RICA, 9, **how)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model, again, given = make().fit(rows), make().fit(rows), make(length_scale=2.0).fit(rows)
        none = make(dictionary="random_connections").fit(rows)
    assert model.length_scale_ == again.length_scale_ == pytest.approx(3.5, rel=0.3)
    assert (given.length_scale_, none.length_scale_) == (2.0, None)
    # nothing else is drawn otherwise
    assert np.array_equal(np.ravel(model.index_sets_), np.ravel(given.index_sets_))
    fixed = make(length_scale=model.length_scale_).fit(rows)
    assert np.array_equal(fixed.components_, model.components_)
