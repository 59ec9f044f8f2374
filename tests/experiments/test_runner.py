import importlib
import json
import sys
import types

import pytest
from joblib.externals.loky import get_reusable_executor

from lowrankweights.datasets import DataNotFound
from lowrankweights.experiments import runner
from lowrankweights.experiments.figures import figure_2
from lowrankweights.results import files as results

SPECS = [{"figure": "made-up", "seed": s, "proportion": p} for s in range(2) for p in (0.1, 0.5)]


@pytest.fixture
def figure(monkeypatch):
    """A figure whose runs cost nothing; ``calls`` has what was run, ``broken`` what fails."""
    module = types.ModuleType("made_up_figure")
    module.calls, module.broken = [], []
    module.runs = lambda preset: SPECS
    module.group = lambda spec: spec["seed"]

    def run_one(spec, shared, n_threads):
        module.calls.append((spec, dict(shared)))
        shared[spec["proportion"]] = True
        if spec in module.broken:
            raise RuntimeError("no memory")
        return {"error": spec["proportion"] / 10}

    module.run_one = run_one
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


def run(figure, path, **options):
    return runner.run(figure, "quick", path, report=lambda text: None, **options)


def test_one_line_a_run_with_everything_it_depends_on(figure, tmp_path):
    path = tmp_path / "made-up-quick.jsonl"
    found, failures = run(figure, path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines == found and not failures
    assert [{k: r[k] for k in SPECS[0]} for r in found] == SPECS
    assert all({"error", "seconds", "versions", "commit", "n_threads"} <= set(r) for r in found)
    # what is shared lives as long as its group
    assert [list(shared) for _, shared in figure.calls] == [[], [0.1], [], [0.1]]


def test_a_stopped_run_goes_on_where_it_was(figure, tmp_path):
    path = tmp_path / "r.jsonl"
    run(figure, path)
    whole = path.read_text().splitlines(keepends=True)
    path.write_text("".join(whole[:2]) + whole[2][:25])  # the third was cut off
    figure.calls.clear()
    found, _ = run(figure, path, resume=True)
    assert [spec for spec, _ in figure.calls] == SPECS[2:]
    assert len(found) == len(path.read_text().splitlines()) == 4
    run(figure, path, resume=True)
    assert len(figure.calls) == 2  # nothing was left to do


def test_runs_on_several_processes_are_the_same(tmp_path, monkeypatch):
    small = {"n_train": 300, "max_iter": 3}
    monkeypatch.setattr(figure_2, "PROPORTIONS", (1.0, 0.5))
    specs = [{**spec, **small, "patch_shape": [4, 4], "n_components": 5} for spec in figure_2.runs("quick")]
    monkeypatch.setattr(figure_2, "runs", lambda preset: specs)
    one, two = (run(figure_2, tmp_path / f"{jobs}.jsonl", jobs=jobs)[0] for jobs in (1, 2))
    assert [r["proportion"] for r in two] == [1.0, 0.5]
    assert [r["filters"] for r in one] == [r["filters"] for r in two]


def test_finished_runs_are_not_written_over(figure, tmp_path):
    path = tmp_path / "r.jsonl"
    run(figure, path)
    before = path.read_text()
    with pytest.raises(ValueError, match="^resume: expected True .--resume. to go on with the 4 runs"):
        run(figure, path)
    assert path.read_text() == before


def test_a_failing_run_does_not_lose_the_others(figure, tmp_path):
    path = tmp_path / "r.jsonl"
    figure.broken = [SPECS[1]]
    found, failures = run(figure, path)
    assert [r["seed"] for r in found] == [0, 1, 1]
    assert [spec for spec, _ in failures] == [SPECS[1]] and "no memory" in failures[0][1]
    assert "no memory" in (tmp_path / "r.failures.txt").read_text()
    figure.broken = []
    assert len(run(figure, path, resume=True)[0]) == 4


def test_a_run_without_a_number_has_failed(figure, tmp_path):
    """NaN is not JSON, and would count as finished for ever."""
    path, good = tmp_path / "r.jsonl", figure.run_one
    figure.run_one = lambda spec, *a: {"error": float("nan")} if spec == SPECS[1] else good(spec, *a)
    found, failures = run(figure, path)
    assert len(found) == 3 and [spec for spec, _ in failures] == [SPECS[1]]
    figure.run_one = lambda spec, *a: None if spec == SPECS[1] else good(spec, *a)
    assert len(run(figure, path, resume=True)[1]) == 1 and "NaN" not in path.read_text()


def test_a_process_that_dies_takes_only_what_was_being_run(tmp_path, monkeypatch):
    dying = tmp_path / "dying_figure.py"
    dying.write_text(
        "import os\n"
        "def runs(preset): return [{'seed': s} for s in range(6)]\n"
        "def group(spec): return spec['seed']\n"
        "def run_one(spec, shared, n_threads):\n"
        "    if spec['seed'] == 1: os._exit(9)\n"
        "    return {'error': 0.1}\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    get_reusable_executor().shutdown()  # new processes, which find the file
    found, failures = run(importlib.import_module("dying_figure"), tmp_path / "r.jsonl", jobs=2)
    seeds, failed = {r["seed"] for r in found}, {spec["seed"] for spec, _ in failures}
    assert seeds | failed == set(range(6)) and not seeds & failed
    assert 1 in failed and len(failed) <= 2 and (tmp_path / "r.failures.txt").exists()


def test_a_changed_setting_is_another_run():
    done = [{"figure": "made-up", "seed": 0, "proportion": 0.1, "error": 0.2}]
    assert results.finished({"seed": 0, "proportion": 0.1}, done)
    assert not results.finished({"seed": 0, "proportion": 0.2}, done)
    assert not results.finished({"seed": 0, "max_iter": 5}, done)


def test_bad_lines_are_named(tmp_path):
    path = tmp_path / "r.jsonl"
    path.write_text('{"a": 1}\nno json\n{"a": 2}\n')
    with pytest.raises(ValueError, match="line 2"):
        results.read(path)
    assert results.read(tmp_path / "none.jsonl") == []


def test_a_line_that_lacks_only_its_break_is_kept(figure, tmp_path):
    path = tmp_path / "r.jsonl"
    run(figure, path)
    path.write_text(path.read_text().rstrip("\n"))
    figure.calls.clear()
    found, _ = run(figure, path, resume=True)
    assert len(found) == 4 and not figure.calls and path.read_text().count("\n") == 4


def test_ctrl_c_leaves_no_line_of_the_run_that_it_ended(figure, tmp_path):
    path, finished = tmp_path / "r.jsonl", figure.run_one

    def interrupted(spec, shared, n_threads):
        if spec == SPECS[1]:
            raise KeyboardInterrupt
        return finished(spec, shared, n_threads)

    figure.run_one = interrupted
    with pytest.raises(KeyboardInterrupt):
        run(figure, path)
    assert [r["proportion"] for r in results.read(path)] == [0.1]


def test_without_data_the_reason_is_told_at_once(figure, tmp_path):
    def no_data(spec, shared, n_threads):
        figure.calls.append((spec, {}))
        raise DataNotFound("mnist: set LOWRANKWEIGHTS_DATA")

    figure.run_one = no_data
    with pytest.raises(DataNotFound, match="LOWRANKWEIGHTS_DATA"):
        run(figure, tmp_path / "not there yet" / "r.jsonl")
    assert len(figure.calls) == 1
