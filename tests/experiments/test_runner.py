import json
import os

import numpy as np
import pytest

from lowrankweights.datasets import DataNotFound
from lowrankweights.experiments import Figure, figure_named, make
from lowrankweights.experiments.figures.figure_2 import FiltersByProportion
from lowrankweights.experiments.harness import runner
from lowrankweights.experiments.harness.pages import again
from lowrankweights.results import files as results

SPECS = [{"figure": "made-up", "seed": s, "proportion": p} for s in range(2) for p in (0.1, 0.5)]


class MadeUp(Figure):
    """Its runs cost nothing; ``calls``: what was run, ``broken``: what fails, ``instead``: what comes out."""

    name, presets = "made-up", {"quick": SPECS}

    def __init__(self):
        super().__init__()
        self.calls, self.broken, self.instead = [], {}, {}

    def runs(self, preset):
        return self.presets[preset]

    def group(self, spec):
        return spec["seed"]

    def run_one(self, spec, shared, n_threads):
        key = SPECS.index(spec)
        self.calls.append((spec, dict(shared)))
        shared[spec["proportion"]] = True
        if key in self.broken:
            raise self.broken[key]
        return self.instead.get(key, {"error": spec["proportion"] / 10})

    def summary(self, results):
        return f"{len(results)} runs"

    def draw(self, results):
        raise NotImplementedError


class Dying(MadeUp):
    """A figure of six runs; the process of the second one dies."""

    def runs(self, preset):
        return [{"seed": s} for s in range(6)]

    def run_one(self, spec, shared, n_threads):
        if spec["seed"] == 1:
            os._exit(9)
        return {"error": 0.1}


@pytest.fixture
def figure():
    return MadeUp()


def run(figure, path, **options):
    return runner.run(figure, "quick", path, report=lambda text: None, **options)


def test_one_line_a_run_with_everything_it_depends_on(figure, tmp_path):
    path = tmp_path / "made-up-quick.jsonl"
    found, failures = run(figure, path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines == found and not failures
    assert [{k: r[k] for k in SPECS[0]} for r in found] == SPECS
    assert all({"error", "seconds", "versions", "commit", "n_threads"} <= set(r) for r in found)
    # what is shared lives as long as its group; each run has a file of its own to leave where it is
    assert len({shared.pop("checkpoint") for _, shared in figure.calls}) == len(SPECS)
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


def test_runs_on_several_processes_are_the_same(tmp_path):
    quick = FiltersByProportion.presets["quick"]
    small = {"n_patches": 300, "max_iter": 3, "patch_shape": [4, 4], "n_components": 5}
    figure = FiltersByProportion({"quick": {**quick, **small, "proportions": (1.0, 0.5)}})
    one, two = (run(figure, tmp_path / f"{jobs}.jsonl", jobs=jobs)[0] for jobs in (1, 2))
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
    figure.broken = {1: RuntimeError("no memory")}
    found, failures = run(figure, path)
    assert [r["seed"] for r in found] == [0, 1, 1]
    assert [spec for spec, _ in failures] == [SPECS[1]] and "no memory" in failures[0][1]
    assert "no memory" in (tmp_path / "r.failures.txt").read_text()
    figure.broken = {}
    assert len(run(figure, path, resume=True)[0]) == 4


def test_a_run_without_a_number_has_failed(figure, tmp_path):
    """NaN is not JSON, and would count as finished for ever."""
    path = tmp_path / "r.jsonl"
    figure.instead = {1: {"error": float("nan")}}
    found, failures = run(figure, path)
    assert len(found) == 3 and [spec for spec, _ in failures] == [SPECS[1]]
    figure.instead = {1: None}
    assert len(run(figure, path, resume=True)[1]) == 1 and "NaN" not in path.read_text()


def test_a_process_that_dies_takes_only_what_was_being_run(tmp_path):
    found, failures = run(Dying(), tmp_path / "r.jsonl", jobs=2)
    seeds, failed = {r["seed"] for r in found}, {spec["seed"] for spec, _ in failures}
    assert seeds | failed == set(range(6)) and not seeds & failed
    assert 1 in failed and len(failed) <= 2 and (tmp_path / "r.failures.txt").exists()


def test_a_line_that_lacks_only_its_break_is_kept(figure, tmp_path):
    path = tmp_path / "r.jsonl"
    run(figure, path)
    path.write_text(path.read_text().rstrip("\n"))
    figure.calls.clear()
    found, _ = run(figure, path, resume=True)
    assert len(found) == 4 and not figure.calls and path.read_text().count("\n") == 4


def test_ctrl_c_leaves_no_line_of_the_run_that_it_ended(figure, tmp_path):
    path = tmp_path / "r.jsonl"
    figure.broken = {1: KeyboardInterrupt()}
    with pytest.raises(KeyboardInterrupt):
        run(figure, path)
    assert [r["proportion"] for r in results.read(path)] == [0.1]


def test_without_data_the_reason_is_told_at_once(figure, tmp_path):
    figure.broken = dict.fromkeys(range(4), DataNotFound("mnist: set LOWRANKWEIGHTS_DATA"))
    with pytest.raises(DataNotFound, match="LOWRANKWEIGHTS_DATA"):
        run(figure, tmp_path / "not there yet" / "r.jsonl")
    assert len(figure.calls) == 1


class Own(Figure):
    """The shortest figure: no data, words of its own."""

    name = "own"

    def __init__(self, specs, fails=()):
        super().__init__({"quick": specs})
        self.fails = fails

    def runs(self, preset):
        return self.presets[preset]

    def run_one(self, spec, shared, n_threads):
        if spec in self.fails:
            raise RuntimeError("this one fails")
        return {"error": 0.1 if spec.get("pretrain") else 0.9}

    def summary(self, results):
        return f"errors {[r['error'] for r in results]}"

    def draw(self, results):
        import matplotlib.pyplot as plt

        return plt.figure()


def test_a_figure_of_ones_own_is_made_and_resumed_in_its_own_words(tmp_path):
    figure, said = Own([{"data": "digits", "share": 0.1}, {"data": "digits", "share": 0.2}]), []
    assert make(figure, "quick", tmp_path, report=said.append) == []
    assert make(figure, "quick", tmp_path, resume=True, report=said.append) == []
    assert any("2 runs, 2 of them finished before" in text for text in said)
    assert (tmp_path / "own-quick.md").exists() and (tmp_path / "own-quick.png").exists()
    bare = Own([{"seed": 0}])
    assert make(bare, "quick", tmp_path / "bare", report=said.append) == []


def test_a_folder_may_be_text_and_begin_at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert make(Own([{"seed": 0}]), "quick", "~/figures", report=lambda _: None) == []
    assert {p.name for p in (tmp_path / "figures").iterdir()} == {
        f"own-quick.{x}" for x in ("jsonl", "md", "png")
    }
    with pytest.raises(ValueError, match="^resume: "):
        make(Own([{"seed": 0}]), "quick", str(tmp_path / "figures"), report=lambda _: None)


def test_a_page_says_how_to_make_the_figure_again_and_the_command_knows_only_ours(tmp_path):
    make(Own([{"seed": 0}]), "quick", tmp_path, report=lambda _: None)
    page = (tmp_path / "own-quick.md").read_text()
    assert "lowrankweights figure" not in page
    assert (
        '`lowrankweights.experiments.make(figure, "quick", "FOLDER")`' in page and "test_runner.Own`" in page
    )
    command = "`lowrankweights figure 2 --preset quick --out FOLDER`"
    assert again(figure_named("2"), "quick") == command
    changed = type(figure_named("2"))({"quick": {}})  # the command would make the package's presets
    assert again(changed, "quick").startswith("`lowrankweights.experiments.make(")

    class Taken(Own):
        name = "2"

    assert "Taken" in again(Taken([]), "quick")


def test_a_run_that_failed_does_not_get_the_numbers_of_one_that_was_asked_for_more(tmp_path):
    few, more = {"p": 1}, {"p": 1, "pretrain": True}
    found, failures = runner.run(
        Own([few, more], fails=[few]), "quick", tmp_path / "r.jsonl", report=lambda _: None
    )
    assert len(failures) == 1 and [r["error"] for r in found] == [0.1]
    found, failures = runner.run(
        Own([few, more]), "quick", tmp_path / "r.jsonl", resume=True, report=lambda _: None
    )
    assert not failures and [r["error"] for r in found] == [0.9, 0.1]


@pytest.mark.parametrize("specs", [[{"hidden": (20,)}], [{"p": np.float64("nan")}], [{"p": 1}, {"p": 1}]])
def test_specs_that_json_would_change_are_refused_before_the_first_run(specs, tmp_path):
    with pytest.raises(ValueError, match="^runs.*: expected"):
        runner.run(Own(specs), "quick", tmp_path / "r.jsonl", report=lambda _: None)
