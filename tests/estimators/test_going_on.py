"""Early stopping keeps the best by validation; a warm start, theta0 and a loaded model go on."""

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights import datasets

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 10)) * np.logspace(-2, 2, 10) + 3
Y = (X[:, 0] > 3).astype(int) ^ (RNG.random(200) < 0.2)


def model(kind=lrw.LowRankMLPClassifier, **changes):
    settings = {"n_columns": 2, "max_iter": 30, "weight_decay": 0.0, "random_state": 0, **changes}
    return kind((20,), **settings)


def loss_of(model, X, y):
    return -np.log(model.predict_proba(X)[np.arange(len(y)), y]).mean()


def test_early_stopping_keeps_the_iterate_of_the_lowest_validation_loss():
    X_val, y_val = X[150:], Y[150:]
    stopped = model(early_stopping=True, n_iter_no_change=30, max_iter=500, dictionary="none")
    stopped.fit(X[:150], Y[:150], X_val=X_val, y_val=y_val)
    curve = stopped.validation_loss_curve_
    assert len(curve) == len(stopped.loss_curve_) == stopped.n_iter_ + 1
    assert stopped.best_iter_ == curve.argmin() == stopped.n_iter_ - 30
    assert loss_of(stopped, X_val, y_val) == pytest.approx(curve.min(), rel=1e-9)
    assert stopped.loss_ == stopped.loss_curve_[stopped.best_iter_]
    assert "No lower validation loss in 30 iterations. Kept is iteration" in stopped.stop_report_
    longer = model(max_iter=500, dictionary="none").fit(X[:150], Y[:150])
    assert loss_of(longer, X_val, y_val) > curve.min()


def test_validation_rows_are_not_learned_from():
    both = model(early_stopping=True, max_iter=4).fit(X[:150], Y[:150], X_val=X[150:], y_val=Y[150:])
    alone = model(max_iter=both.best_iter_).fit(X[:150], Y[:150])
    assert np.array_equal(both.input_mean_, X[:150].mean(axis=0)) or np.allclose(both.theta_, alone.theta_)
    assert np.allclose(both.theta_, alone.theta_)


def test_a_share_is_held_out_with_all_classes_in_it():
    y = np.where(np.arange(200) < 12, 2, Y)
    stopped = model(early_stopping=True, validation_fraction=0.25, max_iter=5).fit(X, y)
    assert len(stopped.validation_loss_curve_) == 6 and set(stopped.classes_) == {0, 1, 2}
    regressor = model(lrw.LowRankMLPRegressor, early_stopping=True, max_iter=60).fit(X, X[:, 0] * 5)
    assert regressor.score(X, X[:, 0] * 5) > 0.9
    with pytest.raises(ValueError, match="^validation_fraction: expected .*leaves rows of each class"):
        model(early_stopping=True).fit(X, np.where(np.arange(200) == 0, 2, Y))


def test_what_belongs_together_is_asked_for_together():
    with pytest.raises(ValueError, match="^y_val: expected both"):
        model(early_stopping=True).fit(X, Y, X_val=X)
    with pytest.raises(ValueError, match="^early_stopping: expected True where X_val is given"):
        model().fit(X, Y, X_val=X, y_val=Y)
    with pytest.raises(ValueError, match=r"^y_val: expected the classes \[0, 1\], got also \[7\]"):
        model(early_stopping=True).fit(X, Y, X_val=X[:2], y_val=[7, 7])


def targets(kind):
    return Y if kind is lrw.LowRankMLPClassifier else 100 + 7 * X[:, 0] ** 2


@pytest.mark.parametrize("dictionary", ["covariance", "none", "low_rank", "kmeans"])
@pytest.mark.parametrize("kind", [lrw.LowRankMLPClassifier, lrw.LowRankMLPRegressor])
def test_a_warm_start_goes_on_where_the_last_fit_ended(kind, dictionary):
    first = model(kind, dictionary=dictionary, warm_start=True, max_iter=10).fit(X, targets(kind))
    index_sets, loss = first.index_sets_, first.loss_
    again = first.set_params(random_state=7).fit(X, targets(kind))
    assert again.loss_curve_[0] == pytest.approx(loss, rel=1e-9) and again.loss_ < loss
    assert again.index_sets_ is index_sets


@pytest.mark.parametrize("kind", [lrw.LowRankMLPClassifier, lrw.LowRankMLPRegressor])
def test_theta0_is_where_it_begins(kind):
    first = model(kind, max_iter=10).fit(X, targets(kind))
    again = model(kind, max_iter=10).fit(X, targets(kind), theta0=first.theta_)
    assert again.loss_curve_[0] == pytest.approx(first.loss_, rel=1e-9)
    assert np.allclose(
        model(kind, max_iter=0).fit(X, targets(kind), theta0=first.theta_).theta_, first.theta_
    )
    with pytest.raises(ValueError, match=r"^theta0: expected shape \(\d+\)"):
        model(kind).fit(X, targets(kind), theta0=first.theta_[1:])


@pytest.mark.parametrize("kind", [lrw.LowRankMLPClassifier, lrw.LowRankMLPRegressor])
def test_a_loaded_model_goes_on(tmp_path, kind):
    first = model(kind, max_iter=10, points=RNG.normal(size=(10, 3)), standardize=True).fit(X, targets(kind))
    loaded = lrw.load(lrw.save(tmp_path / "model", first))
    assert np.array_equal(loaded.predict(X), first.predict(X)) and loaded.points_ == first.points_
    loaded.set_params(warm_start=True).fit(X, targets(kind))
    assert loaded.loss_curve_[0] == pytest.approx(first.loss_, rel=1e-9) and loaded.loss_ < first.loss_


def test_weights_of_classes_and_points_are_in_the_file(tmp_path):
    points = lrw.Points(RNG.normal(size=(10, 2)), channels=np.arange(10) % 2)
    chosen = {"points": points, "class_weight": {0: 1.0, 1: 2.5}, "standardize": True}
    given = model(**chosen, max_iter=2).fit(X, Y)
    loaded = lrw.load(lrw.save(tmp_path / "model", given))
    assert loaded.class_weight == {0: 1.0, 1: 2.5} and loaded.points == points


def test_another_network_does_not_go_on():
    first = model(warm_start=True, max_iter=2).fit(X, Y)
    for changes, name in (({"proportion": 0.25}, "proportion"), ({"standardize": False}, "standardize")):
        with pytest.raises(ValueError, match=f"^{name}: expected .*as in the network that goes on"):
            model(warm_start=True, max_iter=2).fit(X, Y).set_params(**changes).fit(X, Y)
    with pytest.raises(ValueError, match="^y: expected the classes"):
        first.fit(X, np.arange(200) % 3)
    with pytest.raises(ValueError, match="X has 9 features"):
        first.fit(X[:, :9], Y)


def test_the_length_scale_is_found():
    digits = datasets.load_digits()
    how = {"input_shape": (8, 8), "dictionary": "squared_exponential", "max_iter": 2}
    auto = model(**how, length_scale="auto").fit(digits.X_train, digits.y_train)
    assert (
        0.5 < auto.length_scale_ < 8 and auto.recipes_[0][0]["settings"]["length_scale"] == auto.length_scale_
    )
    assert model(**how, length_scale=2).fit(digits.X_train, digits.y_train).length_scale_ == 2
    assert model(max_iter=1, length_scale="auto").fit(X, Y).length_scale_ is None


def test_a_loss_and_an_activation_of_ones_own(monkeypatch):
    from lowrankweights.networks import ACTIVATIONS, LOSSES, Activation, Loss

    def huber(z, Y):
        d = z - Y
        return np.sqrt(1 + d * d) - 1, d / np.sqrt(1 + d * d)

    monkeypatch.setitem(LOSSES, "smooth_huber", Loss(huber, lambda z: z))
    monkeypatch.setitem(
        ACTIVATIONS, "softplus", Activation(lambda z: np.logaddexp(0, z), lambda h: -np.expm1(-h))
    )
    y = X[:, 0] * 3 + 50 * (RNG.random(200) < 0.03)
    own = model(lrw.LowRankMLPRegressor, loss="smooth_huber", activation="softplus", max_iter=100).fit(X, y)
    assert own.network_.loss == "smooth_huber" and own.target_mean_ is None
    assert np.median(np.abs(own.predict(X) - X[:, 0] * 3)) < 0.1
