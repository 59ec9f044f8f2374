"""train, evaluate and predict on files of one's own."""

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import lowrankweights as lrw
from lowrankweights.commands.main import main
from lowrankweights.commands.train.log import Log
from lowrankweights.optimisation.history import Info
from lowrankweights.readers import Options, read

FEW = ["--hidden", "8", "--columns", "2", "--max-iter", "30"]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lrw_says(capsys, *words, status=0):
    """What a command prints: (stdout, stderr)."""
    assert main([str(word) for word in words]) == status
    return capsys.readouterr()


def numbers(n=120, seed=0):
    """A table of numbers; price is almost linear in the others, kind depends on them."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3)).round(3)
    price = (1000 * (X @ [3, -2, 1]) + 50_000).round(1)
    return [["a", "b", "c", "price", "kind"], *np.column_stack([X, price, X[:, 0] > X[:, 1]]).tolist()]


def write(path, rows, drop=(), order=1):
    keep = [i for i, name in enumerate(rows[0]) if name not in drop][::order]
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([row[i] for i in keep] for row in rows)
    return path


def test_a_regression_is_trained_evaluated_and_predicted(capsys):
    write("houses.csv", numbers())
    words = ["--target", "price", "--ignore", "kind", "--proportion", "1", *FEW]
    said = lrw_says(capsys, "train", "houses.csv", *words).out.splitlines()
    assert said[0] == "houses.csv: 120 rows, 5 columns"
    assert said[-2].startswith("root mean squared error ") and said[-2].endswith("(of price)")
    assert said[-1].startswith("test R2 0.9") or said[-1] == "test R2 1.00"
    model = "out/houses-covariance-1.0-columns2-hidden8.npz"
    new = write("new.csv", numbers(seed=1), order=-1)
    told = lrw_says(capsys, "evaluate", model, new).out.splitlines()
    assert told[-1].startswith("test R2 0.9") or told[-1] == "test R2 1.00"
    without = write("without.csv", numbers(seed=1), drop=("price",))
    lines = list(csv.reader(lrw_says(capsys, "predict", model, without).out.splitlines()))
    X = np.array([row[:3] for row in numbers(seed=1)[1:]])
    assert lines[0] == ["prediction"]
    np.testing.assert_allclose(np.array(lines[1:], float).ravel(), lrw.load(model).predict(X), rtol=1e-5)


def test_the_last_lines_are_the_errors_on_rows_that_were_held_out(capsys):
    write("t.csv", numbers())
    said = lrw_says(capsys, "train", "t.csv", "--target", "kind", "--ignore", "price", *FEW).out
    error = float(said.splitlines()[-1].removeprefix("test error ").removesuffix(" %"))
    data = read(Path("t.csv"), Options(target="kind", ignore=("price",)))
    model = lrw.load("out/t-covariance-0.5-columns2-hidden8.npz")
    assert error == pytest.approx(100 * (1 - model.score(data.X_test, data.y_test)), abs=0.005)
    assert "96 for training, 24 for the test (drawn with seed 0)" in said


def test_predictions_of_classes_have_probabilities_and_a_line_for_each_row(capsys):
    pytest.importorskip("pandas", reason="text in CSV files needs pandas")
    rows = [[a, b, "tall" if kind else "small"] for a, b, _, _, kind in numbers()[1:]]
    write("t.csv", [["a", "b", "kind"], *rows])
    lrw_says(capsys, "train", "t.csv", "--target", "kind", *FEW, "--out", "m.npz")
    new = [["b", "a"], [1.0, -1.0], ["", 2.0], [-1.0, 1.0]]
    said = lrw_says(capsys, "predict", "m.npz", write("new.csv", new), status=1)
    assert (
        "new.csv, column 'b': expected a value in each row, got none" in said.err and "at line 3" in said.err
    )
    said = lrw_says(capsys, "predict", "m.npz", "new.csv", "--skip-bad", "--out", "p.csv")
    assert "2 predictions in p.csv" in said.out and "1 of 3 rows left out" in said.err
    with open("p.csv", newline="") as file:
        head, *lines = csv.reader(file)
    assert head == ["prediction", "probability_small", "probability_tall"]
    assert [line[0] for line in lines] == ["small", "", "tall"] and lines[1] == ["", "", ""]
    P = np.array([lines[0][1:], lines[2][1:]], dtype=float)
    np.testing.assert_allclose(P.sum(axis=1), 1, atol=1e-5)


def test_pictures_are_trained_predicted_by_name_and_completed(capsys, here):
    rng = np.random.default_rng(0)
    for name, low in (("dark", 0), ("light", 120)):
        (here / "photos" / name).mkdir(parents=True)
        for i in range(12):
            levels = rng.integers(low, low + 130, (8, 6)).astype(np.uint8)
            Image.fromarray(levels).save(here / "photos" / name / f"{i}.png")
    said = lrw_says(capsys, "train", "photos", *FEW, "--out", "m.npz").out
    assert "8 x 6 pixels in grey" in said and said.splitlines()[-1] == "test error 0.00 %"
    model = lrw.load("m.npz")
    assert tuple(model.input_shape) == (8, 6) and model.dictionary == ("squared_exponential",)
    lines = list(csv.reader(lrw_says(capsys, "predict", "m.npz", "photos/light").out.splitlines()))
    assert lines[0] == ["file", "prediction", "probability_dark", "probability_light"]
    assert {line[1] for line in lines[1:]} == {"light"} and lines[1][0] == "0.png"
    assert "8 x 6 weights" in lrw_says(capsys, "complete", "m.npz").out


def test_a_data_sets_model_predicts_pictures_of_its_size(capsys, here):
    lrw_says(capsys, "train", "digits", *FEW, "--out", "m.npz")
    digits = lrw.datasets.load_digits()
    for i in range(3):
        pixels = np.rint(255 * digits.X_test[i]).astype(np.uint8).reshape(8, 8)
        (here / "new").mkdir(exist_ok=True)
        Image.fromarray(pixels).save(here / "new" / f"{i}.png")
    lines = list(csv.reader(lrw_says(capsys, "predict", "m.npz", "new").out.splitlines()))[1:]
    expected = lrw.load("m.npz").predict(np.rint(255 * digits.X_test[:3]) / 255)
    assert [line[1] for line in lines] == expected.astype(str).tolist()
    assert (
        "not trained on a table"
        in lrw_says(capsys, "predict", "m.npz", write("t.csv", numbers()), status=1).err
    )


def test_columns_of_a_table_have_no_places_to_complete(capsys):
    rows = np.random.default_rng(0).normal(size=(60, 16)).round(3)
    write("t.csv", [[f"c{i}" for i in range(16)] + ["y"], *np.column_stack([rows, rows[:, 0] > 0]).tolist()])
    lrw_says(capsys, "train", "t.csv", "--target", "y", *FEW, "--out", "m.npz")
    said = lrw_says(capsys, "complete", "m.npz", status=1).err
    assert "expected a model of pictures, signals or volumes, got one of the columns of a table" in said


def test_a_sweep_compares_shares_in_a_table_and_a_picture(capsys, here):
    write("t.csv", numbers())
    words = ["train", "t.csv", "--target", "price", "--sweep", "0.34,1", *FEW, "--out", "s/m.npz"]
    said = lrw_says(capsys, *words, "--log", "log.jsonl").out.splitlines()
    models = [lrw.load(f"s/m-{share}.npz") for share in ("0.34", "1")]
    assert [model.dictionary for model in models] == [("covariance",), "none"]
    top = next(i for i, line in enumerate(said) if line.split()[:2] == ["share", "learned"])
    for line, model, share in zip(said[top + 1 : top + 3], models, ("0.34", "1"), strict=True):
        assert line.split()[:2] == [share, str(model.n_dynamic_)]
    assert (here / "s" / "m-sweep.png").stat().st_size > 5000
    assert said[-2].startswith("root mean squared error")
    lines = [json.loads(line) for line in (here / "log.jsonl").read_text().splitlines()]
    assert {line["share"] for line in lines} == {0.34, 1.0}
    for share, model in zip((0.34, 1.0), models, strict=True):
        losses = [line["loss"] for line in lines if line["share"] == share]
        np.testing.assert_allclose(losses, model.loss_curve_[1:])


def test_a_line_is_in_the_log_as_soon_as_it_is_known(here):
    with Log(here / "log") as log:
        log.callback(0.1)(Info(np.zeros(2), 0.5, 0.25, 1, 2.0))
        line = json.loads((here / "log").read_text())
    assert line == {"run": 1, "n_iter": 1, "loss": 0.5, "grad_norm": 0.25, "seconds": 2.0, "share": 0.1}


def test_a_log_can_be_followed_while_training_goes_on(here):
    write("t.csv", numbers())
    words = ["t.csv", "--target", "price", "--max-iter", "1000000", "--hidden", "300,300", "--log", "log"]
    code = [sys.executable, "-m", "lowrankweights", "train", *words]
    package = os.environ | {"PYTHONPATH": str(Path(lrw.__file__).parent.parent)}
    run = subprocess.Popen(code, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=package)
    try:
        for _ in range(600):
            time.sleep(0.1)
            if (here / "log").exists() and (here / "log").read_text().count("\n") > 2:
                break
        line = json.loads((here / "log").read_text().splitlines()[1])
        assert run.poll() is None and line["n_iter"] == 2
        assert set(line) == {"run", "n_iter", "loss", "grad_norm", "seconds", "share"}
    finally:
        run.terminate()
        out, err = run.communicate(timeout=120)
    assert (
        b"to go on: lowrankweights train t.csv --target price --max-iter 1000000" in out
        and b"--resume" in out
    )
    assert b"<" in err and b"/1000000" in err  # the time left, though stderr is no terminal


def test_an_evaluation_of_own_data_without_a_file_says_what_is_needed(capsys):
    write("t.csv", numbers())
    lrw_says(capsys, "train", "t.csv", "--target", "kind", *FEW, "--out", "m.npz")
    said = lrw_says(capsys, "evaluate", "m.npz", status=1).err
    assert "FILE: expected a file to evaluate on, with the target, got none" in said
    assert "it was trained on t.csv; then: test error" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["train", "no.csv"], "FILE: expected a file or a folder that is there, got 'no.csv'"),
        (["train", "t.csx"], "got 't.csx' (did you mean 't.csv'?)"),
        (["train", "t.doc"], "FILE: expected a file ending in .csv, .tsv, .txt, .parquet, .npz, or a folder"),
        (["train", "t.csv"], "--target: expected one of t.csv's columns: a, b, c, price, kind, got none"),
        (["train", "digits", "--target", "y"], "--target: expected nothing for digits"),
        (
            ["train", "t.csv", "--target", "kind", "--sweep", "0.5,1", "--resume"],
            "--resume: expected one model",
        ),
        (["train", "t.csv", "--target", "kind", "--sweep", "0,1"], "--sweep: expected a finite number > 0"),
        (["train", "t.csv", "--target", "kind", "--shape", "2,3"], "--shape: expected N, HEIGHT,WIDTH"),
        (["train", "t.csv", "--target", "kind", "--log", "."], "--log: expected a file"),
        (
            ["train", "t.csv", "--target", "kind", "--resume"],
            "--resume: expected a model to go on with, got no file",
        ),
    ],
)
def test_slips_are_one_line_with_the_remedy(words, said, capsys, here):
    write("t.csv", numbers())
    (here / "t.doc").write_text("")
    err = lrw_says(capsys, *words, status=1).err
    assert said in err and err.count("\n") == 1


def test_dictionaries_that_do_not_fit_are_known_before_training(capsys):
    np.savez("big.npz", X=np.zeros((4, 200, 200, 3), np.uint8), y=np.array([0, 1, 0, 1]))
    said = lrw_says(capsys, "train", "big.npz", "--task", "classification", "--test", "0", status=1).err
    assert "expected inputs whose dictionaries take at most 4 GiB, got 120,000" in said and "--shape" in said


def test_pixels_in_a_table_have_places(capsys):
    digits = lrw.datasets.load_digits()
    levels = np.rint(16 * digits.X_train[:300]).astype(int)
    write("pixels.csv", [["label", *range(64)], *np.column_stack([digits.y_train[:300], levels]).tolist()])
    said = lrw_says(
        capsys, "train", "pixels.csv", "--target", "label", "--shape", "8,8", *FEW, "--out", "m.npz"
    ).out
    assert "64, 8 x 8" in said and "levels      divided by 255" in said
    model = lrw.load("m.npz")
    assert tuple(model.input_shape) == (8, 8) and model.n_features_in_ == 64  # border pixels are kept
