import numpy as np
import pytest

from lowrankweights import experiments
from lowrankweights.building import build, layer_specs
from lowrankweights.experiments import rivals
from lowrankweights.experiments.beyond.rivals import Rivals
from lowrankweights.experiments.harness import runner, search
from lowrankweights.experiments.images import load
from lowrankweights.results.files import select

TINY = {"n_train": 300, "n_search": 200, "pretrain_iter": 2, "max_iter": 5}


def tiny():
    """The quick preset with less of everything, and one budget."""
    quick = Rivals.presets["quick"]
    settings = {**quick["settings"], **TINY}
    return Rivals({"quick": {**quick, "settings": settings, "hidden": {1000: [[30]]}}})


def candidates():
    """Each rival with each of its own settings, at each budget of the standard preset."""
    for name, model in Rivals().models("standard").items():
        for chosen in search.candidates(model):
            if chosen["weight_decay"] == search.WEIGHT_DECAYS[0] and chosen.get("length_scale") != 2.0:
                yield pytest.param({**model.settings, **chosen}, id=f"{name} {chosen}")


@pytest.mark.parametrize("spec", list(candidates()))
def test_each_network_has_about_as_many_numbers_as_the_budget(spec):
    found = rivals.network(spec, 784, 10)
    inputs = [784, *found["hidden"]]
    if spec["rival"] == rivals.PRUNING:
        return  # of every weight, until it is pruned to the budget
    learned = sum(found["hidden"]) + (found["hidden"][-1] + 1) * 10
    for n_v, n_h, dictionary, p in zip(
        inputs, found["hidden"], found["dictionary"], found["proportion"], strict=False
    ):
        one = (
            round(p * n_v * n_h / (n_v + n_h)) * (n_v + n_h)
            if dictionary == "low_rank"
            else round(p * n_v) * n_h
        )
        assert p <= 1 and one > 0
        learned += one
    if spec["rival"] == rivals.EVERY:
        assert learned in (784 * 500 + 500 * 500 + 500 * 10 + 1010, 784 * 200 + 200 * 10 + 210)
    else:
        assert learned == pytest.approx(spec["budget"], rel=0.06)


@pytest.mark.parametrize("rival", rivals.RIVALS[:-2])
def test_what_is_built_is_what_was_counted(rival):
    own = {"hidden": [30, 30], "n_components": 20, "n_layers": 2}
    X = load("digits-16x16", 300).X_train
    found = rivals.network({"rival": rival, "budget": 5000, **own}, 256, 10)
    specs = layer_specs(
        tuple(found["hidden"]),
        n_v=256,
        input_shape=(16, 16),
        **{k: tuple(found[k]) for k in ("dictionary", "proportion", "n_columns")},
    )
    net, *_ = build(specs, X, 10, "softmax_cross_entropy", np.random.default_rng(0))
    assert net.n_dynamic == pytest.approx(5000, rel=0.05)


def test_the_figure_is_searched_run_summed_up_and_drawn(tmp_path):
    said = []
    assert experiments.make(tiny(), "quick", tmp_path, report=said.append) == []
    results = runner.read(tmp_path / "rivals-quick.jsonl")
    searched, tested = (select(results, stage=stage) for stage in ("search", "test"))
    # three weight decays; twice as many where a rival has something of its own
    assert len(searched) == 3 * (8 + 3) and len(tested) == 2 * 8
    assert all("error" not in r and "wrong" not in r for r in searched)  # test images are looked at once
    assert {r["seed"] for r in searched}.isdisjoint(r["seed"] for r in tested)
    pruned = select(tested, rival=rivals.PRUNING)
    assert {r["n_dynamic"] for r in pruned} == {1000} and all(r["n_static"] == 1000 - 70 for r in pruned)
    page = (tmp_path / "rivals-quick.md").read_text()
    assert "not MNIST" in page and "1,000 learned numbers:" in page and "narrower network, 1,000" in page
    assert (tmp_path / "rivals-quick.png").stat().st_size > 5000


def test_what_is_pruned_is_the_network_of_every_weight():
    """A network is trained once for all that it is pruned to, as if each had trained its own."""
    figure, data = tiny(), load("digits-16x16", 300)
    settings = {
        **figure.models("quick")["rival: pruning, 1,000"].settings,
        "hidden": [20],
        "weight_decay": 1e-4,
    }
    specs = [{**settings, "seed": 0, "stage": "test", "budget": n} for n in (1000, 500)]
    every = {**specs[0], "rival": rivals.EVERY}
    assert len({str(figure.group(s)) for s in (*specs, every)}) == 1
    shared = {}
    together = [rivals.train_rival(s, data, shared, 1) for s in (every, *specs)]
    alone = [rivals.train_rival(s, data, {}, 1) for s in (every, *specs)]
    for a, b in zip(together, alone, strict=True):
        assert (a["wrong"], a["loss"], a["n_dynamic"]) == (b["wrong"], b["loss"], b["n_dynamic"])
    assert [r["n_dynamic"] for r in together] == [257 * 20 + 210, 1000, 500]
