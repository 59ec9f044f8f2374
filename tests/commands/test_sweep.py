"""What a sweep trains, tells and draws; settings are checked before the screen."""

import json

import numpy as np
import pytest

from lowrankweights.commands.main import main


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 4))
    rows = np.column_stack([X, X[:, 0] + X[:, 1]])
    np.savetxt("t.csv", rows, delimiter=",", header="a,b,c,d,y", comments="")
    return ["train", "t.csv", "--target", "y", "--max-iter", "3"]


def test_equal_shares_are_trained_once_and_the_picture_is_drawn(table, capsys, tmp_path):
    assert main([*table, "--sweep", "0.25,0.25,0.3,1"]) == 0
    out = capsys.readouterr().out
    assert out.count("saved to") == 3 and (tmp_path / "out" / "t-sweep.png").stat().st_size > 5000
    assert "least error: share" in out


@pytest.mark.filterwarnings("ignore:interrupted")
def test_an_interrupted_sweep_says_what_was_not_trained(table, capsys, monkeypatch, tmp_path):
    from lowrankweights.commands.train.log import Log

    def interrupt(self, share):
        def callback(info):
            if share == 0.5 and info.n_iter == 2:
                raise KeyboardInterrupt

        return callback

    monkeypatch.setattr(Log, "callback", interrupt)
    assert main([*table, "--sweep", "0.25,0.5,1"]) == 130
    out = capsys.readouterr().out
    assert "not trained, or not to the end: --sweep 0.5,1" in out and "least error" not in out


@pytest.mark.parametrize(
    ("option", "value"),
    [("--columns", "0"), ("--proportion", "1.5"), ("--dictionary", "covarince"), ("--hidden", "0")],
)
def test_settings_are_checked_before_the_screen_by_their_options_names(table, capsys, option, value):
    assert main([*table, option, value]) == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith(f"lowrankweights: error: {option}: expected ")


def test_files_of_one_stem_have_models_of_their_own(table, capsys, tmp_path):
    rng = np.random.default_rng(0)
    np.savez("t.npz", X=rng.normal(size=(40, 4)), y=rng.normal(size=40))
    assert main(table) == 0 and main(["train", "t.npz", "--max-iter", "2", "--log", "log.jsonl"]) == 0
    assert {p.name for p in (tmp_path / "out").glob("*.npz")} == {
        "t-covariance-0.5.npz",
        "t-npz-covariance-0.5.npz",
    }
    assert json.loads((tmp_path / "log.jsonl").read_text().splitlines()[0])["n_iter"] == 1


def test_a_warning_of_the_shape_is_given_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    np.savez("voxels.npz", X=rng.normal(size=(40, 6, 6, 8)), y=np.arange(40) % 2)
    with pytest.warns(UserWarning, match="8 channels of 6 x 6") as said:
        assert main(["train", "voxels.npz", "--dictionary", "none", "--max-iter", "1"]) == 0
    assert len([w for w in said if "channels of" in str(w.message)]) == 1
