"""train --resume: going on from the model that is there."""

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.commands.main import main

TRAIN = ["train", "t.csv", "--target", "y", "--hidden", "8", "--columns", "2", "--out", "m.npz"]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 4)) * [1, 10, 1000, 0.01]
    write(X, 100 * np.sin(X[:, 0]) + X[:, 1])
    return tmp_path


def write(X, y):
    lines = ["a,b,c,d,y", *(",".join(f"{value:.6g}" for value in row) for row in np.column_stack([X, y]))]
    with open("t.csv", "w") as file:
        file.write("\n".join(lines) + "\n")


def run(capsys, *words, status=0):
    assert main([*TRAIN, *words]) == status
    return capsys.readouterr()


@pytest.mark.parametrize("task", ["regression", "classification"])
def test_a_resumed_training_begins_where_the_model_was(capsys, task):
    if task == "classification":
        X = np.random.default_rng(0).normal(size=(200, 4))
        write(X, (X[:, 0] > X[:, 1]).astype(int))
    run(capsys, "--max-iter", "10", "--log", "log")
    before = lrw.load("m.npz")
    run(capsys, "--max-iter", "15", "--resume", "--log", "log")
    after = lrw.load("m.npz")
    assert after.loss_curve_[0] == pytest.approx(before.loss_curve_[-1], rel=1e-6)
    assert after.loss_ < before.loss_ and after.n_iter_ == 15
    for one, other in zip(before.dictionaries_[0], after.dictionaries_[0], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)
    with open("log") as file:
        assert len(file.readlines()) == 25


def test_the_command_that_goes_on_is_said(capsys):
    out = run(capsys, "--max-iter", "10").out
    line = next(line for line in out.splitlines() if line.startswith("to go on: lowrankweights "))
    assert main(line.removeprefix("to go on: lowrankweights ").split()) == 0
    assert "--resume --resume" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--hidden", "9"], "--hidden: expected 8, as in m.npz (without --resume a new model), got 9"),
        (["--proportion", "0.25"], "--proportion: expected 0.5, as in m.npz"),
        (["--dictionary", "none"], "--dictionary: expected covariance, as in m.npz"),
        (["--activation", "tanh"], "--activation: expected sigmoid, as in m.npz"),
        (["--seed", "1"], "--resume: expected the rows that m.npz learned from, got others"),
        (["--test", "0.3"], "--resume: expected the rows that m.npz learned from, got others"),
        (["--ignore", "b"], "--resume: expected the rows that m.npz learned from, got others"),
        (["--out", "n.npz"], "--resume: expected a model to go on with, got no file 'n.npz'"),
    ],
)
def test_another_network_or_other_rows_are_named(capsys, words, said):
    run(capsys, "--max-iter", "3")
    assert said in run(capsys, "--max-iter", "3", "--resume", *words, status=1).err


def test_another_file_or_model_is_named(capsys, here):
    run(capsys, "--max-iter", "3")
    (here / "u.csv").write_text((here / "t.csv").read_text())
    assert main(["train", "u.csv", *TRAIN[2:], "--resume"]) == 1
    assert "--resume: expected a model of u.csv, got m.npz, of t.csv" in capsys.readouterr().err
    X = np.random.default_rng(1).normal(size=(60, 4))
    lrw.save("m.npz", lrw.LowRankMLPClassifier((8,), max_iter=2).fit(X, X[:, 0] > 0))
    said = run(capsys, "--resume", status=1).err
    assert "--resume: expected a LowRankMLPRegressor, got m.npz with a LowRankMLPClassifier" in said
