"""What commands write: never over the user's data, where they say, and as exactly as it was computed."""

import csv
import json

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.commands.main import main

TRAIN = ["train", "h.csv", "--target", "y", "--hidden", "4", "--columns", "2", "--max-iter", "3"]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    X = np.random.default_rng(0).normal(size=(60, 3)).round(4)
    lines = ["a,b,c,y", *(f"{a},{b},{c},{100 * a + b}" for a, b, c in X)]
    (tmp_path / "h.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def run(capsys, *words, status=0):
    try:
        found = main([str(word) for word in words])
    except SystemExit as error:  # of the parser
        found = error.code
    assert found == status
    return capsys.readouterr()


@pytest.mark.parametrize("option", ["--log", "--out"])
@pytest.mark.parametrize("name", ["h.csv", "./h.csv", "link.csv", "other.csv", "t.npz", "t.csv"])
def test_train_replaces_no_data(capsys, here, option, name):
    (here / "link.csv").symlink_to("h.csv")
    (here / "other.csv").write_text("a,b\n1,2\n")
    (here / "t.csv").write_bytes((here / "h.csv").read_bytes())
    np.savez(here / "t.npz", X=np.eye(3))
    before = (here / name).read_bytes()
    words = [*TRAIN, "--test", "t.csv", option, name]
    if option == "--out" and not name.endswith(".npz"):
        run(capsys, *words)  # .npz is added
    else:
        assert f"{option}: expected " in run(capsys, *words, status=1).err
    assert (here / name).read_bytes() == before


def test_a_log_and_a_model_of_before_are_replaced(capsys, here):
    for n_iter in ("3", "2"):
        run(capsys, *TRAIN, "--log", "log", "--out", "m", "--max-iter", n_iter)
    assert len((here / "log").read_text().splitlines()) == lrw.load("m.npz").n_iter_ == 2
    (here / "empty").write_text("")
    run(capsys, *TRAIN, "--log", "empty")


@pytest.mark.parametrize("name", ["h.csv", "other.csv", "m.npz", "photo.png"])
def test_predict_replaces_no_data(capsys, here, name):
    run(capsys, *TRAIN, "--out", "m.npz")
    (here / "other.csv").write_text("prediction,note\n1,2\n")
    (here / "photo.png").write_bytes(bytes(range(256)))
    before = (here / name).read_bytes()
    said = run(capsys, "predict", "m.npz", "h.csv", "--out", name, status=1).err
    assert "--out: expected " in said and name in said and "give another name" in said
    assert (here / name).read_bytes() == before
    for _ in range(2):
        run(capsys, "predict", "m.npz", "h.csv", "--out", "p.csv")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_predictions_in_a_file_are_those_of_the_model(capsys, here, dtype):
    run(capsys, *TRAIN, "--out", "m.npz", "--dtype", dtype)
    run(capsys, "predict", "m.npz", "h.csv", "--out", "p.csv")
    with open("p.csv") as file:
        found = np.array(list(csv.reader(file))[1:], dtype=dtype).ravel()
    with open("h.csv") as file:
        X = np.array(list(csv.reader(file))[1:], dtype=float)[:, :3].astype(dtype)
    np.testing.assert_array_equal(found, lrw.load("m.npz").predict(X).astype(dtype))


def test_the_path_that_is_said_is_that_of_the_file(capsys, here):
    said = run(capsys, *TRAIN, "--out", "my.model").out
    assert "saved to my.model.npz" in said and (here / "my.model.npz").exists()
    run(capsys, *TRAIN, "--out", "my.model", "--resume")
    for words in (["evaluate", "my.model"], ["predict", "my.modl.npz", "h.csv"]):
        said = run(capsys, *words, status=1).err
        assert "expected a model file written by train" in said and "did you mean 'my.model.npz'?" in said
        assert "Errno" not in said


@pytest.mark.parametrize("name", ["new/", "there"])
def test_a_folder_is_no_name_for_a_model(capsys, here, name):
    (here / "there").mkdir()
    said = run(capsys, *TRAIN, "--out", name, status=2 if name == "new/" else 1).err
    assert "--out: expected a file, got the folder" in said and "add a name" in said
    assert not (here / "new").exists()


def test_another_file_is_no_model(capsys):
    said = run(capsys, "predict", "h.csv", "h.csv", status=1).err
    assert "expected a model file written by train" in said and "pickle" not in said


def test_runs_in_a_log_are_told_apart(capsys, here):
    run(capsys, *TRAIN, "--out", "m", "--log", "log")
    with open("log", "a") as file:
        file.write('{"n_iter": 4, "lo')  # cut off
    run(capsys, *TRAIN, "--out", "m", "--log", "log", "--resume")
    lines = (here / "log").read_text().splitlines()
    del lines[3]
    assert [(line["run"], line["n_iter"]) for line in map(json.loads, lines)] == [
        (run, i) for run in (1, 2) for i in (1, 2, 3)
    ]
