import numpy as np
import pytest

from lowrankweights.results import files


def test_select_takes_all_conditions():
    results = [{"a": 1, "b": 2}, {"a": 1, "b": 3}]
    assert files.select(results, a=1, b=3) == results[1:] and files.select(results, c=None) == results


def test_a_changed_setting_is_another_run():
    done = [{"figure": "made-up", "seed": 0, "proportion": 0.1, "error": 0.2}]
    assert files.finished({"seed": 0, "proportion": 0.1}, done)
    assert not files.finished({"seed": 0, "proportion": 0.2}, done)
    assert not files.finished({"seed": 0, "max_iter": 5}, done)


def test_bad_lines_are_named(tmp_path):
    path = tmp_path / "r.jsonl"
    path.write_text('{"a": 1}\nno json\n{"a": 2}\n')
    with pytest.raises(ValueError, match="line 2"):
        files.read(path)
    for no_run in ("[]", '""', '[["a", 1]]', "5"):
        path.write_text(f'{no_run}\n{{"a": 2}}\n')
        with pytest.raises(ValueError, match="line 1"):
            files.read(path)
    path.write_bytes(b'{"a": 1}\n{"a": "\xc3')
    assert files.read(path) == [{"a": 1}]
    assert files.read(tmp_path / "none.jsonl") == []


def test_a_last_line_that_was_cut_off_is_dropped_and_a_whole_one_kept(tmp_path):
    path = tmp_path / "r.jsonl"
    path.write_text('{"a": 1}\n{"a": 2')
    assert files.read(path) == [{"a": 1}]
    files.repair(path)
    assert path.read_text() == '{"a": 1}\n'
    path.write_text('{"a": 1}\n{"a": 2}')
    files.repair(path)
    assert path.read_text() == '{"a": 1}\n{"a": 2}\n'


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), np.ones(2)])
def test_what_json_cannot_hold_is_never_written(bad):
    with pytest.raises((ValueError, TypeError)):
        files.to_line({"error": bad})


def test_arrays_survive_a_line_of_results():
    W = np.random.default_rng(0).normal(size=(9, 4))
    assert np.allclose(files.array_from_text(files.array_to_text(W), 4), W, rtol=1e-3)
