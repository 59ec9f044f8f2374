import json
import re

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights import web
from lowrankweights.optimisation.lbfgs import Info
from lowrankweights.timemachine import Snapshots


def run(snapshots, n, size=5):
    """Feed n made-up iterations; theta is the iteration in every entry."""
    for i in range(1, n + 1):
        snapshots(Info(np.full(size, float(i)), 1 / i, 0.0, i, 0.0))
    return snapshots


def data_of(page):
    return json.loads(re.search(r'id="data">(.*?)</script>', page.read_text(encoding="utf-8")).group(1))


@pytest.fixture(scope="module")
def trained():
    digits = lrw.datasets.load_digits()
    snapshots = Snapshots(per_doubling=4)
    model = lrw.LowRankMLPClassifier(
        (20,),
        dictionary="squared_exponential",
        proportion=0.25,
        n_columns=3,
        input_shape=(8, 8),
        max_iter=40,
        random_state=0,
        callbacks=[snapshots],
    ).fit(digits.X_train[:500], digits.y_train[:500])
    return digits, snapshots, model


def test_the_schedule_is_dense_at_first_then_logarithmic():
    iterations = run(Snapshots(per_doubling=8), 1000).iterations
    assert iterations[:12] == list(range(1, 13))
    late = np.array([n for n in iterations if n > 100])[:-1]
    assert np.allclose(late[1:] / late[:-1], 2 ** (1 / 8), atol=0.01)
    assert iterations[-1] == 1000


def test_memory_stays_bounded():
    snapshots = run(Snapshots(per_doubling=50, max_snapshots=20), 5000)
    assert len(snapshots.iterations) <= 22
    assert snapshots.iterations == sorted(set(snapshots.iterations))
    assert sum(packed.nbytes for _, _, packed in snapshots._moments()) <= 2 * 22 * 5


def test_theta_is_kept_to_the_precision_of_float16_whatever_its_size():
    theta = np.random.default_rng(0).normal(size=100)
    for size in (1e-12, 1.0, 1e12):
        snapshots = Snapshots()
        snapshots(Info(size * theta, 1.0, 0.0, 1, 0.0))
        (kept,) = snapshots.thetas()
        assert np.abs(kept - size * theta).max() < 5e-4 * size * np.abs(theta).max()


def test_another_minimisation_begins_anew():
    snapshots = run(run(Snapshots(), 30), 7)
    assert snapshots.iterations == list(range(1, 8)) and len(snapshots.losses) == 7


def test_it_is_a_callback_of_minimize_with_a_function_for_the_filters(tmp_path):
    snapshots = Snapshots()
    goal = np.arange(12.0)
    fun = lambda theta: (np.sum((theta - goal) ** 2 * (1 + goal)), 2 * (theta - goal) * (1 + goal))
    result = lrw.minimize(fun, np.zeros(12), callbacks=[snapshots])
    assert np.allclose(snapshots.losses, result.loss_curve[1:])
    W = snapshots.filters(lambda theta: theta.reshape(6, 2))
    assert np.allclose(W[-1], result.theta.reshape(6, 2), atol=0.01)
    page = snapshots.to_html(tmp_path / "t.html", lambda theta: theta.reshape(6, 2), shape=(2, 3))
    data = data_of(page)
    assert data["index_sets"] == [] and data["error"] is None and len(data["frames"]) == len(W)


def test_the_page_holds_filters_losses_errors_and_index_sets(trained, tmp_path):
    digits, snapshots, model = trained
    page = snapshots.to_html(tmp_path / "t.html", model, data=(digits.X_test, digits.y_test), n_filters=7)
    data = data_of(page)
    assert data["shape"] == [8, 8] and data["iterations"] == snapshots.iterations
    last = web.decode_float16(data["frames"][-1]).reshape(7, 64)
    W = model.filters_[0][:, data["filters"]]
    for mine, theirs in zip(last, W.T, strict=True):
        assert np.corrcoef(mine, theirs)[0, 1] > 0.99999
    assert [loss for _, loss in data["loss"]] == pytest.approx(model.loss_curve_[1:])
    assert data["index_sets"] == [alpha.tolist() for alpha in model.index_sets_[0]]
    assert data["columns"] == [0, 0, 0, 1, 1, 2, 2] and data["filters"] == [0, 3, 6, 10, 13, 16, 19]
    wrong = 100 * (1 - model.score(digits.X_test, digits.y_test))
    assert abs(data["error"][-1] - wrong) < 0.6  # two of 360 images, for float16
    assert not re.search(r"https?:", page.read_text().replace("http://www.w3.org/2000/svg", ""))


def test_long_curves_are_thinned_from_the_first_iteration_to_the_last(tmp_path):
    snapshots = run(Snapshots(), 3000, size=4)
    points = data_of(snapshots.to_html(tmp_path / "t.html", lambda theta: theta[:, None], (2, 2)))["loss"]
    assert len(points) <= 400 and points[0] == [1, 1.0] and points[-1] == [3000, 1 / 3000]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"shape": (8, 9)}, "shape"),
        ({"shape": (64,)}, "shape"),
        ({"shape": (4, 8, 2)}, "shape"),
        ({"model": 3}, "model"),
        ({"model": lambda theta: theta}, "model"),
        ({"model": lambda theta: theta[:64, None], "shape": (8, 8), "data": (0, 0)}, "data"),
    ],
)
def test_bad_arguments_are_named(change, name, trained, tmp_path):
    _, snapshots, model = trained
    with pytest.raises(ValueError, match=f"^{name}.*: expected .*, got "):
        snapshots.to_html(tmp_path / "t.html", **{"model": model, **change})


def test_without_an_iteration_there_is_nothing_to_show(tmp_path):
    with pytest.raises(ValueError, match="^snapshots: expected at least one iteration"):
        Snapshots().to_html(tmp_path / "t.html", lambda theta: theta)


@pytest.mark.parametrize("labels", [lambda y: y[:, None], lambda y: y[:-1], lambda y: y.astype(str)])
def test_labels_that_do_not_fit_are_refused(labels, tmp_path):
    digits = lrw.datasets.load_digits()
    X, y = digits.X_train[:80], digits.y_train[:80]
    snapshots = Snapshots()
    settings = {"n_columns": 2, "input_shape": (8, 8), "max_iter": 3, "random_state": 0}
    model = lrw.LowRankMLPClassifier((6,), callbacks=[snapshots], **settings).fit(X, y)
    snapshots.to_html(tmp_path / "right.html", model, data=(X, y))
    with pytest.raises(ValueError, match="^data: expected labels"):
        snapshots.to_html(tmp_path / "wrong.html", model, data=(X, labels(y)))
