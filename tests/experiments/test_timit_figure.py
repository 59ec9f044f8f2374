import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from made_timit import ldc, sample, write

from lowrankweights import experiments, load, speech
from lowrankweights.commands.main import main
from lowrankweights.experiments import spoken
from lowrankweights.experiments.figures.figure_4_timit import EVERY, PhoneErrorRate
from lowrankweights.experiments.harness import runner
from lowrankweights.results.claims import compare, percent_wrong
from lowrankweights.results.files import select

LITTLE = {"hidden": [12, 12], "max_iter": 8, "schedule": []}


def little(preset="quick", **more):
    p = PhoneErrorRate.presets[preset]
    own = {**p, "settings": {**p["settings"], **LITTLE}, "proportions": [0.25], "columns": [2], "seeds": 1}
    return PhoneErrorRate({preset: {**own, **more}})


@pytest.fixture
def timit(tmp_path, monkeypatch):
    """A whole TIMIT of little sounds, in capitals with SPHERE headers; the folder of data."""
    monkeypatch.setenv("LOWRANKWEIGHTS_DATA", str(tmp_path / "data"))
    spoken.load.cache_clear()
    yield ldc(tmp_path / "data" / "timit")
    spoken.load.cache_clear()


def test_the_figure_is_run_summed_up_and_drawn_and_its_model_decodes_a_sound(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert experiments.make(little(), "quick", "out", report=lambda text: None) == []
    results = runner.read("out/4-timit-quick.jsonl")
    assert {r["method"] for r in results} == {"every weight", "Emp-Emp", "linear classifier"}
    for r in results:
        assert np.mean(r["item_errors"]) == pytest.approx(r["error"]) and len(r["speakers"]) == 8
        assert len(r["frame_error"]) == 2 and 0 < r["error"] < 1.5
    page = (tmp_path / "out" / "4-timit-quick.md").read_text()
    assert (
        "not TIMIT" in page and "| 25 %, 2 columns |" in page and not list(tmp_path.glob("out/*checkpoints"))
    )
    u = speech.babble(1, 1, rng=9)[0]
    sound = write(tmp_path, "a", u, ".wav", as_sphere=False)
    capsys.readouterr()
    assert main(["speech", str(sound)]) == 0
    said = capsys.readouterr().out
    assert "out/4-timit-model.npz (speech-like)" in said and "said: sil" in said
    assert "phone error rate" in said and (tmp_path / "out" / "a-phones.png").stat().st_size > 20_000


def test_folds_keep_speakers_apart_and_test_each_once(tmp_path, monkeypatch):
    monkeypatch.setenv("LOWRANKWEIGHTS_DATA", str(tmp_path))
    sample(tmp_path / "timit", 1)
    spoken.load.cache_clear()
    sentences, _ = spoken.load("timit-sample")
    folds, tested = spoken.folds("timit-sample", sentences), []
    assert len(folds) == 4
    for fold in folds:
        who = [{s.speaker for s in part} for part in fold]
        assert [len(w) for w in who] == [10, 2, 4] and len(set().union(*who)) == 16
        assert {s[0] for s in who[1]} == {s[0] for s in who[2]} == {"f", "m"}
        tested += who[2]
    assert len(set(tested)) == len(tested) == 16
    spoken.load.cache_clear()


def test_a_whole_timit_runs_end_to_end_with_skipped_files_listed(timit, tmp_path, capsys):
    figure, train = little("paper"), next(iter(sorted(timit.rglob("SX1.WAV"))))
    train.with_suffix(".PHN").unlink()
    with pytest.raises(ValueError, match=r"SX1.WAV: expected SX1.phn beside it"):
        experiments.make(figure, "paper", tmp_path / "bad", report=lambda text: None)
    figure.skip_bad = True
    assert experiments.make(figure, "paper", tmp_path / "out", report=lambda text: None) == []
    (r, *_) = runner.read(tmp_path / "out" / "4-timit-paper.jsonl")
    assert r["speakers"] == ["mdab0"] and len(r["skipped"]) == 1 and r["data"] == "timit"
    assert "- skipped: " in (tmp_path / "out" / "4-timit-paper.md").read_text()
    assert main(["figure", "5", "--skip-bad", "--out", str(tmp_path / "x")]) == 1
    assert "--skip-bad: expected a figure that reads files" in capsys.readouterr().err


def test_a_run_that_was_killed_goes_on_where_it_was(timit, tmp_path):
    """SIGKILL in the middle of a fold; what goes on has fewer iterations left, and the page is made."""
    code = (
        "from test_timit_figure import little; from lowrankweights.experiments.harness import checkpoints;"
        "from lowrankweights import experiments; import sys;"
        "checkpoints.Halfway.__init__.__defaults__ = (0, 0.0);"
        "figure = little('paper'); figure.presets['paper']['settings']['max_iter'] = 300;"
        "experiments.make(figure, 'paper', sys.argv[1], resume=True)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "out")]
    path = os.pathsep.join([os.path.dirname(__file__), os.path.dirname(os.path.dirname(__file__)), *sys.path])
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}, stderr=subprocess.DEVNULL)
    kept = tmp_path / "out" / "4-timit-paper.checkpoints"
    for _ in range(600):
        if any(kept.glob("*-0.npz")):
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGKILL)
    process.wait()
    (checkpoint,) = kept.glob("*-0.npz")
    (kept / f".{checkpoint.name}.half").touch()  # as where it is killed while it writes
    figure = little("paper")
    figure.presets["paper"]["settings"]["max_iter"] = 300
    assert experiments.make(figure, "paper", tmp_path / "out", resume=True, report=lambda text: None) == []
    results = [json.loads(x) for x in (tmp_path / "out" / "4-timit-paper.jsonl").read_text().splitlines()]
    assert any(any(r.get("resumed_at", [[]])) for r in results) and not kept.exists()


def test_differences_of_speakers_are_paired():
    """Items are speakers with an error each: as a matrix of differences."""
    one = [{"seed": s, "stopped": "", "item_errors": [0.2 + 0.01 * s, 0.4, 0.3]} for s in range(3)]
    other = [{"seed": s, "stopped": "", "item_errors": [0.1, 0.3 - 0.01 * s, 0.2]} for s in range(3)]
    claim = compare("", one, other)
    assert claim.mean == pytest.approx(0.1 + 0.02 / 3) and claim.low < claim.mean < claim.high
    assert percent_wrong(one)[0] == pytest.approx(100 * np.mean([r["item_errors"] for r in one]))


def test_a_model_of_timit_is_trained_told_and_asked(timit, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["speech", "none.wav"]) == 1
    assert "`lowrankweights train timit` makes one" in capsys.readouterr().err
    how = ["train", "timit", "--hidden", "10", "--max-iter", "10", "--columns", "2", "--out", "m.npz"]
    assert main(how) == 0
    said = capsys.readouterr().out
    assert "speakers to learn from" in said and "phone error rate" in said
    model = load("m.npz")
    assert model.n_features_in_ == 429 and model.classes_.max() == 182
    sound = next(iter(timit.rglob("SX0.WAV")))
    assert main(["speech", str(sound), "--model", "m.npz", "--out", "p.png"]) == 0
    assert (tmp_path / "p.png").exists() and "phone error rate" in capsys.readouterr().out
    sound.with_suffix(".PHN").write_text("0 99999999 h#\n")
    assert main(["speech", str(sound), "--model", "m.npz", "--out", "p.png"]) == 1
    assert "phones within their sound" in capsys.readouterr().err
    assert main(["speech", str(sound), "--model", "m.npz", "--out", "p.png", "--skip-bad"]) == 0
    assert "skipped: " in capsys.readouterr().out


def test_runs_for_the_claim_come_first():
    specs = PhoneErrorRate().runs("standard")
    n_models = len({(s["method"], s["proportion"], s["n_columns"]) for s in specs})
    assert n_models == 2 + 15 and len(specs) == 3 * n_models
    first = {(s["method"], s["n_columns"]) for s in specs[:9]}
    assert first == {(EVERY, 1), ("Emp-Emp", 5), ("linear classifier", 1)}
    assert len(select(specs, method=EVERY)) == 3
