import numpy as np

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
