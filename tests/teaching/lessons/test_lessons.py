import ast
import functools
import re

import matplotlib
import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights import results
from lowrankweights.building import LayerInput, LayerSpec, NetworkDirections, Targets, predicted_layer
from lowrankweights.building.brief_network import brief_filters
from lowrankweights.dictionaries import completion
from lowrankweights.dictionaries.index_sets import draw_pivots, local_index_set
from lowrankweights.dictionaries.kernel_learning import pull_back_to_kernel
from lowrankweights.dictionaries.kernels import Tabulated
from lowrankweights.selection import choices_for
from lowrankweights.teaching.lessons import harness
from lowrankweights.teaching.lessons import source as lessons

LESSONS = lessons.read_lessons()
by_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=[lesson.name for lesson in LESSONS])


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setenv("LOWRANKWEIGHTS_TINY", "1")
    yield
    matplotlib.pyplot.close("all")


@by_lesson
def test_every_check_rejects_its_mutants_and_accepts_odd_answers(lesson):
    with matplotlib.rc_context():
        outcomes = harness.try_exercises(lesson)
    wrong = [(name, kind, label, result, said) for name, kind, label, expected, result, said in outcomes
             if result != expected]  # fmt: skip
    assert wrong == []
    alone = {"again", "reversed", "overwritten"}
    assert {kind for _, kind, *_ in outcomes} == {"starter", "solution", "mutant", "accept"} | alone


@by_lesson
def test_a_lesson_has_what_a_lesson_needs(lesson):
    text = "\n".join(c.text for c in lesson.cells)
    assert len(lesson.exercises) >= 3
    assert text.count("Guess first") >= 2 and text.count("compare_guess(") >= 2
    assert "## Summary" in text and lesson.cells[-1].text.endswith("check.summary()")
    assert "# TODO" not in text
    (names,) = re.findall(r"teaching\.Checks\(\s*(\[.*?\])\s*\)", text, re.DOTALL)
    assert ast.literal_eval(names) == [c.name for c in lesson.cells if c.kind == "check"]


@by_lesson
def test_no_function_in_a_cell_is_longer_than_ten_lines(lesson):
    for cell in lesson.cells:
        if not cell.is_markdown:
            for node in ast.walk(ast.parse(cell.text)):
                if isinstance(node, ast.FunctionDef):
                    assert node.end_lineno - node.lineno < 10, f"{lesson.name}, line {cell.line}: {node.name}"


@by_lesson
def test_every_guess_is_asked_for_and_compared(lesson):
    text = "\n".join(c.text for c in lesson.cells if not c.is_markdown)
    asked = re.findall(r"^(guess_\w+) = None", text, re.M)
    assert asked and asked == re.findall(r"compare_guess\((guess_\w+),", text)


@by_lesson
def test_its_mathematics_can_be_typeset(lesson):
    from matplotlib.mathtext import MathTextParser

    parser = MathTextParser("path")
    for cell in lesson.cells:
        if cell.is_markdown:
            assert cell.text.count("$") % 2 == 0, f"{lesson.name}, line {cell.line}"
            for display, inline in re.findall(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$", cell.text, re.S):
                parser.parse(f"${display or inline}$")


@functools.cache
def solved(number):
    """The namespace of a lesson run with its solutions; made once, and only read."""
    lesson = next(x for x in LESSONS if x.name.startswith(number))
    namespace = {}
    for cell in lesson.cells:
        if cell.kind in ("code", "solution", "check"):
            harness.run_cell(lesson, cell, namespace)
    return namespace


def test_lesson_01_writes_what_the_package_does():
    with matplotlib.rc_context():
        own = solved("01")
    rng = np.random.default_rng(6)
    points, alpha = rng.uniform(0, 5, size=(30, 2)), np.array([28, 3, 11, 17, 5])
    W, kernel = rng.normal(size=(30, 3)), lrw.SquaredExponential(0.8)
    U = lrw.dictionaries.kernel_ridge(kernel, points, alpha, ridge=0)
    for w in W.T:
        w_hat = own["predict"](kernel, points, alpha, w[alpha])
        assert np.allclose(w_hat, U @ w[alpha]) and np.allclose(w_hat[alpha], w[alpha])
    done = completion.complete(W, (5, 6), proportion=0.4, rng=0)
    scores = [own["score"](w, done["U"] @ w[done["alpha"]], done["alpha"]) for w in W.T]
    assert np.allclose(scores, done["correlation"])
    # copying the nearest is what the ridge predictor does when its hills are narrow and normalised
    narrow = lrw.SquaredExponential(0.05)(points, points[alpha]) + 1e-300
    nearest = own["nearest_dictionary"](points, alpha)
    assert (nearest.argmax(axis=1)[alpha] == np.arange(5)).all() and (nearest[alpha] == np.eye(5)).all()
    clear = narrow.max(axis=1) > 1e-200
    assert clear.sum() > 6 and (nearest[clear].argmax(axis=1) == narrow[clear].argmax(axis=1)).all()
    assert set(own["check"].results.values()) == {"passed"}


def test_lesson_02_writes_what_the_package_does():
    with matplotlib.rc_context():
        own = solved("02")
    rng = np.random.default_rng(7)
    a, b, alpha = rng.uniform(0, 6, size=(25, 2)), rng.uniform(0, 6, size=(4, 2)), np.array([20, 2, 9, 13])
    kernel = lrw.SquaredExponential(1.5)
    assert np.allclose(own["squared_exponential"](a, b, 1.5), kernel(a, b))
    for ridge in (0, 0.2):
        U = lrw.dictionaries.kernel_ridge(kernel, a, alpha, ridge)
        assert np.allclose(own["dictionary"](kernel, a, alpha, ridge), U)
        var = own["variance"](3.0 * kernel, a, alpha, ridge)
        assert np.allclose(var, lrw.predictive_variance(3.0 * kernel, a, alpha, ridge))
        values = rng.normal(size=4)
        assert np.allclose((U @ own["coordinates"](values, U, alpha))[alpha], values)
    K = lrw.SquaredExponential(4.0)(a, a)
    assert np.linalg.cond(K + own["smallest_ridge"](K, 1e6) * np.eye(25)) == pytest.approx(1e6, rel=1e-6)
    by_log = lrw.SquaredExponential(1.5).gradients(a, b)["length_scale"]
    assert np.allclose(1.5 * own["dK_dl"](a, b, 1.5), by_log)
    assert set(own["check"].results.values()) == {"passed"}


def test_lesson_02_pulls_back_as_the_package_does():
    with matplotlib.rc_context():
        own = solved("02")
    W, points, alpha = own["W"], own["points"], own["alpha"]
    for length_scale in (1.7, 3.2):
        kernel = lrw.SquaredExponential(length_scale)
        U = lrw.dictionaries.kernel_ridge(kernel, points, alpha, 1e-2)
        dU = (U @ W[alpha] - W) @ W[alpha].T / W.size
        by_log = pull_back_to_kernel(dU, kernel, points, alpha, 1e-2)["length_scale"]
        assert length_scale * own["loss_and_slope"](length_scale, alpha)[1] == pytest.approx(by_log, rel=1e-6)


def test_lesson_02_says_what_is_true():
    with matplotlib.rc_context():
        own = solved("02")
    assert own["off_identity"][-1] == pytest.approx(0.65, abs=0.005)
    assert np.linalg.cond(own["Ks"][5]) == pytest.approx(5e6, rel=0.1)
    # a prediction's error is smallest where the ridge is the noise's variance, 0.09
    assert 0.05 < own["ridges_of_noise"][np.argmin(own["errors"])] < 0.2
    assert 0.93 < own["inside"][own["hidden"]].mean() < 0.98
    assert own["ratio"] > 5  # 17 to 835 over five index sets


def test_lesson_03_writes_what_the_package_does():
    with matplotlib.rc_context():
        own = solved("03")
    rng = np.random.default_rng(5)
    U = rng.normal(size=(6, 3))
    for name, q in (("dense_backward", lrw.Full(6, 4)), ("factored_backward", lrw.Predicted(U, 4))):
        layer = lrw.Dense(q, "sigmoid")
        theta, v, dh = layer.init(rng), rng.normal(size=(5, 6)), rng.normal(size=(5, 4))
        h, cache = layer.forward(theta, v)
        learned = {"U": U, "w_alpha": theta[:12].reshape(3, 4)} if name[0] == "f" else {"W": cache[1]}
        dw, db, dv = own[name](dh=dh.copy(), v=v, h=h, **learned)
        wanted, wanted_dv = layer.backward(theta, cache, dh)
        assert np.allclose(np.append(dw, db), wanted) and np.allclose(dv, wanted_dv)
    theta = own["theta"] + 0.1
    loss, grad = own["loss_and_grad"](theta, own["X"], own["Y"])
    wanted_loss, wanted = own["net"].loss_and_grad(theta, own["X"], own["Y"])
    assert loss == pytest.approx(wanted_loss) and np.allclose(grad, wanted)
    assert own["check"].results and set(own["check"].results.values()) == {"passed"}


def test_lesson_04_writes_what_scipy_and_the_package_do():
    from scipy.optimize import LbfgsInvHessProduct

    with matplotlib.rc_context():
        own = solved("04")
    rng = np.random.default_rng(3)
    R, g = rng.normal(size=(9, 6)), rng.normal(size=6)
    s = rng.normal(size=(4, 6))
    y = s @ (R.T @ R)
    # SciPy's begins with I, ours with gamma I: the same in coordinates stretched by sqrt(gamma)
    root = np.sqrt(s[-1] @ y[-1] / (y[-1] @ y[-1]))
    wanted = -root * LbfgsInvHessProduct(s / root, y * root).matvec(root * g)
    assert np.allclose(own["two_loops"](g, list(s), list(y)), wanted)

    A, t = rng.normal(size=(7, 3)), rng.normal(size=7)
    A, t = A - A.mean(axis=0), t - t.mean()  # then the bias of a layer stays 0
    net = lrw.Network([lrw.Dense(lrw.Full(3, 1))], "squared_error")
    loss, grad = own["squares"](A, t)(np.array([1.0, -2.0, 0.5]))
    wanted_loss, wanted = net.loss_and_grad([1.0, -2.0, 0.5, 0.0], A, t[:, None])
    assert loss == pytest.approx(wanted_loss) and np.allclose([*grad, 0], wanted)
    assert np.allclose(own["hessian"](A.T @ A / 7, np.eye(3)), A.T @ A / 7)
    # where every weight is learned, W is what is learned, and charged
    theta = net.init(rng=0)
    own["decay"] = 5e-5
    charged = own["charged_for_W"](net, theta, *net.loss_and_grad(theta, A, t[:, None]))
    wanted_loss, wanted = net.loss_and_grad(theta, A, t[:, None], weight_decay=5e-5)
    assert charged[0] == pytest.approx(wanted_loss, rel=1e-14) and np.allclose(charged[1], wanted)
    assert set(own["check"].results.values()) == {"passed"}


def test_lesson_04_gives_the_stop_report_s_verdict():
    from lowrankweights.optimisation.stop_reasons import explain_abnormal

    with matplotlib.rc_context():
        own = solved("04")
    words = {"right": "agrees with the loss", "wrong": "gradient is wrong", "kink": "kink"}
    hinge = lambda w: (float(np.maximum(w, 0).sum()), np.where(w >= 0, 1.0, 0.0))
    for fun, theta in (
        (lambda w: (float(w @ w), 2 * w), [1.0, 2.0]),
        (lambda w: (float(w @ w), 3 * w), [1.0, 2.0]),
        (lambda w: (float(np.cosh(w).sum()), np.cosh(w)), [1.0, -2.0]),
        (hinge, [0.0, 0.0]),
    ):
        theta = np.array(theta)
        assert words[own["verdict"](fun, theta)] in explain_abnormal(fun, theta, *fun(theta))[1]


def test_the_reports_in_lesson_04_are_those_its_text_speaks_of():
    with matplotlib.rc_context():
        own = solved("04")
    said = {name: report.message for name, report in own["reports"].items()}
    assert "gradient is wrong" in said[1] and "noisy" in said[2] and "kink" in said[3]
    assert "float32" in said[4] or "falls no more" in said[4]
    assert own["reports"][1].loss > 1.05 * own["known"](own["w_known"])[0]


def test_lesson_11_counts_as_the_plan_does():
    with matplotlib.rc_context():
        own = solved("11")
    n, n_v, n_h = 50, 24, 18
    for n_alpha in (3, 20):
        U = np.ones((n_v, n_alpha))
        layers = [lrw.Dense(lrw.Predicted(U, n_v)), lrw.Dense(lrw.Predicted(U, n_h))]
        rows = list(lrw.Network(layers, "squared_error").plan(n).rows())
        assert [r["multiplications"] for r in rows] == [
            own["count_compose"](n, n_v, n_alpha, n_v, need_dv=False),
            own["count_pool"](n, n_v, n_alpha, n_v, once=True),
            own["count_compose"](n, n_v, n_alpha, n_h, need_dv=True),
            own["count_pool"](n, n_v, n_alpha, n_h, once=False),
        ]
    for n_columns in (1, 3):
        middle = own["break_even"](60, 30, n_columns)
        for proportion, order in ((0.9 * middle, "(v U) w"), (1.1 * middle, "v (U w)")):
            hidden = own["factored"](60, 30, proportion, n_columns)
            layers = [lrw.Dense(lrw.Full(4, 60)), lrw.Dense(hidden)]
            chosen = [
                r["order"] for r in lrw.Network(layers, "squared_error").plan(10**7).rows() if r["chosen"]
            ]
            assert chosen[1] == order
    net = lrw.Network([lrw.Dense(lrw.Full(5, 3), "tanh"), lrw.Dense(lrw.Full(3, 2))], "squared_error")
    rng = np.random.default_rng(0)
    X, Y, theta = rng.normal(size=(11, 5)), rng.normal(size=(11, 2)), net.init(rng=1)
    wanted = lrw.Objective(net, X, Y)(theta)
    for sum_up in (own["in_blocks"], own["package_blocks"]):
        loss, grad = sum_up(net, theta, X, Y, 4)
        assert loss == pytest.approx(wanted[0]) and np.allclose(grad, wanted[1])
    assert set(own["check"].results.values()) == {"passed"}


def test_lesson_05_writes_what_the_package_does():
    with matplotlib.rc_context():
        own = solved("05")
    rng = np.random.default_rng(5)
    V, U = rng.normal(1, 2, size=(7, 4)), rng.normal(size=(6, 3))
    assert np.allclose(own["emp_kernel"](V), lrw.EmpiricalCovariance(V).K)
    # what is not seen does not get through the layer: v W = v_seen W for every W = U w_alpha
    v, w_alpha = rng.normal(size=(5, 6)), rng.normal(size=(3, 2))
    assert np.allclose(own["seen"](v, U) @ (U @ w_alpha), v @ lrw.Predicted(U, 2).expand(w_alpha.ravel()))
    wrong_a, wrong_b = rng.random((2, 2000)) < [[0.08], [0.05]]
    difference, error = own["paired"](wrong_a, wrong_b)
    items = [[np.flatnonzero(w)] for w in (wrong_a, wrong_b)]
    mean, low, high = results.paired_interval(*items, n_items=2000)
    assert difference == pytest.approx(mean) and 2 * 1.96 * error == pytest.approx(high - low, rel=1e-3)
    points = lrw.grid_coordinates((9, 7))
    atoms = own["my_dictionary"](None, points, 5, np.random.default_rng(0))
    assert atoms.shape == (63, 5) and np.allclose(atoms.max(axis=0), 1)
    assert own["check"].results and set(own["check"].results.values()) == {"passed"}


def test_lesson_06_writes_what_the_package_does():
    with matplotlib.rc_context():
        own = solved("06")
    Us = [np.random.default_rng(j).normal(size=(12, 4)) for j in range(3)]
    columns = own["columns_of"](Us, 8)
    assert own["counts"](12, 8, 4, 3) == (columns.n_dynamic, columns.n_static)
    layer_input = LayerInput(np.random.default_rng(0).normal(size=(9, 12)))
    spec = LayerSpec(8, "random_projection", proportion=1 / 3, n_columns=3)
    theirs, _ = predicted_layer(layer_input, spec, rng=0)
    assert [c.n_h for c in columns.columns] == [c.n_h for c in theirs.columns]
    p = columns.init(rng=1)
    big = own["one_big_w"](columns.unpack(p)["w_alpha"])
    assert np.allclose(np.hstack(Us) @ big, columns.expand(p))
    for shape, n_alpha, centre in (((16, 16), 26, (3.2, 11.7)), ((5, 9), 7, (4, 0))):
        mine = own["foveated"](shape, n_alpha, centre, np.random.default_rng(4))
        assert np.array_equal(mine, local_index_set(shape, n_alpha, centre, rng=4))
    assert own["check"].results and set(own["check"].results.values()) == {"passed"}


def test_lesson_12_writes_what_the_package_does():
    with matplotlib.rc_context():
        own = solved("12")
    rng = np.random.default_rng(12)
    for budget in (60, 300, 5000):
        for choice in choices_for(budget, n_v=64, n_out=10, points=lrw.Grid((8, 8))):
            if len(choice.hidden) == 1:
                assert choice.hidden[0] == own["width_at"](budget, choice.n_alpha[0], 10)
    M = rng.normal(size=(20, 20)) * rng.uniform(0.3, 2, size=(20, 1))
    kernel, places = Tabulated(M @ M.T), np.arange(20)
    alpha, left = own["pivots"](kernel.K, 6, np.argmax)
    theirs = draw_pivots(kernel, places, 6, greedy=True)
    assert np.array_equal(alpha, theirs.order) and np.allclose(left, theirs.variance)
    assert np.allclose(left, lrw.predictive_variance(kernel, places, alpha, ridge=0))
    dice = np.random.default_rng(3)
    drawn = lambda left: dice.choice(20, p=np.maximum(left, 0) / np.maximum(left, 0).sum())
    assert np.array_equal(own["pivots"](kernel.K, 6, drawn)[0], draw_pivots(kernel, places, 6, rng=3).order)


def test_lesson_12_finds_the_package_s_directions_and_frontier():
    with matplotlib.rc_context():
        own = solved("12")
    v = np.random.default_rng(1).normal(size=(60, 9)) @ np.random.default_rng(2).normal(size=(9, 9))
    targets = Targets(np.eye(3)[np.arange(60) % 3], "softmax_cross_entropy")
    strategy = NetworkDirections(n_hidden=12, n_iter=15)
    U = strategy.prepare(LayerInput(v, targets=targets), rng=np.random.default_rng(4)).draw(3).U
    how = {"activation": "sigmoid", "weight_decay": 5e-5}
    W = brief_filters(v, targets, 12, 15, np.random.default_rng(4), **how)
    mine = own["directions"](W, np.cov(v.T), 3)
    assert np.allclose(mine @ mine.T, U @ U.T, atol=1e-6)
    report = own["near"].selection_
    pairs = [(t.choice.n_dynamic, t.error) for t in report.tried if t.n_rows == report.n_rows]
    wanted = [(t.choice.n_dynamic, t.error) for t in report.frontier]
    assert own["frontier"](list(dict.fromkeys(pairs))) == wanted
    assert set(own["check"].results.values()) == {"passed"}
