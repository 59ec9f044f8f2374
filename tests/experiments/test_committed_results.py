"""What is committed in docs/results: whole, resumable, and shown by its pages as it is."""

import json
import shutil

import matplotlib.pyplot as plt
import numpy as np
import pytest
from committed import COMMITTED, finished, specs_of, standard

from lowrankweights.commands.main import main
from lowrankweights.experiments.harness import pages, runner
from lowrankweights.results import files

pytestmark = pytest.mark.usefixtures("no_data_folder")
FIELDS = {
    *["figure", "data", "model", "dictionary", "proportion", "n_columns", "n_components", "seed", "n_train"],
    *[
        "n_dynamic",
        "n_static",
        "error",
        "wrong",
        "loss",
        "n_iter",
        "stopped",
        "seconds",
        "versions",
        "commit",
    ],
}


@pytest.mark.parametrize("path", COMMITTED, ids=lambda p: p.stem)
def test_committed_results_say_what_they_depend_on(path):
    for r in files.read(path):
        r.setdefault("n_components", None)  # of RICA alone; lines of other models used to leave it out
        if path.stem.startswith("3-"):  # layers that are drawn: nothing was learned, there are no data
            learned = {"data", "n_train", "error", "wrong", "loss", "n_iter", "stopped"}
            assert set(r) >= FIELDS - learned
            continue
        if r.get("stage") == "timing":  # one evaluation on the clock
            assert r["milliseconds"] > 0
            continue
        if isinstance(r.get("filters"), str) or "features" in r:  # pictures: nothing was classified
            assert set(r) >= FIELDS - {"error", "wrong"}
            continue
        if r.get("stage") == "search":  # chosen by validation, never tested
            assert set(r) >= (FIELDS | {"validation_error"}) - {"error", "wrong"} and "error" not in r
            continue
        assert set(r) >= FIELDS
        if "item_errors" in r:  # phone error rates of speakers
            assert r["error"] == pytest.approx(np.mean(r["item_errors"]))
            continue
        assert r["error"] == pytest.approx(len(r["wrong"]) / r["n_test"])


# figure 4's takes long, and is made by the test after this one
@pytest.mark.parametrize("path", [p for p in COMMITTED if "4-mnist" not in p.stem], ids=lambda p: p.stem)
def test_committed_pages_say_what_the_results_say(path):
    figure, preset, found = finished(path)
    outcome = pages.sum_up(figure, preset, found)
    assert path.with_suffix(".md").read_text("utf-8") == pages.page(figure, preset, found, outcome)
    assert path.with_suffix(".png").exists()


def test_a_committed_run_is_found_again_and_makes_the_same_page(tmp_path):
    """Its lines have the stop rule as a sentence, as it was written then; the file may still grow."""
    path = next(p for p in COMMITTED if p.stem == "4-mnist-standard")
    figure, preset, found = finished(path)
    assert len(found) == len(files.read(path)) <= len(figure.runs(preset))
    outcome = pages.sum_up(figure, preset, found)
    assert path.with_suffix(".md").read_text("utf-8") == pages.page(figure, preset, found, outcome)
    pages.draw(figure, found, tmp_path / "again.png")
    assert (tmp_path / "again.png").stat().st_size > 5000


def test_finished_runs_are_not_made_again(tmp_path, capsys):
    path = next(p for p in COMMITTED if p.stem == "6-budget-standard")
    shutil.copy(path, tmp_path)
    assert main(["figure", "6-budget", "--preset", "standard", "--resume", "--out", str(tmp_path)]) == 0
    assert "30 runs, 30 of them finished before" in capsys.readouterr().out
    assert (tmp_path / path.name).read_bytes() == path.read_bytes()
    assert (tmp_path / "6-budget-standard.md").read_text("utf-8") == path.with_suffix(".md").read_text(
        "utf-8"
    )
    plt.close("all")


def test_stl10_beside_it_does_not_change_a_page(tmp_path):
    figure, preset, results = standard("6-budget")
    outcome = pages.sum_up(figure, preset, results)
    before, n_runs = pages.page(figure, preset, results, outcome), len(figure.runs(preset))
    folder = tmp_path / "data" / "stl10_binary"
    folder.mkdir(parents=True)
    for name in ("train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin", "fold_indices.txt"):
        (folder / name).touch()
    assert len(figure.runs(preset)) > n_runs
    assert pages.page(figure, preset, results, outcome) == before


@pytest.mark.parametrize("path", COMMITTED, ids=lambda p: p.stem)
def test_rewording_a_stop_rule_keeps_every_run_finished(path, tmp_path):
    figure, preset, found = finished(path)
    planned = specs_of(figure, preset, found)
    specs = [spec for spec in planned if files.finished(spec, found)]
    assert [{k: r[k] for k in spec} for spec, r in zip(specs, found, strict=True)] == specs
    reworded = tmp_path / "r.jsonl"
    lines = [{**r, "stop_sentence": "it got no better"} if "stop_sentence" in r else r for r in found]
    reworded.write_text("".join(json.dumps(line) + "\n" for line in lines))
    again = runner.in_order(planned, runner.read(reworded))
    assert again == lines and len(again) == len(found)
