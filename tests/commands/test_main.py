import re

import pytest

from lowrankweights.commands.main import main


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
    assert re.fullmatch(r"test error \d+\.\d\d %", trained.splitlines()[-1])
    assert main(["evaluate", "model.npz"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == trained.splitlines()[-1]


def test_the_gap_to_other_models_is_printed(capsys):
    assert main(TRAIN) == 0
    assert main([*TRAIN, "--dictionary", "none"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"[+-]\d+\.\d\d points against digits-squared_exponential\+covariance-0\.1-col", out)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([*TRAIN, "--dictionary", "squared_exponentail,covariance"], "did you mean 'squared_exponential'"),
        ([*TRAIN, "--proportion", "2"], "proportion: expected"),
        ([*TRAIN, "--columns", "21"], "n_columns: expected"),
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


def test_demo_writes_a_page_with_its_pictures(capsys, tmp_path, monkeypatch):
    from lowrankweights import experiments
    from lowrankweights.commands.demo import digits

    monkeypatch.setattr(digits, "HIDDEN", (20, 20))
    for name in ("2", "1-rica-natural"):
        monkeypatch.setitem(experiments.figure_module(name).PRESETS["quick"], "n_train", 600)
        monkeypatch.setitem(experiments.figure_module(name).PRESETS["quick"], "max_iter", 3)
    assert main(["demo", "--out", "out"]) == 0
    page = (tmp_path / "out" / "index.html").read_text()
    for name in re.findall(r'src="([^"]+)"', page):
        assert (tmp_path / "out" / name).stat().st_size > 1000
    assert page.index("figure-2.png") < page.index("figure-1-rica-natural.png") < page.index("features.png")
    assert "a tenth" in page and "test error" in page
    assert "10% of each hidden filter" in capsys.readouterr().out
