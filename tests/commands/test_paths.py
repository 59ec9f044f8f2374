"""What commands write: never over the user's data, where they say, and as exactly as it was computed."""

import csv
import json
import subprocess
import sys

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights.commands.main import main
from lowrankweights.commands.train.log import Log

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


def test_remedies_are_options_that_the_command_has(capsys, here):
    run(capsys, *TRAIN, "--out", "m")
    (here / "new.csv").write_text("a,b,c,y\n1,2,3,4\n1,,3,\n")
    for command in ("evaluate", "predict"):
        said = run(capsys, command, "m.npz", "new.csv", status=1).err
        assert "--skip-bad" in said and "--ignore" not in said and "--categories" not in said
    lines = (here / "h.csv").read_text().splitlines()
    (here / "h.csv").write_text("\n".join([*lines, "1,2,3,"]) + "\n")
    said = run(capsys, *TRAIN, status=1).err
    assert "--skip-bad" in said and "--ignore" not in said  # the target
    (here / "h.csv").write_text("\n".join([*lines, "1,,3,4"]) + "\n")
    assert "--ignore b leaves out the column" in run(capsys, *TRAIN, status=1).err


def test_a_model_of_a_table_is_not_evaluated_on_pictures(capsys):
    run(capsys, *TRAIN, "--out", "m")
    said = run(capsys, "evaluate", "m.npz", "--data", "digits", status=1).err
    assert "the model was trained on (h.csv, 3 inputs), got digits, 64 inputs" in said


def test_another_weight_decay_is_told_when_training_goes_on(capsys):
    run(capsys, *TRAIN, "--out", "m")
    assert "--weight-decay" not in run(capsys, *TRAIN, "--out", "m", "--resume").out
    said = run(capsys, *TRAIN, "--out", "m", "--resume", "--weight-decay", "0.1").out
    assert "--weight-decay 0.1: m.npz was trained with " in said


def test_where_a_changed_option_changes_the_name_the_models_that_are_there_are_named(capsys, here):
    run(capsys, *TRAIN)
    (name,) = (path.name for path in (here / "out").iterdir())
    said = run(capsys, *TRAIN, "--resume", "--columns", "1", status=1).err
    assert "its name follows from the options" in said and name in said and "--out names one" in said


@pytest.mark.filterwarnings("error")
def test_ctrl_c_is_told_once_with_the_command_that_goes_on(capsys, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Log, "_write", lambda self, text: text.startswith("{") and interrupt())
    said = run(capsys, *TRAIN, "--out", "m", status=130)
    assert "to go on: lowrankweights train" in said.out and "start from its theta" not in said.out
    assert "Warning" not in said.err


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals on this system")
@pytest.mark.parametrize("module", ["lowrankweights.commands.main", "lowrankweights.building"])
def test_ctrl_c_while_modules_are_imported_is_no_traceback(module):
    code = f"""
import runpy, sys
class Interrupting:
    def find_spec(self, name, *_):
        if name == {module!r}:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupting())
sys.argv = ["lowrankweights", "train", "h.csv"]
runpy.run_module("lowrankweights", run_name="__main__")
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert said.returncode == 130 and said.stderr == "lowrankweights: interrupted\n"
