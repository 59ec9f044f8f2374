import numpy as np
from toys import Flatten, MeanPool

import lowrankweights as lrw
from lowrankweights import dictionaries
from lowrankweights.unsupervised import TiedAutoencoder


def predicted(n_v, n_h, seed):
    return lrw.Predicted(dictionaries.random_projection(n_v, 4, rng=seed), n_h)


def network():
    hidden = [lrw.Dense(predicted(20, 12, 0), "sigmoid"), lrw.Dense(predicted(12, 9, 1), "tanh")]
    return lrw.Network([*hidden, lrw.Dense(lrw.Full(9, 3))], "softmax_cross_entropy")


def test_plan_counts_multiplications_and_shows_them():
    net = network()
    plan = net.plan(1000)
    rows = list(plan.rows())
    # layer 1: compose 2 (20 x 4 x 12) + 2 n (20 x 12); pooled once 2 n (4 x 12)
    assert [r["multiplications"] for r in rows[:2]] == [2 * 960 + 2 * 1000 * 240, 2 * 1000 * 48]
    # layer 2: compose 2 (12 x 4 x 9) + 3 n (12 x 9); pool first n (3 (4 x 9) + 2 (12 x 4))
    assert [r["multiplications"] for r in rows[2:4]] == [2 * 432 + 3 * 1000 * 108, 1000 * (108 + 96)]
    assert [r["chosen"] for r in rows[:4]] == [False, True, False, True]
    assert plan.multiplications == 96_000 + 204_000 + 3 * 1000 * 27
    assert "v U once" in str(plan) and "% of learning every weight" in str(plan)


def test_counts_have_a_unit_in_which_they_can_be_read():
    rows = {100: "multiplications", 10_000: "multiplications", 10_000_000: "multiplications"}
    net = lrw.Network([lrw.Dense(lrw.Full(4, 2))], "squared_error")  # 16 multiplications and 16 bytes a row
    totals = [str(net.plan(n)).splitlines()[-1].split()[1:3] for n in rows]
    assert totals == [["1.60", "k"], ["160.00", "k"], ["160.00", "M"]]
    assert "160.00 kB" in str(net.plan(10_000)) and "160.00 MB" in str(net.plan(10_000_000))
    tiny = str(net.plan(2)).splitlines()
    assert tiny[-2].split()[-3:] == ["32", "32", "B"] and tiny[-1].split()[1:3] == ["32", "(100%"]


def test_images_keep_their_shapes_and_the_columns_stay_below_their_heads():
    layers = [MeanPool((128, 64)), Flatten((64, 32)), lrw.Dense(lrw.Full(2048, 2))]
    head, *lines = str(lrw.Network(layers, "squared_error").plan(10)).splitlines()[1:]
    assert "(128, 64) -> (64, 32)" in lines[0] and "(64, 32) -> 2048" in lines[1] and " 2048 x 2 " in lines[2]
    end = head.index("W") + 1
    assert all(line[end : end + 3].strip() in ("", "*") and line[end - 1] != " " for line in lines[:3])
    assert lines[-1].endswith("(100% of learning every weight)")  # what is no W is as it is


def test_the_cheapest_order_is_chosen_and_its_products_are_what_it_counts():
    plan = network().plan(1000)
    for step in plan.steps:
        costs = [c.multiplications(1000, step.need_dv) for c in step.candidates]
        assert step.chosen.multiplications(1000, step.need_dv) == min(costs)
    products = sum(q.rows * q.inner * q.columns for q in plan.matrix_products(1000))
    assert products == plan.multiplications  # nothing is composed here


def test_an_autoencoders_plan_shows_encoder_and_decoder():
    plan = TiedAutoencoder(predicted(20, 12, 0)).plan(1000)
    text = str(plan)
    assert "encoder" in text and "decoder" in text and "object at" not in text
    # pooled once: 2 n (4 x 12); the decoder composes, 2 (20 x 4 x 12), and multiplies three times
    assert plan.multiplications == 2 * 1000 * 48 + 2 * 960 + 3 * 1000 * 240


def test_the_layouts_are_those_of_the_arrays_multiplied():
    rng = np.random.default_rng(0)
    for layout, rows, inner, columns in network().plan(10).matrix_products(10):
        A = rng.normal(size=(inner, rows)).T if layout == "TN" else rng.normal(size=(rows, inner))
        B = rng.normal(size=(columns, inner)).T if layout == "NT" else rng.normal(size=(inner, columns))
        assert (A @ B).shape == (rows, columns)
