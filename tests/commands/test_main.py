import argparse
import re
import subprocess
import sys

import pytest

import lowrankweights as lrw
from lowrankweights.commands.demo import make_page
from lowrankweights.commands.main import COMMANDS, build_parser, main
from lowrankweights.commands.train.options import filled
from lowrankweights.experiments.figures.figure_1.rica import FeaturesOfPhotographs
from lowrankweights.experiments.figures.figure_2 import FiltersByProportion


@pytest.fixture(autouse=True)
def no_data_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("LOWRANKWEIGHTS_DATA", raising=False)
    monkeypatch.setenv("LOWRANKWEIGHTS_OFFLINE", "1")
    monkeypatch.chdir(tmp_path)


TRAIN = ["train", "digits", "--hidden", "20,15", "--columns", "5", "--max-iter", "10"]


def test_train_then_evaluate(capsys, tmp_path):
    assert main([*TRAIN, "--out", "model.npz"]) == 0
    trained = capsys.readouterr().out
    assert "dynamic parameters" in trained and "static" in trained
    assert re.fullmatch(
        r"test error \d+\.\d\d % \(always the commonest class: 8\d\.\d\d %\)", trained.splitlines()[-1]
    )
    assert main(["evaluate", "model.npz"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == trained.splitlines()[-1]


def test_the_gap_to_other_models_is_printed(capsys):
    assert main(TRAIN) == 0
    assert main([*TRAIN, "--dictionary", "none"]) == 0
    out = capsys.readouterr().out
    assert re.search(
        r"[+-]\d+\.\d\d points, (better|worse|equal), against digits-squared_exponential\+covariance-0\.1",
        out,
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([*TRAIN, "--dictionary", "squared_exponentail,covariance"], "did you mean 'squared_exponential'"),
        ([*TRAIN, "--proportion", "2"], "--proportion: expected"),
        ([*TRAIN, "--columns", "21"], "--columns: expected"),
        (["train", "mnist"], "LOWRANKWEIGHTS_DATA"),
        (["evaluate", "nowhere.npz"], "nowhere.npz"),
    ],
)
def test_mistakes_are_one_line_without_a_traceback(arguments, said, capsys):
    assert main(arguments) == 1
    err = capsys.readouterr().err
    assert said in err and "Traceback" not in err


@pytest.mark.parametrize("arguments", [[], ["trane"], ["train", "mnits"], [*TRAIN, "--proportion", "ten"]])
def test_usage_errors_show_the_usage(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "usage: lowrankweights" in capsys.readouterr().err


def test_data_commands(capsys):
    assert main(["data", "status"]) == 0
    out = capsys.readouterr().out
    assert "mnist" in out and "CC BY-SA 3.0" in out and "digits" in out
    assert main(["data", "where"]) == 0
    assert "lowrankweights" in capsys.readouterr().out
    assert main(["data", "fetch", "mnist"]) == 1
    assert "LOWRANKWEIGHTS_OFFLINE" in capsys.readouterr().err


def test_nothing_is_fetched_unless_named(capsys):
    assert main(["data", "fetch"]) == 1
    assert "NAME: expected one or more of mnist (" in capsys.readouterr().err


def test_the_default_dictionaries_fit_any_number_of_layers(capsys):
    few = ["--columns", "2", "--max-iter", "2", "--hidden"]
    assert main(["train", "digits", *few, "8"]) == 0
    assert main(["train", "digits", *few, "8,6,4", "--seed", "1"]) == 0
    out = capsys.readouterr().out
    assert "digits-squared_exponential-0.1-columns2-hidden8.npz" in out
    assert "covariance+covariance-0.1-columns2-hidden8+6+4-seed1.npz" in out


def test_the_demo_writes_a_page_with_its_pictures(capsys, tmp_path):
    out, small = tmp_path / "out", {"n_train": 600, "max_iter": 3}
    figures = [FiltersByProportion, FeaturesOfPhotographs]
    figures = [figure({"quick": {**figure.presets["quick"], **small}}) for figure in figures]
    make_page(out, figures, hidden=(20, 20))
    page = (out / "index.html").read_text()
    for name in re.findall(r'src="([^"]+)"', page):
        assert (out / name).stat().st_size > 1000
    assert page.index("figure-2.png") < page.index("figure-1-rica-natural.png") < page.index("features.png")
    assert "a tenth" in page and "test error" in page
    assert "10% of each hidden filter" in capsys.readouterr().out


def options(*command):
    """What a command's arguments are without any on the command line."""
    arguments = vars(build_parser().parse_args(command))
    return {name: value for name, value in arguments.items() if name != "run"}


class Pixels:
    """A job of which only the inputs' shape is known."""

    input_shape = (28, 28)


def test_defaults_are_those_of_the_estimator_where_the_paper_says_nothing(capsys):
    ours, theirs = (
        vars(filled(argparse.Namespace(**options("train", "mnist")), Pixels)),
        lrw.LowRankMLPClassifier().get_params(),
    )
    same = ("length_scale", "ridge", "activation", "index_sets", "pretrain_iter", "weight_decay", "pretrain")
    assert {name: ours[name] for name in same} == {name: theirs[name] for name in same}
    # the paper's network on MNIST
    paper = {"hidden": (500, 500), "columns": 10, "proportion": 0.1, "max_iter": 300, "dtype": "float32"}
    assert {name: ours[name] for name in paper} == paper


def test_both_sizes_of_the_digits_have_a_name_of_their_own(capsys):
    small = ["--hidden", "8", "--columns", "2", "--max-iter", "2"]
    for name, n_inputs in (("digits", 64), ("digits-16x16", 256)):
        assert main(["train", name, *small, "--out", f"{name}.npz"]) == 0
        model = lrw.load(f"{name}.npz")
        assert model.n_features_in_ == n_inputs
    capsys.readouterr()
    assert main(["evaluate", "digits-16x16.npz"]) == 0  # the file says which they were
    assert "test error" in capsys.readouterr().out


def test_a_schedule_is_all_rows_at_once_or_growing_samples(capsys):
    for schedule, wanted in (("full", None), ("grow", "grow")):
        few = ["--hidden", "8", "--columns", "2", "--max-iter", "8", "--schedule", schedule]
        assert main(["train", "digits", *few, "--out", f"{schedule}.npz"]) == 0
        assert lrw.load(f"{schedule}.npz").schedule == wanted


@pytest.mark.parametrize("command", COMMANDS, ids=lambda module: module.__name__.rsplit(".", 1)[1])
def test_every_command_says_what_it_does_and_what_its_arguments_are(command, capsys):
    name = command.__name__.rsplit(".", 1)[1].replace("_", "-")
    with pytest.raises(SystemExit) as stop:
        main([name, "--help"])
    out = capsys.readouterr().out
    assert stop.value.code == 0 and f"usage: lowrankweights {name}" in out
    assert "--" in out.replace("--help", "") or "ACTION" in out


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["data", "where"]])
def test_the_command_line_starts_without_what_it_does_not_need(arguments):
    code = f"""
import sys
from lowrankweights.commands.main import main
try:
    main({arguments})
except SystemExit:
    pass
heavy = {{"matplotlib", "numba", "sklearn", "joblib", "torch"}} & set(sys.modules)
print(sorted(heavy), file=sys.stderr)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout and result.stderr == "[]\n"


def test_a_tilde_is_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    arguments = build_parser().parse_args(["train", "digits", "--out", "~/m.npz"])
    assert arguments.out == tmp_path / "m.npz"


def test_a_negative_seed_is_named(capsys):
    assert main(["train", "digits", "--seed", "-1"]) == 1
    assert "--seed: expected an integer >= 0, got -1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["train", "digits", "--taget", "y"], "unrecognized arguments: --taget y (did you mean '--target'?)"),
        (["train", "digits", "--max_iter=20"], "(did you mean '--max-iter'?)"),
        (["data", "fetch", "--al"], None),
        (["trian", "digits"], "(did you mean 'train'?)"),
        (["data", "stats"], "(did you mean 'status'?)"),
        (["train", "digits", "--schedule", "groww"], "(did you mean 'grow'?)"),
    ],
)
def test_a_slip_on_the_command_line_is_said_with_what_is_close(words, said, capsys):
    if said is None:  # an abbreviation is none
        assert build_parser().parse_args(words).all
        return
    with pytest.raises(SystemExit):
        main(words)
    err = capsys.readouterr().err
    assert said in err
    command = " ".join(words[: 1 + (words[0] == "data")]) if words[0] == "train" else ""
    assert err.startswith(f"usage: lowrankweights {command}".rstrip())


def test_an_error_has_the_name_that_was_typed(capsys):
    for option in ("--share", "--proportion"):
        assert main([*TRAIN, option, "1.5"]) == 1
        assert capsys.readouterr().err.startswith(f"lowrankweights: error: {option}: expected")
    assert main(["train", "no.csv"]) == 1
    assert "error: no.csv: expected a file or a folder that is there" in capsys.readouterr().err
    assert main(["predict", "no.npz", "no.csv"]) == 1
    assert "error: no.npz: expected a model file" in capsys.readouterr().err
